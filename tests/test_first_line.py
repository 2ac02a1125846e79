"""A first line of one's own: it starts as it is written, its menu is proven, and nothing is written over."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from softswitch import ports
from softswitch.calls.why import ENGLISH, POLISH
from softswitch.config import load_config
from softswitch.demo import PASSWORD_LETTERS
from softswitch.demo_lines import CHOOSE
from softswitch.errors import StartError
from softswitch.first_line import SOURCE, first_steps, make_first_line
from softswitch.ivr.lint.linting import lint_tree
from softswitch.ivr.loader import load_tree
from softswitch.ivr.proof.generating import propose
from softswitch.ivr.proof.model import Verdict
from softswitch.ivr.proof.reading import suites_at
from softswitch.ivr.proof.report import run_suite
from softswitch.preflight.examining import examine

LANGUAGES = (ENGLISH, POLISH)
PAGE = Path(__file__).parent.parent / "docs" / "first-line.md"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_starts_as_it_is_written_and_its_menu_is_proven(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "overlap", lambda first, last: None)
    files = make_first_line(tmp_path / "line", language, port=5070)
    config = load_config(files[0])
    assert config.sip.port == 5070
    found = examine(config.overridden(bind="127.0.0.1", port=0))
    assert (found.faults, found.obstacles, found.warnings) == ((), (), ())
    (suite,) = suites_at([tmp_path / "line" / "trees"])
    assert lint_tree(load_tree(suite.tree)) == []
    report = run_suite(suite)
    assert {result.verdict for result in report.results} == {Verdict.PASSED}
    assert report.coverage.percent == 100.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_passwords_are_its_own_and_for_its_owner_alone(language: str, tmp_path: Path) -> None:
    (file, *_), (other, *_) = (make_first_line(tmp_path / name, language) for name in ("one", "two"))
    passwords = [
        part.password or "" for path in (file, other) for part in load_config(path).accounts.values()
    ]
    assert len(set(passwords)) == 6
    assert {len(one) for one in passwords} == {PASSWORD_LETTERS}
    assert CHOOSE not in file.read_text(encoding="utf-8")
    assert (stat.S_IMODE(file.parent.stat().st_mode), stat.S_IMODE(file.stat().st_mode)) == (0o700, 0o600)
    assert load_config(file).sip.port == 5060


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "trees").mkdir()
    mine = tmp_path / "trees" / "main.yaml"
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(StartError, match="there already, and nothing is written over"):
        make_first_line(tmp_path, ENGLISH)
    assert mine.read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["main.yaml", "trees"]


def test_a_folder_that_cannot_be_made_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StartError, match="cannot write the line's folder"):
        make_first_line(tmp_path / "file" / "line", ENGLISH)


def test_both_languages_make_the_same_line() -> None:
    def shape(language: str) -> list[object]:
        tree = load_tree(SOURCE / language / "trees" / "main.yaml")
        config = load_config(SOURCE / language / "softswitch.yaml")
        steps = [(name, [step.action_name for step in one.steps]) for name, one in tree.branches.items()]
        return [steps, list(config.accounts), list(config.queues), list(config.voicemail.boxes), config.sip]

    assert shape(ENGLISH) == shape(POLISH)


def join(into: dict[str, Any], more: dict[str, Any]) -> None:
    """Put parts of a file into the parts that are there."""
    for name, value in more.items():
        if isinstance(value, dict) and name in into:
            join(into[name], value)
        else:
            into[name] = value


def test_the_page_builds_on_it_a_line_in_which_nothing_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "overlap", lambda first, last: None)
    (file, _, menu) = make_first_line(tmp_path, ENGLISH)
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (written,) = (block for block in blocks if block.startswith("tree:"))
    menu.write_text(written, encoding="utf-8")
    line = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)
    for block in blocks:
        if block is not written:
            join(line, yaml.load(block, yaml.BaseLoader))
    file.write_text(yaml.safe_dump(line, allow_unicode=True), encoding="utf-8")
    found = examine(load_config(file).overridden(bind="127.0.0.1", port=0))
    assert (found.faults, found.obstacles) == ((), ())
    assert [str(one) for one in found.warnings if "trunks.try" not in str(one)] == []
    tree = load_tree(menu)
    assert lint_tree(tree) == []
    assert propose(tree).coverage.percent == 100.0


@pytest.mark.parametrize(("language", "word"), [(ENGLISH, "password"), (POLISH, "hasło")])
def test_what_to_type_into_phones_and_what_to_do_next_is_told(
    language: str, word: str, tmp_path: Path
) -> None:
    files = make_first_line(tmp_path / "line", language, port=5072)
    told = first_steps(files, language)
    for user, part in load_config(files[0]).accounts.items():
        assert f"{user}    {word} {part.password}    {part.name}" in told
    assert f"cd {tmp_path / 'line'}" in told
    assert "port 5072" in told
    for command in ("check", "test trees", "run"):
        assert f"softswitch {command}" in told
