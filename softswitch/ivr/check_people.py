"""Faults of trees about people: duties and accounts that are not there, and queues behind a rating."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from softswitch.errors import Problem
from softswitch.ivr.actions.connecting import Dial
from softswitch.ivr.actions.people import Duty
from softswitch.ivr.expressions import names_in, nearest
from softswitch.ivr.model import Step, Tree
from softswitch.ivr.ways import rated_before

NO_QUEUE_AFTER_RATING: Final = "no queue may follow on the step 'rate': the survey ends the call"


def check_ratings(tree: Tree, *, incomplete: Collection[str] = ()) -> list[Problem]:
    """Return every step into a queue that callers can come to after they were asked to rate the talk.

    Who has said how it was is not to wait again: the rating would be one of two talks. Branches that are
    ``incomplete`` lead nowhere that is known.
    """
    after = rated_before(tree)
    return [
        _problem(tree, branch, step, NO_QUEUE_AFTER_RATING, "name")
        for branch, step in _steps(tree)
        if step.action.enters_queue and (branch, step.number) in after and branch not in incomplete
    ]


def check_people(
    trees: Sequence[Tree], *, duties: Collection[str], accounts: Collection[str]
) -> list[Problem]:
    """Return every duty that is not configured, and every account ``by`` that does not exist."""
    problems: list[Problem] = []
    for tree in trees:
        for branch, step in _steps(tree):
            action = step.action
            if isinstance(action, Duty) and not any(names_in(action.name)) and action.name not in duties:
                reason = f"there is no duty '{action.name}'{nearest(action.name, sorted(duties))}"
                problems.append(_problem(tree, branch, step, reason, "name"))
            if isinstance(action, Dial) and action.by is not None and action.by not in accounts:
                reason = f"there is no account '{action.by}'{nearest(action.by, sorted(accounts))}"
                problems.append(_problem(tree, branch, step, reason, "by"))
    return problems


def _steps(tree: Tree) -> Iterator[tuple[str, Step]]:
    for branch in tree.branches.values():
        for step in branch.steps:
            yield branch.name, step


def _problem(tree: Tree, branch: str, step: Step, reason: str, parameter: str) -> Problem:
    where = f"branch {branch} step {step.number} ({step.action_name})"
    return Problem(str(tree.path), step.line_of(parameter), where, reason)
