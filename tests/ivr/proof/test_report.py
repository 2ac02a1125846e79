"""The tests of a tree run together, and what came of them for programs and build servers."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from softswitch.ivr.proof.model import Verdict
from softswitch.ivr.proof.reading import suites_at
from softswitch.ivr.proof.report import SuiteReport, junit, run_suite
from tests.ivr.proof.written import office

TESTS = """
tests:
  sales: {do: [press: 1], expect: {queue: sales}}
  "the doctor": {do: [{press: 2}, {dial: busy}], expect: {path: [welcome, bye]}}
"""


def report(folder: Path, only: str = "") -> tuple[SuiteReport, list[str]]:
    """Run the tests of the office; return what came of them, and the names that were told of meanwhile."""
    office(folder, TESTS)
    (suite,) = suites_at([folder])
    told: list[str] = []
    return run_suite(suite, only, lambda result: told.append(result.test.name)), told


def test_n03_every_test_is_run_and_told_of_as_it_is_done(tmp_path):
    found, told = report(tmp_path)
    assert told == ["sales", "the doctor"]
    assert (found.count(Verdict.PASSED), found.count(Verdict.FAILED)) == (1, 1)
    assert found.coverage.branches == {"welcome": 2, "sales": 1, "duty": 1, "bye": 2}


def test_some_of_them_by_a_part_of_their_name(tmp_path):
    assert report(tmp_path, "DOCTOR")[1] == ["the doctor"]


def test_the_data_for_programs(tmp_path):
    data = report(tmp_path)[0].data()
    assert [one["verdict"] for one in data["results"]] == ["passed", "failed"]
    assert data["results"][0]["path"] == ["welcome", "sales", "bye"]
    assert data["results"][1]["differences"][0].startswith("path: welcome > bye was wanted")
    assert data["coverage"]["tree"] == "office"


def test_the_xml_for_build_servers(tmp_path):
    (suite,) = ElementTree.fromstring(junit([report(tmp_path)[0]]))
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    passed, failed = suite
    assert (passed.get("classname"), passed.get("name"), len(passed)) == ("office", "sales", 0)
    (failure,) = failed
    assert "path: welcome > bye was wanted" in (failure.get("message") or "")
    assert "BRANCH  duty" in (failure.text or "")
