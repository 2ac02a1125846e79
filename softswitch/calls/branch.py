"""A branch of a call: people rung for its caller beside what the caller hears, and beside other ringing.

The signals of its legs go their own way, so that two of them, or one and the call itself, can ring at the
same time. Who answers is adopted into the call.
"""

from __future__ import annotations

import asyncio

from softswitch.calls.call import Call
from softswitch.calls.hangup import Termination
from softswitch.calls.leg import Leg
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.signals import Ended, Referred, Signal


class Bystander(PhoneLeg):
    """The caller as those know it who are rung in a branch: by name, while it is told nothing."""

    def __init__(self, caller: PhoneLeg) -> None:
        super().__init__(
            caller.name, caller.party, caller.around, caller.hop, lambda leg, signal: None, owner=False
        )
        self._caller = caller
        self.display = caller.display
        self.guise = caller.guise
        self.sound = caller.sound

    async def open_sound(self, near: Leg | None = None) -> None:
        """Open the caller's own sound, which phones are to be near to."""
        await self._caller.open_sound(near)
        self.sound = self._caller.sound

    def expected_codec(self) -> str:
        """The caller's."""
        return self._caller.expected_codec()

    def codecs_offered(self) -> tuple[str, ...]:
        """The caller's."""
        return self._caller.codecs_offered()

    def hush(self) -> None:
        """Leave the caller what it hears."""


class Branch(Call):
    """A part of a call for ringing somebody: its legs are the call's, but speak to this part alone."""

    def __init__(self, call: Call) -> None:
        # Not a call of its own, so nothing of a call's beginning: it has the legs and the log of the whole.
        self._whole = call
        self.facts = call.facts
        self.around = call.around
        self.office = call.office
        self.signals = asyncio.Queue()
        self.first = call.first
        self.caller = Bystander(call.caller)
        self.pair = None
        self.forwarded = list(call.forwarded)
        self._legs = call._legs
        self._closing = call._closing
        self._rung: list[PhoneLeg] = []

    @property
    def serves_switch(self) -> bool:
        """Tell whether the switch itself is the caller of the whole call."""
        return self._whole.serves_switch

    def add(self, leg: PhoneLeg) -> None:
        """Take a leg in; the end of the whole call is its end too."""
        self._rung.append(leg)
        self._whole.add(leg)

    def leg_name(self) -> str:
        """Return a name that no leg of the whole call has."""
        return self._whole.leg_name()

    def signal(self, leg: Leg, signal: Signal) -> None:
        """Take what a leg of the branch tells."""
        if isinstance(signal, Referred):
            signal.referral.refuse(403, "There is nobody to transfer")
        else:
            self.signals.put_nowait((leg, signal))

    @property
    def gone(self) -> Termination | None:
        """How the whole call has ended."""
        return self._whole.gone

    def end(self, termination: Termination) -> None:
        """End the whole call."""
        self._whole.end(termination)

    async def until_over(self, leg: PhoneLeg) -> Termination:
        """Wait for the end of a leg that answered here."""
        while not leg.over:
            one, signal = await self.signals.get()
            if one is leg and isinstance(signal, Ended):
                break
        return leg.termination

    def adopt(self, leg: PhoneLeg) -> None:
        """Let the call go on with a leg that answered here: from now on it speaks to the call."""
        leg.tell = self._whole.signal
        if leg in self._rung:
            self._rung.remove(leg)
        while not self.signals.empty():
            one, signal = self.signals.get_nowait()
            if one is leg:
                self._whole.signal(leg, signal)

    def fell(self, termination: Termination) -> None:
        """End what still rings or talks here."""
        while self._rung:
            self.drop(self._rung.pop(), termination)
