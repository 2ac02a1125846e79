"""Simulated days: everybody who comes has an end, and chance is the seed's."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from benchmarks.centre import Centre, Simulation
from softswitch.queues.config import QueuesConfig

CENTRE = Centre(agents=5, calls_s=4 / 120, talk_s=120.0)
PATIENT = replace(CENTRE, patience_s=60.0)


def day(centre: Centre, seed: int = 1, hours: float = 2.0):
    return Simulation(centre, hours=hours, seed=seed).run()


def test_load_is_how_many_would_talk():
    assert CENTRE.load == pytest.approx(4.0)


def test_a_day_settles_longer_the_nearer_it_is_to_too_much():
    assert CENTRE.settling_s < replace(CENTRE, calls_s=4.9 / 120).settling_s < inf
    assert replace(PATIENT, calls_s=9 / 120).settling_s == 6 * 120.0


def test_the_floor_knows_as_many_queues_and_agents():
    config = replace(CENTRE, queues=3, strategy="linear").config()
    assert isinstance(config, QueuesConfig)
    assert [len(queue.members) for queue in config.queues.values()] == [5, 5, 5]
    assert {queue.strategy for queue in config.queues.values()} == {"linear"}


def test_who_waits_for_ever_is_answered():
    one = day(CENTRE)
    assert one.came == one.answered > 150
    assert one.abandoned == 0
    assert 0 < one.waiting < one.came
    assert one.waited > 0
    assert one.in_time < one.came
    assert one.matched >= one.answered
    assert one.processor_s > 0


def test_patience_ends_some_waits():
    one = day(replace(PATIENT, calls_s=8 / 120))
    assert one.came == one.answered + one.abandoned
    assert one.abandoned > 50


def test_the_seed_is_the_day():
    assert replace(day(PATIENT), processor_s=0.0) == replace(day(PATIENT), processor_s=0.0)
    assert day(PATIENT, 1).waited != day(PATIENT, 2).waited


def test_phones_that_ring_make_everybody_wait():
    one = day(replace(CENTRE, ring_s=6.0))
    assert one.came == one.answered == one.waiting
    assert one.waited >= 6.0 * one.came


def test_ringing_may_outlast_patience():
    one = day(replace(PATIENT, ring_s=6.0, patience_s=4.0))
    assert one.came == one.answered + one.abandoned
    assert one.abandoned > one.answered


@pytest.mark.parametrize(
    ("strategy", "spread"),
    [("linear", 1.5), ("random", 0.5), ("round_robin", 0.3), ("fewest_calls", 0.1)],
)
def test_strategies_share_the_talks_out_as_they_should(strategy, spread):
    shares = sorted(day(replace(CENTRE, strategy=strategy, calls_s=2 / 120)).talks.values())
    mean = sum(shares) / 5
    found = (shares[-1] - shares[0]) / mean
    assert found > 1.0 if strategy == "linear" else found < spread
