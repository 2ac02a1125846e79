"""Conference rooms: whoever dials the number hears all others there."""

from __future__ import annotations

import asyncio
import hmac
from collections import deque
from dataclasses import dataclass, field
from typing import Final, NoReturn

from softswitch.calls.call import Call
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.speaking import answered
from softswitch.events import PinRefused, RoomEntered, RoomLeft
from softswitch.features.announce import Announcer
from softswitch.features.config import RoomConfig
from softswitch.features.texts import Text

TRIES: Final = 3
PIN_SECONDS: Final = 10.0
"""How long a key of the PIN is waited for."""

MOST_WRONG: Final = 20
WRONG_WITHIN: Final = 600.0
"""Wrong PINs by callers from outside, and the seconds they count for, until nobody from outside is asked any
more: a PIN of four digits is worth days of calling then. Accounts have proved who they are, and get in."""

FULL: Final = Termination(Reason.BUSY, CALLEE)
NOT_ADMITTED: Final = Termination(Reason.NOT_ADMITTED)


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody in a room: the call it is in, its number and its name."""

    call: str
    party: str
    display: str


@dataclass(frozen=True, slots=True)
class Room:
    """One room. ``mixing`` is its number in the media worker, which all who are in it share."""

    number: str
    config: RoomConfig
    announcer: Announcer
    mixing: int
    kind: str = "room"
    _calls: list[Call] = field(default_factory=list)
    _door: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One enters after another: each is brought to the worker of those who are there."""
    _wrong: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_WRONG))
    """When callers from outside last typed a wrong PIN."""

    @property
    def name(self) -> str:
        """The room's name, or its number."""
        return self.config.name or self.number

    def present(self) -> tuple[Present, ...]:
        """Return who is in, first come first."""
        return tuple(Present(call.facts.id, call.caller.party, call.caller.display) for call in self._calls)

    async def __call__(self, call: Call) -> Termination:
        """Let the caller in, and stay until it hangs up."""
        if len(self._calls) >= self.config.most:
            return FULL
        await answered(call.caller)
        if self.config.pin and (self._is_shut(call) or not await self._knows_pin(call)):
            await self.announcer.tell(call, Text.NOT_ADMITTED)
            return NOT_ADMITTED
        if len(self._calls) >= self.config.most:
            return FULL
        await self._take_part(call)

    # At the door

    async def _knows_pin(self, call: Call) -> bool:
        call.caller.masked = True
        try:
            for tries in range(1, TRIES + 1):
                typed = await self.announcer.ask_digits(
                    call, Text.WHICH_PIN, most=len(self.config.pin), within=PIN_SECONDS
                )
                # Asked anew at each try: of many who stood at the door at once, the others have guessed too.
                if hmac.compare_digest(typed, self.config.pin) and not self._is_shut(call):
                    return True
                call.record(PinRefused(call.caller.name, call.caller.party, self.name, tries))
                if call.facts.outside is not None:
                    self._wrong.append(call.around.clock.monotonic())
                await self.announcer.tell(call, Text.WRONG_PIN)
                call.caller.keys.flush()  # The hash behind what was long enough, and what was typed too much.
            return False
        finally:
            # What was typed and not read goes while it is masked.
            call.caller.keys.flush()
            call.caller.masked = False

    def _is_shut(self, call: Call) -> bool:
        since = call.around.clock.monotonic() - WRONG_WITHIN
        return call.facts.outside is not None and len(self._wrong) == MOST_WRONG and self._wrong[0] > since

    # Inside

    async def _take_part(self, call: Call) -> NoReturn:
        async with self._door:
            others = len(self._calls)
            self._calls.append(call)
        call.record(RoomEntered(call.caller.name, call.caller.party, self.name, others))
        try:
            await self._seat(call)
            while True:
                before = call.caller
                await call.signals.get()
                if call.caller is not before:
                    await self._seat(call)
                else:
                    self._let_hear()  # It may hold the call now, or have taken it from hold.
        finally:
            self._calls.remove(call)
            call.record(RoomLeft(call.caller.name, call.caller.party, self.name))
            self._let_hear()

    async def _seat(self, call: Call) -> None:
        """Bring the caller's sound to where the others' is, and let all hear."""
        async with self._door:
            first = next((one for one in self._calls if one is not call), None)
            if first is not None:
                await call.caller.move_sound(near=first.caller)
            self._let_hear()

    def _let_hear(self) -> None:
        """Let those who are in hear each other, and who is alone music."""
        there = [call.caller for call in self._calls if call.caller.is_up and call.caller.sound is not None]
        for leg in there:
            leg.keys.unread = True
            leg.voice.listen_for_tones(False)
            if len(there) == 1:
                leg.voice.hear_music()
            else:
                # A phone on hold may send music of its own.
                leg.voice.hear_room(self.mixing, speaks=not leg.held)
