"""What ``softswitch test`` shows: the progress, the differences, what nobody tested, and the figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from softswitch.commands.tree_tests import progress, show_coverage, show_tests
from softswitch.commands.view import View
from softswitch.ivr.proof.reading import suites_at
from softswitch.ivr.proof.report import SuiteReport, run_suite
from tests.commands.printing import text_of
from tests.ivr.proof.written import office


@pytest.fixture
def reports(tmp_path: Path) -> list[SuiteReport]:
    office(
        tmp_path,
        'tests: {sales: {do: [press: 1]}, "the doctor": {do: [press: 2], expect: {queue: sales}}}',
    )
    return [run_suite(suite) for suite in suites_at([tmp_path])]


def test_each_test_has_a_line(reports):
    passed, failed = reports[0].results
    assert progress(passed, view=View()) == "passed    office.tests.yaml: sales"
    assert progress(failed, view=View(language="pl")) == "ŹLE       office.tests.yaml: the doctor"


def test_n04_the_table_shows_what_no_call_takes_and_how_much_is_covered(reports):
    text = text_of(show_tests(reports, view=View()))
    assert "queue: sales was wanted, there is nothing" in text
    assert "office: exits that no call takes" in text
    assert [line.split() for line in text.splitlines() if "no key pressed" in line] == [
        ["welcome", "2", "menu", "no", "key", "pressed", "bye", "never"]
    ]
    assert text.splitlines()[-1].split() == ["office", "2", "1", "1", "4/4", "8/22", "36.4", "%"]


def test_n04_every_exit_with_how_often_it_was_taken(reports):
    text = text_of(show_coverage(reports[0].coverage, view=View(), every_exit=True))
    (line,) = [line for line in text.splitlines() if "too many" in line]
    assert line.rstrip().endswith("(not with these parameters)")
    assert text_of(show_coverage(reports[0].coverage, view=View(language="pl"), every_exit=True)).startswith(
        "office: wszystkie wyjścia"
    )


def test_a_long_list_of_what_is_missing_is_cut(tmp_path):
    path = office(tmp_path)
    keys = ", ".join(f"{10 + number}: bye" for number in range(30))
    path.write_text(path.read_text().replace("1: sales, 2: duty", f"1: sales, 2: duty, {keys}"))
    (report,) = [run_suite(suite) for suite in suites_at([path])]
    assert "+ 32" in text_of(show_tests([report], view=View()))


def test_the_json_is_that_of_the_reports(reports):
    shown = show_tests(reports, view=View(as_json=True))
    assert isinstance(shown, str)
    assert json.loads(shown) == [json.loads(json.dumps(report.data())) for report in reports]


def test_a_narrow_terminal_cuts_nothing_off(reports):
    shown = text_of(show_tests(reports, view=View(language="pl")), width=40)
    told = " ".join(shown.split())
    assert "queue: miało być sales, a jest nic; na miejscu 1 jest koniec, a nie sales" in told
    assert "GAŁĄŹ welcome" in told
