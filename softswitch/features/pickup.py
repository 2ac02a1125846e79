"""Picking up a call that rings at somebody else's phone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from softswitch.calls.call import Call, Seat
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.takeover import Takeover
from softswitch.features.announce import Announcer
from softswitch.features.codes import dialled_by
from softswitch.features.texts import Text

SERVED = Termination(Reason.SERVICE_ENDED)


@dataclass(frozen=True, slots=True)
class PickUp:
    """Lets an account answer the oldest call that rings ``at`` one of several others."""

    code: str
    user: str
    at: tuple[str, ...]
    announcer: Announcer
    kind: str = "code"

    @property
    def name(self) -> str:
        """The code."""
        return self.code

    async def __call__(self, call: Call) -> Termination:
        """Let the caller answer in the place of the phone that rings."""
        if not dialled_by(call, self.user):
            return Termination(Reason.UNKNOWN_NUMBER)
        seat = ringing(call, self.at)
        if seat is None:
            await self.announcer.tell(call, Text.NOTHING_RINGS)
            return SERVED
        return await Takeover(seat)(call)


def ringing(call: Call, users: Iterable[str]) -> Seat | None:
    """Return the leg that rings at one of the accounts in the oldest call, None when none does.

    A call that one makes oneself is not one's own to answer.
    """
    found = [
        seat
        for user in users
        for seat in call.office.seats(user)
        if not seat.leg.is_up
        and seat.leg is not seat.call.first
        and seat.call is not call
        and seat.call.caller.party != call.caller.party
    ]
    return min(found, key=lambda seat: seat.call.facts.id, default=None)
