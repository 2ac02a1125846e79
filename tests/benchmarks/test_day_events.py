"""The events of the day are those of a whole call."""

from __future__ import annotations

from datetime import timedelta

from benchmarks.day_events import CALLERS, call_events, caller_of, lost_of_call
from softswitch.calls.record import call_record
from softswitch.events import CallArrived, CallEnded, Entry
from tests.fakes.clock import START


def test_they_make_a_record_of_a_talk():
    events = call_events(7)
    entries = [
        Entry(place, START + timedelta(seconds=place), "C" * 26, one) for place, one in enumerate(events)
    ]
    record = call_record(entries)
    assert isinstance(events[0], CallArrived)
    assert isinstance(events[-1], CallEnded)
    assert (record.caller, record.result, record.path) == ("+48600000007", "completed", ("welcome", "people"))
    assert [leg.party for leg in record.legs if leg.answered] == ["+48600000007", "1001"]


def test_people_call_more_than_once():
    assert caller_of(3) == caller_of(3 + CALLERS) != caller_of(4)


def test_what_they_say_of_lost_packets_is_no_loss_of_the_switch():
    assert lost_of_call() == 2
