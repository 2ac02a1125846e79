"""What is timed: every kind of input, on a floor that is as full as it is said to be."""

from __future__ import annotations

from benchmarks.decisions import Cost, Crowd, cost, costs

KINDS = ["a caller comes", "a caller leaves", "a talk ends", "all", "an agent answers", "time passes"]


def test_the_floor_is_as_full_as_it_is_said_to_be():
    crowd = Crowd(waiting=50, agents=10, queues=3)
    for times in range(1, 6):
        crowd.serve(10)
        assert len(crowd.seconds["a talk ends"]) == 10 * times
        assert len(crowd.floor.entries) - len(crowd.floor.offers) >= 50
    assert len(list(crowd.floor.roster)) == 10
    assert len(crowd.floor.posts) == 3


def test_every_kind_of_input_is_timed():
    found = costs(waiting=20, agents=10, queues=2, talks=200)
    assert sorted(found) == KINDS
    assert found["a talk ends"].times == 200
    assert found["all"].times == sum(one.times for kind, one in found.items() if kind != "all")
    assert all(0 <= one.p50_us <= one.p99_us <= one.worst_us for one in found.values())


def test_the_figures_of_some_times():
    assert cost([number / 1e6 for number in range(100, 0, -1)]) == Cost(100, 51.0, 100.0, 100.0)
    assert cost([2e-6]) == Cost(1, 2.0, 2.0, 2.0)


def test_a_crowd_many_times_as_great_costs_far_less_than_so_many_times():
    # The worst that could happen is looking at all who wait for everybody who gets free.
    small = costs(waiting=20, agents=20, queues=2, talks=400)["all"].p50_us
    great = costs(waiting=400, agents=20, queues=2, talks=400)["all"].p50_us
    assert great < 10 * small
