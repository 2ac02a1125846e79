"""Faults that stand between the parts of a tree, between trees, and between trees and accounts.

They stop a line from starting. The faults of single parameters are told where they are read
(:mod:`softswitch.ivr.loader`); what runs and is still wrong is found by :mod:`softswitch.ivr.lint`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from softswitch.errors import Problem
from softswitch.ivr.actions.connecting import Dial
from softswitch.ivr.actions.paying import Pay
from softswitch.ivr.actions.queueing import Queue
from softswitch.ivr.expressions import nearest
from softswitch.ivr.model import Step, Tree
from softswitch.ivr.ways import reached, shortened, silent_rounds


def check_tree(tree: Tree, *, incomplete: Collection[str] = ()) -> list[Problem]:
    """Return the faults inside one tree: rounds that nobody comes out of.

    Branches that could not be read as a whole are ``incomplete``: nothing is concluded from them.
    """
    problems: list[Problem] = []
    for found in silent_rounds(tree, but=incomplete):
        first = found.branches[0]
        way = shortened((*found.branches, first))
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


def place_of(branch: str, step: Step) -> str:
    """Return how problems name a step: ``branch X step K (action)``."""
    return f"branch {branch} step {step.number} ({step.action_name})"
