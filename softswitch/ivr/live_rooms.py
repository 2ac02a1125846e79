"""Rooms of the switch into which trees lead their callers for a while: programs, voicemail, requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from softswitch.calls.call import Call
from softswitch.calls.hangup import Termination
from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.ivr.errors import NoSuchRoom

End = TypeVar("End", bound=StrEnum)
GoOn = Callable[[], Awaitable[Termination]]
"""Does with the caller what a room itself has for such an end, and returns how the call ends.

Raises SentOn where something else serves the caller from there on.
"""


@dataclass(frozen=True, slots=True)
class Served(Generic[End]):
    """How a caller was served; with ``go_on`` the room leads the call on from there."""

    end: End
    go_on: GoOn | None = None


class Rooms(Protocol):
    """The rooms, as far as trees lead into them. Hanging up cancels every method.

    All raise NoSuchRoom for a name that nothing has, before the caller hears anything. Names that stand in a
    tree are checked before anybody can call it; one that a variable gives is known in the call alone.
    """

    async def program(self, call: Call, number: str, values: Mapping[str, str]) -> Served[ProgramEnd]:
        """Let the program behind a number drive the call."""
        ...

    async def leave_message(self, call: Call, box: str, language: str) -> Served[MessageEnd]:
        """Let the caller leave a message in a box."""
        ...

    async def ask_for_call(self, call: Call, desk: str, language: str) -> Served[CallbackEnd]:
        """Let the caller ask to be called back."""
        ...


class NoRooms:
    """The :class:`Rooms` of a switch that has none of them."""

    async def program(self, call: Call, number: str, values: Mapping[str, str]) -> Served[ProgramEnd]:
        """Raise NoSuchRoom."""
        raise NoSuchRoom(number)

    async def leave_message(self, call: Call, box: str, language: str) -> Served[MessageEnd]:
        """Raise NoSuchRoom."""
        raise NoSuchRoom(box)

    async def ask_for_call(self, call: Call, desk: str, language: str) -> Served[CallbackEnd]:
        """Raise NoSuchRoom."""
        raise NoSuchRoom(desk)
