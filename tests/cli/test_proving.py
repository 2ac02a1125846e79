"""``softswitch test`` as it is typed: what it prints, and with which exit code it ends."""

from __future__ import annotations

import json
from pathlib import Path

from softswitch.cli import EXIT_CANNOT_START, EXIT_STEP_FAILED, EXIT_WRONG_CONFIG, proving
from tests.cli.running import refused, run
from tests.ivr.proof.written import office

GOOD = "tests: {sales: {do: [press: 1], expect: {queue: sales}}}"
BAD = "tests: {sales: {do: [press: 1], expect: {queue: []}}}"


def test_n03_tests_that_pass(tmp_path):
    result = run("test", office(tmp_path, GOOD))
    assert result.exit_code == 0
    assert result.output.splitlines()[0] == "passed    office.tests.yaml: sales"


def test_n03_a_test_that_fails_fails_the_command(tmp_path):
    office(tmp_path, BAD)
    result = run("test", tmp_path, "--junit", tmp_path / "junit.xml")
    assert result.exit_code == EXIT_STEP_FAILED
    assert "queue: nothing was wanted, there is sales" in result.output
    assert 'failures="1"' in (tmp_path / "junit.xml").read_text()


def test_n04_too_little_that_is_covered_fails_the_command(tmp_path):
    office(tmp_path, GOOD)
    assert run("test", tmp_path, "--fail-under", "20").exit_code == 0
    assert run("test", tmp_path, "--fail-under", "100").exit_code == EXIT_STEP_FAILED


def test_json_is_all_that_is_printed(tmp_path):
    (report,) = json.loads(run("test", office(tmp_path, GOOD), "--json").output)
    assert report["results"][0]["verdict"] == "passed"


def test_some_tests_by_their_name(tmp_path):
    assert "sales" not in run("test", office(tmp_path, GOOD), "-k", "nothing").output.splitlines()[0]


def test_what_is_wrong_is_one_sentence(tmp_path: Path):
    assert refused(EXIT_WRONG_CONFIG, "test", tmp_path / "no.yaml").endswith("no such file or folder")
    words = ("test", office(tmp_path, GOOD), "--json", "--junit", tmp_path / "no" / "junit.xml")
    assert "cannot be written" in refused(EXIT_CANNOT_START, *words)


def test_n04_what_is_missing_is_proposed_as_a_file_of_tests(tmp_path):
    tree = office(tmp_path, GOOD)
    proposed = run("test", tree, "--generate").output
    assert proposed.startswith("# Proposed from what the tree office does today")
    (tmp_path / "office.tests.yaml").write_text(proposed + "  sales: {do: [press: 1]}\n", encoding="utf-8")
    assert run("test", tree, "--fail-under", "100").exit_code == 0
    assert run("test", tree, "--generate").output.strip() == "# there is nothing to propose"


def test_n04_proposed_tests_are_written_beside_a_tree_that_has_none(tmp_path):
    tree = office(tmp_path, "# none yet\n")
    assert run("test", tree, "--generate", "--write").output.startswith("written to ")
    written = (tmp_path / "office.tests.yaml").read_text(encoding="utf-8")
    assert run("test", tree, "--fail-under", "100").exit_code == 0
    assert "holds tests" in refused(EXIT_CANNOT_START, "test", tree, "--generate", "--write")
    assert (tmp_path / "office.tests.yaml").read_text(encoding="utf-8") == written
    assert run("test", tree, "--write").exit_code == EXIT_WRONG_CONFIG


def test_where_there_is_nothing_to_propose_nothing_is_written(tmp_path, monkeypatch):
    tree = tmp_path / "bare.yaml"
    tree.write_text("tree: bare\nlanguage: en\nnumbers: [100]\nstart: a\nbranches:\n  a: [dial: 1002]\n")
    (tmp_path / "bare.tests.yaml").write_text("# none yet\n", encoding="utf-8")
    monkeypatch.setattr(proving, "written", lambda tree, proposal: "")
    said = run("test", tree, "--generate", "--write").output
    assert "# there is nothing to propose" in said
    assert (tmp_path / "bare.tests.yaml").read_text(encoding="utf-8") == "# none yet\n"


def test_calls_are_proposed_for_one_tree(tmp_path):
    office(tmp_path, GOOD)
    (tmp_path / "other.yaml").write_text("tree: other\nlanguage: en\nstart: a\nbranches: {a: [hangup]}\n")
    assert refused(EXIT_CANNOT_START, "test", tmp_path, "--generate").startswith("name one tree")
