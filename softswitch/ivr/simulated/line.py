"""What simulated calls take of the line that a tree belongs to; what a scene gives goes before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from softswitch.clock import Clock
from softswitch.errors import Problem
from softswitch.ivr.desks.hours import Hours, NoHours
from softswitch.ivr.desks.post import Letter
from softswitch.ivr.expressions import Lookup
from softswitch.ivr.model import Tree
from softswitch.sameness import FieldValue

UTC: Final = "UTC"


def _no_text(kind: str, letter: Letter, variables: Lookup, at: datetime) -> Mapping[str, str]:
    return {}


def _nothing(tree: Tree) -> tuple[Problem, ...]:
    return ()


def _no_hours(clock: Clock) -> Hours:
    return NoHours()


def _as_given(field: str, value: FieldValue) -> FieldValue:
    return value


@dataclass(frozen=True, slots=True)
class LineBeside:
    """The line of a tree, as far as its calls can be simulated with it.

    ``hours`` gives its schedules by a clock. ``template`` gives what a template (its name) says as an ``sms``
    or a ``mail`` sent at a time: its ``text``, and the ``subject`` of a mail; nothing for one that it does
    not have. ``own`` gives the value of an own field of customers as the line keeps it. ``zone`` is that of
    times that name none. ``lacks`` tells what a tree names that the line does not have, so that no call of it
    would go as it is simulated.
    """

    hours: Callable[[Clock], Hours] = field(default=_no_hours)
    template: Callable[[str, Letter, Lookup, datetime], Mapping[str, str]] = field(default=_no_text)
    own: Callable[[str, FieldValue], FieldValue] = field(default=_as_given)
    zone: str = UTC
    lacks: Callable[[Tree], Sequence[Problem]] = field(default=_nothing)


NO_LINE: Final = LineBeside()
"""A tree by itself: its schedules are open unless a scene says, and templates have no text."""
