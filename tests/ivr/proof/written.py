"""A tree and tests of it, written down inside tests."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from softswitch.ivr.proof.model import Suite
from softswitch.ivr.proof.reading import read_suite

OFFICE = """\
tree: office
language: en
numbers: [100, 101]
start: welcome
branches:
  welcome:
    - say: "Welcome."
    - menu:
        prompt: "Sales: one. The doctor on duty: two."
        keys: {1: sales, 2: duty}
        no_input: {repeat: 1, then: bye}
        no_match: {repeat: 1, then: bye}
  sales:
    - label: "Sales"
    - queue: {name: sales, keys: {0: welcome}, full: bye, empty: bye, max_wait: bye, after: bye}
  duty:
    - dial: {target: [7, 8], busy: bye, no_answer: bye}
  bye:
    - say: "Goodbye."
    - hangup
"""
PATH = Path("office.tests.yaml")


def suite_of(tests: str) -> Suite:
    """Return tests that have no problem."""
    suite, problems = read_suite(dedent(tests), PATH)
    assert not problems, "\n".join(map(str, problems))
    assert suite is not None
    return suite


def problems_of(tests: str) -> list[str]:
    """Return every problem of a file of tests, as its author reads them."""
    return [str(problem) for problem in read_suite(dedent(tests), PATH)[1]]


def office(folder: Path, tests: str = "") -> Path:
    """Write the tree, and tests of it where there are any; return the tree's file."""
    path = folder / "office.yaml"
    path.write_text(OFFICE, encoding="utf-8")
    if tests:
        (folder / "office.tests.yaml").write_text(dedent(tests), encoding="utf-8")
    return path
