"""Which agent talks, followed through the log of calls that are transferred and cut off."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.calls.hangup import Reason
from softswitch.events import (
    CallEnded,
    Entry,
    Event,
    LegEnded,
    LegJoined,
    LegLeft,
    LegTookPlace,
    QueueAnswered,
    TransferDone,
)
from softswitch.queues.talks import Over, Talks
from tests.fakes.clock import START


@dataclass
class Told:
    """Talks, and what was told of them."""

    talks: Talks = field(default_factory=Talks)
    over: list[Over] = field(default_factory=list)
    sequence: int = 0

    def tell(self, call: str, event: Event) -> list[Over]:
        """Hand an event over; return whose part was over by it."""
        self.sequence += 1
        found = list(self.talks.read(Entry(self.sequence, START, call, event)))
        self.over += found
        return found


def answered(agent: str = "1001", leg: str = "b1") -> QueueAnswered:
    return QueueAnswered("sales", agent, leg, "+48600", 10.0, 2.0)


def leg_ended(leg: str, party: str = "1001", reason: Reason = Reason.CALLEE_HUNG_UP) -> LegEnded:
    return LegEnded(leg, party, "completed", reason.value, 200, 16)


def call_ended(reason: Reason = Reason.CALLEE_HUNG_UP) -> CallEnded:
    return CallEnded("completed", reason.value, 200, 16, "callee")


@pytest.mark.parametrize(
    ("reason", "by"),
    [
        (Reason.CALLEE_HUNG_UP, "agent"),
        (Reason.CALLER_HUNG_UP, "caller"),
        (Reason.TRANSFERRED, "transfer"),
        (Reason.MEDIA_LOST, "switch"),
        (Reason.SWITCH_STOPPED, "switch"),
    ],
)
def test_a_talk_ends_with_the_agents_leg(reason, by):
    told = Told()
    assert told.tell("c1", answered()) == []
    assert told.tell("c2", leg_ended("b1")) == []  # Of another call.
    assert told.tell("c1", leg_ended("b2")) == []  # Of another leg.
    assert told.tell("c1", leg_ended("b1", reason=reason)) == [Over("1001", by)]
    assert told.tell("c1", call_ended()) == []
    assert len(told.talks) == 0


def test_a_blind_transfer_by_the_agent_ends_his_part_and_one_that_failed_does_not():
    told = Told()
    told.tell("c1", answered())
    assert told.tell("c1", TransferDone("b1", "1005", False, "busy")) == []
    assert told.tell("c1", TransferDone("b1", "1005", True)) == [Over("1001", "transfer")]
    assert told.tell("c1", leg_ended("b1", reason=Reason.TRANSFERRED)) == []


def test_a_transfer_by_the_caller_leaves_the_agent_in_his_talk():
    told = Told()
    told.tell("c1", answered())
    assert told.tell("c1", TransferDone("a", "1005", True)) == []
    assert told.tell("c1", LegTookPlace("b2", "1005", "a", "c2")) == []
    assert len(told.talks) == 1


def test_an_attended_transfer_puts_another_in_the_agents_place():
    told = Told()
    told.tell("c1", answered())
    assert told.tell("c2", LegLeft("b1", "1005", "c1")) == []
    assert told.tell("c1", LegTookPlace("b2", "1005", "b1", "c2")) == [Over("1001", "transfer")]
    assert told.tell("c1", leg_ended("b1", reason=Reason.TRANSFERRED)) == []
    assert told.tell("c1", leg_ended("b2", "1005")) == []


def test_an_agent_who_was_consulted_goes_on_in_the_other_call():
    told = Told()
    told.tell("c1", answered("1001"))
    told.tell("c2", answered("1003"))  # Of a queue that the first one has called.
    assert told.tell("c2", LegLeft("b1", "1003", "c1")) == []
    assert told.tell("c1", LegTookPlace("b2", "1003", "b1", "c2")) == [Over("1001", "transfer")]
    assert told.tell("c2", call_ended(Reason.TRANSFERRED)) == []
    assert told.tell("c1", leg_ended("b2", "1003")) == [Over("1003", "agent")]


def test_the_callers_leg_may_leave_and_ends_the_agents_part_with_the_call():
    told = Told()
    told.tell("c1", answered())
    assert told.tell("c1", LegLeft("a", "+48600", "c2")) == []
    assert told.tell("c1", leg_ended("b1", reason=Reason.TRANSFERRED)) == [Over("1001", "transfer")]


@pytest.mark.parametrize(
    ("party", "over"), [("1001", []), ("1005", []), ("1006", [Over("1001", "transfer")])]
)
def test_by_another_phone_of_his_own_he_talks_on(party, over):
    told = Told(Talks({"1001": "1005"}))  # He is rung at a colleague's desk.
    told.tell("c1", answered())
    assert told.tell("c1", LegTookPlace("b2", party, "b1", "c2")) == over
    assert told.tell("c1", leg_ended("b1", reason=Reason.TRANSFERRED)) == []
    assert told.tell("c1", leg_ended("b2", party)) == ([] if over else [Over("1001", "agent")])


def test_a_leg_may_join_a_call_beside_those_that_are_there():
    told = Told()
    told.tell("c1", answered())
    told.tell("c1", LegLeft("b1", "1001", "c2"))
    assert len(told.talks) == 1
    assert told.tell("c2", LegJoined("b3", "1001", "c1")) == []
    assert told.tell("c1", call_ended()) == []
    assert told.tell("c2", leg_ended("b3")) == [Over("1001", "agent")]


def test_a_leg_that_left_and_came_nowhere_is_over_with_its_call():
    told = Told()
    told.tell("c1", answered())
    told.tell("c1", LegLeft("b1", "1001", "c2"))
    assert told.tell("c1", call_ended()) == [Over("1001", "switch")]


CALLS = ("c1", "c2", "c3")
LEGS = ("a", "b1", "b2", "b3")
PARTIES = ("1001", "1002", "1005", "+48600")


def events() -> st.SearchStrategy[Event]:
    """Any event that talks look at, of a few calls, legs and people: also such as no switch would tell."""
    leg, party, call = st.sampled_from(LEGS), st.sampled_from(PARTIES), st.sampled_from(CALLS)
    return st.one_of(
        st.builds(answered, st.sampled_from(("1001", "1002")), leg),
        st.builds(leg_ended, leg, party, st.sampled_from(Reason)),
        st.builds(LegLeft, leg, party, call),
        st.builds(LegTookPlace, leg, party, leg, call),
        st.builds(LegJoined, leg, party, call),
        st.builds(TransferDone, leg, party, st.booleans(), st.just("")),
        st.just(call_ended()),
    )


@given(st.lists(st.tuples(st.sampled_from(CALLS), events()), max_size=40))
def test_when_all_calls_are_over_no_agent_is_left_whatever_the_log_told(told_events):
    told = Told()
    for call, event in told_events:
        told.tell(call, event)
    for call in CALLS:
        told.tell(call, call_ended())
    assert len(told.talks) == 0


@pytest.mark.parametrize("seed", range(20))
def test_each_answer_ends_once_in_a_log_such_as_a_switch_writes(seed):
    chance, told, seats = random.Random(seed), Told(), dict[str, tuple[str, str]]()
    for number in range(60):
        call, leg = f"c{number}", "b1"
        agent = f"10{number:02}"
        told.tell(call, answered(agent))
        seats[agent] = call, leg
        for one, (where, on) in list(seats.items()):
            match chance.randrange(6):
                case 0:
                    assert told.tell(where, leg_ended(on, one)) == [Over(one, "agent")]
                case 1:
                    assert told.tell(where, TransferDone(on, "1999", True)) == [Over(one, "transfer")]
                case 2:
                    assert told.tell(where, LegTookPlace("b9", "1999", on, "c0")) == [Over(one, "transfer")]
                case 3:
                    there = f"t{number}-{one}"
                    assert told.tell(where, LegLeft(on, one, there)) == []
                    assert told.tell(there, LegTookPlace("b7", one, "b6", where)) == []
                    assert told.tell(where, call_ended()) == []
                    seats[one] = there, "b7"
                    continue
                case _:
                    continue
            assert told.tell(where, call_ended()) == []
            del seats[one]
    for one, (where, _) in seats.items():
        assert told.tell(where, call_ended()) == [Over(one, "switch")]
    assert len(told.talks) == 0
    assert len(told.over) == 60
