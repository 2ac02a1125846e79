"""Faults that stand between the parts of a tree, or between trees.

:func:`check_tree` and :func:`check_together` give what stops a tree from being loaded;
:func:`lint_tree` gives what runs and is still wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import pairwise

from softswitch.errors import Problem
from softswitch.ivr.actions.connecting import Dial
from softswitch.ivr.expressions import names_in, nearest
from softswitch.ivr.model import Branch, Step, Tree
from softswitch.ivr.outcome import GoTo, Next, Up
from softswitch.ivr.visit import CALL_VARIABLES, VARIABLE


def check_tree(tree: Tree) -> list[Problem]:
    """Return the faults inside one tree."""
    path = str(tree.path)
    problems: list[Problem] = []
    if tree.start not in tree.branches:
        problems.append(Problem(path, tree.lines.get("start"), "", f"start: {_no_branch(tree, tree.start)}"))
    for branch in tree.branches.values():
        if branch.parent is not None and branch.parent not in tree.branches:
            reason = f"parent: {_no_branch(tree, branch.parent)}"
            problems.append(Problem(path, branch.line, f"branch {branch.name}", reason))
        for where, step in _steps(branch):
            problems += _check_step(tree, where, step)
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
                line = tree.lines.get(f"numbers.{index}", tree.lines.get("numbers"))
                problems.append(Problem(str(tree.path), line, "", reason))
            numbers.setdefault(number, tree)
    return problems


def _also(tree: Tree, owner: Tree) -> str:
    return "is listed twice" if owner is tree else f"already enters the tree '{owner.name}' in {owner.path}"


def lint_tree(tree: Tree) -> list[Problem]:
    """Return what runs and is still wrong: no number to call, unreachable parts, unset variables."""
    path = str(tree.path)
    problems: list[Problem] = []
    reached = _reached(tree)
    variables = {name for b in tree.branches.values() for s in b.steps for name in s.action.variables_set()}
    for branch in tree.branches.values():
        if branch.name not in reached:
            problems.append(Problem(path, branch.line, f"branch {branch.name}", "no step leads here"))
        for where, step in _steps(branch):
            problems += (Problem(path, step.line, where, reason) for reason in _step_faults(step, variables))
        problems += _dead_steps(path, branch)
    return problems


def _step_faults(step: Step, variables: Set[str]) -> Iterator[str]:
    if isinstance(step.action, Dial) and not any(target.strip() for target in step.action.target):
        yield "there is no number to call: callers are cut off"
    for name in _names(step):
        if name.startswith(VARIABLE) and name.removeprefix(VARIABLE) not in variables:
            yield f"no step gives {{{{{name}}}}} a value"


def _check_step(tree: Tree, where: str, step: Step) -> Iterator[Problem]:
    path = str(tree.path)
    for parameter, branch in step.action.targets().items():
        if branch not in tree.branches:
            prefix = f"{parameter}: " if parameter in step.lines else ""
            reason = f"{prefix}{_no_branch(tree, branch)}"
            yield Problem(path, step.line_of(parameter), where, reason)
    known = (*CALL_VARIABLES, *step.action.own_variables)
    for name in _names(step):
        if name not in known and (not name.startswith(VARIABLE) or name == VARIABLE):
            reason = f"unknown variable {{{{{name}}}}}{nearest(name, list(known))}"
            yield Problem(path, step.line, where, reason)


def _dead_steps(path: str, branch: Branch) -> Iterator[Problem]:
    for step, following in pairwise(branch.steps):
        if Next() not in step.action.exits().values():
            where = f"branch {branch.name} step {following.number} ({following.action_name})"
            reason = f"step {step.number} ({step.action_name}) never goes on to here"
            yield Problem(path, following.line, where, reason)
            return


def _reached(tree: Tree) -> set[str]:
    reached: set[str] = set()
    waiting = [tree.start]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in tree.branches:
            continue
        reached.add(name)
        for step in tree.branches[name].steps:
            outcomes = tuple(step.action.exits().values())
            waiting += [outcome.branch for outcome in outcomes if isinstance(outcome, GoTo)]
            parent = tree.parent_of(name)
            if parent is not None and any(isinstance(outcome, Up) for outcome in outcomes):
                waiting.append(parent)
    return reached


def _steps(branch: Branch) -> Iterator[tuple[str, Step]]:
    for step in branch.steps:
        yield f"branch {branch.name} step {step.number} ({step.action_name})", step


def _names(step: Step) -> list[str]:
    return [name for text in step.action.templates() for name in names_in(text)]


def _no_branch(tree: Tree, name: str) -> str:
    return f"there is no branch '{name}'{nearest(name, list(tree.branches))}"
