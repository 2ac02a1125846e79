"""A small call centre on a real switch, for a few seconds; and how the outcome is told."""

from dataclasses import replace

import pytest

from benchmarks.callers import BenchmarkFailed
from benchmarks.processes import available_cores, choose_cores
from benchmarks.queue_load import judge, main, run
from benchmarks.queue_plan import Plan
from tests.benchmarks.test_queue_figures import GOOD


def test_the_exit_status_tells_a_miss_from_a_late_generator(capsys):
    assert judge(GOOD.figures()) == 0
    assert judge(replace(GOOD, lost_inbound=1).figures()) == 1
    assert "1 frames lost" in capsys.readouterr().err
    assert judge(replace(GOOD.figures(), generator_late_p99_ms=21.0)) == 3
    assert "measure again" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--seconds", "1"], ["--agents", "1"], ["--callers", "3", "--agents", "5"]]
)
def test_loads_that_mean_nothing_are_refused(words, capsys):
    with pytest.raises(SystemExit) as refused:
        main(words)
    assert refused.value.code == 2
    assert "at least" in capsys.readouterr().err


def test_queues_that_cannot_be_filled_are_said(monkeypatch, capsys):
    def fails(*_: object) -> None:
        raise BenchmarkFailed("the queues do not fill: 0 wait, 0 talk")

    monkeypatch.setattr("benchmarks.queue_load.run", fails)
    monkeypatch.setattr("benchmarks.queue_load.pin", lambda core: None)
    assert main(["--callers", "5", "--agents", "2", "--seconds", "4"]) == 1
    assert "do not fill" in capsys.readouterr().err


def test_twenty_callers_and_five_agents_lose_no_frame_and_nobody():
    plan = Plan(callers=20, agents=5, seconds=6.0, talk_s=(1.0, 2.0), answer_s=(0.1, 0.3))
    reckoning = run(plan, choose_cores(available_cores()))
    figures = reckoning.figures()
    assert figures.waiting_least >= 15
    assert figures.hand_outs >= 5
    # Where the machine is busy with others they take longer, but none of it may fail.
    assert figures.hand_out_p50_ms < 1000
    assert reckoning.look.callers_heard_ms
    assert reckoning.look.agents_heard_ms
    assert figures.announcements >= 10
    assert (figures.unheard, figures.rung_twice, reckoning.faults) == (0, 0, ())
    assert sum(one.lost for one in reckoning.look.receptions) == 0
    # A machine that is busy with others may take the worker off its core; nothing else may cost a frame.
    excused = reckoning.skipped * (plan.rows + plan.agents)
    assert sum(one.left_out for one in reckoning.look.receptions) <= excused
