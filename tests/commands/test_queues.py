"""``queues`` and ``agents`` as people and programs see them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, timedelta
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from softswitch.commands.queues import chosen, clock, share, show_agent, show_agents, show_queues
from softswitch.commands.view import View
from softswitch.queues.figures import (
    NO_SHARE,
    AgentFigures,
    EstimateFigures,
    Figures,
    PauseFigures,
    QueueFigures,
)
from tests.fakes.clock import START

SALES = QueueFigures(
    "sales", waiting=3, longest_wait_s=75.0, callbacks_waiting=1,
    agents={"ready": 1, "talking": 1, "paused": 1},
    entered=20, refused={"full": 2}, answered=12, answered_in_time=9,
    abandoned=2, abandoned_soon=1, left=2,
    left_by={"max_wait": 1, "key": 1}, service_level_s=20.0, service_level=0.642, service_level_all=0.45,
    abandoned_share=0.1, speed_of_answer_s=14.0, longest_answered_s=61.0, talks=11, mean_talk_s=125.0,
    mean_handling_s=140.0, callbacks_asked=3, callbacks_answered=1, callbacks_missed=1,
    estimates=EstimateFigures(5, 4, 0.75, 0.25, 31.0),
)  # fmt: skip
QUIET = QueueFigures("help", service_level_s=20.0)
TALKS = AgentFigures(
    "1001", "talking", START + timedelta(seconds=30), ("sales",), queue="sales", party="600\x1b100", calls=7,
    talk_s=700.0, wrap_up_s=70.0, missed={"no_answer": 1, "busy": 1}, occupancy=0.77,
)  # fmt: skip
AWAY = AgentFigures(
    "1002", "paused", START, ("help", "sales"), pauses={"": "lunch"}, paused_s=60.0,
    paused_for=(PauseFigures("lunch", 1, 60.0),),
)  # fmt: skip
FIGURES = Figures(START + timedelta(seconds=90), START, (SALES, QUIET), (TALKS, AWAY))
VIEW, POLISH, JSON = View(zone=UTC), View(zone=UTC, language="pl"), View(as_json=True)


def printed(shown: RenderableType, width: int = 160) -> list[str]:
    out = StringIO()
    Console(file=out, width=width, color_system=None).print(shown)
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_each_queue_has_its_line() -> None:
    assert printed(show_queues(FIGURES, view=VIEW)) == [
        "queue waits longest callback free entered answered lost SL ASA AHT",
        "sales 3 1:15 1 1 / 3 20 12 4 64 % 0:14 2:20",
        "help 0 - 0 0 / 0 0 0 0 - - -",
        "",
        "since 2026-01-05 09:00, at 09:01:30",
    ]


def test_who_was_called_back_has_no_speed_of_answer() -> None:
    called_back = replace(QUIET, entered=2, answered=2, callbacks_asked=2, callbacks_answered=2)
    shown = printed(show_queues(replace(FIGURES, queues=(SALES, called_back)), view=VIEW))
    assert shown[2] == "help 0 - 0 0 / 0 2 2 0 - - -"
    whole = printed(show_queues(replace(FIGURES, queues=(called_back,)), view=VIEW))
    assert {"Speed of answer -", "Longest answered -"} <= {*whole}


def test_one_queue_is_shown_in_full_with_its_agents() -> None:
    lines = printed(show_queues(chosen(FIGURES, "sales"), view=VIEW))
    for line in (
        "Agents paused 1, ready 1, talking 1",
        "Not taken in the queue is full 2",
        "Answered within 20 s 9",
        "Abandoned 2 (at once: 1)",
        "Left otherwise left by a key 1, waited as long as allowed 1",
        "Service level of all 45 %",
        "Callbacks asked, answered, missed 3 / 1 / 1",
        "Waits told that were right 75 %",
        "1001 talking: sales, 600·100 sales 1:00 7 11:40 1:10 2 0:00 77 %",
        "1002 paused: lunch help, sales 1:30 0 0:00 0:00 0 1:00 -",
    ):
        assert line in lines
    lines = printed(show_queues(chosen(FIGURES, "help"), view=POLISH))
    assert "Poziom obsługi -" in lines
    assert not any(line.startswith("1001") for line in lines)


def test_agents_in_both_languages() -> None:
    titles, first, *_ = printed(show_agents(FIGURES, view=POLISH))
    assert titles == "konto stan kolejki od rozm. mówił po rozm. nieod. przerwy zajęty"
    assert first.startswith("1001 rozmawia: sales, 600·100 sales 1:00")
    assert printed(show_agent(AWAY, view=VIEW)) == ["1002: paused: lunch; queues: help, sales"]
    one = replace(AWAY, state="ready", pauses={"help": "papers"}, queues=())
    assert printed(show_agent(one, view=POLISH)) == ["1002: gotowy: papers (help); kolejki: -"]


def test_who_is_ready_but_out_of_reach_or_talks_by_himself() -> None:
    ready = AgentFigures("1001", "ready", START, ("sales",))
    away, talks = replace(ready, reachable=False), replace(ready, engaged=True)
    said = [*printed(show_agent(away, view=VIEW)), *printed(show_agent(talks, view=POLISH))]
    assert said == [
        "1001: ready, no phone can be reached; queues: sales",
        "1001: gotowy, rozmawia; kolejki: sales",
    ]


def test_where_there_is_nothing_it_is_said() -> None:
    nothing = replace(FIGURES, queues=(), agents=())
    assert printed(show_queues(nothing, view=VIEW)) == ["There is no such queue."]
    assert printed(show_agents(nothing, view=POLISH)) == ["Nie ma konsultantów."]


@pytest.mark.parametrize("view", [VIEW, POLISH])
def test_a_terminal_of_80_columns_folds_words_and_cuts_no_figure(view: View) -> None:
    busy = replace(SALES, entered=2000, answered=1500, mean_handling_s=700.0, speed_of_answer_s=600.0)
    figures = replace(FIGURES, queues=(busy, QUIET), agents=(replace(TALKS, talk_s=20_000.0), AWAY))
    titles, first, *_ = printed(show_queues(figures, view=view), width=80)
    assert len(titles.split()) == 11
    assert first == "sales 3 1:15 1 1 / 3 2000 1500 4 64 % 10:00 11:40"
    rows = " ".join(printed(show_agents(figures, view=view), width=80))
    for figure in ("5:33:20", "1:10", "77 %", "help, sales"):
        assert figure in rows


def test_durations_as_a_clock_shows_them() -> None:
    assert [clock(seconds) for seconds in (0, 7.4, 59.6, 3750)] == ["0:00", "0:07", "1:00", "1:02:30"]


def test_as_json() -> None:
    found = json.loads(str(show_queues(FIGURES, view=JSON)))
    assert found["queues"][0]["left_by"] == {"max_wait": 1, "key": 1}
    assert found["at"] == "2026-01-05T09:01:30Z"
    assert json.loads(str(show_agents(FIGURES, view=JSON)))[1]["pauses"] == {"": "lunch"}
    assert json.loads(str(show_agent(TALKS, view=JSON)))["calls"] == 7


def test_a_share_that_is_none_is_not_nothing() -> None:
    assert [share(value) for value in (NO_SHARE, 0.0, 0.666, 1.0)] == ["-", "0 %", "67 %", "100 %"]
