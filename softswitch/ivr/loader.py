"""Tree files become trees, or a list of everything that is wrong with them.

Each problem reads ``path line N: branch X step K (action): reason``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from softswitch.errors import ConfigError, Problem, harmless
from softswitch.ivr.actions.speaking import Say
from softswitch.ivr.check import check_together, check_tree
from softswitch.ivr.check_people import check_ratings
from softswitch.ivr.expressions import nearest
from softswitch.ivr.faults import told
from softswitch.ivr.model import Branch, Step, Tree
from softswitch.ivr.prompts import Language
from softswitch.ivr.references import Around, BranchName, Kind, no_branch
from softswitch.ivr.registry import ACTIONS
from softswitch.ivr.source import Source, kind_of, line_of, lines_within, text_at
from softswitch.ivr.variables import KNOWN_VARIABLES

Configured = Mapping[str, Collection[str]]

BRANCHES = "branches"
PARENT, STEPS = "parent", "steps"


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


_BRANCHES_EXAMPLE = f"welcome: [{Say.example.removeprefix('- ')}]"
_DIALLED = re.compile(r"\+?[0-9A-Za-z*#._-]+")


def _checked_number(number: str) -> str:
    if not _DIALLED.fullmatch(number):
        together = "".join(number.split())
        if _DIALLED.fullmatch(together):
            raise ValueError(f"'{number}' cannot be dialled: write it without spaces, {together}")
        raise ValueError(f"'{number}' cannot be dialled: a number has digits, letters and + * # . _ -")
    return number


MOST_TOLD: Final = 500
"""Faults of one file that are told: nobody reads more, and they travel to whoever publishes."""

LONGEST_NAME: Final = 80
"""Letters of the name of a tree or a branch: it stands in tables, pictures and on agents' phones."""


def _checked_name(name: str) -> str:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        shown = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..."
        raise ValueError(f"'{shown}' is no name: 1 to {LONGEST_NAME} signs, all of which can be shown")
    return name


NonEmpty = Annotated[str, Field(min_length=1)]
Name = Annotated[NonEmpty, AfterValidator(_checked_name)]
Number = Annotated[NonEmpty, AfterValidator(_checked_number)]


class TreeHeader(BaseModel):
    """Everything a tree file says above its branches."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tree: Name = Field(description="The name of the tree.")
    language: Language = Field(description="The language callers hear unless a step changes it.")
    numbers: Annotated[
        tuple[Number, ...],
        BeforeValidator(_as_list),
        Kind("number, or a list of them", "numer albo lista numerów"),
    ] = Field(default=(), description="The dialled numbers that enter here.")
    entries: Annotated[
        dict[Number, BranchName], Kind("numbers and their branches", "numery i ich gałęzie")
    ] = Field(
        default_factory=dict,
        description="Further numbers that enter at a branch of their own: to transfer callers there.",
    )
    start: BranchName = Field(description="The branch where callers begin.")
    outage: BranchName | None = Field(
        default=None,
        description="The branch that callers go through first while an outage is switched on; none says so.",
    )
    self_service: bool = Field(
        default=False, description="Whether it is meant that no way leads to a person."
    )
    default_text: str = Field(default="", description="Spoken for a variable without a value.")


def load_tree(path: Path) -> Tree:
    """Return the tree in the file at ``path``; raise ConfigError with all its problems."""
    return load_trees([path])[0]


def load_trees(paths: Iterable[Path]) -> tuple[Tree, ...]:
    """Return the trees in all files, checked one by one and against each other.

    Raise ConfigError with every problem of every file.
    """
    trees, problems = read_trees(paths)
    if problems:
        raise ConfigError(problems)
    return trees


def read_trees(
    paths: Iterable[Path], configured: Configured | None = None
) -> tuple[tuple[Tree, ...], list[Problem]]:
    """Return what could be read of the trees in all files, and every problem of every file.

    ``configured`` are the names that the configuration gives, by kind (``queue``, ``schedule``); of a kind
    that is not there any name will do. With problems the trees are good
    for nothing but further checks: parts may be missing.
    """
    problems: list[Problem] = []
    trees: list[Tree] = []
    for path in paths:
        tree, found = _read(path, configured)
        problems += found
        if tree is not None:
            trees.append(tree)
    return tuple(trees), problems + check_together(trees)


def _read(path: Path, configured: Configured | None) -> tuple[Tree | None, list[Problem]]:
    try:
        text = text_at(path)
    except OSError as error:
        return None, [Problem(str(path), None, "", f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        return None, [Problem(str(path), None, "", f"is not UTF-8 text: {error.reason}")]
    return read_tree(text, path, configured)


def read_tree(
    text: str, path: Path, configured: Configured | None = None
) -> tuple[Tree | None, list[Problem]]:
    """Return the tree written in ``text`` and all its problems; ``path`` names it and finds its files.

    There is a tree whenever its form allows one, even with problems, so that trees can be checked
    against each other. ``configured`` as in :func:`read_trees`.
    """
    source = Source(str(path))
    root = source.parse(text)
    if root is None:
        return None, source.problems
    if not isinstance(root, MappingNode):
        source.report(
            line_of(root), "", f"a tree file is a mapping with tree, language, start and {BRANCHES}"
        )
        return None, source.problems
    return _Reader(source, path, configured).tree(root)


class _Reader:
    """Reads one file; every method reports what it cannot use and goes on."""

    def __init__(self, source: Source, path: Path, configured: Configured | None) -> None:
        self._source = source
        self._path = path
        self._configured = configured or {}
        self._names: frozenset[str] | None = None
        """Every branch of the file, also those with faults; None when it has no branches at all."""
        self._incomplete: set[str] = set()
        """Branches of which a step could not be read."""

    def tree(self, root: MappingNode) -> tuple[Tree, list[Problem]]:
        """Return the tree and everything that is wrong with it.

        What its head does not say, or says wrongly, is made up: such a tree is only good for being checked.
        """
        entries = self._source.entries(root, "")
        above = [entry for entry in entries if entry[0] != BRANCHES]
        branch_entries = self._branch_entries(root, entries)
        self._names = frozenset(name for name, _, _ in branch_entries) or None
        header = self._header(root, {key: value for key, _, value in above})
        lines = {key: line_of(key_node) for key, key_node, _ in above}
        for key, _, value in above:
            lines.update(lines_within(value, key))
        tree = Tree(
            name=header.tree,
            language=header.language,
            numbers=(*header.numbers, *header.entries),
            start=header.start,
            branches={name: self._branch(name, key, value) for name, key, value in branch_entries},
            path=self._path,
            default_text=header.default_text,
            lines=lines,
            entries=header.entries,
            outage=header.outage or "",
            self_service=header.self_service,
        )
        tree = _knowing_itself(tree)
        faults = (check(tree, incomplete=self._incomplete) for check in (check_tree, check_ratings))
        return tree, _in_order([*self._source.problems, *chain.from_iterable(faults)])

    def _branch_entries(
        self, root: Node, entries: list[tuple[str, Node, Node]]
    ) -> list[tuple[str, Node, Node]]:
        node = next((value for key, _, value in entries if key == BRANCHES), None)
        if node is None:
            self._source.report(line_of(root), "", f"the parameter '{BRANCHES}' is missing")
            return []
        if not isinstance(node, MappingNode) or not node.value:
            reason = f"{BRANCHES}: branches by name are wanted here, such as {_BRANCHES_EXAMPLE}"
            self._source.report(line_of(node), "", reason)
            return []
        branches = self._source.entries(node, BRANCHES)
        for name, key, _ in branches:
            try:
                _checked_name(name)
            except ValueError as error:
                self._source.report(line_of(key), BRANCHES, str(error))
        return branches

    def _header(self, root: MappingNode, nodes: Mapping[str, Node]) -> TreeHeader:
        values = {key: self._source.plain(value, "") for key, value in nodes.items()}
        try:
            return TreeHeader.model_validate(values, context=Around(branches=self._names))
        except ValidationError as error:
            for line, reason in told(error, TreeHeader, root):
                self._source.report(line, "", reason)
            faulty = {fault["loc"][0] for fault in error.errors()}
            if "start" in faulty:
                # Where ``up`` leads from the top is not known then.
                self._incomplete.update(self._names or ())
            usable = {key: value for key, value in values.items() if key not in faulty}
            made_up = {"tree": harmless(str(self._path))[-LONGEST_NAME:], "language": "en", "start": "-"}
            return TreeHeader.model_validate({**made_up, **usable})

    def _branch(self, name: str, key: Node, node: Node) -> Branch:
        where = f"branch {name}"
        parent: str | None = None
        if isinstance(node, MappingNode):
            parent, node = self._long_form(where, node)
        steps: list[Step | None] = []
        if isinstance(node, SequenceNode) and node.value:
            steps = [self._step(where, number, child) for number, child in enumerate(node.value, start=1)]
        elif isinstance(node, SequenceNode) or (isinstance(node, ScalarNode) and not node.value):
            self._source.report(line_of(key), where, "the branch is empty")
        else:
            reason = f"{kind_of(node)} is no list of steps: begin each with a dash, such as {Say.example}"
            self._source.report(line_of(key), where, reason)
        if None in steps or not steps:
            self._incomplete.add(name)
        return Branch(name, tuple(step for step in steps if step is not None), parent, line_of(key))

    def _long_form(self, where: str, node: MappingNode) -> tuple[str | None, Node]:
        """Return the parent and the steps of a branch written as ``{parent: ..., steps: [...]}``."""
        parent: str | None = None
        steps: Node = SequenceNode("tag:yaml.org,2002:seq", [], node.start_mark, node.end_mark)
        for name, key, value in self._source.entries(node, where):
            if name == STEPS:
                steps = value
            elif name == PARENT and isinstance(value, ScalarNode) and value.value:
                parent = value.value
                if self._names is not None and parent not in self._names:
                    self._source.report(line_of(key), where, f"parent: {no_branch(parent, self._names)}")
            elif name == PARENT:
                self._source.report(line_of(key), where, "parent: the name of a branch is wanted here")
            else:
                hint = nearest(name, [PARENT, STEPS])
                self._source.report(line_of(key), where, f"unknown parameter '{name}'{hint}")
        return parent, steps

    def _step(self, branch: str, number: int, node: Node) -> Step | None:
        where = f"{branch} step {number}"
        if isinstance(node, ScalarNode) and node.value:
            return self._action(where, number, node.value, node, node)
        entries = self._source.entries(node, where)
        if len(entries) == 1:
            name, key, value = entries[0]
            return self._action(where, number, name, key, value)
        if entries:
            found = " and ".join(name for name, _, _ in entries)
            reason = f"a step is one action, here are {len(entries)}: {found} (is the indentation right?)"
        else:
            reason = f"{kind_of(node)} is no step: write an action with its parameters, such as {Say.example}"
        self._source.report(line_of(node), where, reason)
        return None

    def _action(self, where: str, number: int, name: str, key: Node, node: Node) -> Step | None:
        where = f"{where} ({name})"
        action_class = ACTIONS.get(name)
        if action_class is None:
            self._source.report(line_of(key), where, f"unknown action{nearest(name, list(ACTIONS))}")
            return None
        # ``- up`` alone: the node is the name itself, and there are no parameters.
        value = None if node is key else self._source.plain(node, where)
        variables = (*KNOWN_VARIABLES, *action_class.own_variables)
        around = Around(self._path.parent, self._names, variables, self._configured)
        try:
            action = action_class.model_validate(action_class.expand(value), context=around)
        except ValidationError as error:
            for line, reason in told(error, action_class, node):
                self._source.report(line, where, reason)
            return None
        return Step(number, name, action, line_of(key), lines_within(node))


def _knowing_itself(tree: Tree) -> Tree:
    """Return a tree with what follows from its steps, and would else be looked for in every call."""
    actions = [step.action for branch in tree.branches.values() for step in branch.steps]
    languages = frozenset({tree.language, *chain.from_iterable(action.languages() for action in actions)})
    return replace(tree, languages=languages, remembers=any(action.remembers() for action in actions))


def _in_order(problems: list[Problem]) -> list[Problem]:
    ordered = sorted(problems, key=lambda problem: problem.line or 0)
    if len(ordered) <= MOST_TOLD:
        return ordered
    more = f"{len(ordered) - MOST_TOLD:,} more faults: mend these first"
    return [*ordered[:MOST_TOLD], Problem(ordered[0].path, None, "", more)]
