"""Files of tests: where they are found, what is in them, and what is said of those that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.errors import ConfigError
from softswitch.ivr.proof.reading import file_of_tests, is_tests, read_suite, suites_at, tree_of
from softswitch.ivr.proof.script import Doing
from tests.ivr.proof.written import PATH, office, problems_of, suite_of

ONE = 'tests: {"by one": {do: [press: 1], expect: {path: [welcome, sales, bye]}}}\n'


def test_tests_stand_beside_their_tree_under_its_name():
    assert file_of_tests(Path("trees/bank.yaml")) == Path("trees/bank.tests.yaml")
    assert is_tests(Path("bank.tests.yaml"))
    assert not is_tests(Path("bank.yaml"))
    assert suite_of(ONE).tree == Path("office.yaml")


def test_n03_a_table_of_cases_is_one_test_a_row():
    suite = suite_of(
        """
        given: {caller: "600100200", at: 2026-01-05 22:00}
        tests:
          duty:
            do: [press: 2]
            given: {caller_name: Anna}
            expect: {label: "", dialled: [[7, 8]]}
            cases:
              - {case: busy, do: [dial: busy], expect: {end: hung_up}}
              - {given: {caller: "1"}, do: [{dial: no_answer}, silent]}
        """
    )
    busy, other = suite.tests
    assert (busy.name, other.name) == ("duty / busy", "duty / 2")
    assert (busy.line, other.line) == (9, 10)
    assert busy.do == (Doing("press", "2"), Doing("dial", "busy"))
    assert other.do[-1] == Doing("silent")
    assert (busy.given.caller, other.given.caller) == ("600100200", "1")
    assert other.given.caller_name == "Anna"
    assert other.given.at.hour == 22
    assert busy.expect.dialled == other.expect.dialled == (("7", "8"),)
    assert (busy.expect.end, other.expect.end) == ("hung_up", None)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("- a\n", ["office.tests.yaml line 1: a file of tests is a mapping, such as tests"]),
        ("tests:\n  a: {doo: []}\n", ["line 2: tests.a: unknown parameter 'doo'; did you mean 'do'?"]),
        ("tests:\n  a:\n    do: [pres: 1]\n", ["line 3: tests.a.do.0: 'pres' is nothing that can be done"]),
        (
            "tests:\n  a:\n    given: {at: noon}\n    expect: {seconds: soon}\n",
            ["line 3: tests.a.given.at: ", "line 4: tests.a.expect.seconds: 'soon' is not a number"],
        ),
        ("tests:\n  a: {}\n  a: {}\n", ["line 3: 'a' is written twice (first on line 2)"]),
        ("tests: {a: {}}\ncannot: {menu: {busy: no}}\n", ["line 2: cannot: 'menu' names no step"]),
        ("tests: {a: {expect: {end: gone}}}\n", ["'gone' is no way for a call to end"]),
    ],
)
def test_n03_what_is_wrong_is_told_with_its_line(written, told):
    found = problems_of(written)
    assert len(found) == len(told), found
    for sentence, part in zip(found, told, strict=True):
        assert part in sentence


def test_what_tests_say_of_things_that_the_tree_does_not_have(tmp_path):
    office(
        tmp_path,
        """
        cannot: {sales 2: {fulll: why}, sales 9: {full: why}, sale 2: {full: why}}
        tests:
          a:
            given: {called: "555"}
            expect: {path: [welcome, sale, ...], exits: [{duty: bussy}, {dutty: busy}, {duty 1: busy}]}
        """,
    )
    (suite,) = suites_at([tmp_path])
    with pytest.raises(ConfigError) as caught:
        tree_of(suite)
    told = [str(problem).partition("tests.yaml")[2] for problem in caught.value.problems]
    assert told == [
        " line 4: test a: called: 555 does not lead to the tree office: 100, 101",
        " line 4: test a: path: there is no branch 'sale'; did you mean 'sales'?",
        " line 4: test a: exits: 'bussy' is no way out of duty; did you mean 'busy'?",
        " line 4: test a: exits: there is no branch 'dutty'; did you mean 'duty'?",
        ": cannot sales 2: 'fulll' is no way out of it; did you mean 'full'?",
        ": cannot sales 9: the branch sales has no step 9",
        ": cannot sale 2: there is no branch 'sale'; did you mean 'sales'?",
    ]


def test_a_folder_a_tree_and_its_tests_are_the_same_suite(tmp_path):
    tree = office(tmp_path, ONE)
    for places in ([tmp_path], [tree], [file_of_tests(tree)], [tree, file_of_tests(tree), tmp_path]):
        (suite,) = suites_at(places)
        assert [test.name for test in suite.tests] == ["by one"]
        assert tree_of(suite).name == "office"


def test_a_fault_of_tests_is_told_once_though_their_tree_lies_beside_them(tmp_path):
    tree = office(tmp_path)
    file_of_tests(tree).write_text("tests: {a: {do: [pres: 2]}}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        suites_at([tree.parent])
    assert len(refused.value.problems) == 1


def test_a_folder_has_the_tests_of_the_folders_in_it_and_no_configuration(tmp_path):
    for name in ("lines/bank", "lines/broker"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        office(folder, ONE)
        (folder / "softswitch.yaml").write_text("trees: [office.yaml]\n")
        (folder / "other.yaml").write_text("no: tree\n")
    found = suites_at([tmp_path])
    assert [suite.tree.parent.name for suite in found] == ["bank", "broker"]
    (tmp_path / "lines" / "bank" / "other.yaml").unlink()
    (suite,) = suites_at([tmp_path / "lines" / "bank"])
    assert [test.name for test in suite.tests] == ["by one"]


def test_a_tree_without_tests_is_a_suite_of_none(tmp_path):
    (suite,) = suites_at([office(tmp_path)])
    assert suite.tests == ()


@pytest.mark.parametrize("text", ["", "\n \n", "# there is nothing to propose\n\n"])
def test_a_file_of_tests_without_a_test_yet_is_a_suite_of_none(text):
    """What the shell makes of ``--generate > office.tests.yaml`` before the command begins."""
    suite, problems = read_suite(text, PATH)
    assert suite is not None
    assert (suite.tests, suite.tree.name, problems) == ((), "office.yaml", [])


@pytest.mark.parametrize(("content", "told"), [(None, "there is no such file"), (b"\xff", "not UTF-8 text")])
def test_files_that_cannot_be_read(tmp_path, content, told):
    path = tmp_path / "office.tests.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=told):
        suites_at([path])


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='abdo :-[]{}"\n0123tes', max_size=120))
def test_any_text_is_a_suite_or_has_problems(text):
    suite, problems = read_suite(f"tests:\n  {text}", PATH)
    assert (suite is None) == bool(problems)


@pytest.mark.parametrize("written", ["", "\n", "# Proposed from what the tree does today\n"])
def test_a_file_in_which_nothing_is_written_yet_has_no_tests(tmp_path, written):
    (tmp_path / "office.tests.yaml").write_text(written, encoding="utf-8")
    suite, problems = read_suite(written, tmp_path / "office.tests.yaml")
    assert (suite.tests, suite.tree.name, problems) == ((), "office.yaml", [])
