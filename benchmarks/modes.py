"""What a load consists of: how many legs a unit has, and who hears whom."""

from __future__ import annotations

from enum import Enum
from typing import Final

PAIR: Final = 2
ROOM: Final = 3
LARGE_ROOM: Final = 30
"""One room of this size among the small ones, as soon as there are legs for both."""
MOST_LEGS: Final = 6000
"""Ports of the range that the workers under test have: two for each leg."""


class Mode(Enum):
    """What callers do. ``ivr`` goes through the whole switch, the others drive one media worker."""

    IVR = "ivr"
    BRIDGE = "bridge"
    QUEUE = "queue"
    RECORD = "record"
    CONFERENCE = "conference"

    @property
    def legs_per_call(self) -> int:
        """How many legs one unit of the load has: a bridge and its recording are counted in pairs."""
        return PAIR if self in (Mode.BRIDGE, Mode.RECORD) else 1

    @property
    def most(self) -> int:
        """The largest load there are ports for."""
        return MOST_LEGS // self.legs_per_call

    @property
    def title(self) -> str:
        """What a line of a table calls the load."""
        return _TITLES[self]


_TITLES: Final = {
    Mode.IVR: "calls in a menu, keys searched in all",
    Mode.BRIDGE: "pairs that hear each other",
    Mode.QUEUE: "callers who hear one music",
    Mode.RECORD: "pairs, each recorded in stereo",
    Mode.CONFERENCE: f"callers in rooms of {ROOM}, and one of {LARGE_ROOM}",
}


def rooms(legs: int) -> list[int]:
    """Return the room of each leg; who is left over at the end joins the last one."""
    large = LARGE_ROOM if legs >= LARGE_ROOM + ROOM else 0
    small = max((legs - large) // ROOM, 1)
    return [0] * large + [1 + min(place // ROOM, small - 1) for place in range(legs - large)]
