"""Parking: a call is left at a number, and taken from there by dialling it at any phone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from softswitch.calls.branch import Branch
from softswitch.calls.bridge import talk
from softswitch.calls.call import Call
from softswitch.calls.dialling import Dialler
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.identity import shown
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.race import first_of
from softswitch.calls.speaking import answered
from softswitch.events import CallParked, CallRetrieved, ParkingRecalled
from softswitch.features.announce import Announcer
from softswitch.features.config import ParkingConfig
from softswitch.features.texts import Text

RECALL_RING_SECONDS: Final = 30.0
"""How long whoever parked a call is rung, until it waits on for the next time."""
TOLD_TIMES: Final = 6
TOLD_PAUSE: Final = 8.0
"""How often somebody who parks is told the place, and the seconds after each time: a minute or so, in which
the transfer comes or was not meant."""

SERVED: Final = Termination(Reason.SERVICE_ENDED)
HANDED_OVER: Final = Termination(Reason.TRANSFERRED)
ELSEWHERE: Final = Termination(Reason.ANSWERED_ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Parked:
    """A call that is parked: where, who waits, who left it there, and since when."""

    slot: str
    call: str
    party: str
    display: str
    by: str
    since: datetime


@dataclass(eq=False, slots=True)
class _Stay:
    """One caller's waiting. ``taken`` is whoever came for it, ``claimed`` that somebody is about to."""

    call: Call
    by: str
    since: datetime
    taken: asyncio.Future[PhoneLeg]
    claimed: bool = False


@dataclass(frozen=True, slots=True)
class ParkingLot:
    """All slots and who waits there. ``dialler`` rings whoever parked, whatever its forwarding says."""

    config: ParkingConfig
    dialler: Dialler
    announcer: Announcer
    _stays: dict[str, _Stay] = field(default_factory=dict)
    _reserved: set[str] = field(default_factory=set)
    """Slots somebody has been told of, who has yet to transfer the call there."""

    def parked(self) -> tuple[Parked, ...]:
        """Return what is parked, by slot."""
        return tuple(
            Parked(
                slot,
                stay.call.facts.id,
                stay.call.caller.party,
                stay.call.caller.display,
                stay.by,
                stay.since,
            )
            for slot, stay in sorted(self._stays.items())
        )

    async def leave(self, call: Call, by: str, slot: str = "") -> Termination:
        """Park the caller at ``slot``, or at the first free one when that is "" or taken.

        When all are taken whoever parked it is rung at once. Returns how the call ended.
        """
        await answered(call.caller)
        at = slot if slot and self._is_free(slot) else self._free()
        if at is None:
            back = await self.dialler.reach(
                call, [by], ring_for=RECALL_RING_SECONDS, label=self.config.number
            )
            return back if isinstance(back, Termination) else await talk(call, back)
        return await self._park(call, at, by)

    async def offer(self, call: Call, by: str) -> Termination:
        """Tell the caller a free slot and keep it; park whoever takes the caller's place by a transfer."""
        slot = self._free()
        if slot is None:
            await self.announcer.tell(call, Text.PARKING_FULL)
            return SERVED
        self._reserved.add(slot)
        try:
            await answered(call.caller)
            call.caller.voice.hear_music()
            language = self.announcer.language_of(call.caller.party)
            for _ in range(TOLD_TIMES):
                await self.announcer.say(call.caller, Text.PARKED_AT, language, slot)
                if await _handed_over(call, by):
                    return await self._park(call, slot, by)
        finally:
            self._reserved.discard(slot)
        return SERVED

    async def fetch(self, call: Call, slot: str) -> Termination:
        """Let the caller talk with who waits at ``slot``; the call goes on as that one's."""
        stay, newcomer = self._stays.get(slot), call.caller
        if stay is None or stay.claimed:
            await self.announcer.tell(call, Text.NOBODY_PARKED, slot)
            return SERVED
        there = stay.call
        stay.claimed = True
        try:
            await newcomer.open_sound(near=there.caller)
            await newcomer.answer(there.caller.codec, shown(there.caller, to=newcomer))
        finally:
            stay.claimed = False
        if newcomer.over:
            return Termination(Reason.CANCELLED)
        if self._stays.get(slot) is not stay or there.caller.over or stay.taken.done():
            await self.announcer.tell(call, Text.NOBODY_PARKED, slot)
            return SERVED
        call.give_up(newcomer, there)
        there.admit(newcomer, from_call=call.facts.id)
        there.record(CallRetrieved(slot, there.caller.party, newcomer.party))
        stay.taken.set_result(newcomer)
        return HANDED_OVER

    async def _park(self, call: Call, slot: str, by: str) -> Termination:
        taken: asyncio.Future[PhoneLeg] = asyncio.get_running_loop().create_future()
        stay = self._stays[slot] = _Stay(call, by, call.around.clock.wall(), taken)
        call.record(CallParked(slot, call.caller.party, by))
        try:
            call.caller.voice.hear_music()
            partner = await self._until_taken(stay, slot)
        finally:
            del self._stays[slot]
        caller = call.caller
        if caller.shows_identity:
            caller.changes.begin(caller.changes.identify(shown(partner, to=caller)))
        return await talk(call, partner)

    async def _until_taken(self, stay: _Stay, slot: str) -> PhoneLeg:
        """Wait for whoever comes, ringing now and then whoever parked the call."""
        while True:
            branch = Branch(stay.call)
            place, leg = await first_of(_taken(stay), self._recalled(branch, stay, slot))
            if stay.taken.done():
                leg = stay.taken.result()
            elif place == 1 and leg is not None:
                branch.adopt(leg)
            branch.fell(ELSEWHERE)
            if leg is not None:
                return leg

    async def _recalled(self, branch: Branch, stay: _Stay, slot: str) -> PhoneLeg | None:
        """Ring whoever parked the call when its time is over; return who answers, None for nobody."""
        await asyncio.sleep(self.config.recall_s)
        branch.record(ParkingRecalled(slot, stay.call.caller.party, stay.by))
        reached = await self.dialler.reach(branch, [stay.by], ring_for=RECALL_RING_SECONDS, label=slot)
        return reached if isinstance(reached, PhoneLeg) else None

    def _is_free(self, slot: str) -> bool:
        return slot not in self._stays and slot not in self._reserved

    def _free(self) -> str | None:
        return next((slot for slot in self.config.numbers if self._is_free(slot)), None)


@dataclass(frozen=True, slots=True)
class ParkingDestination:
    """The number of the parking, or (``slot``) of a place in it, as the account ``by`` uses it."""

    lot: ParkingLot
    by: str
    slot: str = ""
    kind: str = "parking"

    @property
    def name(self) -> str:
        """The number."""
        return self.slot or self.lot.config.number

    async def __call__(self, call: Call) -> Termination:
        """Park whoever was sent here; one who dials it himself is told a slot, or is given who waits."""
        if call.caller.party != self.by:
            return await self.lot.leave(call, self.by, self.slot)
        if self.slot:
            return await self.lot.fetch(call, self.slot)
        return await self.lot.offer(call, self.by)


async def _taken(stay: _Stay) -> PhoneLeg | None:
    return await asyncio.shield(stay.taken)  # It goes on when this is given up.


async def _handed_over(call: Call, by: str) -> bool:
    """Tell whether somebody else has taken the place of the account ``by``, waiting a while for it."""
    try:
        async with asyncio.timeout(TOLD_PAUSE):
            while call.caller.party == by:
                await call.signals.get()
    except TimeoutError:
        return False
    return True
