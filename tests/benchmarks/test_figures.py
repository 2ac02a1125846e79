from dataclasses import replace

import numpy as np
import pytest

from benchmarks.arrivals import Reception
from benchmarks.bare import BareCost
from benchmarks.figures import Figures, Run, Usage, Window, ratio, table
from benchmarks.modes import Mode
from benchmarks.switch import Timing

GAPS = np.zeros(1000, np.int64)
GAPS[200], GAPS[450] = 999, 1


def a_run(mode: Mode = Mode.IVR) -> Run:
    window = Window(
        begin=100.0,
        end=110.0,
        usage=Usage(worker=4.0, signalling=0.1, preemptions=7),
        reception=Reception(packets=500_000, lost=1, left_out=2, silent=4, gaps=GAPS, longest_ms=45.0),
        generator_late_ms=(0.1,) * 99 + (0.2,) * 101,
    )
    seconds = tuple(Timing(100.0 + n, 1000, 0, (0.5,) * 49 + (9.0,), (5000.0,) * 50) for n in range(10))
    return Run(mode, 1000, window, seconds, rss_kib=18_500, lost_inbound=3, bare=BareCost(4.0, 3.2))


def test_the_figures_follow_from_what_was_seen():
    assert a_run().figures() == Figures(
        calls=1000,
        frames_lost=10,
        gaps_over_40ms_percent=0.1,
        tick_lateness_p99_ms=9.0,
        worker_cpu_percent=40.0,
        signalling_cpu_percent=1.0,
        engine_us_per_call_tick=8.0,
        bare_us_per_call_tick=4.0,
        bare_connected_us_per_call_tick=3.2,
        worker_rss_kib_per_call=18.5,
        generator_late_p99_ms=0.2,
        legs=1000,
    )


def test_costs_of_pairs_are_those_of_a_leg():
    figures = a_run(Mode.BRIDGE).figures()
    assert (figures.calls, figures.legs) == (1000, 2000)
    assert (figures.engine_us_per_call_tick, figures.worker_rss_kib_per_call) == (4.0, 9.2)


def test_what_cannot_be_seen_is_left_out():
    window = replace(a_run().window, usage=Usage(worker=None))
    unseen = Run(Mode.IVR, 10, window, (), rss_kib=None, lost_inbound=0)
    told = unseen.figures().as_json()
    assert not {"worker_cpu_percent", "tick_lateness_p99_ms", "bare_us_per_call_tick"} & set(told)
    assert told["generator_late_p99_ms"] == 0.2
    assert "engine to bare" not in table(unseen)


@pytest.mark.parametrize(
    ("change", "clean"),
    [
        ({}, True),
        ({"frames_lost": 1}, False),
        ({"gaps_over_40ms_percent": 0.1}, False),
        ({"recordings_broken": 1}, False),
    ],
)
def test_a_load_is_clean_when_nothing_is_lost_and_next_to_nothing_late(change, clean):
    flawless = replace(a_run().figures(), frames_lost=0, gaps_over_40ms_percent=0.09)
    assert replace(flawless, **change).clean is clean


def test_a_generator_is_late_past_a_period():
    figures = a_run().figures()
    assert not replace(figures, generator_late_p99_ms=20.0).generator_late
    assert replace(figures, generator_late_p99_ms=20.1).generator_late


def test_the_table_says_where_frames_were_lost_and_shows_both_ratios():
    text = table(a_run())
    assert "1 / 2 / 4 / 3" in text
    assert f"{ratio(8.0, 4.0):g}" == "2"
    assert "connected" in text
    assert "2.5" in text


def test_the_recorder_is_shown_apart():
    run = a_run(Mode.RECORD)
    usage = replace(run.window.usage, recorder=2.0)
    recorded = replace(run, window=replace(run.window, usage=usage), broken=1)
    assert recorded.figures().recorder_cpu_percent == 20.0
    assert "recordings broken" in table(recorded)


def test_no_ratio_without_a_cost():
    assert ratio(None, 4.0) is None
    assert ratio(4.0, None) is None
