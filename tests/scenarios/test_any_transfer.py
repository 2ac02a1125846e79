"""Whatever order transfers, replacements and hang-ups come in: nobody is lost, and nothing is left of it.

Phones with several calls at once do at random what phones can do, often in one breath. At quiet moments
everybody who is on the line hears whom the call says, and at the end every call has ended once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable

import pytest

from softswitch.calls.call import Call
from softswitch.calls.dialling import Dialler
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.leg import Leg
from softswitch.events import (
    CallArrived,
    CallEnded,
    Event,
    LegEnded,
    LegInvited,
    LegLeft,
    LegTookPlace,
)
from softswitch.registrar.accounts import Account
from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.signals import DialogId, Incoming, Reply, TransactionKey, UserOutput
from tests.fakes.exchange import NAMES, SWITCH, Exchange, Phone, Steps, exchange, sdp
from tests.fakes.media import MUSIC
from tests.fakes.network import FAIR, Weather
from tests.fakes.virtual_time import in_virtual_time, passes

RUNS = 200
STORM = Weather(loss=0.15, copies=0.1, delay=0.02, jitter=0.2)
QUIET_SECONDS = 5.0
"""Longer than a phone may take to hang up that has transferred its call, and than re-INVITEs that crossed."""
STORMY_QUIET_SECONDS = 45.0
"""Longer than any request is repeated."""
ALL_NUMBERS = ("1001", "1002", "1003", "1004", "100", "4711")
UPDATES = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE")
REFUSALS = (404, 480, 486, 488, 500, 603)


class BusyPhone(Phone):
    """A phone with as many calls as it likes. ``rude`` ones refuse some of what they are asked."""

    def __init__(self, switch: Exchange, user: str, host: str, chance: random.Random, *, rude: bool) -> None:
        self.chance = chance
        self.rude = rude
        self.updates = chance.random() < 0.5
        self.talks: list[DialogId] = []
        self.early: list[DialogId] = []
        """Calls of its own that ring."""
        self.dialled: list[TransactionKey] = []
        self.version = 1
        super().__init__(switch, user, host)
        self.acks = not rude or chance.random() < 0.9
        self.ack_body = sdp(host=host)

    def hear(self, output: UserOutput) -> None:
        """Do what every phone does, and keep its calls in mind."""
        with contextlib.suppress(LocalProtocolError):  # Its own BYE was first.
            super().hear(output)
        match output:
            case Incoming(request=request, dialog=DialogId() as name) if request.method == "BYE":
                self.leave(name)
            case Incoming(request=request, dialog=DialogId()) if request.method == "INVITE":
                self.take(output)
            case Reply(response=response, dialog=DialogId() as name) if response.cseq.method == "INVITE":
                if response.status < 200:
                    self.early.append(name)
                elif response.status < 300 and name not in self.talks:
                    self.talks.append(name)

    def take(self, incoming: Incoming) -> None:
        """Answer a re-INVITE."""
        status = self.chance.choice((200, 200, 200, 491)) if self.rude else 200
        with contextlib.suppress(LocalProtocolError):
            self.say(incoming, status, body=self.description() if status == 200 else b"")

    def leave(self, name: DialogId) -> None:
        """Forget a call."""
        if name in self.talks:
            self.talks.remove(name)

    def description(self, direction: str = "") -> bytes:
        """Return a new description."""
        self.version += 1
        return sdp(host=self.address[0], direction=direction, version=self.version)

    def waiting(self) -> list[Incoming]:
        """Return the calls to it that ring."""
        ringing = [one for one in self.incoming("INVITE")[-6:] if one.dialog is None]
        return [one for one in ringing if self.is_open(one)]

    def is_open(self, invite: Incoming) -> bool:
        """Tell whether an INVITE awaits its final answer."""
        try:
            self.stack.response(invite.transaction, 180)
        except LocalProtocolError:
            return False
        return True

    def accept(self, invite: Incoming, *, body: bytes | None = None) -> None:
        """Pick up."""
        fields = (UPDATES,) if self.updates else ()
        name = self.say(invite, 200, *fields, body=self.description() if body is None else body)
        assert name is not None
        self.talks.append(name)

    def send_within(self, method: str, *fields: tuple[str, str], body: bytes = b"", kind: str = "") -> None:
        """Send a request inside one of its calls."""
        self.send_in(self.chance.choice(self.talks), method, *fields, body=body, content_type=kind)


def place(name: DialogId) -> str:
    """Return the Replaces value that names a phone's own dialog."""
    return f"{name.call_id};to-tag={name.remote_tag};from-tag={name.local_tag}"


def escaped(name: DialogId) -> str:
    return place(name).replace(";", "%3B").replace("=", "%3D")


Act = Callable[[Exchange, BusyPhone, list[BusyPhone], random.Random], None]


def calls(switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random) -> None:
    body = chance.choice((None, None, None, b""))
    fields = (UPDATES,) if phone.updates else ()
    phone.dialled.append(phone.call(chance.choice(ALL_NUMBERS), body=body, fields=fields))


def rings(switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random) -> None:
    body = chance.choice((b"", b"", phone.description()))
    phone.answer(chance.choice(phone.waiting()), 183 if body else 180, body=body)


def picks_up(switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random) -> None:
    invite = chance.choice(phone.waiting())
    phone.accept(invite, body=b"rubbish" if phone.rude and chance.random() < 0.05 else None)


def refuses(switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random) -> None:
    invite = chance.choice(phone.waiting())
    if chance.random() < 0.4:
        phone.say(invite, 302, ("Contact", f"<sip:{chance.choice(ALL_NUMBERS)}@{SWITCH[0]}>"))
    else:
        phone.answer(invite, chance.choice(REFUSALS))


def cancels(switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random) -> None:
    phone.invite_key = phone.dialled.pop(chance.randrange(len(phone.dialled)))
    phone.cancel()


def holds(switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random) -> None:
    directions = ("sendonly", "inactive", "sendrecv", "")
    body = phone.description(chance.choice(directions))
    if chance.random() < 0.1:
        body = b""
    method = "UPDATE" if body and chance.random() < 0.3 else "INVITE"
    phone.send_within(method, body=body, kind="application/sdp" if body else "")


def hangs_up(switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random) -> None:
    name = chance.choice(phone.talks)
    phone.leave(name)
    phone.send_in(name, "BYE")


def presses(switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random) -> None:
    phone.send_within("INFO", body=b"Signal=5\r\n", kind="application/dtmf-relay")


def sends_on(switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random) -> None:
    fields = (("Refer-Sub", "false"),) if chance.random() < 0.2 else ()
    target = f"<sip:{chance.choice(ALL_NUMBERS)}@{SWITCH[0]}>"
    phone.send_within("REFER", ("Refer-To", target), *fields)


def joins(switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random) -> None:
    """Send one of its calls to another: its own, another phone's of the same person, or a stranger's."""
    mine = [one for one in phones if one.uri.user == phone.uri.user]
    whose = chance.choice(mine if chance.random() < 0.9 else phones)
    other = chance.choice([*whose.talks, *whose.early[-2:]])
    phone.send_within("REFER", ("Refer-To", f"<sip:x@{SWITCH[0]}?Replaces={escaped(other)}>"))


def takes_over(switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random) -> None:
    """Call in the place of a call of the same person, or of somebody else."""
    mine = [one for one in phones if one.uri.user == phone.uri.user]
    whose = chance.choice(mine if chance.random() < 0.9 else phones)
    named = [*whose.talks, *whose.early[-2:]]
    # One that rings is named by the tag that its 180 gives it.
    named += [name for one in whose.waiting() if (name := whose.answer(one, 180)) is not None]
    replaced = ("Replaces", place(chance.choice(named)))
    fields = (UPDATES, replaced) if phone.updates else (replaced,)
    phone.dialled.append(phone.call("1001", fields=fields))


def media(switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random) -> None:
    leg = chance.choice(switch.client.open_legs)
    match chance.randrange(8):
        case 0 if not switch.client.spread:
            switch.client.kill(switch.media)
        case 1:
            switch.client.silence(leg)
        case _:
            switch.client.digit(leg, "1")


def ports_are_slow(
    switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random
) -> None:
    gate = switch.client.gate
    if gate is not None:
        gate.set()
    switch.client.gate = gate = asyncio.Event()
    asyncio.get_running_loop().call_later(chance.random() * 0.4, gate.set)


Acts = tuple[tuple[Act, int], ...]
ACTS: Acts = (
    (calls, 4),
    (rings, 3),
    (picks_up, 8),
    (refuses, 2),
    (cancels, 1),
    (holds, 3),
    (hangs_up, 2),
    (presses, 1),
    (sends_on, 4),
    (joins, 4),
    (takes_over, 4),
    (media, 1),
    (ports_are_slow, 1),
)


def act(switch: Exchange, phones: list[BusyPhone], chance: random.Random, acts: Acts) -> str:
    """Let somebody do something that can be done now; return what."""
    kinds, weights = zip(*acts, strict=True)
    for _ in range(20):
        (do,) = chance.choices(kinds, weights)
        phone = chance.choice(phones)
        with contextlib.suppress(LocalProtocolError, IndexError, ValueError):
            do(switch, phone, phones, chance)
            return f"{phone.uri.user}@{phone.address[0]} {do.__name__}"
    return "nothing"


# What must be true


def hears(switch: Exchange, leg: Leg) -> str:
    assert leg.sound is not None
    return switch.client.leg(leg.sound.number).hears


def check_pair(switch: Exchange, call: Call) -> None:
    """Two who talk hear each other, alone or in a room, or music; and their phones know where to send."""
    assert call.pair is not None
    held = any(leg.held for leg in call.pair)
    room = "" if held else room_of(call)
    for one, other in (call.pair, call.pair[::-1]):
        assert one.is_up, (one.name, one.progress)
        assert one in call.legs
        if one.offered is not None:
            continue  # Its answer to our offer must come in its ACK.
        assert one.ours is not None
        assert other.sound is not None
        expected = (
            f"loop {MUSIC}"
            if other.held
            else room or f"leg {switch.client.leg(other.sound.number).leg.number}"
        )
        assert hears(switch, one) == expected, (one.name, other.name)
        assert one.sound is not None
        assert one.ours.media[0].port == one.sound.number, one.name


def room_of(call: Call) -> str:
    """Return the room in which a talk is heard, "" where nobody hears it."""
    audience = call.audience
    present = [one for one in audience._guests if one.leg is not None and not one.leg.over]
    return f"room {audience._room}" if present else ""


def check_call(switch: Exchange, call: Call) -> None:
    """Nobody is on the line without a part in the call."""
    assert (call.caller in call.legs) != call.serves_switch
    assert not call.caller.over
    if call.pair is not None:
        check_pair(switch, call)
        assert call.caller in call.pair
    parts = call.pair or (call.caller,)
    without = [leg for leg in call.legs if leg.is_up and leg not in parts]
    rings = any(not leg.is_up and not leg.over for leg in call.legs)
    # Who transfers waits while it rings elsewhere, to be given the call back if nobody answers.
    assert len(without) <= (1 if rings and call.pair is None else 0), [leg.name for leg in without]


async def check_quiet(switch: Exchange) -> None:
    """Every call is sound, if not now then soon: a phone may have stopped ringing just now."""
    try:
        check_calls(switch)
    except AssertionError:
        await passes(QUIET_SECONDS)
        check_calls(switch)


def check_calls(switch: Exchange) -> None:
    """Every call is sound, and no port is open that is in none."""
    running = list(switch.board._calls)
    for call in running:
        check_call(switch, call)
    known = {leg.sound.number for call in running for leg in call.legs if leg.sound is not None}
    assert {leg.leg.port for leg in switch.client.open_legs} <= known


def check_end(switch: Exchange) -> None:
    """Every call ended once, after all its legs had; nothing was a fault of ours."""
    names = {entry.call for entry in switch.entries if entry.call}
    assert len(switch.events(CallArrived)) == len(switch.events(CallEnded)) == len(names)
    for call in names:
        events = [entry.event for entry in switch.entries if entry.call == call]
        ended = [event.leg for event in events if isinstance(event, LegEnded)]
        left = [event.leg for event in events if isinstance(event, LegLeft)]
        came = [event.leg for event in events if isinstance(event, LegInvited | LegTookPlace)]
        parted = [*ended, *left]
        assert len(parted) == len(set(parted))
        arrived = [event.leg for event in events if isinstance(event, CallArrived) and event.leg]
        assert {*arrived, *came} <= set(parted)
        assert isinstance(events[-1], CallEnded)
        assert Reason(events[-1].reason) is not Reason.FAULT, events


def plugged_in(switch: Exchange, chance: random.Random) -> list[BusyPhone]:
    """Plug in four people's phones, two of which have two."""
    switch.accounts["1004"] = Account("1004", "Dorota")
    switch.dialler = Dialler(switch.bindings, {**NAMES, "1004": "Dorota"}.get)
    phones = []
    for number, user in enumerate(("1001", "1002", "1002", "1003", "1004", "1004")):
        host = f"192.0.2.{11 + number}"
        switch.phone(user, host)  # Registers it.
        phones.append(BusyPhone(switch, user, host, chance, rude=number == 5))
    return phones


def end_all(phones: list[BusyPhone]) -> None:
    """Let everybody put down every receiver."""
    for phone in phones:
        for name in phone.talks:
            with contextlib.suppress(LocalProtocolError):
                phone.send_in(name, "BYE")
        for invite in phone.waiting():
            phone.answer(invite, 480)
        for key in phone.dialled:
            phone.stack.cancel(phone.network.now, key)
        phone.network.flush()


@pytest.mark.parametrize("seed", range(RUNS))
@in_virtual_time
async def test_whoever_is_sent_where_nobody_is_lost_and_nothing_is_left(seed, caplog):
    caplog.set_level(logging.ERROR)
    await afternoon(seed, ACTS)
    assert not caplog.records, caplog.text


async def afternoon(
    seed: int, acts: Acts, check: Callable[[Exchange], Awaitable[None]] = check_quiet
) -> list[Event]:
    """Let all phones do what chance wants, and ``check`` it at quiet moments; return all that happened."""
    chance = random.Random(seed)
    story: list[str] = []
    async with exchange(longest=900.0) as switch:
        stormy = chance.random() < 0.25
        switch.network._random = random.Random(seed)
        switch.client.spread = chance.random() < 0.3
        phones = plugged_in(switch, chance)
        switch.routes["100"] = Steps(menu(switch, chance))
        for _ in range(12):
            switch.network.weather = STORM if stormy else FAIR
            for _ in range(chance.randrange(2, 7)):
                for _ in range(chance.choice((1, 1, 2, 3))):  # In one breath.
                    done = act(switch, phones, chance, acts)
                    story.append(f"{switch.clock.monotonic():.2f} {done}")
                await passes(chance.choice((0.0, 0.02, 0.5, 2.0)))
            switch.network.weather = FAIR
            await passes(STORMY_QUIET_SECONDS if stormy else QUIET_SECONDS)
            try:
                await check(switch)
            except AssertionError as error:
                error.add_note("\n".join(story[-12:]))
                raise
        end_all(phones)
        await passes(1200)
        check_end(switch)
    return [entry.event for entry in switch.entries]


def menu(switch: Exchange, chance: random.Random):  # type: ignore[no-untyped-def]
    """Return a course: a key, then people."""

    async def course(call: Call) -> Termination:
        await call.caller.answer()
        await call.caller.ready()
        call.caller.voice.hear_loop(77)
        await call.caller.keys.next(10)
        end: Termination = await switch.dialler.dial(call, ["1002", "1003"], ring_for=8)
        await call.caller.keys.next(2)
        return end if chance.random() < 0.5 else Termination(Reason.MENU_ENDED)

    return course
