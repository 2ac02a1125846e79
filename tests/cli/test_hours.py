"""Commands about opening hours: what they ask the running switch, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from softswitch.cli import EXIT_CANNOT_START
from tests.cli.running import asked, refused, run
from tests.test_schedule_verbs import Line


@pytest.mark.parametrize(
    ("words", "help"),
    [
        (("schedules", "weekend"), "say nothing, or one of"),
        (("schedules", "preview"), "schedules preview NAME"),
        (("schedules", "special", "office"), "2026-12-24 --hours 8-12"),
        (("duties", "doctor"), "a duty and a day"),
        (("callers", "add", "vip"), "add LIST NUMBER"),
        (("callers", "empty"), "add LIST NUMBER"),
    ],
)
def test_what_they_cannot_do(words: tuple[str, ...], help: str, tmp_path: Path) -> None:
    result = run(*words, "--home", tmp_path)
    assert result.exit_code == 2
    assert help in result.output


@pytest.mark.parametrize("words", [("schedules",), ("duties",), ("callers",)])
def test_where_no_switch_runs_none_is_asked(words: tuple[str, ...], tmp_path: Path) -> None:
    assert refused(EXIT_CANNOT_START, *words, "--home", tmp_path).startswith("no switch is running")


def test_a_running_switch_is_asked_and_changed(tmp_path: Path) -> None:
    line = Line()
    now, switched, back, ahead, eve, day, listed, off = asked(
        tmp_path,
        line.verbs,
        ("schedules", "now", "office", "--at", "2026-12-17 16:30"),
        ("schedules", "night", "office", "--until", "18:00"),
        ("schedules", "auto", "office"),
        ("schedules", "preview", "office", "--days", "2", "--from", "2026-12-24"),
        ("schedules", "special", "office", "2026-12-24", "--hours", "8-12", "--note", "Wigilia"),
        ("duties", "doctor", "2026-12-17", "--main", "1003"),
        ("callers", "add", "vip", "505 111 222", "--to", "1001"),
        ("callers", "remove", "vip", "505111222"),
    )
    assert "closed" in now.output
    assert "night (operator), until 2026-12-17 18:00" in switched.output
    assert "night" not in back.output
    assert "Thu 24.12" in ahead.output
    assert "8:00-12:00  Wigilia" in eve.output
    assert "1003" in day.output
    assert "+48505111222" in listed.output
    assert "but those of the configuration" in off.output


def test_a_refusal_is_one_sentence(tmp_path: Path) -> None:
    (result,) = asked(tmp_path, Line().verbs, ("schedules", "night", "bank"))
    assert result.exit_code == EXIT_CANNOT_START
    assert result.stderr.strip() == "there is no schedule 'bank', only office, shop"


def test_n14_a_preview_of_what_whoever_dials_a_number_meets(tmp_path: Path) -> None:
    days = ("--days", "2", "--from", "2026-12-24")
    both, none, as_json = asked(
        tmp_path,
        Line().verbs,
        ("schedules", "preview", "720", *days),
        ("schedules", "preview", "+48221234567"),
        ("schedules", "preview", "720", *days, "--json"),
    )
    lines = both.output.splitlines()
    assert lines[0] == "office"
    assert "shop" in lines
    assert both.output.count("Thu 24.12") == 2
    assert "leads to no menu that goes by opening hours" in none.stderr
    shown = json.loads(as_json.output)
    assert [(name, len(days)) for name, days in shown.items()] == [("office", 2), ("shop", 2)]
