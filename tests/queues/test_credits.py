"""Waiting that was done before counts, for as long as the queue says, once."""

from __future__ import annotations

from softswitch.queues.config import QueueConfig
from softswitch.queues.credits import MOST_KEPT, Credits
from softswitch.queues.model import Arrival, Entry

CONFIG = QueueConfig(keep_place_s=300, abandoned_resume_s=60)


def entry(call: str = "c1", party: str = "+48600", since: float = 0.0) -> Entry:
    return Entry(call, call, "sales", party, "", since, since, since, 1, 0, {})


def test_a_call_keeps_its_wait_in_any_queue():
    credits = Credits()
    credits.give(100.0, entry(), resumes=False)
    assert credits.take(400.0, Arrival("c1"), CONFIG, "help") == 100.0


def test_it_counts_once():
    credits = Credits()
    credits.give(100.0, entry(), resumes=True)
    assert credits.take(100.0, Arrival("c1"), CONFIG, "help") == 100.0
    assert credits.take(100.0, Arrival("c1"), CONFIG, "help") == 0.0


def test_it_counts_no_longer_than_the_queue_says():
    credits = Credits()
    credits.give(100.0, entry(), resumes=False)
    assert credits.take(400.1, Arrival("c1"), CONFIG, "help") == 0.0


def test_a_talk_between_takes_nothing_from_the_time_in_which_it_counts():
    credits = Credits()
    credits.give(100.0, entry(), resumes=False)
    credits.touch(3700.0, "c1")
    credits.touch(3700.0, "somebody else")
    assert credits.take(4000.0, Arrival("c1"), CONFIG, "help") == 100.0


def test_who_hung_up_resumes_with_another_call_in_the_same_queue_only():
    credits = Credits()
    credits.give(100.0, entry(), resumes=True)
    assert credits.take(160.0, Arrival("c2", "+48600"), CONFIG, "help") == 0.0
    assert credits.take(160.0, Arrival("c2", "+48600"), CONFIG, "sales") == 100.0


def test_who_hung_up_resumes_nothing_later_or_where_the_queue_does_not_want_it():
    credits = Credits()
    credits.give(100.0, entry(), resumes=True)
    assert credits.take(160.1, Arrival("c2", "+48600"), CONFIG, "sales") == 0.0
    credits.give(100.0, entry(), resumes=True)
    assert credits.take(101.0, Arrival("c2", "+48600"), QueueConfig(), "sales") == 0.0


def test_who_shows_no_number_resumes_nobody_s_wait():
    credits = Credits()
    credits.give(100.0, entry(party=""), resumes=True)
    credits.remember(100.0, "", "sales", 77.0)
    assert credits.take(101.0, Arrival("c2", ""), CONFIG, "sales") == 0.0


def test_who_left_without_hanging_up_resumes_nothing_by_number():
    credits = Credits()
    credits.give(100.0, entry(), resumes=False)
    assert credits.take(101.0, Arrival("c2", "+48600"), CONFIG, "sales") == 0.0


CUT_OFF = QueueConfig(keep_place_s=300)
"""Hanging up is a choice, being cut off is none: it takes no ``abandoned_resume_s``."""


def test_who_was_cut_off_keeps_the_place_and_waits_on_meanwhile():
    credits = Credits()
    credits.remember(0.0, "+48600", "sales", 77.0)
    assert credits.take(300.0, Arrival("c2", "+48600"), CUT_OFF, "help") == 0.0
    assert credits.take(300.0, Arrival("c2", "+48600"), CUT_OFF, "sales") == 377.0
    assert credits.take(300.0, Arrival("c2", "+48600"), CUT_OFF, "sales") == 0.0


def test_who_was_cut_off_keeps_it_no_longer():
    credits = Credits()
    credits.remember(0.0, "+48600", "sales", 77.0)
    assert credits.take(300.1, Arrival("c2", "+48600"), CUT_OFF, "sales") == 0.0
    credits.remember(1000.0, "+48600", "sales", 77.0, ago=250.0)
    assert credits.take(1050.1, Arrival("c2", "+48600"), CUT_OFF, "sales") == 0.0


def test_of_one_firm_each_comes_back_to_the_place_of_one():
    credits = Credits()
    for waited in (20.0, 90.0, 50.0):
        credits.remember(0.0, "+48600", "sales", waited)
    back = [credits.take(0.0, Arrival(f"c{n}", "+48600"), CUT_OFF, "sales") for n in range(4)]
    assert back == [90.0, 50.0, 20.0, 0.0]


def test_not_all_who_were_cut_off_are_remembered_for_ever():
    credits = Credits()
    for number in range(MOST_KEPT + 1):
        credits.remember(0.0, f"+{number}", "sales", 5.0)
    assert credits.take(0.0, Arrival("c1", "+0"), CUT_OFF, "sales") == 0.0
    assert credits.take(0.0, Arrival("c1", "+1"), CUT_OFF, "sales") == 5.0


def test_the_oldest_is_forgotten_first():
    credits = Credits()
    for number in range(MOST_KEPT + 1):
        credits.give(float(number), entry(f"c{number}", "", since=number - 5.0), resumes=False)
    assert credits.take(0.0, Arrival("c0"), CONFIG, "sales") == 0.0
    assert credits.take(1.0, Arrival("c1"), CONFIG, "sales") == 5.0
    assert credits.take(float(MOST_KEPT), Arrival(f"c{MOST_KEPT}"), CONFIG, "sales") == 5.0


def test_a_clock_that_goes_back_makes_no_wait_negative():
    credits = Credits()
    credits.give(50.0, entry(since=100.0), resumes=False)
    assert credits.take(50.0, Arrival("c1"), CONFIG, "sales") == 0.0
