"""Calls that were cut off end in the log, at the last time that is known of them."""

from __future__ import annotations

from datetime import timedelta

from softswitch.bus import EventLog
from softswitch.events import CallEnded, Entry
from softswitch.fallen import end_cut_off
from tests.fakes.clock import START, FakeClock


def test_each_gets_one_end_at_its_last_sign_of_life() -> None:
    log, told = EventLog(FakeClock()), list[Entry]()
    log.subscribe(told.append)
    end_cut_off(log, {"A": START - timedelta(seconds=9), "B": START})
    assert [(entry.call, entry.at) for entry in told] == [("A", START - timedelta(seconds=9)), ("B", START)]
    assert {entry.event for entry in told} == {CallEnded("failed", "switch_fell", 503, 41, "switch")}
