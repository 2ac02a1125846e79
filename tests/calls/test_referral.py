"""One REFER, from its arrival to its last NOTIFY (RFC 3515, RFC 4488)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.calls.referral import Referral
from softswitch.calls.signals import Referred
from softswitch.sip.hop import Hop
from softswitch.sip.replaces import Reference
from softswitch.sip.signals import DialogId, Incoming
from tests.fakes.exchange import Steps, exchange, talking
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.sip.messages import request_of, text_of

TARGET = ("Refer-To", "<sip:1003@192.0.2.1>")
SILENT = ("Refer-Sub", "false")


async def connected(switch):
    """Let 1001 talk with a service that only collects its REFERs; return the phone and the collection."""
    anna, referrals = switch.phone("1001", "192.0.2.11"), []

    async def course(call):
        await call.caller.answer()
        call.pair = (call.caller, call.caller)  # Somebody to be transferred, as far as this goes.
        while True:
            _, signal = await call.signals.get()
            assert isinstance(signal, Referred)
            referrals.append(signal.referral)

    switch.routes["100"] = Steps(course)
    anna.call("100")
    await passes(0.5)
    return anna, referrals


async def referred(switch, *fields):
    anna, referrals = await connected(switch)
    anna.send_in(anna.dialog, "REFER", TARGET, *fields)
    await passes(0.1)
    return anna, referrals[0]


def told(phone):
    """Return event, state and status of every NOTIFY."""
    requests = [one.request for one in phone.incoming("NOTIFY")]
    return [
        (
            one.fields.get("Event"),
            one.fields.get("Subscription-State"),
            one.body.decode().split(" ", 1)[1].strip(),
        )
        for one in requests
    ]


@in_virtual_time
async def test_a_refer_that_is_accepted_is_reported_to_its_end():
    async with exchange() as switch:
        anna, referral = await referred(switch)
        assert referral.reference == Reference("1003", host="192.0.2.1")
        assert anna.statuses("REFER") == []
        referral.accept()
        await passes(0.1)
        # §2.4.4: "the agent MUST immediately send a NOTIFY".
        assert anna.statuses("REFER") == [202]
        assert told(anna) == [("refer", "active;expires=180", "100 Trying")]
        referral.report(180)
        await passes(0.1)
        referral.report(200)
        await passes(0.1)
        assert told(anna)[1:] == [
            ("refer", "active;expires=180", "180 Ringing"),
            ("refer", "terminated;reason=noresource", "200 OK"),
        ]
        (notify, *_) = (one.request for one in anna.incoming("NOTIFY"))
        assert notify.content_type.kind == "message/sipfrag"
        assert notify.content_type.params == {"version": "2.0"}
        # §2.4.5: the body starts as a status line does.
        assert notify.body == b"SIP/2.0 100 Trying\r\n"
        anna.hang_up()


@in_virtual_time
async def test_each_status_is_told_once_and_nothing_after_the_last():
    async with exchange() as switch:
        anna, referral = await referred(switch)
        referral.accept()
        for status in (100, 180, 180, 100, 183, 180, 486, 486, 200, 180):
            referral.report(status)
        await passes(0.5)
        assert [line.split()[0] for _, _, line in told(anna)] == ["100", "180", "183", "486"]
        anna.hang_up()


@in_virtual_time
async def test_a_refusal_is_told_by_notify_since_phones_show_that():
    async with exchange() as switch:
        anna, referral = await referred(switch)
        referral.refuse(404, "1003 cannot be called from here")
        await passes(0.1)
        assert anna.statuses("REFER") == [202]
        assert [line for _, _, line in told(anna)] == ["100 Trying", "404 Not Found"]
        referral.report(200)
        await passes(0.1)
        assert len(told(anna)) == 2
        anna.hang_up()


@in_virtual_time
async def test_a_phone_that_wants_no_word_of_it_gets_none():
    # RFC 4488 §4: a 2xx with "Refer-Sub: false" makes no subscription.
    async with exchange() as switch:
        anna, referral = await referred(switch, SILENT)
        referral.accept()
        referral.report(180)
        referral.report(200)
        await passes(0.1)
        response = anna.response(202, "REFER")
        assert (response.fields.get("Refer-Sub"), anna.incoming("NOTIFY")) == ("false", [])
        anna.hang_up()


@in_virtual_time
async def test_a_phone_that_wants_no_word_of_it_is_refused_on_the_spot():
    async with exchange() as switch:
        anna, referral = await referred(switch, SILENT)
        referral.refuse(404, "1003 cannot be called from here")
        await passes(0.1)
        assert anna.statuses("REFER") == [404]
        assert "1003 cannot be called" in (anna.response(404, "REFER").fields.get("Warning") or "")
        assert anna.incoming("NOTIFY") == []
        anna.hang_up()


@in_virtual_time
async def test_a_later_refer_of_the_dialog_is_told_apart_by_its_number():
    # §2.4.6: "the first REFER … MAY include an id, the second and subsequent … MUST".
    async with exchange() as switch:
        anna, referrals = await connected(switch)
        numbers = []
        for _ in range(3):
            anna.send_in(anna.dialog, "REFER", TARGET)
            numbers.append(anna.stack.dialog(anna.dialog).local_cseq)
            await passes(0.1)
            referrals.pop().refuse(404, "No")
            await passes(0.1)
        events = [event for event, _, _ in told(anna)]
        assert events[::2] == ["refer", f"refer;id={numbers[1]}", f"refer;id={numbers[2]}"]
        assert events[1::2] == events[::2]
        anna.hang_up()


@pytest.mark.parametrize("silent", [(), (SILENT,)])
@in_virtual_time
async def test_one_refer_at_a_time_is_looked_at(silent):
    async with exchange() as switch:
        anna, referrals = await connected(switch)
        for _ in range(3):
            anna.send_in(anna.dialog, "REFER", TARGET, *silent)
            await passes(0.1)
        assert (anna.statuses("REFER"), len(referrals)) == ([491, 491], 1)
        referrals[0].accept()
        referrals[0].report(180)
        anna.send_in(anna.dialog, "REFER", TARGET, *silent)
        await passes(0.1)
        assert (anna.statuses("REFER"), len(referrals)) == ([491, 491, 202, 491], 1)
        referrals[0].report(486)
        anna.send_in(anna.dialog, "REFER", TARGET, *silent)
        await passes(0.1)
        assert len(referrals) == 2
        # Also one that is refused at once makes room for the next.
        referrals[1].refuse(404, "No")
        anna.send_in(anna.dialog, "REFER", TARGET, *silent)
        await passes(0.1)
        assert len(referrals) == 3
        referrals[2].refuse(404, "No")
        anna.hang_up()


@in_virtual_time
async def test_a_phone_that_has_hung_up_meanwhile_is_told_nothing():
    async with exchange() as switch:
        anna, referral = await referred(switch)
        referral.accept()
        await passes(0.1)
        anna.hang_up()
        await passes(1)
        referral.report(180)
        referral.report(200)
        await passes(0.1)
        assert [line for _, _, line in told(anna)] == ["100 Trying"]


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("silent", [(), (SILENT,)])
@in_virtual_time
async def test_a_refer_whose_phone_hung_up_long_ago_can_still_be_answered_without_harm(silent, accepted):
    async with exchange() as switch:
        anna, referral = await referred(switch, *silent)
        anna.hang_up()
        await passes(100)
        if accepted:
            referral.accept()
        else:
            referral.refuse(404, "Too late")
        await passes(0.1)
        assert anna.incoming("NOTIFY") == []


@pytest.mark.parametrize("status", [481, 489, 500])
@in_virtual_time
async def test_a_phone_that_refuses_the_notify_keeps_its_call(status):
    # RFC 5057 §5.1: it ends the subscription, and the call is another use of the dialog.
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        anna.answers_requests = False
        anna.send_in(anna.dialog, "REFER", ("Refer-To", "<sip:4711@192.0.2.1>"))
        await passes(0.5)
        for notify in anna.incoming("NOTIFY"):
            anna.say(notify, status)
        await passes(0.5)
        anna.answers_requests = True
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        bartek.hang_up()
        await passes(1)
        assert len(anna.incoming("BYE")) == 1


class Wires:
    """A signaller that keeps what is sent."""

    def __init__(self):
        self.stack = self
        self.sent = []

    def has_dialog(self, name):
        return True

    def response(self, key, status, reason):
        raise AssertionError("nothing is answered here")

    def send_in_dialog(self, name, method, *, body=b"", content_type="", fields=()):
        self.sent.append((int(body.split()[1]), dict(fields)["Subscription-State"]))


@given(st.lists(st.integers(100, 699), max_size=20))
def test_whatever_is_reported_it_only_goes_on_and_ends_once(statuses):
    wires = Wires()
    incoming = Incoming(
        ("k",), request_of(text_of("REFER")), Hop("UDP", "h", 1, "i", 2), DialogId("c", "l", "r")
    )
    referral = Referral(wires, incoming, Reference("1003"), first=True)
    for status in statuses:
        referral.report(status)
    said = [status for status, _ in wires.sent]
    assert said == sorted(set(said))
    assert all(status < 200 for status in said[:-1])
    assert [state.startswith("active") for _, state in wires.sent] == [status < 200 for status in said]
    assert bool(said) is bool(statuses)
