"""``softswitch paths`` and ``draw``: tables, JSON, and marks on pictures."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from softswitch.commands.paths import drawn, heated, proven, read_paths, show_paths, tree_at
from softswitch.commands.view import View
from softswitch.errors import ConfigError
from softswitch.events import Entry, Event, StepTaken
from softswitch.ivr.drawing.marks import Mode
from softswitch.ivr.paths import KINDS, Paths
from tests.fakes.clock import START
from tests.ivr.test_paths import TREE, arrived, chosen, ended, entered, log, paths, to_sales

TREES = Path(__file__).resolve().parents[2] / "ivr_trees"

FOUND = paths(
    to_sales(0, 60),
    [
        (0, arrived()),
        (0, entered("top")),
        (9, chosen("key 2", "wrong: 7; silent: 1")),
        (9, entered("help")),
        (12, ended()),
    ],
    [(0, arrived()), (0, entered("top")), (9, chosen("key 2")), (9, entered("help")), (12, ended())],
)


def shown(found: Paths, view: View) -> str:
    console = Console(width=160)
    with console.capture() as capture:
        console.print(show_paths(found, view=view))
    return capture.get()


def test_n06_the_table_tells_where_callers_are_lost() -> None:
    text = shown(FOUND, View())
    assert "t: 3 calls, 3 hung up in the menu" in text
    (line,) = [one.split() for one in text.splitlines() if one.strip().startswith("help")]
    assert line[:5] == ["help", "2", "2", "2", "(100%)"]
    assert "1 (7 1×)" in text
    assert "top: offers 1 2 0, 2 1 0 would be better" in text


def test_n29_how_many_an_outage_kept_away_is_told() -> None:
    announced = StepTaken("t", "a", "outage", "announced", "")
    found = paths(to_sales(0, 60), [(0, arrived()), (0, announced), (3, ended())])
    assert "1 of them were told of an outage, 1 hung up at it" in shown(found, View())
    assert "komunikat o awarii: rozmów: 1, rozłączeń przy nim: 1" in shown(found, View(language="pl"))
    assert "outage" not in shown(FOUND, View())
    data = json.loads(str(show_paths(found, view=View(as_json=True))))
    assert (data["told_of_outage"], data["left_at_outage"]) == (1, 1)


def test_n06_in_polish_and_of_nothing() -> None:
    text = shown(FOUND, View(language="pl"))
    assert "rozłączeń w menu: 3" in text
    assert "lepsza byłaby 2 1 0" in text
    assert "do opcji 1,3, a nie do 1,7" in text
    assert shown(paths(), View()).strip() == "No call went through t."


def test_n06_for_programs_all_of_it_is_json() -> None:
    data = json.loads(str(show_paths(FOUND, view=View(as_json=True))))
    assert data["calls"] == 3
    assert data["branches"][1] == {
        "branch": "top",
        "entries": 3,
        "calls": 3,
        "came_back": 0,
        "hung_up": 0,
        "wrong": {"7": 1},
        "silent": 1,
        "to_goal_s": 7.0,
    }
    assert {"branch": "top", "step": 1, "exit": "key 2", "times": 2} in data["exits"]
    assert data["orders"][0]["best"] == ["2", "1", "0"]


def test_n06_the_picture_shows_the_same_figures() -> None:
    marks = heated(FOUND, "en")
    assert marks.mode is Mode.HEAT
    assert marks.heat("top") > marks.heat("sales") > marks.heat("bye") == 0
    assert marks.remarks["help"] == ("hung up: 2 (100%)",)
    text = drawn(TREE, marks, "en", as_mermaid=False)
    assert "wrong keys: 1 (7 1×)" in text
    assert "better order: 2 1 0" in text
    assert "rozłączenia: 2 (100%)" in drawn(TREE, heated(FOUND, "pl"), "pl", as_mermaid=True)


async def test_the_log_is_read_page_by_page_until_nothing_more_can_count() -> None:
    pages = [
        tuple(log(to_sales(0, 60))),
        tuple(log([(200, arrived())])),
        tuple(log([(300, arrived())])),
    ]
    asked: list[object] = []

    class Log:
        async def of_kinds(
            self, kinds: Collection[type[Event]], *, since: datetime
        ) -> AsyncIterator[tuple[Entry, ...]]:
            for page in pages:
                asked.append((tuple(kinds), since))
                yield page

    found = await read_paths(Log(), TREE, since=START, until=START + timedelta(seconds=100))
    assert found.calls == 1
    assert asked == [(KINDS, START)] * 2


def test_what_tests_cover_is_on_the_picture() -> None:
    tree, marks = proven(TREES / "demo.yaml", "en")
    assert marks.mode is Mode.COVERAGE
    assert marks.entered["welcome"] > 0
    assert marks.summary.endswith("% of all ways out are covered by tests")
    assert marks.summary in drawn(tree, marks, "en", as_mermaid=False)


def test_a_tree_with_faults_is_not_drawn(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("tree: t\nlanguage: en\nnumbers: [100]\nstart: a\nbranches:\n  a: [sya: Hello.]\n")
    with pytest.raises(ConfigError, match="unknown action"):
        tree_at(path)
