"""Asking a connection of the configuration by hand: what it is sent with, and what its answer gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.errors import SoftswitchError
from softswitch.integrations.connections import Connections
from softswitch.integrations.errors import IntegrationError
from softswitch.ivr.expressions import MASK, Value

FAILED: Final = 1


class BadVariable(SoftswitchError):
    """A variable on the command line means nothing; the text says how one is written."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it, in lines, and the exit code."""

    lines: tuple[str, ...]
    code: int = 0


def read_variables(words: Sequence[str]) -> dict[str, Value]:
    """Read ``CALL.SRC_NUMBER=600100200``; raise BadVariable naming the first that is none."""
    found: dict[str, Value] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not name or not equals:
            raise BadVariable(f"'{word}': write NAME=VALUE, such as CALL.SRC_NUMBER=600100200")
        found[name.upper()] = Value(value)
    return found


async def try_connection(
    connections: Connections, name: str, variables: Mapping[str, Value], *, now: Callable[[], float]
) -> Tried:
    """Ask a connection; return what a menu would go on with. Private values are not shown."""
    began = now()
    try:
        answer = await connections.ask(name, variables.get)
    except IntegrationError as error:
        return Tried((f"{name}: failed after {now() - began:.1f} s: {error}",), FAILED)
    lines = [f"{name}: status {answer.status} after {now() - began:.1f} s"]
    lines += [f"  {one} = {MASK if value.private else value.text}" for one, value in answer.variables.items()]
    return Tried(tuple(lines))
