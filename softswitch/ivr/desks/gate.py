"""Showing who one is, as a tree sees it: a Protocol and plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Shown(StrEnum):
    """What came of an identity check."""

    VERIFIED = "verified"
    WRONG = "wrong"
    LOCKED = "locked"
    UNAVAILABLE = "unavailable"
    """It could not be checked in time."""


@dataclass(frozen=True, slots=True)
class Person:
    """What came of an identity check, and who it is where it is verified; ``minutes`` of a lock."""

    shown: Shown
    customer: str = ""
    name: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Shows:
    """What a caller has typed, by the names of what was asked. It shows in no text."""

    typed: Mapping[str, str] = field(repr=False)
    caller: str = ""


class Gate(Protocol):
    """Who finds out who callers are. No method takes longer than a caller waits."""

    async def locked(self, caller: str) -> Person | None:
        """Tell, before anything is asked, that nobody is checked who calls from this number; else None."""
        ...

    async def check(self, asked: Sequence[str], shows: Shows) -> Person:
        """Compare all that was asked with what was typed."""
        ...

    def well_formed(self, factor: str, typed: str) -> bool:
        """Tell whether an answer can be one at all; known of the form alone."""
        ...


class NoGate:
    """The :class:`Gate` of a switch that knows nobody."""

    async def locked(self, caller: str) -> Person | None:
        """None."""
        return None

    async def check(self, asked: Sequence[str], shows: Shows) -> Person:
        """Find that nothing can be checked."""
        return Person(Shown.UNAVAILABLE)

    def well_formed(self, factor: str, typed: str) -> bool:
        """Tell whether there is any answer."""
        return bool(typed)
