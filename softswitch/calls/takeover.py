"""A call that takes the place of a leg of another: a Replaces (RFC 3891), or a call picked up."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.calls.call import Call, Seat
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.identity import shown
from softswitch.calls.signals import TookPlace

HANDED_OVER = Termination(Reason.TRANSFERRED)


@dataclass(frozen=True, slots=True)
class Takeover:
    """The place of a leg, as where a call leads."""

    seat: Seat
    kind: str = "call"

    @property
    def name(self) -> str:
        """The call whose leg is replaced."""
        return self.seat.call.facts.id

    async def __call__(self, call: Call) -> Termination:
        """Answer the caller and let it go on in the other call."""
        there, place, newcomer = self.seat.call, self.seat.leg, call.caller
        other = there.partner(place) or (there.caller if place is not there.caller else None)
        # Where nobody else is there: who serves the place expects it where the other leg has been.
        await newcomer.open_sound(near=other or place)
        await newcomer.answer(place.codec, shown(other, to=newcomer) if other is not None else ())
        if not there.takes_part(place):
            return Termination(Reason.CANCELLED)
        call.give_up(newcomer, there)
        there.take_over(newcomer, place=place, from_call=call.facts.id)
        # Whoever waits for that leg's answer hears of it: the call itself, or a branch of it.
        place.tell(newcomer, TookPlace(place.name))
        if place.is_up:
            there.retire(place, HANDED_OVER)
        return HANDED_OVER
