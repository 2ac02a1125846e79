"""Who is in a call: a reader of the event log."""

from __future__ import annotations

from typing import Final

from softswitch.events import (
    CallArrived,
    Entry,
    Event,
    LegAnswered,
    LegEnded,
    LegJoined,
    LegLeft,
    LegTookPlace,
)

KINDS_READ: Final[tuple[type[Event], ...]] = (
    CallArrived,
    LegAnswered,
    LegTookPlace,
    LegJoined,
    LegEnded,
    LegLeft,
)
"""All that is looked at: who subscribes need be told of nothing else."""


class Engaged:
    """Knows which accounts have the receiver in hand: they talk, or call somebody.

    A phone that only rings engages nobody.
    """

    def __init__(self) -> None:
        self._legs: dict[str, set[tuple[str, str]]] = {}

    def read(self, entry: Entry) -> None:
        """Take an entry of the log."""
        match entry.event:
            case (
                CallArrived(leg=leg, caller=party)
                | LegAnswered(leg=leg, party=party)
                | LegTookPlace(leg=leg, party=party)
                | LegJoined(leg=leg, party=party)
            ) if leg:  # The switch itself holds no receiver.
                self._legs.setdefault(party, set()).add((entry.call, leg))
            case LegEnded(leg=leg, party=party) | LegLeft(leg=leg, party=party):
                legs = self._legs.get(party, set())
                legs.discard((entry.call, leg))
                if not legs:
                    self._legs.pop(party, None)
            case _:
                pass

    def engaged(self, user: str, *, besides: str = "") -> bool:
        """Tell whether an account is in a call, the one with the id ``besides`` not counted.

        Whoever a call comes back to may still be about to leave it.
        """
        return any(call != besides for call, _ in self._legs.get(user, ()))
