"""Supervisors and calls of the switch itself among all that phones can do: nobody is lost, nothing is left.

At quiet moments whoever supervises hears the talk, or music while there is none to hear, and what is said is
heard by whom the mode says.
"""

from __future__ import annotations

import contextlib
import logging
import random
from weakref import WeakKeyDictionary

import pytest

from media import commands as ask
from softswitch.calls.audience import Guest, Mode
from softswitch.calls.bridge import talk
from softswitch.calls.call import Call
from softswitch.calls.errors import NotBegun
from softswitch.calls.hangup import Termination
from softswitch.calls.originate import Origination, Originator
from softswitch.calls.supervision import Supervisors
from softswitch.events import (
    CallerReached,
    Event,
    SupervisionBegan,
    SupervisionChanged,
    SupervisionEnded,
    TransferDone,
)
from tests.fakes.exchange import Exchange, Steps
from tests.fakes.media import MUSIC
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.scenarios.test_any_transfer import (
    ACTS,
    QUIET_SECONDS,
    BusyPhone,
    afternoon,
    check_calls,
    menu,
    picks_up,
    room_of,
)

RUNS = 100
DESKS: WeakKeyDictionary[Exchange, Supervisors] = WeakKeyDictionary()
"""What begins the supervisions of an exchange."""


def desk_of(switch: Exchange) -> Supervisors:
    return DESKS.setdefault(switch, Supervisors(Originator(switch.board), switch.dialler))


def supervises(switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random) -> None:
    """Somebody supervises a talk, or does so in another mode."""
    talks = [call.pair for call in switch.board._calls if call.pair is not None]
    whom = chance.choice(chance.choice(talks)).party if talks else "1001"
    guests = [guest.by for guest in desk_of(switch)._running]
    by = chance.choice([phone.uri.user or "", *guests])
    with contextlib.suppress(NotBegun):
        desk_of(switch).supervise(whom, by, chance.choice([*Mode]), ring_for=20)


def presses_a_mode(
    switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random
) -> None:
    """A supervisor presses a key."""
    leg = chance.choice([guest.leg for guest in desk_of(switch)._running if guest.leg is not None])
    if leg.sound is not None and not leg.over:
        switch.client.digit(switch.client.leg(leg.sound.number), chance.choice("1234"))


def is_rung_by_the_switch(
    switch: Exchange, phone: BusyPhone, phones: list[BusyPhone], chance: random.Random
) -> None:
    """The switch rings somebody for a menu, or for a talk with somebody else."""
    other = chance.choice(phones).uri.user or ""

    async def connect(call: Call) -> Termination:
        reached = await switch.dialler.reach(call, [other], ring_for=8)
        return reached if isinstance(reached, Termination) else await talk(call, reached)

    course = connect if chance.random() < 0.6 else menu(switch, chance)
    wanted = Origination(
        chance.choice(("1001", "1002", "1003", "1004", "100")),
        by=phone.uri.user or "",
        number=other,
        made_for=f"connection:{other}",
        ring_for=10,
    )
    made = desk_of(switch).originator.start(wanted, Steps(course))
    if chance.random() < 0.1:
        made.give_up()


SUPERVISED = (*ACTS, (picks_up, 16), (supervises, 12), (presses_a_mode, 4), (is_rung_by_the_switch, 3))


def check_guest(switch: Exchange, call: Call, guest: Guest) -> None:
    """Whoever supervises hears the talk, and is heard by whom the mode says."""
    leg = guest.leg
    assert leg is not None
    assert leg.sound is not None
    sound = switch.client.leg(leg.sound.number)
    if call.pair is None or any(one.held for one in call.pair):
        assert sound.hears == f"loop {MUSIC}"
        return
    assert sound.hears == room_of(call)
    seat = sound.asked(ask.HearRoom)[-1]
    speaks = guest.mode if not leg.held else Mode.LISTEN
    assert guest.agent in call.pair
    whispers_to = guest.agent.sound if speaks is Mode.WHISPER else None
    to = switch.client.leg(whispers_to.number).leg.number if whispers_to is not None else -1
    assert (seat.speaks, seat.whispers_to) == (speaks is Mode.BARGE, to)
    rooms = {switch.client.leg(one.sound.number).leg.worker for one in call.pair if one.sound is not None}
    assert rooms == {sound.leg.worker}


def check_all(switch: Exchange) -> None:
    check_calls(switch)
    running = list(switch.board._calls)
    for call in running:
        for guest in call.audience._guests:
            assert guest in desk_of(switch)._running
            if guest.leg is not None:
                check_guest(switch, call, guest)
    guests = [guest for call in running for guest in call.audience._guests]
    assert len(guests) == len(desk_of(switch)._running)


async def check_quiet(switch: Exchange) -> None:
    """All is sound, if not now then soon: a phone may have stopped ringing just now."""
    try:
        check_all(switch)
    except AssertionError:
        await passes(QUIET_SECONDS)
        check_all(switch)


@pytest.mark.parametrize("seed", range(RUNS))
@in_virtual_time
async def test_whoever_supervises_whom_nobody_is_lost_and_nothing_is_left(seed, caplog):
    caplog.set_level(logging.ERROR)
    await afternoon(seed, SUPERVISED, check_quiet)
    assert not caplog.records, caplog.text


def test_these_afternoons_hold_all_that_is_to_be_tried() -> None:
    """Supervisions that begin, change and end, with transfers in them, and calls of the switch."""
    happened: list[Event] = []

    @in_virtual_time
    async def one(seed: int) -> None:
        happened.extend(await afternoon(seed, SUPERVISED, check_quiet))

    for seed in range(10):
        one(seed)
    kinds = (SupervisionBegan, SupervisionChanged, SupervisionEnded, CallerReached, TransferDone)
    found = {kind: sum(isinstance(event, kind) for event in happened) for kind in kinds}
    assert min(found.values()) >= 5, found
    assert found[SupervisionBegan] == found[SupervisionEnded]
