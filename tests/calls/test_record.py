"""The record of a call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from softswitch.calls.hangup import Reason
from softswitch.calls.record import call_record
from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallRated,
    DigitPressed,
    LegAnswered,
    LegInvited,
    LegRinging,
    LegsBridged,
    RecordingRefused,
    RecordingStarted,
    TrunkTaken,
)
from tests.calls.stories import ID, Story, arrived, in_menu, leg_ended, to_phone
from tests.fakes.clock import START


def test_the_record_of_a_talk_between_two_phones() -> None:
    story = to_phone().at(1, LegRinging("b1", "1002", False))
    story.at(5, LegAnswered("b1", "1002", "PCMU", "info"), LegAnswered("a", "1001", "PCMA", "rfc4733"))
    story.at(5.1, LegsBridged("a", "b1")).at(9, DigitPressed("b1", "9", "info"))
    story.at(39.5, leg_ended("b1", "1002", Reason.CALLEE_HUNG_UP, 1700, 1699, 1))
    story.at(39.6, leg_ended("a", "1001", Reason.CALLEE_HUNG_UP, 1699, 1700))
    record = call_record(story.over(39.75, Reason.CALLEE_HUNG_UP, "callee"))

    assert (record.id, record.caller, record.caller_name, record.called) == (
        ID,
        "1001",
        "Jan Kowalski",
        "1002",
    )
    assert (record.account, record.routed_kind, record.routed_to) == ("1001", "account", "1002")
    assert (record.started, record.answered) == (START, START + timedelta(seconds=5))
    assert (record.ended, record.seconds) == (START + timedelta(seconds=39.75), 39.75)
    assert record.answered_seconds == 34.75
    assert (record.result, record.reason, record.ended_by) == ("completed", "callee_hung_up", "callee")
    assert (record.sip_code, record.q850, record.detail) == (200, 16, "")
    assert (record.path, record.digits) == ((), "")

    caller, callee = record.legs
    assert (caller.leg, caller.party, caller.is_caller, caller.codec) == ("a", "1001", True, "PCMA")
    assert (caller.packets_sent, caller.packets_received, caller.packets_lost) == (1699, 1700, 0)
    assert (callee.leg, callee.party, callee.is_caller, callee.codec) == ("b1", "1002", False, "PCMU")
    assert callee.rang == START + timedelta(seconds=1)
    assert (callee.digits_by, callee.digits) == ("info", "9")
    assert (callee.packets_sent, callee.packets_received, callee.packets_lost) == (1700, 1699, 1)
    assert (callee.result, callee.reason) == ("completed", "callee_hung_up")


def test_the_record_of_a_menu_holds_its_path_and_the_keys() -> None:
    story = in_menu().at(6, DigitPressed("a", "*", "inband"), BranchEntered("bank", "welcome"))
    record = call_record(story.over(20, Reason.CALLER_HUNG_UP, "caller"))
    assert record.tree == "bank"
    assert record.path == ("welcome", "cards", "welcome")
    assert record.digits == "1*"


def test_a_call_that_goes_on_lasts_until_its_last_event() -> None:
    record = call_record(in_menu().entries)
    assert (record.ended, record.result, record.reason, record.seconds) == (None, "", "", 4.0)


def test_a_log_whose_beginning_is_lost_still_gives_a_record() -> None:
    record = call_record(to_phone().over(3, Reason.BUSY)[2:])
    assert (record.id, record.caller, record.reason) == (ID, "", "busy")


def test_no_events_make_no_call() -> None:
    with pytest.raises(ValueError, match="at least one event"):
        call_record([])


def test_a_clock_that_was_set_back_makes_no_negative_time() -> None:
    assert call_record(arrived().over(-5, Reason.CANCELLED)).seconds == 0.0


def test_a_leg_knows_its_trunk_the_last_of_those_tried() -> None:
    arrived = CallArrived("a", "+48600100200", "", "+48221234567", "203.0.113.1:5060", "", trunk="office")
    story = Story().at(0, arrived)
    for trunk in ("office", "mobile"):
        story.at(0.1, TrunkTaken("b1", trunk, ""), LegInvited("b1", "+48600300400", "sip:203.0.113.2"))
    assert [leg.trunk for leg in call_record(story.entries).legs] == ["office", "mobile"]


def test_a_record_knows_its_recordings_and_why_there_is_none() -> None:
    started = RecordingStarted(
        f"{ID}-1", 1, "a", "1001", "1002", "1002", "", "", "always", "line", "", "", "2026/01/05/x.wav", 90
    )
    story = to_phone().at(5, started).at(9, replace(started, recording=f"{ID}-2", part=2))
    record = call_record(story.over(20, Reason.CALLER_HUNG_UP, "caller"))
    assert (record.recordings, record.recording_refused) == ((f"{ID}-1", f"{ID}-2"), "")
    refused = to_phone().at(5, RecordingRefused("no_consent", "queue:sales"))
    record = call_record(refused.over(20, Reason.CALLER_HUNG_UP, "caller"))
    assert (record.recordings, record.recording_refused) == ((), "no_consent")


def test_the_last_rating_of_a_call_counts() -> None:
    assert call_record(arrived().entries).rating is None
    rated = arrived().at(1, CallRated("cards", "1001", 2, 1, 5)).at(2, CallRated("cards", "1001", 4, 1, 5))
    assert call_record(rated.entries).rating == 4
