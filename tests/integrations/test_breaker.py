"""The circuit breaker, as a function of what happens when."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from softswitch.integrations.breaker import (
    FAILURES,
    LONGEST_PAUSE_S,
    SHORTEST_PAUSE_S,
    Breaker,
    News,
    State,
)


def given_up(now=0.0):
    breaker = Breaker()
    news = [breaker.failed(now) for _ in range(FAILURES)]
    assert news == [News.NOTHING] * (FAILURES - 1) + [News.GIVEN_UP]
    return breaker


def test_a_success_in_between_begins_to_count_anew():
    breaker = Breaker()
    for _ in range(10):
        for _ in range(FAILURES - 1):
            breaker.failed(0.0)
        assert breaker.succeeded() is News.NOTHING
    assert breaker.waits(0.0) == 0.0


def test_after_the_pause_one_probe_goes_first():
    breaker = given_up()
    assert breaker.waits(1.0) == SHORTEST_PAUSE_S - 1.0
    assert breaker.waits(SHORTEST_PAUSE_S) == 0.0
    breaker.begin(SHORTEST_PAUSE_S)
    assert breaker.state is State.PROBING
    assert breaker.waits(SHORTEST_PAUSE_S) > 0.0


def test_a_probe_that_fails_doubles_the_pause_up_to_the_longest():
    breaker, now, pauses = given_up(), 0.0, []
    for _ in range(8):
        pauses.append(breaker.waits(now))
        now += pauses[-1]
        breaker.begin(now)
        assert breaker.failed(now) is News.NOTHING
    assert pauses[:3] == [SHORTEST_PAUSE_S, 2 * SHORTEST_PAUSE_S, 4 * SHORTEST_PAUSE_S]
    assert pauses[-1] == LONGEST_PAUSE_S


def test_a_probe_that_succeeds_brings_it_back_and_is_told_once():
    breaker = given_up()
    breaker.begin(SHORTEST_PAUSE_S)
    assert breaker.succeeded() is News.BACK
    assert breaker.succeeded() is News.NOTHING
    assert breaker.waits(SHORTEST_PAUSE_S) == 0.0


def test_a_probe_that_nobody_waits_for_leaves_the_next_to_be_one():
    breaker = given_up()
    breaker.begin(SHORTEST_PAUSE_S)
    breaker.abandoned(SHORTEST_PAUSE_S + 1)
    assert breaker.waits(SHORTEST_PAUSE_S + 1) == 0.0


class AnyCourse(RuleBasedStateMachine):
    """Whatever happens in whatever order, the host is asked again sooner or later."""

    def __init__(self):
        super().__init__()
        self.breaker, self.now, self.up = Breaker(), 0.0, True

    @rule(seconds=st.floats(0, 300))
    def time_passes(self, seconds):
        self.now += seconds

    @precondition(lambda self: self.breaker.waits(self.now) == 0.0)
    @rule(how=st.sampled_from(["succeeds", "fails", "nobody waits"]))
    def is_asked(self, how):
        self.breaker.begin(self.now)
        if how == "succeeds":
            self.told(self.breaker.succeeded())
            assert self.breaker.waits(self.now) == 0.0
        elif how == "fails":
            self.told(self.breaker.failed(self.now))
        else:
            self.breaker.abandoned(self.now)
            assert self.breaker.state is not State.PROBING

    @rule()
    def an_older_request_fails(self):
        self.told(self.breaker.failed(self.now))

    def told(self, news):
        # What is told goes up and down by turns: nobody hears twice that a host is gone.
        if news is not News.NOTHING:
            assert self.up == (news is News.GIVEN_UP)
            self.up = news is News.BACK

    @invariant()
    def the_wait_is_bounded(self):
        assert 0.0 <= self.breaker.waits(self.now) <= LONGEST_PAUSE_S


TestAnyCourse = AnyCourse.TestCase
