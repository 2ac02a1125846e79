"""Where the stack's events are sorted: what is refused, and with what; what is answered by whom."""

from __future__ import annotations

import pytest

from softswitch.calls.hangup import Reason, Termination
from softswitch.events import CallArrived, CallEnded, PhoneRegistered
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.signals import DatagramReceived, DialogId
from softswitch.sip.uri import SipUri
from tests.fakes.exchange import SWITCH, Phone, Steps, calling, exchange, sdp, talking
from tests.fakes.virtual_time import in_virtual_time, passes


def ask(phone: Phone, method: str, *, target: str = "", **fields: str) -> None:
    """Send a request outside a dialog; field names have ``_`` for ``-``."""
    host, port = SWITCH
    to = SipUri(host, phone.uri.user, port)
    request = phone.stack.request(
        method, target=target or f"sip:{host}:{port}", local=NameAddr(phone.uri), remote=NameAddr(to)
    )
    for name, value in fields.items():
        request.fields.put(name.replace("_", "-"), value)
    phone.stack.send(phone.network.now, request, Hop("UDP", host, port, *phone.address))
    phone.network.flush()


async def nothing_began(switch) -> None:
    assert switch.events(CallArrived) == []
    assert switch.board.calls == 0


@pytest.mark.parametrize(
    ("fields", "target", "status", "field", "value"),
    [
        ({"Require": "100rel, gruu, timer, path"}, "", 420, "Unsupported", "gruu, path"),
        ({}, "gopher:100", 416, "", ""),
        ({"Max-Forwards": "0"}, "", 483, "", ""),
        ({"Supported": "timer", "Session-Expires": "89"}, "", 422, "Min-SE", "90"),
        ({"Content-Encoding": "gzip"}, "", 415, "Accept-Encoding", "identity"),
    ],
)
@in_virtual_time
async def test_an_invite_that_cannot_be_is_refused_before_asking_who_it_is(
    fields, target, status, field, value
):
    async with exchange() as switch:
        stranger = switch.phone("4711", "192.0.2.66", registered=False)
        stranger.call("1002", fields=tuple(fields.items()), target=target)
        await passes(0.5)
        assert stranger.statuses() == [status]
        assert not field or stranger.response(status).fields.get(field) == value
        await nothing_began(switch)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"hello", "text/plain", 415),
        (b"hello", "application/xml", 415),
    ],
)
@in_virtual_time
async def test_a_body_that_cannot_be_taken(body, kind, status):
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        anna.call("1002", body=body, content_type=kind)
        await passes(0.5)
        assert anna.statuses() == [status]
        await nothing_began(switch)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [(sdp(formats="9"), 488, "no_common_codec"), (b"v=0\r\nrubbish", 400, "bad_description")],
)
@in_virtual_time
async def test_an_offer_that_cannot_be_answered_is_refused_at_once_and_written_down(body, status, reason):
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002", body=body)
        await passes(0.5)
        assert anna.statuses() == [status]
        assert (switch.ended.reason, switch.ended.sip_code) == (reason, status)
        assert switch.events(CallArrived)[0].sip_call_id == anna.response(status).call_id
        assert bartek.incoming("INVITE") == []
        assert switch.board.calls == 0


@in_virtual_time
async def test_a_strangers_offer_is_not_looked_into():
    async with exchange() as switch:
        stranger = switch.phone("4711", "192.0.2.66", registered=False)
        stranger.call("1002", body=b"v=0\r\nrubbish")
        await passes(0.5)
        assert stranger.statuses() == [401]
        await nothing_began(switch)


@in_virtual_time
async def test_an_invite_without_contact():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        ask(anna, "INVITE", target="sip:100@192.0.2.1")
        await passes(0.5)
        assert anna.statuses() == [400]
        await nothing_began(switch)


@in_virtual_time
async def test_a_stranger_is_challenged():
    async with exchange() as switch:
        stranger = switch.phone("4711", "192.0.2.66", registered=False)
        stranger.call("1002")
        await passes(0.5)
        assert stranger.statuses() == [401]
        assert stranger.response(401).fields.get("WWW-Authenticate") == "Digest realm=x"
        await nothing_began(switch)


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("OPTIONS", 200),
        ("BYE", 481),
        ("INFO", 481),
        ("UPDATE", 481),
        ("PRACK", 481),
        ("NOTIFY", 481),
        ("SUBSCRIBE", 489),
        ("MESSAGE", 405),
        ("REFER", 405),
        ("PUBLISH", 405),
        ("NEWMETHOD", 405),
    ],
)
@in_virtual_time
async def test_other_requests_outside_a_dialog(method, status):
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        ask(anna, method, Event="nonsense") if method == "SUBSCRIBE" else ask(anna, method)
        await passes(0.5)
        assert anna.statuses(method) == [status]
        if status in (200, 405):
            assert "REGISTER" in (anna.response(status, method).fields.get("Allow") or "")


@in_virtual_time
async def test_options_say_what_we_read_and_need_a_scheme_we_know():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        ask(anna, "OPTIONS")
        await passes(0.5)
        assert anna.response(200, "OPTIONS").fields.get("Accept") == "application/sdp"
        ask(anna, "OPTIONS", target="gopher:100")
        await passes(0.5)
        assert anna.statuses("OPTIONS") == [200, 416]


@in_virtual_time
async def test_an_invite_for_a_dialog_that_is_not_is_481():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        anna.call("1002", fields=(("To", "<sip:1002@192.0.2.1>;tag=gone"),))
        await passes(0.5)
        assert anna.statuses() == [481]
        await nothing_began(switch)


@in_virtual_time
async def test_a_cancel_for_nothing_is_481():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.refuse(486)
        await passes(60)  # The transaction has lived its 32 s.
        data = next(one.data for one in switch.network.passed if one.line.startswith("INVITE"))
        cancel = data.split(b"\r\n\r\n")[0].replace(b"INVITE", b"CANCEL")
        head = [line for line in cancel.split(b"\r\n") if not line.startswith(b"Content-")]
        hop = Hop("UDP", *anna.address, *SWITCH)
        raw = b"\r\n".join([*head, b"Content-Length: 0", b"", b""])
        before = len(switch.network.passed)
        switch.stack.handle(switch.network.now, DatagramReceived(hop, raw))
        switch.network.flush()
        (answer,) = switch.network.passed[before:]
        assert answer.line.startswith("SIP/2.0 481")


@in_virtual_time
async def test_a_register_is_carried_out_and_the_phone_can_be_called():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        bartek = switch.phone("1002", "192.0.2.12", registered=False)
        ask(bartek, "REGISTER", Contact=f"<{bartek.uri}>", Expires="600")
        await passes(0.5)
        assert bartek.response(200, "REGISTER").fields.get("Contact") == f"<{bartek.uri}>;expires=600"
        assert [one.account for one in switch.events(PhoneRegistered)] == ["1002"]
        anna.call("1002")
        await passes(0.5)
        bartek.pick_up()
        await passes(0.5)
        anna.hang_up()
        await passes(0.5)
        ask(bartek, "REGISTER", Contact=f"<{bartek.uri}>", Expires="1")
        await passes(0.5)
        assert bartek.response(423, "REGISTER").fields.get("Min-Expires") == "60"


@in_virtual_time
async def test_a_reinvite_that_requires_what_we_do_not_speak_is_420_and_a_bye_never_is():
    async with exchange() as switch:
        anna, _ = await talking(switch)

        def send(method):
            fields = (("Require", "nosuch"),)
            anna.stack.send_in_dialog(anna.network.now, anna.dialog, method, fields=fields)
            anna.network.flush()

        send("INVITE")
        await passes(0.5)
        assert anna.response(420).fields.get("Unsupported") == "nosuch"
        send("BYE")
        await passes(0.5)
        assert anna.statuses("BYE") == [200]
        assert switch.ended.reason == "caller_hung_up"


@in_virtual_time
async def test_an_unknown_number_and_a_number_in_other_spellings():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        dialled = []

        async def course(call):
            dialled.append(call.facts.called)
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = switch.routes["*43"] = Steps(course)
        for target in (
            "sip:100@192.0.2.1;user=phone",
            "sip:%3100@192.0.2.1",
            "tel:1-00",
            "sip:*43@192.0.2.1",
        ):
            anna.call("100", target=target)
            await passes(0.5)
        assert dialled == ["100", "100", "100", "*43"]
        anna.call("nobody", target="sip:192.0.2.1")
        await passes(0.5)
        assert anna.last_status() == 404


@in_virtual_time
async def test_what_is_known_of_a_call_from_its_first_message():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        facts = []

        async def course(call):
            facts.append(call.facts)
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(0.5)
        assert switch.events(CallArrived) == [
            CallArrived("a", "1001", "Anna", "100", "192.0.2.11:5060", "1001", anna.response(100).call_id)
        ]
        (fact,) = facts
        assert len(fact.id) == 26
        assert {entry.call for entry in switch.entries} == {fact.id}
        assert (fact.behind_nat, fact.user_agent) == (False, "1001")


@in_virtual_time
async def test_a_fault_while_a_request_is_answered_leaves_nobody_without_an_answer():
    async with exchange() as switch:
        anna, _ = await talking(switch)
        leg = switch.directory.of_dialog(
            DialogId(anna.dialog.call_id, anna.dialog.remote_tag, anna.dialog.local_tag)
        )
        whole = leg.requested

        def broken(incoming):
            if incoming.request.method == "OPTIONS":
                raise ValueError("before the answer")
            whole(incoming)
            if incoming.request.method == "INFO":
                raise ValueError("after the answer")

        leg.requested = broken
        seen = []
        handle = switch.board.handle

        def user(output):
            try:
                handle(output)
            except ValueError as fault:
                seen.append(str(fault))

        switch.network.join(SWITCH, switch.stack, user)
        anna.send_in(anna.dialog, "OPTIONS")
        anna.info("Signal=1")
        await passes(0.5)
        assert (anna.statuses("OPTIONS"), anna.statuses("INFO")) == ([500], [200])
        assert seen == ["before the answer", "after the answer"]
        anna.hang_up()


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("OPTIONS", "", 200),
        ("OPTIONS", "gopher:100", 416),
        ("INVITE", "", 401),
        ("REGISTER", "", 401),
        ("MESSAGE", "", 405),
        ("BYE", "", 481),
    ],
)
@in_virtual_time
async def test_strangers_are_answered_once_and_nothing_is_kept_of_them(method, target, status):
    # RFC 3261 §26.3.2.4: what they send with a forged source must not be answered thirteen times there.
    async with exchange() as switch:
        stranger = switch.phone("4711", "192.0.2.66", registered=False)
        contact = {"Contact": "<sip:4711@192.0.2.66>"} if method == "INVITE" else {}
        switch.network.drop = lambda datagram: datagram.line.startswith("ACK")
        ask(stranger, method, target=target, **contact)
        await passes(40)
        assert stranger.statuses(method) == [status]
        assert len(switch.network.lines(SWITCH)) == 1
        assert not any(switch.stack.sizes().values())


@in_virtual_time
async def test_a_registration_that_was_refused_keeps_its_answer_for_a_repeat():
    # RFC 3261 §8.2.7 "rules out stateless registrars": its credentials serve once.
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        ask(anna, "REGISTER", Contact=f"<{anna.uri}>", Expires="1")
        await passes(0.5)
        assert anna.statuses("REGISTER") == [423]
        assert switch.stack.sizes()["transactions"] == 1


@in_virtual_time
async def test_one_account_has_so_many_calls_and_no_more():
    async with exchange(per_account=2) as switch:
        anna, bartek = (switch.phone(*who) for who in (("1001", "192.0.2.11"), ("1002", "192.0.2.12")))
        over = []

        async def course(call):
            await call.caller.answer()
            await passes(10)
            over.append(call.facts.account.user)
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(course)
        for _ in range(3):
            anna.call("100")
        bartek.call("100")
        await passes(1)
        assert (anna.statuses().count(200), anna.last_status()) == (2, 486)
        (end,) = switch.events(CallEnded)
        assert (end.result, end.reason, end.sip_code) == ("refused", "too_many_calls", 486)
        assert "too many calls" in anna.response(486).fields.get("Reason")
        assert bartek.last_status() == 200
        await passes(11)
        anna.call("100")
        await passes(11)
        assert sorted(over) == ["1001", "1001", "1001", "1002"]


@in_virtual_time
async def test_many_calls_at_once_end_each_by_itself():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(call):
            await call.caller.answer()
            await passes(3)
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(course)
        for _ in range(100):
            anna.call("100")
        await passes(1)
        assert switch.board.calls == 100
        await passes(4)
        assert len({entry.call for entry in switch.entries}) == 100
        assert len(switch.events(CallEnded)) == 100
