"""Queues that are to answer only with an agent, and what that does not go with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from softswitch.ivr.actions.queueing import WHEN_AGENT, Queue
from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.model import Branch, Step
from softswitch.ivr.ways import answered_before

ANSWERED_TOO_EARLY: Final = (
    "something is said before the queue, so callers are answered already and not only when there is an agent "
    f"({WHEN_AGENT}): they hear ringing instead of music"
)
ANSWERED_TOO_LATE: Final = (
    f"the keys are of no use: callers are answered only when there is an agent ({WHEN_AGENT})"
)


def _ringing(view: View) -> Iterator[tuple[Branch, Step, Queue, bool]]:
    """Yield the queues that answer with an agent alone, and whether callers are answered before."""
    answered = answered_before(view.tree)
    for branch, step in view.steps():
        queue = step.action
        if not isinstance(queue, Queue):
            continue
        rings = queue.name in view.ringing if queue.answer is None else queue.answer == WHEN_AGENT
        if rings:
            yield branch, step, queue, (branch.name, step.number) in answered


def _too_early(view: View) -> Iterator[Found]:
    for branch, step, queue, answered in _ringing(view):
        if answered:
            yield Found(
                ANSWERED_TOO_EARLY,
                "przed kolejką coś jest mówione, więc połączenie jest już odebrane, a nie dopiero z agentem "
                f"({WHEN_AGENT}): dzwoniący usłyszy sygnał dzwonienia zamiast muzyki",
                branch,
                step,
                step.line_of("answer" if queue.answer else "name"),
            )


def _of_no_use(view: View) -> Iterator[Found]:
    for branch, step, queue, answered in _ringing(view):
        if queue.keys and not answered:
            yield Found(
                ANSWERED_TOO_LATE,
                f"klawisze na nic się nie zdadzą: połączenie jest odbierane dopiero z agentem ({WHEN_AGENT})",
                branch,
                step,
                step.line_of("keys"),
            )


TOO_EARLY = Rule(
    "answered_too_early",
    Severity.WARNING,
    "Nothing is said before a queue that answers only with an agent.",
    "Nic nie jest mówione przed kolejką, która odbiera dopiero z agentem.",
    _too_early,
)
OF_NO_USE = Rule(
    "keys_of_no_use",
    Severity.WARNING,
    "A queue that answers only with an agent has no keys.",
    "Kolejka, która odbiera dopiero z agentem, nie ma klawiszy.",
    _of_no_use,
)
