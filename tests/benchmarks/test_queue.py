"""The comparison with Erlang: its arithmetic, short days that agree, and that a floor that errs is found."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from benchmarks import chaos, queue
from benchmarks.centre import Centre, Simulation
from benchmarks.queue import (
    CASES,
    SIGMAS,
    Figure,
    cost_rows,
    main,
    play,
    ratio,
    rows,
    simulate,
    theory_of,
)
from softswitch.queues.config import QueueConfig

SMALL = Centre(agents=5, calls_s=5 / 60, talk_s=60.0, patience_s=60.0)


def test_a_ratio_of_equal_days_is_the_mean_with_its_standard_error():
    assert ratio([10.0, 20.0, 30.0], [10, 10, 10]) == (2.0, pytest.approx(1 / 3**0.5))
    mean, error = ratio([1.0, 30.0], [10, 90])
    assert mean == pytest.approx(0.31)
    assert error == pytest.approx(((1 - 3.1) ** 2 + (30 - 27.9) ** 2) ** 0.5 * 2**0.5 / 100)
    with pytest.raises(ValueError, match="two days"):
        ratio([1.0], [1])


def test_the_error_of_a_ratio_is_that_of_many_tries():
    luck = random.Random(3)

    def found() -> tuple[float, float]:
        callers = [luck.randint(50, 150) for _ in range(20)]
        return ratio([sum(luck.random() for _ in range(came)) for came in callers], callers)

    tries = [found() for _ in range(200)]
    inside = sum(abs(mean - 0.5) <= 2 * error for mean, error in tries)
    # 95 of 100 lie within two errors, 94 with twenty days; 4 standard deviations of 200 tries are 7 %.
    assert 0.87 <= inside / 200 <= 1.0


def test_a_figure_holds_within_its_error():
    assert Figure("c", "f", 1.0, 0.1, 1.0 + SIGMAS * 0.0999).holds
    assert not Figure("c", "f", 1.0, 0.1, 1.0 + SIGMAS * 0.1001).holds
    assert not Figure("c", "f", 1.0, 0.0, 2.0).holds
    assert Figure("c", "f", 1.0, 0.0, 1.0).holds
    assert Figure("c", "f", 1.0, 0.0, None).holds


def test_ringing_has_no_theory():
    assert theory_of(replace(SMALL, ring_s=6.0)) is None
    assert theory_of(SMALL).abandoned > 0
    assert theory_of(replace(SMALL, patience_s=float("inf"), calls_s=4 / 60)).abandoned == 0.0


def test_every_strategy_and_both_theories_are_among_the_cases():
    assert {centre.strategy for centre in CASES.values()} == set(queue.get_args(queue.Strategy))
    assert {centre.patience_s == float("inf") for centre in CASES.values()} == {True, False}
    assert any(centre.queues > 1 for centre in CASES.values())


def test_short_days_agree_with_erlang():
    found = simulate("small", SMALL, days=8, calls=400)
    assert [figure.name for figure in found.figures] == [*queue.COUNTED]
    assert all(figure.holds for figure in found.figures), [*rows([found])]
    assert all(0 < figure.error < 0.2 * figure.expected for figure in found.figures)
    assert found.matched_per_second > 500


class Wrong(Simulation):
    """Days of a floor that keeps an agent idle."""

    def __init__(self, centre: Centre, **day) -> None:
        super().__init__(replace(centre, agents=centre.agents - 1), **day)


def test_a_floor_that_keeps_an_agent_idle_is_found(monkeypatch):
    monkeypatch.setattr(queue, "Simulation", Wrong)
    found = simulate("small", SMALL, days=8, calls=400)
    assert sum(not figure.holds for figure in found.figures) >= 3


def test_a_floor_that_rests_between_calls_is_found(monkeypatch):
    slow = SMALL.config().queues["q0"].model_dump() | {"wrap_up_s": 10.0}
    config = SMALL.config().model_copy(update={"queues": {"q0": QueueConfig.model_validate(slow)}})
    monkeypatch.setattr(Centre, "config", lambda centre: config)
    found = simulate("small", SMALL, days=8, calls=400)
    assert not all(figure.holds for figure in found.figures)


def test_a_caller_who_is_lost_is_told(monkeypatch):
    monkeypatch.setattr(Simulation, "_ended", lambda simulation, call, *, answered: None)
    with pytest.raises(RuntimeError, match=r"small: \d+ of \d+ callers had no end"):
        simulate("small", SMALL, days=2, calls=20)


SHORT = ["--days", "2", "--calls", "60", "--case", "3 agents", "--chaos", "200", "--talks", "20"]


def test_the_table_says_everything(capsys, monkeypatch):
    monkeypatch.setattr(queue, "WAITING", 20)
    assert main(SHORT) == 0
    printed = capsys.readouterr().out
    for part in ("Erlang", "off by", "3 agents, load 2", "mean wait, s", "an agent answers", "nothing broke"):
        assert part in printed


def test_figures_as_json(capsys, monkeypatch):
    monkeypatch.setattr(queue, "WAITING", 20)
    assert main([*SHORT, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {figure["name"] for figure in found["figures"]} == set(queue.COUNTED)
    assert found["decisions"]["all"]["p99_us"] > 0
    assert found["chaos"] == 200


def test_a_figure_that_is_off_ends_with_1(capsys, monkeypatch):
    monkeypatch.setattr(queue, "WAITING", 20)
    monkeypatch.setattr(queue, "SIGMAS", 0.0)
    assert main(SHORT) == 1
    assert "3 agents, load 2: waiting is off by" in capsys.readouterr().err


def test_what_broke_ends_with_1(capsys, monkeypatch):
    monkeypatch.setattr(queue, "WAITING", 20)

    def broken(things, seed):
        raise chaos.Broken("somebody is lost")

    monkeypatch.setattr(chaos, "run", broken)
    assert main(SHORT) == 1
    assert "chaos, seed 20000: somebody is lost" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--days", "1"], ["--calls", "0"], ["--talks", "0"]])
def test_what_cannot_be_measured_is_said(wrong, capsys):
    with pytest.raises(SystemExit):
        main(wrong)
    assert "two days" in capsys.readouterr().err


def test_chaos_in_a_sentence():
    assert play(100, 1).startswith("chaos, seed 1: 100 random things, ")


def test_costs_as_a_table():
    (head, row) = cost_rows({"all": queue.Cost(1234, 20.4, 300.6, 4000.0)})
    assert head.split() == ["microseconds", "times", "p50", "p99", "worst"]
    assert row.split() == ["all", "1,234", "20", "301", "4000"]
