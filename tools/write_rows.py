#!/usr/bin/env python3
"""Write docs/rows.md: each row that was asked for, the tests that show it, and how the last run went.

python -m tools.write_rows RESULTS...    write the page; RESULTS are what pytest --junitxml has written

A test carries its rows in its name: ``test_t17_…``, ``test_d11_d21_…``; that of a tree has them in capitals.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import yaml

from tools.rows import GROUPS, LATER

ROOT: Final = Path(__file__).resolve().parent.parent
DOCUMENT: Final = ROOT / "docs" / "rows.md"
TESTS, TREES = "tests", "ivr_trees"
SHOWN: Final = 4
"""So many tests of a row are named; of more the number is told. All are found by ``pytest -k ROW``."""

_CODED: Final = re.compile(r"^test((?:_[tdfmipn][0-9]{2})+)(?=_|$)")
_WRITTEN: Final = re.compile(r"(?<![A-Za-z0-9])[TDFMIPN][0-9]{2}(?![A-Za-z0-9])")
_WORST: Final = ("failed", "skipped", "passed")
"""What counts of a test that ran in several forms."""


@dataclass(frozen=True, slots=True, order=True)
class Shown:
    """A test that shows rows: its file, its name, and whether it calls by real phones."""

    file: str
    name: str
    rows: tuple[str, ...]
    by_phone: bool = False

    @property
    def place(self) -> str:
        """Return how the result names its file: ``tests.ivr.test_visit``."""
        return self.file.removesuffix(".py").replace("/", ".")


def rows_of(name: str) -> tuple[str, ...]:
    """Return the rows in the name of a Python test."""
    found = _CODED.match(name)
    return tuple(row.upper() for row in found[1].split("_") if row) if found else ()


def found_tests(root: Path = ROOT) -> list[Shown]:
    """Return every test that names a row, without running or importing anything."""
    return sorted([*_python_tests(root), *_tree_tests(root)])


def _python_tests(root: Path) -> Iterator[Shown]:
    for path in (root / TESTS).rglob("test_*.py"):
        file = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                rows = rows_of(node.name)
                if rows:
                    yield Shown(file, node.name, rows, by_phone=file.startswith("tests/peers/"))


def _tree_tests(root: Path) -> Iterator[Shown]:
    for path in (root / TREES).rglob("*.tests.yaml"):
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name in read.get("tests") or ():
            rows = tuple(_WRITTEN.findall(str(name)))
            if rows:
                yield Shown(path.relative_to(root).as_posix(), str(name), rows)


def results(files: Iterable[Path]) -> dict[tuple[str, str], str]:
    """Return how each test of a run went, by place and name; raise OSError or ParseError for bad files."""
    went: dict[tuple[str, str], str] = {}
    for file in files:
        for case in ElementTree.parse(file).iter("testcase"):
            kinds = {child.tag for child in case}
            how = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
            name = case.get("name", "").partition("[")[0]
            key = (case.get("classname", ""), name)
            went[key] = min(how, went.get(key, how), key=_WORST.index)
    return went


def result_of(test: Shown, went: Mapping[tuple[str, str], str]) -> str:
    """Return how a test went: passed, failed, skipped, or not run."""
    mine = [
        how
        for (place, name), how in went.items()
        # A test's class stands behind its module, a case of a tree's test behind the test.
        if (place == test.place or place.startswith(test.place + "."))
        and (name == test.name or (not test.file.endswith(".py") and name.startswith(f"{test.name} / ")))
    ]
    return min(mine, key=_WORST.index) if mine else "not run"


def told(tests: Sequence[Shown], went: Mapping[tuple[str, str], str]) -> str:
    """Return in words how the tests of a row went: the bad news first, and what nobody has run."""
    if not tests:
        return "**no test**"
    counts: dict[str, int] = defaultdict(int)
    for test in tests:
        counts[result_of(test, went)] += 1
    if set(counts) == {"passed"}:
        return "passed"
    order = ("failed", "skipped", "not run", "passed")
    return ", ".join(f"{counts[how]} {how}" for how in order if counts[how])


def page(tests: Sequence[Shown], went: Mapping[tuple[str, str], str]) -> str:
    """Return the page."""
    by_row: dict[str, list[Shown]] = defaultdict(list)
    for test in tests:
        for row in test.rows:
            by_row[row].append(test)
    parts = [_HEAD]
    for title, rows in GROUPS.items():
        parts.append(f"\n## {title}\n\n| row | is about | tests | last run |\n|---|---|---|---|\n")
        for row, about in rows.items():
            mine = by_row[row]
            how = f"later: {LATER[row]}" if row in LATER else told(mine, went)
            parts.append(f"| {row} | {about} | {_named(mine)} | {how} |\n")
    return "".join(parts)


def _named(tests: Sequence[Shown]) -> str:
    # Real calls first: they show most.
    ordered = sorted(tests, key=lambda test: (not test.by_phone, test))
    names = [f"`{Path(one.file).name}::{one.name}`" for one in ordered[:SHOWN]]
    more = [f"and {len(tests) - SHOWN} more"] if len(tests) > SHOWN else []
    return "<br>".join([*names, *more])


_HEAD: Final = """\
# What was asked for, and what shows it

<!-- written by tools/write_rows.py from the names of tests and the results of a run -->

Each row was asked for; the tests that show it carry its id in their names, so that `pytest -k T17` runs them.
`tests/peers` are real calls with phones of others; the rest are calls in virtual time, and single parts.
`not run` are tests that the last run left out, **no test** is what nothing shows yet; `later` is what belongs
to a later release, and what there is until then.
"""


def main() -> int:
    """Write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", nargs="*", type=Path, help="JUnit files of a run")
    options = parser.parse_args()
    DOCUMENT.write_text(page(found_tests(), results(options.results)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
