"""Simulated calls know the line of their tree: its opening hours at any time, and what its templates say."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from softswitch.cli import app
from softswitch.config import load_config
from softswitch.errors import ConfigError
from softswitch.ivr.loader import load_tree
from softswitch.ivr.proof.reading import suites_at, tree_of
from softswitch.ivr.proof.running import run_test
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.scene import Scene
from softswitch.tree_beside import Lines, config_beside, line_beside
from softswitch.tree_line import line_of
from softswitch.tree_room import beside_tested
from tests.ivr.proof.test_plugin import pytest_of

TREE = """\
tree: office
language: pl
numbers: [100]
start: gate
branches:
  gate:
    - by_hours: {schedule: office, open: day, closed: night, special: holiday}
  day:
    - sms: {template: link, to: "600100200", no_mobile: night, error: night}
    - mail: {template: link, to: "anna@example.com", no_address: night, error: night}
    - hangup
  night: [{say: "Zamknięte."}, hangup]
  holiday: [{say: "Święto."}, hangup]
"""
CONFIG = """\
trees: [trees]
time_zone: Europe/Warsaw
schedules:
  office: {week: {mon-fri: "8:00-16:00"}, holidays: PL}
templates:
  link: {sms: "{{CALL.DATE}} {{CALL.TIME}}", subject: "Od {{CALL.SRC_NUMBER}}", text: "Dzień dobry"}
"""
TESTS = """\
tests:
  "a second before opening": {given: {at: "2026-11-23 07:59:59"}, expect: {path: [gate, night]}}
  "at opening": {given: {at: "2026-11-23 08:00"}, expect: {path: [gate, day]}}
  "in another zone": {given: {at: "2026-11-23 06:59", zone: UTC}, expect: {path: [gate, night]}}
  "on a Sunday": {given: {at: "2026-11-22 12:00"}, expect: {path: [gate, night]}}
  "on a worked Sunday": {given: {at: "2026-11-22 12:00", hours: {office: open}}, expect: {path: [gate, day]}}
  "on a holiday": {given: {at: "2026-11-11 12:00"}, expect: {path: [gate, holiday]}}
  "on a Monday, unless said": {expect: {path: [gate, day]}}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The file of a tree, in a folder beneath that of its line's configuration, with tests beside it."""
    (tmp_path / "softswitch.yaml").write_text(CONFIG, encoding="utf-8")
    trees = tmp_path / "trees"
    trees.mkdir()
    (trees / "office.tests.yaml").write_text(TESTS, encoding="utf-8")
    path = trees / "office.yaml"
    path.write_text(TREE, encoding="utf-8")
    return path


def test_t16_a_test_with_a_day_and_a_time_goes_by_the_hours_of_the_line(tree: Path) -> None:
    (suite,) = suites_at([tree])
    results = [run_test(tree_of(suite), test, line_beside(tree)) for test in suite.tests]
    assert {one.test.name: one.differences for one in results} == {test.name: () for test in suite.tests}
    assert len(results) == 7


def test_without_a_line_schedules_are_open(tree: Path) -> None:
    sunday = Scene.model_validate({"at": "2026-11-22 12:00"})
    assert simulate(load_tree(tree), scene=sunday).path == ("gate", "day")


def test_t26_t24_messages_say_what_their_templates_make_of_the_call(tree: Path) -> None:
    scene = Scene.model_validate({"at": "2026-11-23 09:05", "caller": "+48221234567"})
    sms, mail = simulate(load_tree(tree), scene=scene, line=line_beside(tree)).effects
    assert sms.facts["text"] == "2026-11-23 09:05"
    assert sms.facts["template"] == "link"
    assert (mail.facts["subject"], mail.facts["text"]) == ("Od +48221234567", "Dzień dobry")


def test_a_template_that_the_line_does_not_have_says_nothing(tree: Path) -> None:
    tree.write_text(TREE.replace("template: link", "template: other"), encoding="utf-8")
    sms, _ = simulate(load_tree(tree), line=line_beside(tree)).effects
    assert "text" not in sms.facts


def test_the_configuration_is_beside_the_tree_or_above_and_the_nearest_counts(tree: Path) -> None:
    assert config_beside(tree) == tree.parents[1] / "softswitch.yaml"
    (tree.parent / "softswitch.yaml").write_text(CONFIG, encoding="utf-8")
    assert config_beside(tree) == tree.parent / "softswitch.yaml"
    deeper = tree.parent / "a" / "b" / "office.yaml"
    assert config_beside(deeper) is None


def test_a_configuration_that_is_wrong_is_told(tree: Path) -> None:
    (tree.parents[1] / "softswitch.yaml").write_text("schedules: [", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"softswitch\.yaml line 1"):
        line_beside(tree)


def test_the_line_of_many_trees_is_read_once(tree: Path) -> None:
    lines = Lines()
    assert lines.of(tree) is lines.of(tree.with_name("other.yaml"))


def test_publishing_runs_tests_by_the_hours_of_the_line(tree: Path) -> None:
    loaded = load_tree(tree)
    assert beside_tested(loaded, line_of(load_config(tree.parents[1] / "softswitch.yaml"))).red == ()
    assert len(beside_tested(loaded).red) == 4


def test_the_command_line_takes_the_configuration_that_is_found_or_named(tree: Path) -> None:
    found = CliRunner().invoke(app, ["test", str(tree), "--json"])
    assert found.exit_code == 0, found.output
    other = tree.parents[1] / "other.yaml"
    other.write_text(CONFIG.replace("8:00-16:00", "9:00-16:00"), encoding="utf-8")
    named = CliRunner().invoke(app, ["test", str(tree), "--config", str(other)])
    assert named.exit_code == 3
    assert "at opening" in named.output


def test_the_simulator_goes_by_the_line_too(tree: Path, tmp_path: Path) -> None:
    scene = tmp_path / "sunday.yaml"
    scene.write_text("at: 2026-11-22 12:00\n", encoding="utf-8")
    said = CliRunner().invoke(app, ["simulate", str(tree), "--scene", str(scene)])
    assert "BRANCH  night" in said.output


def test_pytest_goes_by_the_line_too(tree: Path) -> None:
    code, printed = pytest_of(tree.parent)
    assert code == 0, printed
    assert "7 passed" in printed
