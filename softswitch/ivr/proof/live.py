"""A test of a tree as a real call: what a telephone does and when, and whether the call went the same way.

The simulated call comes first. It tells at which point of the tree each key is pressed, so that the telephone
presses where the caller would, however long prompts last in the line's own voice. What happened is read from
the event log, of the one as of the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from softswitch.events import BranchEntered, Event, PromptPlayed, StepTaken
from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.model import Tree
from softswitch.ivr.proof.coverage import ANY
from softswitch.ivr.proof.model import TreeTest
from softswitch.ivr.transcript import Transcript

REAL: Final = frozenset(DialResult) - {DialResult.UNKNOWN, DialResult.UNREACHABLE}
"""What can come of a real phone that is rung."""

Way = tuple[str, ...]
"""A branch that is entered, or (branch, step, exit)."""


@dataclass(frozen=True, slots=True)
class Act:
    """What the caller does ``after`` seconds behind so many ``marks`` of the tree: keys, or hanging up."""

    marks: int
    after: float
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Dial:
    """A number that is dialled; ``is_real`` where the phone of an account does what is to come of it.

    ``stays`` where the one who answers does not hang up: the caller does.
    """

    targets: tuple[str, ...]
    result: DialResult
    is_real: bool
    stays: bool = False


@dataclass(frozen=True, slots=True)
class QueueWait:
    """A wait in a queue: whether a key ends it, and whether it is in the line's own queue."""

    by_key: bool
    is_real: bool


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A test as a real call: which number is called, what the caller does, and what is real of the rest."""

    called: str
    acts: tuple[Act, ...]
    dials: tuple[Dial, ...]
    waits: tuple[QueueWait, ...]
    way: tuple[Way, ...]
    seconds: float
    """How long the simulated call lasts."""


def live_call(
    tree: Tree, test: TreeTest, call: Transcript, accounts: Collection[str], queues: Collection[str]
) -> LiveCall:
    """Return what a real call does that goes the way of the simulated one.

    What ``accounts`` and ``queues`` of the line can do in it is real, and the rest is played.
    """
    return LiveCall(
        called=test.given.called or next(iter(tree.numbers), ""),
        acts=tuple(_acts(call)),
        dials=tuple(_dials(call, accounts)),
        waits=tuple(_waits(call, queues)),
        way=way_of(tree, (moment.event for moment in call.moments)),
        seconds=call.seconds,
    )


def _dials(call: Transcript, accounts: Collection[str]) -> Iterator[Dial]:
    """Yield what is dialled."""
    last = call.dialled[-1:] if call.ended is None else ()
    for dialled in call.dialled:
        known = len(dialled.targets) == 1 and dialled.targets[0] in accounts
        is_real = known and dialled.result in REAL
        stays = any(dialled is one for one in last) and dialled.result is DialResult.ENDED_BY_CALLEE
        yield Dial(dialled.targets, dialled.result, is_real, stays)


def _waits(call: Transcript, queues: Collection[str]) -> Iterator[QueueWait]:
    for wait in call.waited:
        # A key of the queue's own has no digit here: that one is played.
        by_key = wait.end is not None and wait.end.how is WaitEnd.KEY and wait.end.key != ""
        yield QueueWait(by_key, by_key and wait.queue in queues)


def way_of(tree: Tree, events: Iterable[object]) -> tuple[Way, ...]:
    """Return the way of a call through a tree: branches, and of each step the exit that makes a difference.

    A prompt that is heard to its end or cut short a moment before is the same way.
    """
    alike = {
        (branch.name, f"{step.number} {step.action_name}")
        for branch in tree.branches.values()
        for step in branch.steps
        if len(set(step.action.exits().values())) == 1
    }
    found: list[Way] = []
    for event in events:
        match event:
            case BranchEntered(tree=name, branch=branch) if name == tree.name:
                found.append((branch,))
            case StepTaken(tree=name, branch=branch, step=step, exit=exit_name) if (
                name == tree.name and step[:1].isdecimal()
            ):
                found.append((branch, step, ANY if (branch, step) in alike else exit_name))
    return tuple(found)


def differences(wanted: tuple[Way, ...], found: tuple[Way, ...]) -> tuple[str, ...]:
    """Return where a real call left the way of the simulated one; nothing where it did not."""
    if wanted == found:
        return ()
    at = next(
        (place for place, (one, other) in enumerate(zip(wanted, found, strict=False)) if one != other),
        min(len(wanted), len(found)),
    )
    here = " ".join(found[at]) if at < len(found) else "the end of the call"
    there = " ".join(wanted[at]) if at < len(wanted) else "the end of the call"
    before = " > ".join(way[0] for way in found[:at] if len(way) == 1) or "the beginning"
    return (f"the real call goes another way: after {before} comes {here}, in the simulated one {there}",)


def is_mark(event: Event | object, tree: str) -> bool:
    """Tell whether an event is one by which telephone and simulation keep step."""
    return isinstance(event, BranchEntered | StepTaken | PromptPlayed) and event.tree == tree


def _acts(call: Transcript) -> Iterator[Act]:
    for number, at, digits in call.pressed:
        marks, since = _before(call, number)
        yield Act(marks, at - since, digits)
    if call.ended is None:
        marks, since = _before(call, len(call.moments))
        yield Act(marks, call.seconds - since)


def _before(call: Transcript, number: int) -> tuple[int, float]:
    """Return how many marks there are in so many moments, and when the last of them was."""
    times = [moment.at for moment in call.moments[:number] if is_mark(moment.event, call.tree)]
    return len(times), times[-1] if times else 0.0
