from dataclasses import replace

import numpy as np
import pytest

from benchmarks.arrivals import Reception
from benchmarks.queue_figures import HAND_OUT_P99_MS, Look, Reckoning, table
from benchmarks.queue_plan import Plan
from benchmarks.switch import Timing


def heard(*, lost: int = 0, late: int = 0) -> Reception:
    gaps = np.zeros(10_000, np.int64)
    gaps[200], gaps[450] = 1000 - late, late
    return Reception(1001, lost, 0, 0, gaps, 45.0 if late else 20.1)


LOOK = Look(
    begin=0,
    end=10_000_000_000,
    signalling_s=4.0,
    worker_s=3.5,
    preemptions=0,
    signalling_kib=300 << 10,
    worker_kib=150 << 10,
    least_waiting=490,
    hand_outs_ms=(*[9.0] * 98, 20.0, 30.0),
    callers_heard_ms=(60.0, 70.0),
    agents_heard_ms=(20.0, 30.0),
    unheard=0,
    unserved=0,
    counts={"abandoned": 7, "repeated": 1},
    receptions=(heard(), heard()),
    generator_late_ms=(0.1, 0.2),
)
GOOD = Reckoning(Plan(), LOOK, (Timing(1.0, 600, 0, (0.1, 1.0), (7000.0,)),), 0, 25, (), 2, 0)


def test_what_was_seen_becomes_figures():
    figures = GOOD.figures()
    assert (figures.hand_outs, figures.hand_outs_per_second) == (100, 10.0)
    assert (figures.hand_out_p50_ms, figures.hand_out_most_ms) == (9.0, 30.0)
    assert (figures.signalling_cpu_percent, figures.worker_cpu_percent) == (40.0, 35.0)
    assert (figures.signalling_mib, figures.worker_mib) == (300, 150)
    assert (figures.abandoned, figures.requests_repeated, figures.frames_lost) == (7, 3, 0)
    assert figures.misses() == []
    assert "0 of 2002" in table(GOOD)


@pytest.mark.parametrize(
    ("change", "miss"),
    [
        ({"hand_outs_ms": (HAND_OUT_P99_MS,)}, "hand-out p99 50 ms, 50 allowed"),
        ({"hand_outs_ms": ()}, "no hand-out was seen"),
        ({"receptions": (heard(lost=2), heard())}, "2 frames lost"),
        ({"receptions": (heard(late=4), heard())}, "0.2 % of the gaps over 40 ms"),
        ({"unheard": 1}, "1 answers after which nobody was heard"),
        ({"unserved": 1}, "1 agents left without a caller"),
        ({"counts": {"rung twice": 3}}, "3 agents rung twice"),
    ],
)
def test_each_shortfall_misses_the_bar(change, miss):
    assert replace(GOOD, look=replace(LOOK, **change)).figures().misses() == [miss]


def test_so_does_what_the_switch_tells_at_its_end():
    assert replace(GOOD, lost_inbound=5).figures().misses() == ["5 frames lost"]
    assert replace(GOOD, announcements=0).figures().misses() == ["nobody was told anything"]
    assert replace(GOOD, faults=("ERROR a b",)).figures().misses() == ["1 faults in the switch's log"]
