"""Requests to other systems, as a tree sees them: a Protocol and plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from softswitch.ivr.expressions import Lookup, Value


@dataclass(frozen=True, slots=True)
class Question:
    """A request: by the name of a configured ``connection``, or written out in the tree as the ``own`` one.

    ``own`` is what the configuration of a connection holds: url, method, headers, body, answer and so on.
    ``key`` names the request to the other side, so that a repeat counts once.
    """

    connection: str = ""
    own: Mapping[str, Any] | None = field(default=None, repr=False)
    key: str = ""
    limit_s: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a request: the ``variables`` of its answer; or a ``fault``, a word, and its ``status``."""

    fault: str = ""
    status: int = 0
    variables: Mapping[str, Value] = field(default_factory=dict, repr=False)


class Wires(Protocol):
    """Who asks other systems. No method takes longer than its limit, or raises for their silence."""

    async def ask(self, question: Question, variables: Lookup) -> Reply:
        """Ask with the variables of the call."""
        ...


class NoWires:
    """The :class:`Wires` of a switch that asks nobody."""

    async def ask(self, question: Question, variables: Lookup) -> Reply:
        """Have no answer."""
        return Reply(fault="unreachable")
