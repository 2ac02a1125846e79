"""How often a number is asked for: however it is written, within a day, and of no more than are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from softswitch.events import CallbackAsked, CallbackMissed, Entry
from softswitch.queues.asked import DAY_SECONDS, MOST_A_DAY, MOST_NUMBERS, Asked

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def asked(number: str, at: datetime = NOON) -> Entry:
    return Entry(1, at, "c1", CallbackAsked("sales", number, 0, number))


def plain(number: str) -> str:
    return number.removeprefix("+48")


def test_a_number_is_asked_for_so_often_within_a_day_however_it_is_written():
    counts = Asked(plain)
    counts.replay(asked(("+48" if one % 2 else "") + "600100200") for one in range(MOST_A_DAY - 1))
    assert not counts.too_often("600100200", NOON)
    counts.read(asked("600100200"))
    assert counts.too_often("600100200", NOON)
    assert counts.too_often("+48600100200", NOON + timedelta(seconds=DAY_SECONDS - 1))
    assert not counts.too_often("600100200", NOON + timedelta(seconds=DAY_SECONDS))
    assert not counts.too_often("600100201", NOON)


def test_a_clock_that_is_set_back_lets_nobody_in():
    counts = Asked(plain)
    counts.replay(asked("600100200") for _ in range(MOST_A_DAY))
    assert counts.too_often("600100200", NOON - timedelta(hours=1))


def test_what_else_happens_counts_for_nothing():
    counts = Asked(plain)
    for _ in range(MOST_A_DAY):
        counts.read(Entry(1, NOON, "c1", CallbackMissed("sales", "600100200", 1, "busy", 60.0)))
    assert not counts.too_often("600100200", NOON)


def test_the_numbers_of_longest_ago_are_forgotten_first():
    counts = Asked(plain)
    counts.replay(asked("0") for _ in range(MOST_A_DAY))
    counts.replay(asked(str(number)) for number in range(1, MOST_NUMBERS))
    assert counts.too_often("0", NOON)
    counts.read(asked("new"))
    assert not counts.too_often("0", NOON)
