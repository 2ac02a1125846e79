"""The table of rows: which test shows what, and that none shows what nobody asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.rows import ACTIONS, GROUPS, LATER, ROWS
from tools.write_rows import DOCUMENT, Shown, found_tests, page, result_of, results, rows_of, told

RUN = """\
<testsuites><testsuite>
<testcase classname="tests.ivr.test_a" name="test_t17_free[1]"/>
<testcase classname="tests.ivr.test_a" name="test_t17_free[2]"><failure message="x"/></testcase>
<testcase classname="tests.ivr.test_a.TestMany" name="test_t18_waits"/>
<testcase classname="tests.ivr.test_a" name="test_t19_asked"><skipped/></testcase>
<testcase classname="ivr_trees.bank.tests.yaml" name="F02 the whole walk / Sunday"/>
</testsuite></testsuites>
"""
FREE = Shown("tests/ivr/test_a.py", "test_t17_free", ("T17",))
WAITS = Shown("tests/ivr/test_a.py", "test_t18_waits", ("T18",))
ASKED = Shown("tests/ivr/test_a.py", "test_t19_asked", ("T19",))
WALK = Shown("ivr_trees/bank.tests.yaml", "F02 the whole walk", ("F02",))
NEVER = Shown("tests/peers/test_b.py", "test_t17_called", ("T17",), by_phone=True)


@pytest.fixture
def went(tmp_path: Path) -> dict[tuple[str, str], str]:
    file = tmp_path / "run.xml"
    file.write_text(RUN, encoding="utf-8")
    return results([file])


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("test_t17_free", ("T17",)),
        ("test_d11_d21_music_and_place", ("D11", "D21")),
        ("test_the_p95_of_waits", ()),
        ("test_t170_is_none", ()),
        ("test_i18n", ()),
        ("test_f01", ("F01",)),
    ],
)
def test_the_rows_in_a_name(name, rows) -> None:
    assert rows_of(name) == rows


@pytest.mark.parametrize(
    ("test", "how"),
    [(FREE, "failed"), (WAITS, "passed"), (ASKED, "skipped"), (WALK, "passed"), (NEVER, "not run")],
)
def test_how_a_test_went(went, test, how) -> None:
    assert result_of(test, went) == how


def test_what_is_told_of_a_row(went) -> None:
    assert told([], went) == "**no test**"
    assert told([WAITS], went) == "passed"
    assert told([FREE, NEVER, WAITS], went) == "1 failed, 1 not run, 1 passed"
    shown = page([FREE, NEVER], went)
    assert "| T17 | go on by the number of agents | `test_b.py::test_t17_called`<br>`test_a.py" in shown
    assert "| T18 | go on by the number of waiting callers |  | **no test** |" in shown


def test_every_step_of_the_language_has_a_test_and_a_call_by_real_phones() -> None:
    tests = found_tests()
    assert set(ACTIONS) - {row for one in tests for row in one.rows} == set()
    assert set(ACTIONS) - {row for one in tests if one.by_phone for row in one.rows} == set()


def test_every_row_has_a_test_or_is_of_a_later_release() -> None:
    shown = {row for one in found_tests() for row in one.rows}
    assert set(ROWS) - shown == set(LATER)
    assert f"| N05 | {ROWS['N05']} |  | later: {LATER['N05']} |" in page([], {})


def test_no_test_names_a_row_that_does_not_exist() -> None:
    unknown = {(one.file, one.name) for one in found_tests() if not set(one.rows) <= set(ROWS)}
    assert unknown == set()


def test_no_row_stands_in_two_groups() -> None:
    assert sum(map(len, GROUPS.values())) == len(ROWS)


def test_the_page_has_every_row_and_names_only_tests_that_there_are() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z][0-9]{2}) \|", text, re.MULTILINE)
    assert rows == list(ROWS), "run python -m tools.write_rows"
    there = {(Path(one.file).name, one.name) for one in found_tests()}
    named = {tuple(found) for found in re.findall(r"`([^`:]+)::([^`]+)`", text)}
    assert named <= there, "run python -m tools.write_rows"
