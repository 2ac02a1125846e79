"""What a call was to a customer: who, which way, with whom, what came of it."""

from __future__ import annotations

import pytest

from softswitch.call_history import LONGEST_TEXT, contacts_of
from softswitch.calls.hangup import Reason
from softswitch.crm.history_model import ANSWERED, Contact, ContactKind, Way
from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallerReached,
    CallRouted,
    CustomerIdentified,
    LegAnswered,
    LegInvited,
    LegTookPlace,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    TransferAsked,
    TransferDone,
    TrunkTaken,
)
from tests.calls.stories import ID, Story
from tests.crm.reading_rules import NUMBERS
from tests.fakes.clock import START


def from_outside(caller: str = "+48601234567") -> Story:
    arrived = CallArrived("a", caller, "", "+48221234567", "203.0.113.1:5060", "", trunk="office")
    return Story().at(0, arrived)


def to_queue(story: Story) -> Story:
    return story.at(1, CallRouted("queue", "sales"), QueueEntered("sales", "+48601234567", 0))


def only(story: Story, seconds: float, reason: Reason, by: str = "caller") -> Contact:
    """Return the one contact that the call was."""
    (contact,) = contacts_of(story.over(seconds, reason, by), NUMBERS.normal)
    return contact


def test_a_customer_talked_with_an_agent_of_a_queue() -> None:
    story = to_queue(from_outside()).at(2, LegInvited("b1", "1002", "sip:1002@192.0.2.2"))
    story.at(5, LegAnswered("b1", "1002", "PCMU", "info"))
    story.at(5, QueueAnswered("sales", "1002", "b1", "+48601234567", 4.0, 3.0))
    contact = only(story, 65.04, Reason.CALLER_HUNG_UP)
    assert contact == Contact(
        id=f"call:{ID}", kind=ContactKind.CALL, at=START, number="+48601234567", way=Way.IN, agent="1002",
        queue="sales", result=ANSWERED, seconds=60.0, reference=ID,
    )  # fmt: skip


def test_who_gave_up_waiting_talked_with_nobody() -> None:
    story = to_queue(from_outside()).at(31, QueueLeft("sales", "+48601234567", "abandoned", 30.0, 1))
    contact = only(story, 31, Reason.CALLER_HUNG_UP)
    assert (contact.agent, contact.queue, contact.result, contact.seconds) == ("", "sales", "abandoned", 0.0)


def test_who_heard_a_menu_left_a_path() -> None:
    story = from_outside("0048 601 234 567").at(1, CallRouted("tree", "bank"))
    story.at(2, BranchEntered("bank", "gate"), BranchEntered("bank", "cards"))
    contact = only(story, 20, Reason.CALLER_HUNG_UP)
    assert (contact.number, contact.result, contact.text) == (
        "+48601234567",
        "completed",
        "bank: gate › cards",
    )
    story = from_outside().at(2, *(BranchEntered("bank", f"branch{n}") for n in range(100)))
    assert len(only(story, 20, Reason.CALLER_HUNG_UP).text) == LONGEST_TEXT


def test_after_a_transfer_the_last_who_had_the_customer_counts() -> None:
    story = to_queue(from_outside()).at(2, LegInvited("b1", "1002", "sip:1002@192.0.2.2"))
    story.at(5, LegAnswered("b1", "1002", "PCMU", "info"))
    story.at(5, QueueAnswered("sales", "1002", "b1", "+48601234567", 4.0, 3.0))
    story.at(20, TransferAsked("b1", "1002", "1003", attended=False))
    story.at(21, LegInvited("c1", "1003", "sip:1003@192.0.2.3"), LegAnswered("c1", "1003", "PCMU", "info"))
    story.at(21, TransferDone("b1", "1003", done=True))
    contact = only(story, 65, Reason.CALLER_HUNG_UP)
    assert (contact.agent, contact.seconds) == ("1003", 60.0)


def test_a_call_straight_to_an_account() -> None:
    story = from_outside().at(0.1, CallRouted("account", "1002"), LegInvited("b1", "1002", "sip:x"))
    missed = only(story, 30, Reason.NO_ANSWER, "switch")
    assert (missed.agent, missed.result) == ("", "no_answer")
    story = from_outside().at(0.1, CallRouted("account", "1002"), LegInvited("b1", "1002", "sip:x"))
    story.at(5, LegAnswered("b1", "1002", "PCMU", "info"), LegAnswered("a", "", "PCMU", "info"))
    taken = only(story, 35, Reason.CALLEE_HUNG_UP)
    assert (taken.agent, taken.result, taken.seconds, taken.way) == ("1002", ANSWERED, 30.0, Way.IN)


def test_who_answers_outside_is_no_agent() -> None:
    story = from_outside().at(0.1, CallRouted("account", "1002"), TrunkTaken("b1", "mobile", "1002"))
    story.at(0.1, LegInvited("b1", "+48700100200", "sip:x")).at(5, LegAnswered("b1", "", "PCMU", "info"))
    contact = only(story, 35, Reason.CALLEE_HUNG_UP)
    assert (contact.number, contact.agent, contact.way) == ("+48601234567", "", Way.IN)


@pytest.mark.parametrize(("answered", "result", "seconds"), [(True, ANSWERED, 25.0), (False, "busy", 0.0)])
def test_an_agent_called_a_customer(answered: bool, result: str, seconds: float) -> None:
    story = Story().at(0, CallArrived("a", "1001", "Jan", "601234567", "192.0.2.7:5062", "1001"))
    story.at(0.1, CallRouted("outside", "+48601234567"), TrunkTaken("b1", "office", "1001"))
    story.at(0.2, LegInvited("b1", "+48601234567", "sip:x"))
    if answered:
        story.at(5, LegAnswered("b1", "", "PCMU", "info"))
    reason = Reason.CALLER_HUNG_UP if answered else Reason.BUSY
    contact = only(story, 30, reason)
    assert (contact.number, contact.agent, contact.way) == ("+48601234567", "1001", Way.OUT)
    assert (contact.result, contact.seconds) == (result, seconds)


def test_a_callback_of_the_switch_is_a_call_to_the_customer() -> None:
    called = CallArrived("", "+48221234567", "", "+48601234567", "", "1001", made_for="callback:sales")
    story = Story().at(0, called).at(0.1, TrunkTaken("b1", "office", "1001"))
    story.at(0.2, LegInvited("b1", "+48601234567", "sip:x")).at(4, LegAnswered("b1", "", "PCMU", "info"))
    story.at(4, CallerReached("b1", "+48601234567"), QueueEntered("sales", "+48601234567", 0))
    story.at(5, LegInvited("c1", "1002", "sip:y"), LegAnswered("c1", "1002", "PCMU", "info"))
    story.at(5, QueueAnswered("sales", "1002", "c1", "+48601234567", 1.0, 1.0))
    contact = only(story, 45, Reason.CALLER_HUNG_UP)
    assert (contact.number, contact.agent, contact.way) == ("+48601234567", "1002", Way.OUT)
    assert (contact.kind, contact.result, contact.seconds) == (ContactKind.CALL, ANSWERED, 40.0)


def test_p14_an_attempt_of_a_campaign_counts_though_nobody_answered() -> None:
    called = CallArrived("", "+48221234567", "", "+48601234567", "", "1001", made_for="campaign:spring")
    story = Story().at(0, called).at(1, LegInvited("b1", "1002", "sip:y"))
    contact = only(story, 30, Reason.NO_ANSWER)
    assert (contact.kind, contact.campaign) == (ContactKind.CAMPAIGN, "spring")
    assert (contact.agent, contact.result) == ("1002", "no_answer")


def test_colleagues_among_themselves_are_no_customers() -> None:
    story = Story().at(0, CallArrived("a", "1001", "", "1002", "192.0.2.7:5062", "1001"))
    story.at(0.1, CallRouted("account", "1002"), LegInvited("b1", "1002", "sip:x"))
    assert contacts_of(story.over(30, Reason.CALLER_HUNG_UP), NUMBERS.normal) == ()
    heard = CallArrived("", "1001", "", "1001", "", "1001", made_for="supervision:1002")
    assert contacts_of(Story().at(0, heard).over(9, Reason.CALLER_HUNG_UP), NUMBERS.normal) == ()


def test_an_account_that_calls_a_queue_is_its_customer() -> None:
    story = to_queue(Story().at(0, CallArrived("a", "1003", "", "300", "192.0.2.7:5062", "1003")))
    contact = only(story, 9, Reason.CALLER_HUNG_UP)
    assert (contact.number, contact.way, contact.queue) == ("1003", Way.INNER, "sales")


def test_a_hidden_number_that_told_who_it_is() -> None:
    story = to_queue(from_outside("anonymous"))
    assert only(story, 9, Reason.CALLER_HUNG_UP).number == ""
    story = to_queue(from_outside("anonymous")).at(2, CustomerIdentified("C0", "pesel"))
    story.at(3, CustomerIdentified("C1", "customer_number"))
    assert only(story, 9, Reason.CALLER_HUNG_UP).customer == "C1"


def test_a_place_taken_without_a_queue_still_has_its_agent() -> None:
    story = from_outside().at(0.1, CallRouted("account", "1002"), LegInvited("b1", "1002", "sip:x"))
    story.at(5, LegAnswered("b1", "1002", "PCMU", "info"))
    story.at(15, LegTookPlace("c1", "1003", "b1", "X" * 26))
    contact = only(story, 35, Reason.CALLER_HUNG_UP)
    assert (contact.agent, contact.seconds) == ("1003", 30.0)
