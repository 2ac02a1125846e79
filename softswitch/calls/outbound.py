"""Numbers outside as somebody to be called: alone, or ringing together with phones of ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.calls.call import Call
from softswitch.calls.hangup import Termination
from softswitch.calls.lines import Exits, Way
from softswitch.calls.outside_leg import OutsideLeg

RING_SECONDS: Final = 120.0
"""How long a number outside rings that was dialled: its own network gives up earlier, or its voice mail
answers."""


@dataclass(frozen=True, slots=True)
class OutsideParty:
    """A number outside, and the ways to it. ``account`` is the number: who it is that rings or refuses."""

    account: str
    ways: tuple[Way, ...]

    def leg(self, call: Call) -> OutsideLeg:
        """Make the leg that calls it."""
        return OutsideLeg(call.leg_name(), self.ways, call.around, call.signal)


def parties_outside(
    call: Call, numbers: Iterable[str], exits: Exits, by: str | None = None
) -> tuple[Sequence[OutsideParty], Sequence[Termination]]:
    """Return who of these can be called outside, and why others cannot; what is no number is left out."""
    parties: list[OutsideParty] = []
    refusals: list[Termination] = []
    for number in numbers:
        ways = exits.ways(call, number, by)
        if isinstance(ways, Termination):
            refusals.append(ways)
        elif ways:
            parties.append(OutsideParty(ways[0].invitation.party, tuple(ways)))
    return parties, refusals
