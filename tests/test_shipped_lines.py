"""The shipped lines, a folder each: nothing is wrong with them, and their tests take every way."""

from pathlib import Path

import pytest

from softswitch.config import load_config
from softswitch.integrations.sms_text import Size, measured
from softswitch.ivr.lint.linting import lint_trees
from softswitch.ivr.loader import load_trees
from softswitch.ivr.proof.reading import is_tests, suites_at
from softswitch.ivr.proof.report import run_suite
from softswitch.preflight.examining import examine
from softswitch.tree_beside import line_beside

TREES = Path(__file__).resolve().parents[1] / "ivr_trees"
LINES = sorted(file.parent for file in TREES.glob("*/softswitch.yaml"))


def trees_in(folder):
    return sorted(
        file for file in folder.glob("*.yaml") if file.name != "softswitch.yaml" and not is_tests(file)
    )


every_line = pytest.mark.parametrize("folder", LINES, ids=lambda folder: folder.name)


@every_line
def test_nothing_is_wrong_with_a_shipped_line(folder, tmp_path):
    config = load_config(folder / "softswitch.yaml").model_copy(update={"home": tmp_path})
    found = examine(config.overridden(bind="127.0.0.1", port=0))
    assert found.faults == ()
    assert {problem.where.split(".")[0] for problem in found.warnings} == {"accounts"}
    assert {tree.path.name for tree in found.trees} == {file.name for file in trees_in(folder)}


@every_line
def test_n01_the_linter_has_not_even_a_hint_for_a_shipped_menu(folder):
    assert lint_trees(load_trees(trees_in(folder))) == []


@every_line
def test_n04_the_tests_of_a_shipped_menu_pass_and_cover_all_of_it(folder):
    for suite in suites_at(trees_in(folder)):
        report = run_suite(suite, line=line_beside(suite.tree))
        assert report.results
        assert [result.told() for result in report.results if result.differences] == []
        assert report.coverage.missing == ()
        assert report.coverage.percent == 100.0


@every_line
def test_t26_no_letter_of_a_shipped_text_message_doubles_its_price(folder):
    config = load_config(folder / "softswitch.yaml")
    for name, template in config.templates.items():
        assert measured(template.sms) == Size("gsm7", 1), name


@every_line
def test_a_shipped_line_says_what_it_is_and_how_to_try_it(folder):
    text = (folder / "README.md").read_text("utf-8")
    for number in {number for tree in load_trees(trees_in(folder)) for number in tree.numbers}:
        assert number in text
