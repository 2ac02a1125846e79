"""The part of a call in queues: waits, offers, and who talked when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from softswitch.calls.hangup import Reason
from softswitch.calls.record import CallRecord, call_record
from softswitch.calls.waits import ANSWERED, CALLBACK, CALLED_BACK, WITHDRAWN, Waits
from softswitch.calls.why import why
from softswitch.events import (
    AgentMissed,
    CallArrived,
    CallbackAsked,
    CallbackReached,
    CallbackRefused,
    CallerReached,
    CallForwarded,
    CallRouted,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegLeft,
    LegTookPlace,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    QueuePromoted,
    QueueRefused,
    QueueTalkEnded,
    TransferAsked,
    TransferDone,
)
from tests.calls.queue_stories import answered, offered, waiting
from tests.calls.stories import Story, arrived, leg_ended, to_phone
from tests.fakes.clock import START


def talks(record: CallRecord) -> list[tuple[str, str, float, float | None, str]]:
    """Return who had the caller, as agent of which queue, from when until when, and whose end it was."""
    return [
        (
            talk.party,
            talk.queue,
            (talk.began - START).total_seconds(),
            None if talk.ended is None else (talk.ended - START).total_seconds(),
            talk.ended_by,
        )
        for talk in record.talks
    ]


def test_a_wait_with_its_offers_and_its_answer() -> None:
    record = call_record(answered().over(90, Reason.CALLEE_HUNG_UP, "callee"))
    (wait,) = record.waits
    assert (wait.queue, wait.ahead, wait.waited, wait.how, wait.agent) == (
        "sales",
        2,
        30.0,
        ANSWERED,
        "1003",
    )
    assert wait.ended == START + timedelta(seconds=30)
    assert [(one.agent, one.became, one.overtook, one.because) for one in wait.offers] == [
        ("1002", "no_answer", 0, ""),
        ("1003", ANSWERED, 1, "skill"),
    ]
    assert wait.offers[0].candidates == ("1002", "1003")
    assert talks(record) == [("1003", "sales", 30.0, 90.0, "agent")]


def test_of_those_who_rang_together_all_but_one_are_let_go() -> None:
    story = waiting().at(5, offered("1002", 5), offered("1003", 5), offered("1004", 5))
    story.at(9, AgentMissed("sales", "1004", "reject", 4.0))
    story.at(10, QueueAnswered("sales", "1002", "b1", "1001", 10.0, 5.0))
    (wait,) = Waits(story.entries).waits
    assert [(one.agent, one.became) for one in wait.offers] == [
        ("1002", ANSWERED),
        ("1003", WITHDRAWN),
        ("1004", "reject"),
    ]


def test_an_agent_may_be_asked_twice() -> None:
    story = waiting().at(1, offered("1002", 1)).at(9, AgentMissed("sales", "1002", "busy", 8.0))
    story.at(20, offered("1002", 20))
    (wait,) = Waits(story.entries).waits
    assert [one.became for one in wait.offers] == ["busy", ""]
    assert (wait.ended, wait.how) == (None, "")


def test_an_overflow_is_two_waits() -> None:
    story = waiting().at(60, QueueLeft("sales", "1001", "max_wait", 60.0, 1))
    story.at(60, CallForwarded("sales", "501", "queue_max_wait"))
    story.at(60, QueueEntered("second", "1001", 0, 0, 60.0))
    first, second = Waits(story.entries).waits
    assert (first.how, first.to, first.waited) == ("max_wait", "501", 60.0)
    assert (second.queue, second.waited, second.how) == ("second", 60.0, "")


def test_a_queue_that_took_nobody_in() -> None:
    story = arrived("500").at(1, QueueRefused("sales", "1001", "full"))
    story.at(1, CallForwarded("sales", "501", "queue_full"))
    (wait,) = Waits(story.entries).waits
    assert (wait.refused, wait.how, wait.to, wait.ended) == (True, "full", "501", wait.entered)


def test_where_a_caller_is_led_after_the_talk_is_no_part_of_the_wait() -> None:
    story = answered().at(90, CallForwarded("sales", "700", "callee_hung_up"))
    (wait,) = Waits(story.entries).waits
    assert (wait.how, wait.to) == (ANSWERED, "")


def test_a_callback_is_one_wait_in_two_calls() -> None:
    before = waiting().at(20, CallbackAsked("sales", "+48600100200", 1, waited=23.0))
    (wait,) = Waits(before.entries).waits
    assert (wait.how, wait.ended, wait.waited) == (CALLBACK, None, 23.0)
    before.at(25, QueueTalkEnded("other", "1002", 1.0, "agent"))
    before.over(21, Reason.CALLER_HUNG_UP, "caller")
    (wait,) = Waits(before.at(300, CallbackReached("sales", "+48600100200", 1, "X")).entries).waits
    assert (wait.how, wait.to) == (CALLED_BACK, "X")

    # In the call that reaches the caller nobody enters: the place was kept.
    after = Story().at(
        300, CallArrived("", "+4822", "", "+48600100200", "", "1001", made_for="callback:sales")
    )
    after.at(300, LegInvited("b1", "+48600100200", "")).at(306, LegAnswered("b1", "+48600100200", "PCMA", ""))
    after.at(306, CallerReached("b1", "+48600100200"))
    after.at(310, QueueAnswered("sales", "1003", "b9", "+48600100200", 310.0, 4.0))
    record = call_record(after.over(330, Reason.CALLER_HUNG_UP, "caller"))
    (wait,) = record.waits
    assert (wait.how, wait.waited, wait.agent) == (ANSWERED, 310.0, "1003")
    assert talks(record) == [("1003", "sales", 310.0, 330.0, "caller")]
    assert why(record).startswith("+48600100200 waited 5 min 10 s in queue sales until 1003 answered. ")


def test_what_changes_while_one_waits() -> None:
    story = waiting().at(5, CallbackAsked("sales", "+48600100200", 1), QueuePromoted("sales", "1001", 30, 0))
    (wait,) = Waits(story.at(6, CallbackRefused("sales", "+48600100200", "not_kept")).entries).waits
    assert (wait.how, wait.priority, wait.ended) == ("", 30, None)


def test_what_the_queue_says_of_an_end_counts_and_not_that_the_leg_ended() -> None:
    story = answered().at(50, leg_ended("b2", "1003", Reason.FAULT))
    story.at(50.1, QueueTalkEnded("sales", "1003", 20.0, "agent"))
    record = call_record(story.over(90, Reason.CALLER_HUNG_UP, "caller"))
    assert talks(record) == [("1003", "sales", 30.0, 50.0, "agent")]


@pytest.mark.parametrize("told_first", [True, False])
def test_a_blind_transfer_out_of_a_queue_closes_the_agents_segment(told_first: bool) -> None:
    ended = QueueTalkEnded("sales", "1003", 20.0, "transfer")
    story = answered().at(48, TransferAsked("b2", "1003", "1004", False))
    story.at(48.5, LegInvited("b3", "1004", "sip:1004@192.0.2.10"))
    story.at(50, LegAnswered("b3", "1004", "PCMA", ""))
    done = TransferDone("b2", "1004", True)
    story.at(50, *((ended, done) if told_first else (done, ended)))
    story.at(51, leg_ended("b2", "1003", Reason.TRANSFERRED))
    record = call_record(story.over(80, Reason.CALLEE_HUNG_UP, "callee"))
    assert talks(record) == [
        ("1003", "sales", 30.0, 50.0, "transfer"),
        ("1004", "", 50.0, 80.0, "agent"),
    ]


def test_an_attended_transfer_out_of_a_queue_has_one_segment_after_the_other() -> None:
    story = answered().at(60, LegTookPlace("b3", "1004", "b2", "CONSULTATION"))
    story.at(60, QueueTalkEnded("sales", "1003", 30.0, "transfer"))
    story.at(60.1, LegLeft("b2", "1003", "ELSEWHERE"))
    record = call_record(story.over(80, Reason.CALLER_HUNG_UP, "caller"))
    assert talks(record) == [
        ("1003", "sales", 30.0, 60.0, "transfer"),
        ("1004", "", 60.0, 80.0, "caller"),
    ]


def test_an_agent_who_goes_on_at_another_phone_of_his_own_has_one_segment() -> None:
    story = (
        answered()
        .at(60, LegTookPlace("b3", "1003", "b2"))
        .at(70, QueueTalkEnded("sales", "1003", 40.0, "caller"))
    )
    assert talks(call_record(story.entries)) == [("1003", "sales", 30.0, 70.0, "caller")]


def test_a_transfer_into_another_queue_is_a_further_wait_and_a_further_segment() -> None:
    story = answered().at(50, TransferAsked("b2", "1003", "501", False), TransferDone("b2", "501", True))
    story.at(50, QueueTalkEnded("sales", "1003", 20.0, "transfer"), CallRouted("queue", "second"))
    story.at(50, QueueEntered("second", "1001", 0, 0, 30.0))
    story.at(58, LegInvited("b3", "1005", "sip:1005@192.0.2.11"), LegAnswered("b3", "1005", "PCMA", ""))
    story.at(58, QueueAnswered("second", "1005", "b3", "1001", 38.0, 3.0))
    record = call_record(story.over(70, Reason.CALLER_HUNG_UP, "caller"))
    assert [(wait.queue, wait.waited, wait.how) for wait in record.waits] == [
        ("sales", 30.0, ANSWERED),
        ("second", 38.0, ANSWERED),
    ]
    assert talks(record) == [
        ("1003", "sales", 30.0, 50.0, "transfer"),
        ("1005", "second", 58.0, 70.0, "caller"),
    ]


def test_a_transfer_that_fails_leaves_the_caller_with_the_agent() -> None:
    story = answered().at(48, TransferAsked("b2", "1003", "1004", False))
    story.at(52, TransferDone("b2", "1004", False, "busy"))
    record = call_record(story.over(70, Reason.CALLEE_HUNG_UP, "callee"))
    assert talks(record) == [("1003", "sales", 30.0, 70.0, "agent")]


def test_a_caller_who_hands_over_changes_nothing_for_the_agent() -> None:
    story = answered().at(40, LegTookPlace("c1", "1006", "a", "X"))
    assert talks(call_record(story.entries)) == [("1003", "sales", 30.0, None, "")]


def test_a_call_that_was_in_no_queue() -> None:
    story = to_phone().at(2, LegAnswered("b1", "1002", "PCMA", ""))
    story.at(5, LegEnded("b1", "1002", "completed", "callee_hung_up", 200, 16, 0, 0, 0))
    record = call_record(story.over(5, Reason.CALLEE_HUNG_UP, "callee"))
    assert (record.waits, record.talks) == ((), ())
