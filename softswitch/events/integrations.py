"""Events of services of others: hosts that fail, and those that are back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HostGivenUp:
    """A host has failed several times in a row and is left alone for a while.

    ``why`` is its last failure: ``timed_out``.
    """

    host: str
    why: str


@dataclass(frozen=True, slots=True)
class HostBack:
    """A host that was given up has answered again, so many seconds after that."""

    host: str
    seconds: float
