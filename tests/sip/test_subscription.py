"""One subscription: one NOTIFY at a time, no faster than allowed, the last state told, one end."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.subscription import (
    GONE,
    MOST_REFUSALS,
    RETRY_SECONDS,
    Event,
    Notify,
    Reason,
    Subscription,
    parse_event,
)


def begun(seconds: int = 600, *, pace: float = 1.0) -> Subscription:
    """Return a subscription of time 0 whose first NOTIFY was taken at once."""
    subscription = Subscription(0.0, seconds, pace=pace)
    assert subscription.poll(0.0) == Notify(f"active;expires={seconds}", 0)
    subscription.answered(0.1, 200)
    return subscription


# Event


def test_an_event_names_its_package_and_echoes_its_id_alone() -> None:
    event = parse_event("dialog;id=7;call-id=x")
    assert event == Event("dialog", {"id": "7", "call-id": "x"})
    assert event.echoed == "dialog;id=7"
    assert parse_event("presence").echoed == "presence"


@pytest.mark.parametrize("text", ["", ";id=1", "two words", "dialog;;", "dialog;id=1;id=2"])
def test_what_is_no_event(text: str) -> None:
    with pytest.raises(RemoteProtocolError) as error:
        parse_event(text)
    assert error.value.status == 400


# NOTIFY


def test_the_state_is_told_at_once_and_then_only_when_it_changes() -> None:
    subscription = begun()
    assert subscription.poll(300.0) is None
    assert subscription.next_deadline() == 600.0
    subscription.changed(300.0)
    assert subscription.next_deadline() == 300.0
    assert subscription.poll(300.0) == Notify("active;expires=300", 1)


def test_changes_in_a_row_are_told_once_and_not_faster_than_allowed() -> None:
    subscription = begun()
    subscription.changed(0.2)
    subscription.changed(0.3)
    assert subscription.poll(0.5) is None
    assert subscription.next_deadline() == 1.0
    assert subscription.poll(1.0) == Notify("active;expires=599", 1)
    subscription.answered(1.1, 200)
    assert subscription.poll(9.0) is None


def test_a_change_while_a_notify_is_out_waits_for_its_answer() -> None:
    subscription = begun()
    subscription.changed(10.0)
    assert subscription.poll(10.0) is not None
    subscription.changed(10.1)
    assert subscription.poll(20.0) is None
    assert subscription.next_deadline() is None
    subscription.answered(20.0, 200)
    assert subscription.poll(20.0) == Notify("active;expires=580", 2)
    subscription.answered(20.1, 200)
    assert subscription.poll(30.0) is None


def test_a_refresh_is_answered_by_the_state_at_once_whatever_the_pace() -> None:
    subscription = begun(60)
    subscription.refresh(0.2, 600)
    assert subscription.poll(0.2) == Notify("active;expires=600", 1)
    subscription.answered(0.3, 200)
    assert subscription.seconds_left(100.2) == 500


def test_a_refresh_while_a_notify_is_out_is_answered_after_it() -> None:
    subscription = begun(60)
    subscription.changed(10.0)
    subscription.poll(10.0)
    subscription.refresh(10.1, 60)
    subscription.answered(10.2, 200)
    assert subscription.poll(10.2) == Notify("active;expires=59", 2)


# The end


def test_who_does_not_refresh_is_told_that_it_is_over() -> None:
    subscription = begun(60)
    assert subscription.poll(59.9) is None
    assert subscription.poll(60.0) == Notify("terminated;reason=timeout", 1)
    assert not subscription.over
    assert subscription.ending
    subscription.answered(60.1, 200)
    assert subscription.over
    assert subscription.next_deadline() is None
    assert subscription.poll(61.0) is None


def test_who_gives_up_is_told_the_state_once_more() -> None:
    subscription = begun()
    subscription.refresh(5.0, 0)
    assert subscription.poll(5.0) == Notify("terminated;reason=timeout", 1)


def test_a_fetch_is_one_notify() -> None:
    subscription = Subscription(0.0, 0, pace=1.0)
    assert subscription.poll(0.0) == Notify("terminated;reason=timeout", 0)


def test_the_end_comes_after_the_notify_that_is_out_and_its_first_reason_counts() -> None:
    subscription = begun()
    subscription.changed(5.0)
    subscription.poll(5.0)
    subscription.end(5.1, Reason.DEACTIVATED)
    subscription.end(5.2, Reason.TIMEOUT)
    subscription.refresh(5.2, 600)
    subscription.changed(5.2)
    assert subscription.poll(5.2) is None
    subscription.answered(5.3, 200)
    assert subscription.poll(5.3) == Notify("terminated;reason=deactivated", 2)
    subscription.answered(5.4, 500)
    assert subscription.over


def test_who_has_no_time_left_tells_the_end_at_once_and_only_once() -> None:
    subscription = begun()
    subscription.changed(5.0)
    subscription.poll(5.0)
    subscription.end(5.1, Reason.DEACTIVATED, waits=False)
    assert subscription.poll(5.1) == Notify("terminated;reason=deactivated", 2)
    subscription.end(5.2, Reason.DEACTIVATED, waits=False)
    assert subscription.poll(5.2) is None
    subscription.answered(5.3, 200)
    assert subscription.over


@pytest.mark.parametrize("status", sorted(GONE))
def test_a_subscriber_that_knows_of_nothing_ends_it(status: int) -> None:
    subscription = begun()
    subscription.changed(5.0)
    subscription.poll(5.0)
    subscription.answered(5.1, status)
    assert subscription.over


def test_a_subscriber_that_is_gone_ends_it() -> None:
    subscription = begun()
    subscription.changed(5.0)
    subscription.poll(5.0)
    subscription.failed()
    assert subscription.over
    assert subscription.poll(100.0) is None


def test_another_refusal_is_tried_again_and_ends_it_when_it_stays() -> None:
    subscription = begun()
    subscription.changed(10.0)
    now = 10.0
    for _ in range(MOST_REFUSALS - 1):
        assert subscription.poll(now) is not None
        subscription.answered(now, 500)
        assert subscription.poll(now + RETRY_SECONDS - 0.1) is None
        now += RETRY_SECONDS
    assert subscription.poll(now) is not None
    subscription.answered(now, 503, retry_after=30.0)
    assert subscription.over


def test_a_refusal_may_ask_for_a_pause_and_an_acceptance_forgives() -> None:
    subscription = begun()
    for begin in (10.0, 100.0, 200.0, 300.0):
        subscription.changed(begin)
        assert subscription.poll(begin) is not None
        subscription.answered(begin, 503, retry_after=30.0)
        assert subscription.next_deadline() == begin + 30.0
        assert subscription.poll(begin + 30.0) is not None
        subscription.answered(begin + 30.1, 200)
    assert not subscription.over


def test_a_refresh_meanwhile_is_answered_at_once_though_the_notify_before_it_was_refused() -> None:
    subscription = Subscription(0.0, 60, pace=1.0)
    assert subscription.poll(0.0) is not None
    subscription.refresh(0.0, 30)
    subscription.answered(0.0, 500, retry_after=30.0)
    assert subscription.poll(0.0) is not None


# Everything at once


@dataclass
class Told:
    """What a subscriber has been told, and when."""

    at: list[float] = field(default_factory=list)
    state: int = -1
    ends: int = 0


class AnyLife(RuleBasedStateMachine):
    """Anything in any order; what must hold always is checked after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.state = 0
        self.carried = 0
        self.out = False
        self.hurry = True
        self.told = Told()
        self.versions: list[int] = []
        self.subscription = Subscription(0.0, 60, pace=1.0)
        self.poll()

    def poll(self) -> None:
        notify = self.subscription.poll(self.now)
        if notify is None:
            return
        assert not self.out, "two at a time"
        ends = notify.state.startswith("terminated")
        if self.told.at and not (self.hurry or ends):
            assert self.now - self.told.at[-1] >= 1.0 - 1e-9, "too fast"
        assert self.told.ends == 0, "something after the end"
        self.out, self.hurry, self.carried = True, False, self.state
        self.told.at.append(self.now)
        self.told.ends += ends
        self.versions.append(notify.version)

    @rule()
    def change(self) -> None:
        self.state += 1
        self.subscription.changed(self.now)
        self.poll()

    @rule(seconds=st.sampled_from([0, 30, 600]))
    def refresh(self, seconds: int) -> None:
        self.hurry = self.hurry or not self.subscription.ending
        self.subscription.refresh(self.now, seconds)
        self.poll()

    @rule(seconds=st.floats(0.01, 70.0))
    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while (at := self.subscription.next_deadline()) is not None and at <= end:
            self.now = max(self.now, at)
            self.poll()
        self.now = end

    @precondition(lambda self: self.out)
    @rule(status=st.sampled_from([200, 200, 200, 202, 481, 500]))
    def answer(self, status: int) -> None:
        self.out = False
        if status < 300:
            self.told.state = self.carried
        self.subscription.answered(self.now, status)
        self.poll()

    @precondition(lambda self: self.out)
    @rule()
    def no_answer(self) -> None:
        self.out = False
        self.subscription.failed()

    @rule()
    def stop(self) -> None:
        self.subscription.end(self.now, Reason.DEACTIVATED)
        self.poll()

    @invariant()
    def holds(self) -> None:
        assert self.versions == list(range(len(self.versions)))
        subscription = self.subscription
        if subscription.over:
            assert subscription.next_deadline() is None
        elif not self.out:
            at = subscription.next_deadline()
            assert at is not None
            if self.told.state != self.state and not subscription.ending:
                # What the subscriber does not know will be told, and soon.
                assert at <= self.now + RETRY_SECONDS


TestAnyLife = AnyLife.TestCase


@given(st.floats(0, 1e9), st.integers(1, 4_294_967_295))
def test_no_time_is_too_far(now: float, seconds: int) -> None:
    subscription = Subscription(now, seconds, pace=5.0)
    assert subscription.poll(now) is not None
    assert 0 <= subscription.seconds_left(now) <= seconds
