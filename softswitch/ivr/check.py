"""Faults that stand between the parts of a tree, between trees, and between trees and accounts.

:func:`check_tree`, :func:`check_together`, :func:`check_targets` and :func:`check_side_menus` give what stops
a line from starting; :func:`lint_trees` gives what runs and is still wrong. The faults of single parameters
are told where they are read (:mod:`softswitch.ivr.loader`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from itertools import pairwise
from typing import Final

from softswitch.errors import Problem
from softswitch.ivr.actions.connecting import Dial
from softswitch.ivr.actions.paying import Pay
from softswitch.ivr.actions.queueing import WHEN_AGENT, Queue
from softswitch.ivr.expressions import names_in, nearest
from softswitch.ivr.model import Branch, Step, Tree
from softswitch.ivr.outcome import Next
from softswitch.ivr.references import VARIABLE
from softswitch.ivr.ways import answered_before, can_end, next_branches, reached, silent_rounds

ANSWERED_TOO_EARLY: Final = (
    "something is said before the queue, so callers are answered already and not only when there is an agent "
    f"({WHEN_AGENT}): they hear ringing instead of music"
)
ANSWERED_TOO_LATE: Final = (
    f"the keys are of no use: callers are answered only when there is an agent ({WHEN_AGENT})"
)


def check_tree(tree: Tree, *, incomplete: Collection[str] = ()) -> list[Problem]:
    """Return the faults inside one tree: rounds that nobody comes out of.

    Branches that could not be read as a whole are ``incomplete``: nothing is concluded from them.
    """
    problems: list[Problem] = []
    for found in silent_rounds(tree, but=incomplete):
        first = found.branches[0]
        way = " > ".join((*found.branches, first))
        reason = f"callers would go round for ever and hear nothing: {way}"
        problems.append(Problem(str(tree.path), found.step.line, place_of(first, found.step), reason))
    return problems


def check_together(trees: Sequence[Tree]) -> list[Problem]:
    """Return the faults between trees: a name or a number that two of them claim."""
    problems: list[Problem] = []
    names: dict[str, Tree] = {}
    numbers: dict[str, Tree] = {}
    for tree in trees:
        other = names.setdefault(tree.name, tree)
        if other is not tree:
            reason = f"tree: the name '{tree.name}' is already taken by {other.path}"
            problems.append(Problem(str(tree.path), tree.lines.get("tree"), "", reason))
        for index, number in enumerate(tree.numbers):
            owner = numbers.get(number)
            if owner is not None:
                reason = f"numbers: {number} {_also(tree, owner)}"
                line = tree.lines.get(f"numbers.{index}") or tree.lines.get(f"entries.{number}")
                line = line or tree.lines.get("numbers")
                problems.append(Problem(str(tree.path), line, "", reason))
            numbers.setdefault(number, tree)
    return problems


def _also(tree: Tree, owner: Tree) -> str:
    return "is listed twice" if owner is tree else f"already enters the tree '{owner.name}' in {owner.path}"


def check_targets(
    trees: Sequence[Tree],
    accounts: Collection[str],
    leads_out: Callable[[str], bool] = lambda number: False,
) -> list[Problem]:
    """Return every number written in a ``dial`` that no phone answers: it is a menu's, or nobody's.

    Numbers that come from a variable are not known before the call; ``leads_out`` tells which are outside.
    """
    menus = {number: tree for tree in trees for number in tree.numbers}
    problems: list[Problem] = []
    for tree in trees:
        for branch in tree.branches.values():
            for step in branch.steps:
                for line, target in _dialled(step):
                    if target not in accounts and (target in menus or not leads_out(target)):
                        reason = _no_account(target, accounts, menus)
                        problems.append(Problem(str(tree.path), line, place_of(branch.name, step), reason))
    return problems


def check_tills(trees: Sequence[Tree], providers: Collection[str]) -> list[Problem]:
    """Return every step that takes money where nobody does, or through a provider that is not configured."""
    problems: list[Problem] = []
    for tree in trees:
        for branch in tree.branches.values():
            for step in branch.steps:
                if not isinstance(step.action, Pay):
                    continue
                name = step.action.provider
                if not providers:
                    reason = "nobody takes money here: name a provider under 'payments' in the configuration"
                elif name and name not in providers:
                    reason = f"there is no payment provider '{name}'{nearest(name, sorted(providers))}"
                else:
                    continue
                place = place_of(branch.name, step)
                problems.append(Problem(str(tree.path), step.line_of("provider"), place, reason))
    return problems


def check_side_menus(trees: Sequence[Tree], side_menus: Mapping[str, str]) -> list[Problem]:
    """Return the ways into a queue from menus to which callers go while they wait: they have a place already.

    ``side_menus`` gives a queue that leads there, by the number of the menu.
    """
    problems: dict[tuple[str, int], Problem] = {}
    for tree in trees:
        for number in sorted(side_menus.keys() & set(tree.numbers)):
            reason = (
                f"callers of the queue {side_menus[number]} come here while they wait: nobody waits twice"
            )
            for name in reached(tree, {tree.entries.get(number, tree.start)}):
                for step in tree.branches[name].steps:
                    if isinstance(step.action, Queue):
                        problem = Problem(str(tree.path), step.line, place_of(name, step), reason)
                        problems.setdefault((problem.path, step.line), problem)
    return [problems[place] for place in sorted(problems)]


def _dialled(step: Step) -> Iterator[tuple[int, str]]:
    if isinstance(step.action, Dial):
        for place, target in step.action.literal_targets():
            yield step.line_of(f"target.{place}"), target


def _no_account(target: str, accounts: Collection[str], menus: Mapping[str, Tree]) -> str:
    menu = menus.get(target)
    if menu is None:
        return f"there is no account {target}{nearest(target, list(accounts))}"
    return (
        f"{target} is a menu here ('{menu.name}' in {menu.path}), and dial calls accounts: "
        "put the branches into one tree and use goto"
    )


def lint_trees(trees: Iterable[Tree], ringing: Collection[str] = ()) -> list[Problem]:
    """Return what runs in any of the trees and is still wrong; to be shown as warnings.

    ``ringing`` are the queues that by their own configuration answer only when an agent does.
    """
    return [problem for tree in trees for problem in lint_tree(tree, ringing)]


def lint_tree(tree: Tree, ringing: Collection[str] = ()) -> list[Problem]:
    """Return what runs and is still wrong, in the order of the file.

    No number leads here, no step leads to a branch, a step is never come to, a variable never gets a value,
    there is nobody to dial, there is no way out, a queue is to answer late and callers are answered
    already, or are to press keys.
    """
    path = str(tree.path)
    problems: list[Problem] = []
    if not tree.numbers:
        reason = "no number leads to this tree: nobody can call it (numbers: [100])"
        problems.append(Problem(path, tree.lines.get("numbers", tree.lines.get("tree")), "", reason))
    entered, trapping = reached(tree), _trapping(tree)
    variables = {name for b in tree.branches.values() for s in b.steps for name in s.action.variables_set()}
    for branch in tree.branches.values():
        if branch.name not in entered:
            problems.append(Problem(path, branch.line, f"branch {branch.name}", "no step leads here"))
        elif branch.name in trapping:
            reason = "no way out: whatever callers do here, only their own hanging up ends the call"
            problems.append(Problem(path, branch.line, f"branch {branch.name}", reason))
        for step in branch.steps:
            where = place_of(branch.name, step)
            problems += (Problem(path, line, where, reason) for line, reason in _weaknesses(step, variables))
        problems += _dead_steps(path, branch)
    problems += _answers_of_queues(tree, ringing)
    return sorted(problems, key=lambda problem: problem.line or 0)


def _trapping(tree: Tree) -> frozenset[str]:
    """Return the branches by which callers come into a part of the tree that never lets go of them."""
    ends, ways = can_end(tree), next_branches(tree)
    kept = tree.branches.keys() - ends
    entrances = {target for name, targets in ways.items() if name in ends for target in targets}
    return frozenset(kept & (entrances | tree.entrances))


def _weaknesses(step: Step, variables: Set[str]) -> Iterator[tuple[int, str]]:
    if isinstance(step.action, Dial) and not any(target.strip() for target in step.action.target):
        yield step.line_of("target"), "there is no number to call: callers are cut off"
    for name in dict.fromkeys(name for text in step.action.templates() for name in names_in(text)):
        if name.startswith(VARIABLE) and name.removeprefix(VARIABLE) not in variables:
            yield step.line, f"no step gives {{{{{name}}}}} a value"


def _answers_of_queues(tree: Tree, ringing: Collection[str]) -> Iterator[Problem]:
    """Yield the queues that are to answer with an agent alone, and what that does not go with."""
    answered = answered_before(tree)
    for branch in tree.branches.values():
        for step in branch.steps:
            queue = step.action
            if not isinstance(queue, Queue) or not _rings(queue, ringing):
                continue
            if (branch.name, step.number) in answered:
                line, reason = step.line_of("answer" if queue.answer else "name"), ANSWERED_TOO_EARLY
            elif queue.keys:
                line, reason = step.line_of("keys"), ANSWERED_TOO_LATE
            else:
                continue
            yield Problem(str(tree.path), line, place_of(branch.name, step), reason)


def _rings(queue: Queue, ringing: Collection[str]) -> bool:
    return queue.name in ringing if queue.answer is None else queue.answer == WHEN_AGENT


def _dead_steps(path: str, branch: Branch) -> Iterator[Problem]:
    for step, following in pairwise(branch.steps):
        if Next() not in step.action.exits().values():
            reason = f"step {step.number} ({step.action_name}) never goes on to here"
            yield Problem(path, following.line, place_of(branch.name, following), reason)
            return


def place_of(branch: str, step: Step) -> str:
    """Return how problems name a step: ``branch X step K (action)``."""
    return f"branch {branch} step {step.number} ({step.action_name})"
