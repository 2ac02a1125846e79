"""Proposed calls as files of tests: read back they pass, and cover what was proposed."""

from __future__ import annotations

from softswitch.ivr.loader import load_tree
from softswitch.ivr.proof.generating import propose
from softswitch.ivr.proof.model import Verdict
from softswitch.ivr.proof.reading import suites_at
from softswitch.ivr.proof.report import run_suite
from softswitch.ivr.proof.writing import written
from tests.ivr.proof.written import office
from tests.ivr.written import tree_of


def test_n04_what_is_proposed_is_an_ordinary_file_of_tests_that_really_runs(tmp_path):
    path = office(tmp_path)
    tree = load_tree(path)
    (tmp_path / "office.tests.yaml").write_text(written(tree, propose(tree)), encoding="utf-8")
    (suite,) = suites_at([tmp_path])
    assert all(test.proposed for test in suite.tests)
    report = run_suite(suite)
    assert [result.differences for result in report.results if result.verdict is not Verdict.PASSED] == []
    assert report.coverage.percent == 100.0


def test_each_test_says_that_it_is_proposed_and_what_it_expects():
    tree = tree_of("a: [{label: Topic}, {dial: [7, 8]}]")
    text = written(tree, propose(tree))
    assert text.startswith("# Proposed from what the tree t does today")
    assert "    proposed: true\n    do: [{dial: busy}]\n" in text
    assert "      dialled: [['7', '8']]\n      label: Topic\n" in text
    assert "silent" not in text


def test_a_prompt_is_expected_once_so_that_a_changed_word_is_one_test_to_change():
    tree = tree_of("a: [{say: Hello}, {dial: {target: 7, busy: b, no_answer: b}}]\nb: [hangup]")
    text = written(tree, propose(tree))
    assert text.count("do: [{dial") > 1
    assert text.count("heard: [Hello]") == 1


def test_where_nothing_is_missing_nothing_is_written():
    tree = tree_of("a: [hangup]")
    calls = [one.call for one in propose(tree).calls]
    assert written(tree, propose(tree, but=calls)) == ""
