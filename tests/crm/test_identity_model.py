"""Wrong tries lock, and are forgotten in time."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from softswitch.crm.identity_model import FORGOTTEN_AFTER, LOCKED_FOR, TRIES, KnownFactors, Tries
from tests.fakes.clock import START

MINUTE = timedelta(minutes=1)


def test_the_third_wrong_try_locks_for_a_quarter_of_an_hour():
    tries = Tries("customer:1")
    for number in range(TRIES):
        assert tries.locked_for(START) == timedelta()
        tries = tries.failed(START + number * MINUTE)
    last = START + (TRIES - 1) * MINUTE
    assert tries.locked_for(last) == LOCKED_FOR
    assert tries.locked_for(last + LOCKED_FOR) == timedelta()


def test_after_the_lock_one_begins_anew():
    tries = Tries("x")
    for _ in range(TRIES):
        tries = tries.failed(START)
    again = tries.failed(START + LOCKED_FOR)
    assert (again.failures, again.locked_until) == (1, None)


def test_errors_of_another_day_do_not_count():
    tries = Tries("x").failed(START).failed(START)
    assert tries.failed(START + FORGOTTEN_AFTER).failures == 1


@given(st.lists(st.integers(0, 3600), max_size=40))
def test_nobody_gets_more_tries_than_three_in_a_quarter(gaps):
    tries, now, counted = Tries("x"), START, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if not tries.locked_for(now):
            tries = tries.failed(now)
            counted.append(now)
    for first, fourth in zip(counted, counted[TRIES:], strict=False):
        assert fourth - first >= LOCKED_FOR


def test_what_is_known_does_not_show():
    known = KnownFactors("17", "Jan", "$argon2id$hush", "44051401359", date(1944, 5, 14))
    assert "hush" not in repr(known)
    assert "44051401359" not in repr(known)
    assert "1944" not in repr(known)
