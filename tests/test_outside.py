"""Whole calls in and out over trunks on a network in memory: digest, several servers, limits, loops."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from softswitch.calls.call import Destination
from softswitch.calls.dialling import AccountDestination, Dialler, OutsideDestination
from softswitch.calls.origin import NOBODY
from softswitch.events import CallArrived, CallEnded, LegInvited, TrunkGivenUp
from softswitch.outside import OutsideLines
from softswitch.registrar.accounts import Account
from softswitch.sip.hop import Hop
from softswitch.sip.locating import Place, Target
from softswitch.sip.message import Request
from softswitch.sip.signals import DatagramReceived, Incoming
from softswitch.trunks.config import OutsideConfig, OutsideRights
from softswitch.trunks.limits import account_key, trunk_key
from softswitch.trunks.service import Trunks
from tests.calls.test_transfer import refer
from tests.fakes.exchange import NAMES, SWITCH, Exchange, Phone, Steps, exchange
from tests.fakes.party import counted
from tests.fakes.provider import PASSWORD, USER, Provider
from tests.fakes.virtual_time import in_virtual_time, passes

FIRST, SECOND = "203.0.113.1", "203.0.113.2"
OURS = "+48221234567"
LOGIN = {"username": USER, "password": PASSWORD}
RIGHTS = {
    "1001": OutsideRights(number="+48221234501"),
    "1002": OutsideRights(number="+48221234502", hide_number=True),
    "1003": OutsideRights(calls="none"),
}
BASE: dict[str, object] = {
    "trunks": {
        "a": {"host": FIRST, "number": OURS, "qualify": 0, **LOGIN},
        "b": {"host": SECOND, "number": OURS, "qualify": 0, **LOGIN},
    },
    "numbers": {OURS: "1001", "+48221234502": "menu"},
    "outbound": [{"match": "+48*", "trunks": ["a", "b"]}],
}


class Line:
    """An exchange with trunks and two providers."""

    def __init__(self, switch: Exchange, config: OutsideConfig) -> None:
        self.switch = switch
        self.trunks = Trunks(
            config.trunks,
            switch.wires,
            clock=switch.clock,
            log=switch.log,
            hop_to=lambda place: Hop(place.transport, place.host, place.port, *SWITCH),
            places=self._places,
            token=counted("t"),
            random=lambda: 1.0,
        )
        self.outside = OutsideLines(
            config,
            RIGHTS,
            self.trunks,
            clock=switch.clock,
            token=counted("c"),
            inside=self._inside,
            menus=["100", "+48221234599"],
        )
        dialler = Dialler(switch.bindings, lambda user: NAMES.get(user), self.outside)
        switch.dialler = dialler
        switch.board._lines = self.outside
        switch.board._router = self._route
        switch.network.join(SWITCH, switch.stack, self._hear)
        self.first = Provider(switch.network, FIRST)
        self.second = Provider(switch.network, SECOND)

    @staticmethod
    def _places(target: Target) -> tuple[Place, ...]:
        return (Place("UDP", target.host, target.port or 5060, target.host),)

    def _hear(self, output: object) -> None:
        if not self.trunks.take(output):  # type: ignore[arg-type]
            self.switch.board.handle(output)  # type: ignore[arg-type]

    def _inside(self, name: str) -> Destination | None:
        if name in self.switch.routes:
            return self.switch.routes[name]
        if name in self.switch.accounts:
            return AccountDestination(self.switch.dialler, name)
        return None

    def _route(self, number: str, account: object) -> Destination | None:
        found = self._inside(number) or self.outside.own(number)
        if found is None and self.outside.leads_out(number):
            assert isinstance(account, Account)
            found = OutsideDestination(self.switch.dialler, number, account.user)
        return found

    def phone(self, user: str = "1001") -> Phone:
        return self.switch.phone(user, f"192.0.2.1{user[-1]}")

    async def dial(self, number: str, user: str = "1001", **more: tuple[tuple[str, str], ...]) -> Phone:
        phone = self.phone(user)
        phone.call(number, **more)
        await passes(1)
        return phone

    @property
    def given_up(self) -> list[tuple[str, str, str]]:
        return [(one.trunk, one.reason, one.after) for one in self.switch.events(TrunkGivenUp)]


@contextlib.asynccontextmanager
async def line(**changes: object) -> AsyncIterator[Line]:
    async with exchange() as switch:
        made = Line(switch, OutsideConfig.model_validate({**BASE, **changes}))
        running = asyncio.ensure_future(made.trunks.run())
        await passes(0.1)
        try:
            yield made
        finally:
            # The room of an exchange wants nothing left of any request: what asks for ever is ended first.
            running.cancel()


# Out


@in_virtual_time
async def test_a_number_outside_is_called_with_proof_and_our_number() -> None:
    async with line() as made:
        made.first.take_all()
        phone = await made.dial("600 100 200")
        assert phone.last_status() == 200
        invite = made.first.calls[-1]
        assert str(invite.uri) == f"sip:+48600100200@{FIRST}"
        assert str(invite.from_.uri) == f"sip:+48221234501@{FIRST}"
        assert invite.fields.get("P-Asserted-Identity") == f"<sip:+48221234501@{FIRST}>"
        assert invite.fields.get("Privacy") is None
        assert invite.fields.get("Authorization") is not None
        assert invite.max_forwards == 69
        assert made.outside.usage.calls(trunk_key("a")) == 1
        await passes(60)
        made.first.hang_up()
        await passes(1)
        end = made.switch.ended
        assert (end.result, end.reason, end.ended_by) == ("completed", "callee_hung_up", "callee")
        assert made.outside.usage.calls(trunk_key("a")) == 0
        used = made.outside.usage.seconds(account_key("1001"), made.switch.clock.wall())
        assert 59 <= used <= 62


@pytest.mark.parametrize("prefix", ["", "*31#"])
def test_a_caller_who_hides(prefix: str) -> None:
    @in_virtual_time
    async def course() -> None:
        async with line() as made:
            made.first.take_all()
            user = "1001" if prefix else "1002"
            phone = await made.dial(prefix + "600100200", user)
            invite = made.first.calls[-1]
            assert str(invite.uri) == f"sip:+48600100200@{FIRST}"
            assert str(invite.from_.uri) == "sip:anonymous@anonymous.invalid"
            assert invite.fields.get("Privacy") == "id"
            assert "+482212345" in (invite.fields.get("P-Asserted-Identity") or "")
            assert b"+482212345" not in invite.to_bytes().replace(
                b"P-Asserted-Identity: <sip:+482212345", b""
            )
            phone.hang_up()
            await passes(1)

    course()


@in_virtual_time
async def test_early_sound_and_refusals_of_the_called_are_passed_on() -> None:
    async with line() as made:
        made.first.invited = lambda incoming: made.first.answer(incoming, 183, body=b"") and None
        phone = await made.dial("600100200")
        assert phone.last_status() == 180
        (invite,) = [one for one in made.first.incoming("INVITE") if one.request.fields.get("Authorization")]
        made.first.answer(invite, 486)
        await passes(1)
        assert phone.last_status() == 486
        assert made.given_up == []
        assert made.second.calls == []


@pytest.mark.parametrize(
    ("status", "answered", "reason"),
    [
        (404, 404, "no_such_number"),
        (484, 404, "no_such_number"),
        (604, 404, "no_such_number"),
        (403, 403, "trunk_refused"),
        (480, 480, "unreachable"),
        (603, 603, "declined"),
        (486, 486, "busy"),
    ],
)
def test_a_no_of_the_called_is_asked_of_nobody_else(status: int, answered: int, reason: str) -> None:
    @in_virtual_time
    async def course() -> None:
        async with line() as made:
            made.first.refuse_all(status)
            phone = await made.dial("600100200")
            assert phone.last_status() == answered
            assert made.switch.ended.reason == reason
            assert made.second.calls == []

    course()


@pytest.mark.parametrize("status", [408, 500, 503, 504])
def test_a_trunk_that_cannot_is_passed_over(status: int) -> None:
    @in_virtual_time
    async def course() -> None:
        async with line() as made:
            made.first.refuse_all(status)
            made.second.take_all()
            phone = await made.dial("600100200")
            assert phone.last_status() == 200
            assert [(trunk, after) for trunk, _, after in made.given_up] == [("a", "b")]
            assert made.given_up[0][1].startswith(str(status))
            assert str(made.second.calls[-1].uri) == f"sip:+48600100200@{SECOND}"
            assert made.outside.usage.calls(trunk_key("a")) == 0
            assert made.outside.usage.calls(trunk_key("b")) == 1
            phone.hang_up()
            await passes(1)
            # The next call begins with the one that worked.
            invited = len(made.switch.events(LegInvited))
            phone.call("600100201")
            await passes(1)
            assert made.switch.events(LegInvited)[invited].contact.endswith(SECOND)
            made.second.hang_up()
            await passes(1)

    course()


@in_virtual_time
async def test_a_trunk_that_says_nothing_at_all_is_given_six_seconds() -> None:
    async with line() as made:
        made.first.silent = True
        made.second.take_all()
        phone = await made.dial("600100200")
        assert phone.last_status() == 100
        await passes(4.5)
        assert made.given_up == []
        await passes(2)
        assert made.given_up == [("a", "no answer", "b")]
        assert phone.last_status() == 200
        phone.hang_up()
        await passes(1)


@in_virtual_time
async def test_who_answers_after_it_was_given_up_is_told_so() -> None:
    async with line() as made:
        made.switch.network.drop = lambda passed: passed.source == made.first.address and passed.at < late
        late = made.switch.network.now + 8
        made.first.wants_proof = False
        made.first.take_all()
        made.second.take_all()
        phone = await made.dial("600100200")
        await passes(12)
        assert phone.last_status() == 200
        assert made.given_up == [("a", "no answer", "b")]
        # Its 200 came through in the end: acknowledged, and ended at once.
        assert [one.request.method for one in made.first.incoming("BYE")] == ["BYE"]
        phone.hang_up()
        await passes(1)


@in_virtual_time
async def test_when_no_trunk_can_the_reason_is_named() -> None:
    async with line() as made:
        made.first.refuse_all(503)
        made.second.silent = True
        phone = await made.dial("600100200")
        await passes(8)
        assert phone.last_status() == 480
        assert made.switch.ended.reason == "trunk_down"
        assert made.given_up[-1] == ("b", "no answer", "")


@in_virtual_time
async def test_a_caller_who_gives_up_meanwhile_is_obeyed() -> None:
    async with line() as made:
        made.first.silent = True
        phone = await made.dial("600100200")
        phone.cancel()
        await passes(20)
        assert made.switch.ended.reason == "cancelled"
        assert made.second.calls == []


@in_virtual_time
async def test_a_refused_password_leads_to_the_next_trunk_and_a_stale_nonce_does_not() -> None:
    trunks = {
        "a": {"host": FIRST, "qualify": 0, "username": USER, "password": "wrong"},
        "b": {"host": SECOND, "qualify": 0, **LOGIN},
    }
    async with line(trunks=trunks) as made:
        made.second.nonce_serves = 0
        made.second.take_all()
        phone = await made.dial("600100200")
        assert made.given_up == [("a", "401 Unauthorized", "b")]
        assert phone.last_status() == 200
        assert made.second.statuses_sent()[:4] == [401, 401, 180, 200]
        phone.hang_up()
        await passes(1)


@pytest.mark.parametrize(
    ("number", "user", "status", "reason", "because"),
    [
        ("600100200", "1003", 403, "not_allowed", "level:none"),
        ("701234567", "1001", 403, "not_allowed", "premium"),
        ("+12125551234", "1001", 404, "unknown_number", "no_route"),
        ("1234", "1001", 404, "unknown_number", ""),
        ("anna", "1001", 404, "unknown_number", ""),
    ],
)
def test_who_may_not(number: str, user: str, status: int, reason: str, because: str) -> None:
    @in_virtual_time
    async def course() -> None:
        async with line() as made:
            made.first.take_all()
            phone = await made.dial(number, user)
            assert phone.last_status() == status
            assert made.switch.ended.reason == reason
            assert made.switch.ended.because == because
            assert made.first.calls == []

    course()


@in_virtual_time
async def test_limits_hold_for_all_but_for_help() -> None:
    async with line(outside_limits={"calls_per_account": 1}) as made:
        made.first.take_all()
        phone = await made.dial("600100200")
        talk = phone.dialog
        phone.call("600100201")
        await passes(1)
        assert phone.last_status() == 480
        assert made.switch.ended.reason == "limit_reached"
        phone.call("112")
        await passes(1)
        assert phone.last_status() == 200
        assert str(made.first.calls[-1].uri) == f"sip:112@{FIRST}"
        phone.hang_up()
        assert talk is not None
        phone.send_in(talk, "BYE")
        await passes(1)


@in_virtual_time
async def test_help_is_called_by_who_may_call_nobody_and_never_hidden() -> None:
    async with line(outbound=[]) as made:
        made.first.refuse_all(503)
        made.second.take_all()
        phone = await made.dial("*31#112", "1003")
        assert phone.last_status() == 200
        assert made.second.calls[-1].fields.get("Privacy") is None
        phone.hang_up()
        await passes(1)


@in_virtual_time
async def test_minutes_run_out_in_the_middle_of_a_talk() -> None:
    async with line(outside_limits={"minutes_per_account": 2}) as made:
        made.first.take_all()
        phone = await made.dial("600100200")
        await passes(125)
        assert made.switch.ended.reason == "limit_reached"
        assert [one.request.method for one in phone.incoming("BYE")] == ["BYE"]
        phone.call("600100200")
        await passes(1)
        assert phone.last_status() == 480


@in_virtual_time
async def test_a_trunk_has_so_many_lines() -> None:
    trunks = {"a": {"host": FIRST, "qualify": 0, "max_calls": 1, **LOGIN}}
    async with line(trunks=trunks, outbound=[{"match": "+48*", "trunks": "a"}]) as made:
        made.first.take_all()
        one = await made.dial("600100200")
        other = await made.dial("600100201", "1002")
        assert other.last_status() == 486
        assert made.switch.ended.reason == "all_lines_busy"
        one.hang_up()
        await passes(1)


@in_virtual_time
async def test_a_number_of_ours_does_not_go_out() -> None:
    async with line() as made:
        callee = made.phone("1001")
        await made.dial("22 123 45 67", "1002")
        callee.pick_up()
        await passes(1)
        assert made.first.calls == made.second.calls == []
        callee.hang_up()
        await passes(1)


# In


@in_virtual_time
async def test_a_call_comes_in_without_proof_of_a_peer() -> None:
    async with line() as made:
        callee = made.phone("1001")
        made.first.call("221234567", sender='"Bob" <sip:600100200@provider.example>')
        await passes(1)
        assert callee.rung.request.from_.display == "Bob"
        assert callee.rung.request.from_.uri.user == "+48600100200"  # type: ignore[union-attr]
        callee.pick_up()
        await passes(1)
        (arrived,) = made.switch.events(CallArrived)
        assert (arrived.caller, arrived.caller_name, arrived.called) == ("+48600100200", "Bob", OURS)
        assert (arrived.account, arrived.trunk) == ("", "a")
        made.first.hang_up()
        await passes(1)
        assert made.switch.ended.reason == "caller_hung_up"


@in_virtual_time
async def test_who_hides_is_hidden_from_phones_and_from_the_log() -> None:
    async with line() as made:
        callee = made.phone("1001")
        asserted = ("P-Asserted-Identity", "<sip:+48600100200@provider.example>")
        sender = '"Anonymous" <sip:anonymous@anonymous.invalid>'
        made.first.call(OURS, sender=sender, fields=(asserted, ("Privacy", "id")))
        await passes(1)
        rung = callee.rung.request
        assert (rung.from_.display, rung.from_.uri.user) == ("Anonymous", "anonymous")  # type: ignore[union-attr]
        assert b"600100200" not in rung.to_bytes()
        assert "600100200" not in repr(made.switch.entries)
        callee.refuse(486)
        await passes(1)
        assert made.first.statuses()[-1] == 486


@in_virtual_time
async def test_a_registered_line_is_called_at_its_contact_and_the_number_stands_in_to() -> None:
    trunks = {"a": {"host": FIRST, "register": True, "qualify": 0, **LOGIN}}
    async with line(trunks=trunks, outbound=[]) as made:
        callee = made.phone("1001")
        await passes(1)
        contact = str(made.first.lines[USER].uri)
        stranger = Provider(made.switch.network, "203.0.113.77")
        stranger.call(OURS, target=contact)
        await passes(1)
        # Whoever has read the Contact in a trace is no provider by that: he is asked who he is.
        assert stranger.statuses() == [401]
        assert not callee.incoming("INVITE")
        made.first.call(OURS, target=contact)
        await passes(1)
        assert callee.rung.request.from_.uri.user == "+48600100200"  # type: ignore[union-attr]
        callee.refuse(486)
        await passes(1)


@pytest.mark.parametrize(
    ("number", "status"),
    [("1001", 404), ("100", 404), ("600100200", 404), ("112", 404), ("+48221234502", 404), (OURS, 480)],
)
def test_a_trunk_reaches_our_numbers_and_nothing_else(number: str, status: int) -> None:
    @in_virtual_time
    async def course() -> None:
        async with line() as made:
            made.second.take_all()
            made.first.call(number)
            await passes(1)
            assert made.first.statuses()[-1] == status
            assert made.second.calls == []

    course()


@in_virtual_time
async def test_a_number_that_a_trunk_takes_for_ours_is_named_with_the_one_it_is_like() -> None:
    async with line() as made:
        made.first.call("+48221234568")
        await passes(1)
        assert made.switch.ended.reason == "unknown_number"
        assert made.switch.ended.because == f"not_ours:{OURS}"


@in_virtual_time
async def test_a_stranger_is_no_trunk() -> None:
    async with line() as made:
        stranger = Provider(made.switch.network, "198.51.100.1")
        stranger.call(OURS, fields=(("P-Asserted-Identity", "<sip:1001@192.0.2.1>"),))
        await passes(1)
        assert stranger.statuses() == [401]
        assert made.switch.events(CallArrived) == []


@in_virtual_time
async def test_a_menu_enters_by_its_own_number_too() -> None:
    async with line() as made:
        entered: list[str] = []

        async def course(call: object) -> object:
            entered.append(call.facts.caller)  # type: ignore[attr-defined]
            assert call.facts.account is NOBODY  # type: ignore[attr-defined]
            return await AccountDestination(made.switch.dialler, "1003")(call)  # type: ignore[arg-type]

        made.switch.routes["+48221234599"] = made.switch.routes["menu"] = Steps(course)
        made.first.call("+48221234599")
        made.first.call("+48221234502")
        await passes(1)
        assert entered == ["+48600100200", "+48600100200"]


@in_virtual_time
async def test_a_call_of_ours_that_comes_back_is_a_loop() -> None:
    async with line() as made:
        made.phone("1001")
        via = f"SIP/2.0/UDP {FIRST}:5060;branch=z9hG4bKp1"
        ours = f"SIP/2.0/UDP {SWITCH[0]}:{SWITCH[1]};branch=z9hG4bKs1"
        request = Request("INVITE", f"sip:{OURS}@{SWITCH[0]}")
        for name, value in (
            ("Via", f"{via}, {ours}"),
            ("From", "<sip:+48600100200@p>;tag=1"),
            ("To", f"<sip:{OURS}@p>"),
            ("Call-ID", "loop"),
            ("CSeq", "1 INVITE"),
            ("Contact", f"<sip:p@{FIRST}>"),
        ):
            request.fields.add(name, value)
        now = made.switch.network.now
        made.switch.stack.handle(now, DatagramReceived(Hop("UDP", FIRST, 5060, *SWITCH), request.to_bytes()))
        made.switch.network.flush()
        assert any(one.line == "SIP/2.0 482 Loop Detected" for one in made.switch.network.passed)
        assert made.switch.events(CallArrived) == []


@in_virtual_time
async def test_a_trunk_brings_no_more_calls_than_it_has_lines() -> None:
    trunks = {"a": {"host": FIRST, "max_calls": 1, "qualify": 0}}
    async with line(trunks=trunks, outbound=[]) as made:
        callee = made.phone("1001")
        made.first.call(OURS)
        await passes(1)
        made.first.call(OURS)
        await passes(1)
        assert made.first.statuses()[-1] == 486
        callee.pick_up()
        await passes(1)
        callee.hang_up()
        await passes(1)
        assert {one.reason for one in made.switch.events(CallEnded)} == {"too_many_calls", "callee_hung_up"}


# Through


@pytest.mark.parametrize("opened", [False, True])
def test_who_comes_from_outside_gets_out_only_where_that_is_opened(opened: bool) -> None:
    @in_virtual_time
    async def course() -> None:
        async with line(outbound=[{"match": "+48600*", "trunks": "b", "from_outside": opened}]) as made:
            made.second.take_all()
            made.switch.routes["menu"] = AccountDestination(made.switch.dialler, "600300400")
            made.first.call("+48221234502")
            await passes(1)
            if not opened:
                assert made.first.statuses()[-1] == 403
                assert made.second.calls == []
                return
            invite = made.second.calls[-1]
            assert str(invite.from_.uri) == f"sip:{OURS}@{SECOND}"
            assert invite.fields.get("Diversion") == f"<sip:+48221234502@{SECOND}>;reason=unknown"
            made.second.hang_up()
            await passes(1)

    course()


@in_virtual_time
async def test_a_phone_and_a_number_outside_ring_together() -> None:
    async with line() as made:
        callee = made.phone("1001")

        async def course(call: object) -> object:
            return await made.switch.dialler.dial(call, ["1001", "600300400"])  # type: ignore[arg-type]

        made.switch.routes["700"] = Steps(course)
        made.first.invited = lambda incoming: made.first.answer(incoming, 180) and None
        caller = await made.dial("700", "1002")
        assert caller.last_status() == 180
        callee.pick_up()
        await passes(1)
        assert caller.last_status() == 200
        assert len(made.first.statuses_sent()) == 4  # 401, 180, 200 to CANCEL, 487.
        callee.hang_up()
        await passes(1)


async def talking_with_outside(made: Line) -> Phone:
    """Let somebody outside talk with 1001."""
    callee = made.phone("1001")
    made.first.call(OURS)
    await passes(1)
    callee.pick_up()
    await passes(1)
    return callee


@in_virtual_time
async def test_an_account_may_transfer_a_caller_out_with_its_own_rights() -> None:
    async with line() as made:
        callee = await talking_with_outside(made)
        made.second.take_all()
        made.first.refuse_all(503)
        refer(callee, "600300400")
        await passes(2)
        invite = made.second.calls[-1]
        assert str(invite.uri) == f"sip:+48600300400@{SECOND}"
        # The one who stays is shown by our number, and who sent him on by his.
        assert str(invite.from_.uri) == f"sip:{OURS}@{SECOND}"
        assert invite.fields.get("Diversion") == f"<sip:+48221234501@{SECOND}>;reason=unknown"
        assert made.outside.usage.calls(account_key("1001")) == 1
        callee.hang_up()
        made.second.hang_up()
        await passes(5)
        # Nobody outside was told a name or an inner number.
        sent = [one.data for one in made.switch.network.passed if one.source == SWITCH]
        told = [data for data in sent if b"203.0.113." in data.split(b"\r\n\r\n")[0]]
        assert told
        assert not [data for data in told if b"Anna" in data or b"sip:1001@" in data]


@pytest.mark.parametrize("sender", ["<sip:+48600100200@p>", "<sip:1001@p>", "<sip:1002@192.0.2.1>"])
def test_nobody_outside_transfers_anybody_anywhere(sender: str) -> None:
    @in_virtual_time
    async def course() -> None:
        async with line(outbound=[{"match": "+48*", "trunks": ["b"]}]) as made:
            callee = made.phone("1001")
            made.first.call(OURS, sender=sender)
            await passes(1)
            callee.pick_up()
            await passes(1)
            assert made.first.dialog is not None
            to = f"<sip:600300400@{SWITCH[0]}>"
            made.first.stack.send_in_dialog(
                made.switch.network.now, made.first.dialog, "REFER", fields=(("Refer-To", to),)
            )
            made.switch.network.flush()
            await passes(2)
            said = [one.request.body for one in made.first.incoming("NOTIFY")]
            assert said[-1].startswith(b"SIP/2.0 404")
            assert made.second.calls == []
            callee.hang_up()
            await passes(1)

    course()


@in_virtual_time
async def test_a_caller_who_names_himself_like_an_account_is_not_taken_for_it() -> None:
    async with line() as made:
        callee = made.phone("1002")
        made.switch.routes["menu"] = AccountDestination(made.switch.dialler, "1002")
        made.first.call("+48221234502", sender="<sip:1001@192.0.2.1>")
        await passes(1)
        assert callee.rung.request.from_.uri.user == "1001@a"  # type: ignore[union-attr]
        assert made.switch.board.seats("1001") == []
        callee.refuse(486)
        await passes(1)


@in_virtual_time
async def test_who_is_sent_elsewhere_by_a_trunk_goes_nowhere() -> None:
    async with line() as made:

        def moved(incoming: Incoming) -> None:
            response = made.first.stack.response(incoming.transaction, 302)
            response.fields.add("Contact", f"<sip:701234567@{FIRST}>")
            made.first.stack.respond(made.switch.network.now, incoming.transaction, response)
            made.switch.network.flush()

        made.first.invited = moved
        phone = await made.dial("600100200")
        assert phone.last_status() >= 400
        assert made.second.calls == []
        assert len(made.first.calls) == 2  # The challenge, and the one with proof.
