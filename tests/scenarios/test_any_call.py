"""Whatever happens, in whatever weather: every call ends once, and nothing is left of it."""

from __future__ import annotations

import random

import pytest

from softswitch.calls.hangup import Reason, Termination
from softswitch.events import CallArrived, CallEnded, LegEnded, LegInvited
from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.signals import Incoming
from tests.fakes.exchange import Exchange, Phone, Steps, exchange, sdp
from tests.fakes.network import FAIR, Weather
from tests.fakes.virtual_time import in_virtual_time, passes

STORM = Weather(loss=0.2, copies=0.1, delay=0.02, jitter=0.2)
BODIES = (
    sdp(),
    sdp(direction="sendonly"),
    sdp(direction="inactive"),
    sdp(host="0.0.0.0"),
    sdp(formats="0"),
    sdp(formats="9"),
    b"rubbish",
    b"",
)


def open_invite(phone: Phone, chance: random.Random) -> Incoming:
    """Return an INVITE that the phone may still answer, or may not."""
    return chance.choice(phone.incoming("INVITE"))


def act(switch: Exchange, phone: Phone, chance: random.Random) -> None:
    """Let a phone or the media room do something, sensible or not."""
    body = chance.choice(BODIES)
    match chance.randrange(13):
        case 0 | 1:
            phone.answer(open_invite(phone, chance), 180)
        case 2:
            phone.answer(open_invite(phone, chance), 183, body=body)
        case 3 | 4:
            phone.dialog = phone.answer(open_invite(phone, chance), 200, body=chance.choice((sdp(), body)))
        case 5:
            phone.answer(open_invite(phone, chance), chance.choice((302, 404, 480, 486, 488, 491, 500, 603)))
        case 6:
            phone.cancel()
        case 7 | 8:
            phone.reinvite(body)
        case 9:
            phone.hang_up()
        case 10:
            phone.info("Signal=5")
        case 11:
            leg = chance.choice(switch.client.open_legs)
            switch.client.digit(leg, "1")
            switch.client.sound(leg, "198.51.100.1", 1000)
        case 12:
            if chance.random() < 0.3:
                switch.client.silence(chance.choice(switch.client.open_legs))
            elif chance.random() < 0.2:
                switch.client.kill(switch.media)


def check(switch: Exchange) -> None:
    calls = {entry.call for entry in switch.entries if entry.call}
    assert len(switch.events(CallArrived)) == len(switch.events(CallEnded)) == len(calls)
    for call in calls:
        events = [entry.event for entry in switch.entries if entry.call == call]
        ended = [event.leg for event in events if isinstance(event, LegEnded)]
        invited = [event.leg for event in events if isinstance(event, LegInvited)]
        assert len(ended) == len(set(ended))
        assert {"a", *invited} <= set(ended)
        assert isinstance(events[-1], CallEnded)
        assert Reason(events[-1].reason) is not Reason.FAULT, events


@pytest.mark.parametrize("seed", range(60))
@in_virtual_time
async def test_whatever_happens_every_call_ends_once_and_nothing_is_left(seed):
    chance = random.Random(seed)
    async with exchange(longest=60.0) as switch:
        switch.network.weather = chance.choice((FAIR, STORM))
        switch.network._random = random.Random(seed)
        phones = [switch.phone("1001", "192.0.2.11")]
        phones += [
            switch.phone("1002", f"192.0.2.2{number}", q=chance.choice((500, 1000))) for number in range(3)
        ]

        async def course(call):
            await call.caller.answer()
            await call.caller.ready()
            end = await switch.dialler.dial(call, ["1002", "1003"], ring_for=8)
            await call.caller.keys.next(2)
            return end if chance.random() < 0.5 else Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(course)
        for phone in phones:
            phone.acks = chance.random() < 0.9
            phone.ack_body = sdp()
        for _ in range(3):
            phones[0].call(chance.choice(("1002", "100", "4711")), body=chance.choice((sdp(), b"")))
            for _ in range(20):
                await passes(chance.random() * 2)
                try:
                    act(switch, chance.choice(phones), chance)
                except (LocalProtocolError, IndexError, AssertionError):
                    continue  # The phone has nothing to do that with.
        await passes(400)
        check(switch)
