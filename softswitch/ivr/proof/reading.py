"""Files of tests, ``bank.tests.yaml`` beside ``bank.yaml``: found, read, and held against their tree.

The name is that of the tree with ``.tests`` in it: whoever copies or sends a tree sees its tests beside it,
one pattern finds all of them, and both sort together. Each problem reads ``path line N: test X: reason``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from yaml.nodes import MappingNode

from softswitch.errors import ConfigError, Problem
from softswitch.ivr.expressions import nearest
from softswitch.ivr.faults import told
from softswitch.ivr.loader import read_trees
from softswitch.ivr.model import Tree
from softswitch.ivr.proof.model import ANYTHING, Case, Expect, Suite, TestFile, TreeTest, Written, joined
from softswitch.ivr.references import no_branch
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.source import Source, line_of, lines_within, text_at

TREE_SUFFIXES: Final = (".yaml", ".yml")
TESTS_SUFFIXES: Final = (".tests.yaml", ".tests.yml")
"""How files of tests end; no tree is ever looked for in one."""

CONFIGURATION: Final = "softswitch.yaml"
"""What the configuration of a line is called: it may stand in the folder of its trees, and is none."""

EXAMPLE: Final = 'tests: {"sales by one": {do: [press: 1], expect: {path: [welcome, sales]}}}'


def is_tests(path: Path) -> bool:
    """Tell whether a file holds tests, by its name."""
    return path.name.endswith(TESTS_SUFFIXES)


def file_of_tests(tree: Path) -> Path:
    """Return where the tests of a tree stand, or would."""
    return tree.with_name(f"{tree.stem}{TESTS_SUFFIXES[0]}")


def suites_at(places: Iterable[Path]) -> list[Suite]:
    """Return the tests of all trees in files and folders; a tree without tests has an empty suite.

    Of folders within a folder all files of tests are taken.

    Raise ConfigError with every problem of every file.
    """
    problems: list[Problem] = []
    suites: dict[Path, Suite] = {}
    for path in (path for place in places for path in _files_at(place, problems)):
        suite = _suite_at(path, problems)
        if suite is not None:
            known = suites.get(suite.tree.resolve())
            if known is None or not known.tests:
                suites[suite.tree.resolve()] = suite
    if problems:
        # A file of tests is come to by itself and by its tree.
        raise ConfigError(list(dict.fromkeys(problems)))
    return list(suites.values())


def tree_of(suite: Suite) -> Tree:
    """Return the tree that is tested; raise ConfigError with its problems, or those of the tests with it."""
    trees, problems = read_trees([suite.tree])
    if problems:
        raise ConfigError(problems)
    (tree,) = trees
    if problems := list(_strange(suite, tree)):
        raise ConfigError(problems)
    return tree


def _files_at(place: Path, problems: list[Problem]) -> list[Path]:
    try:
        if place.is_dir():
            with os.scandir(place) as entries:
                here = {Path(entry.path) for entry in entries if entry.name.endswith(TREE_SUFFIXES)}
            # Of folders beneath it what is surely meant: other files of that kind may be anything.
            beneath = {path for suffix in TESTS_SUFFIXES for path in place.glob(f"*/**/*{suffix}")}
            return sorted(path for path in here | beneath if path.name != CONFIGURATION)
    except OSError as error:
        problems.append(Problem(str(place), None, "", f"cannot be read: {error.strerror}"))
        return []
    if not place.exists():
        problems.append(Problem(str(place), None, "", "there is no such file or folder"))
        return []
    return [place]


def _suite_at(path: Path, problems: list[Problem]) -> Suite | None:
    """Return the suite of a tree or of a file of tests; None where there is a fault, which is told."""
    tests = path if is_tests(path) else file_of_tests(path)
    if not tests.exists():
        return Suite(tests, path, ())
    try:
        text = text_at(tests)
    except OSError as error:
        problems.append(Problem(str(tests), None, "", f"cannot be read: {error.strerror}"))
        return None
    except UnicodeDecodeError as error:
        problems.append(Problem(str(tests), None, "", f"is not UTF-8 text: {error.reason}"))
        return None
    suite, found = read_suite(text, tests)
    problems += found
    return None if found else suite


def read_suite(text: str, path: Path) -> tuple[Suite | None, list[Problem]]:
    """Return the tests in ``text`` and all problems with them; ``path`` names it and finds the tree.

    A file with nothing in it, or with comments alone, is one in which no test is written yet.
    """
    if _says_nothing(text):
        return Suite(path, path.parent / _tree_name(path), ()), []
    source = Source(str(path))
    tree = path.parent / _tree_name(path)
    if _says_nothing(text):
        # A shell that writes proposed tests into it makes it empty before it is read.
        return Suite(path, tree, ()), []
    root = source.parse(text)
    if root is None:
        return None, source.problems
    if not isinstance(root, MappingNode):
        source.report(line_of(root), "", f"a file of tests is a mapping, such as {EXAMPLE}")
        return None, source.problems
    try:
        file = TestFile.model_validate(source.plain(root, ""))
    except ValidationError as error:
        for line, reason in told(error, TestFile, root):
            source.report(line, "", reason)
    if source.problems:
        return None, source.problems
    lines = lines_within(root)
    cannot = dict(_cannot(file, source, lines))
    tests = tuple(
        test for name, one in file.tests.items() for test in _rows(name, one, file, path, lines, source)
    )
    if file.tree:
        tree = path.parent / file.tree
    return Suite(path, tree, tests, cannot), source.problems


def _says_nothing(text: str) -> bool:
    """Tell whether there are notes at most in a file."""
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())


def _tree_name(path: Path) -> str:
    ending = next(suffix for suffix in TESTS_SUFFIXES if path.name.endswith(suffix))
    return path.name.removesuffix(ending) + ending.removeprefix(".tests")


def _cannot(
    file: TestFile, source: Source, lines: Mapping[str, int]
) -> Iterator[tuple[tuple[str, int, str], str]]:
    for place, exits in file.cannot.items():
        branch, _, number = place.rpartition(" ")
        if not branch or not number.isascii() or not number.isdecimal():
            reason = f"'{place}' names no step: write the branch and the number of the step, such as menu 2"
            source.report(lines.get(f"cannot.{place}"), "cannot", reason)
            continue
        yield from (((branch, int(number), name), why) for name, why in exits.items())


def _rows(
    name: str, one: Written, file: TestFile, path: Path, lines: Mapping[str, int], source: Source
) -> Iterator[TreeTest]:
    for number, case in enumerate(one.cases or (Case(),)):
        line = lines.get(f"tests.{name}.cases.{number}") or lines.get(f"tests.{name}", 1)
        shown = name if not one.cases else f"{name} / {case.case or number + 1}"
        try:
            yield TreeTest(
                name=shown,
                path=path,
                line=line,
                given=Scene.model_validate(joined((file.given, one.given, case.given))),
                do=(*one.do, *case.do),
                expect=Expect.model_validate(joined((one.expect, case.expect))),
                proposed=one.proposed,
            )
        except ValidationError as error:
            reasons = "; ".join(fault["msg"].removeprefix("Value error, ") for fault in error.errors())
            source.report(line, f"test {shown}", f"given and expect do not go together: {reasons}")


def _strange(suite: Suite, tree: Tree) -> Iterator[Problem]:
    """Yield what tests say of things that their tree does not have."""
    for test in suite.tests:
        for reason in _strange_in(test, tree):
            yield Problem(str(test.path), test.line, f"test {test.name}", reason)
    for branch, number, exit_name in suite.cannot:
        found = tree.branches.get(branch)
        steps = () if found is None else tuple(step for step in found.steps if step.number == number)
        if found is None:
            reason = no_branch(branch, tree.branches)
        elif not steps:
            reason = f"the branch {branch} has no step {number}"
        elif exit_name not in steps[0].action.exits():
            reason = f"'{exit_name}' is no way out of it{nearest(exit_name, list(steps[0].action.exits()))}"
        else:
            continue
        yield Problem(str(suite.path), None, f"cannot {branch} {number}", reason)


def _strange_in(test: TreeTest, tree: Tree) -> Iterator[str]:
    called = test.given.called
    if called and tree.numbers and called not in tree.numbers:
        yield f"called: {called} does not lead to the tree {tree.name}: {', '.join(tree.numbers)}"
    for name in test.expect.path or ():
        if name != ANYTHING and name not in tree.branches:
            yield f"path: {no_branch(name, tree.branches)}"
    for place, exit_name in test.expect.exits or ():
        branch, _, number = place.rpartition(" ") if place not in tree.branches else (place, "", "")
        if branch not in tree.branches:
            yield f"exits: {no_branch(place, tree.branches)}"
            continue
        steps = [s for s in tree.branches[branch].steps if number in ("", str(s.number), s.action_name)]
        known = [name for step in steps for name in step.action.exits()]
        if exit_name not in known:
            yield f"exits: '{exit_name}' is no way out of {place}{nearest(exit_name, known)}"
