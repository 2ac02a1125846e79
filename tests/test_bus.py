"""The event log hands every event to every reader, once, in one order, whatever a reader does."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.bus import LONGEST_TEXT, LONGEST_WORDING, EventLog, keepable
from softswitch.events import (
    CallArrived,
    CredentialsRefused,
    Entry,
    PromptPlayed,
    SwitchStarted,
    SwitchStopped,
)
from tests.fakes.clock import START, FakeClock

STOPPED = SwitchStopped()


def test_entries_are_numbered_and_say_when_and_of_which_call() -> None:
    clock = FakeClock()
    log = EventLog(clock, first_sequence=41)
    seen: list[Entry] = []
    log.subscribe(seen.append)
    first = log.append(STOPPED, call="C1")
    clock.advance(2.5)
    log.append(STOPPED)
    assert first == Entry(41, START, "C1", STOPPED)
    assert [(entry.sequence, entry.call) for entry in seen] == [(41, "C1"), (42, "")]
    assert (seen[1].at - seen[0].at).total_seconds() == 2.5


def test_readers_hear_what_comes_after_they_began_and_before_they_ended() -> None:
    log = EventLog(FakeClock())
    seen: list[int] = []
    log.append(STOPPED)
    end = log.subscribe(lambda entry: seen.append(entry.sequence))
    log.append(STOPPED)
    log.append(STOPPED)
    end()
    log.append(STOPPED)
    assert seen == [2, 3]


def test_a_reader_that_fails_keeps_nothing_from_the_others(caplog: pytest.LogCaptureFixture) -> None:
    log = EventLog(FakeClock())
    seen: list[int] = []

    def failing(entry: Entry) -> None:
        raise OSError("disk full")

    log.subscribe(failing)
    log.subscribe(lambda entry: seen.append(entry.sequence))
    with caplog.at_level(logging.ERROR):
        log.append(STOPPED)
        log.append(STOPPED)
    assert seen == [1, 2]
    assert "a reader of the event log failed on SwitchStopped" in caplog.text


def test_a_reader_may_leave_while_it_reads() -> None:
    log = EventLog(FakeClock())
    seen: list[str] = []

    def once(entry: Entry) -> None:
        seen.append("once")
        leave()

    leave = log.subscribe(once)
    log.subscribe(lambda entry: seen.append("always"))
    log.append(STOPPED)
    log.append(STOPPED)
    assert seen == ["once", "always", "always"]


def test_what_a_reader_appends_comes_after_what_it_read_for_all_readers() -> None:
    log = EventLog(FakeClock())
    seen: list[int] = []

    def answering(entry: Entry) -> None:
        if isinstance(entry.event, SwitchStarted):
            assert log.append(STOPPED).sequence == 2

    log.subscribe(answering)
    log.subscribe(lambda entry: seen.append(entry.sequence))
    log.append(SwitchStarted("1", ()))
    log.append(STOPPED)
    assert seen == [1, 2, 3]


def test_nobody_needs_to_read() -> None:
    assert EventLog(FakeClock()).append(STOPPED).sequence == 1


def test_what_strangers_write_is_cut_before_anybody_reads_it() -> None:
    log = EventLog(FakeClock())
    seen: list[Entry] = []
    log.subscribe(seen.append)
    entry = log.append(CredentialsRefused("x" * 55_000, "192.0.2.1:5060", "no such account"))
    assert entry.event == CredentialsRefused("x" * 99 + "…", "192.0.2.1:5060", "no such account")
    assert seen == [entry]


def test_the_words_of_a_menu_are_kept_whole_up_to_a_minute_of_speech() -> None:
    log = EventLog(FakeClock())
    whole, endless = (
        PromptPlayed("bank", "gate", "a" * length, 1.0, False)
        for length in (LONGEST_WORDING, LONGEST_WORDING + 1)
    )
    assert log.append(whole).event is whole
    assert log.append(endless).event == PromptPlayed("bank", "gate", "a" * 999 + "…", 1.0, False)


def test_octets_that_are_no_text_do_not_lose_the_event() -> None:
    arrived = CallArrived("a", "1001", "Łucja\udcff", "9\0", "192.0.2.1:5060", "1001")
    kept = EventLog(FakeClock()).append(arrived).event
    assert kept == CallArrived("a", "1001", "Łucja\ufffd", "9\ufffd", "192.0.2.1:5060", "1001")


@given(st.text(st.characters()) | st.text(st.characters(categories=["Cs"])))
def test_whatever_comes_can_be_written_down(text: str) -> None:
    kept = keepable(text)
    assert kept.encode().decode() == kept
    assert len(kept) <= LONGEST_TEXT
    assert keepable(kept) == kept


def test_who_names_kinds_is_told_of_no_others_whenever_others_come_and_go() -> None:
    log = EventLog(FakeClock())
    some: list[int] = []
    everything: list[int] = []
    log.append(STOPPED)
    end = log.subscribe(lambda entry: some.append(entry.sequence), {SwitchStarted})
    log.append(STOPPED)
    log.append(SwitchStarted("0", ()))
    log.subscribe(lambda entry: everything.append(entry.sequence))
    log.append(STOPPED)
    log.append(SwitchStarted("0", ()))
    end()
    log.append(SwitchStarted("0", ()))
    assert (some, everything) == ([3, 5], [4, 5, 6])
