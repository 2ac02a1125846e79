"""Tests of trees under pytest: ``pytest ivr_trees`` runs each test of each ``*.tests.yaml`` as an item.

Installed with the switch, so that who keeps trees beside other tests needs no line of Python for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# pytest imports plug-ins of everything installed in every run, also where there is no tree: the simulator is
# only loaded once there is one.
if TYPE_CHECKING:
    from softswitch.ivr.model import Tree
    from softswitch.ivr.proof.model import Suite, TreeTest
    from softswitch.ivr.simulated.line import LineBeside

SUFFIXES = (".tests.yaml", ".tests.yml")


class WrongCall(Exception):
    """A call was not as its test says; the text tells the difference and the call."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take files of tests of trees, and no other."""
    if not file_path.name.endswith(SUFFIXES):
        return None
    return TreeTestFile.from_parent(parent, path=file_path)


class TreeTestFile(pytest.File):
    """One file of tests."""

    @cached_property
    def suite(self) -> Suite:
        """Its tests; raise CollectError with every problem of the file."""
        from softswitch.errors import ConfigError
        from softswitch.ivr.proof.reading import suites_at

        try:
            (suite,) = suites_at([self.path])
        except ConfigError as error:
            raise self.CollectError(str(error)) from error
        return suite

    @cached_property
    def tree(self) -> Tree:
        """The tree they test; raise CollectError with every problem of it, or of the tests with it."""
        from softswitch.errors import ConfigError
        from softswitch.ivr.proof.reading import tree_of

        try:
            return tree_of(self.suite)
        except ConfigError as error:
            raise self.CollectError(str(error)) from error

    @cached_property
    def line(self) -> LineBeside:
        """The line of the tree; raise CollectError with every problem of its configuration."""
        from softswitch.errors import ConfigError
        from softswitch.tree_beside import line_beside

        try:
            return line_beside(self.suite.tree)
        except ConfigError as error:
            raise self.CollectError(str(error)) from error

    def collect(self) -> Iterator[pytest.Item]:
        """Return an item for each test."""
        tree, line = self.tree, self.line
        for test in self.suite.tests:
            yield TreeTestItem.from_parent(self, name=test.name, tree=tree, line=line, test=test)


class TreeTestItem(pytest.Item):
    """One test of a tree."""

    def __init__(
        self, *, tree: Tree, line: LineBeside, test: TreeTest, name: str, parent: pytest.Collector
    ) -> None:
        super().__init__(name, parent)
        self._tree = tree
        self._line = line
        self._test = test

    def runtest(self) -> None:
        """Call the tree; raise WrongCall where the call is another one."""
        from softswitch.ivr.proof.model import Verdict
        from softswitch.ivr.proof.running import run_test

        result = run_test(self._tree, self._test, self._line)
        if result.verdict is Verdict.FAILED:
            raise WrongCall(result.told())

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Show the call, and no line of the simulator."""
        if isinstance(excinfo.value, WrongCall):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the test stands; pytest counts lines from 0."""
        return self.path, self._test.line - 1, self.name
