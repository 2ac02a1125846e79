"""Which calls an account has, read from the log alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from softswitch.events import (
    CallArrived,
    CallEnded,
    CallerShown,
    CallEvent,
    Entry,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegInvited,
    LegJoined,
    LegLeft,
    LegRinging,
    LegTookPlace,
)
from softswitch.presence.lines import INITIATOR, RECIPIENT, Line, Lines, LineState
from tests.fakes.clock import START

ARRIVED = CallArrived("a", "1001", "Anna", "1002", "192.0.2.11:5060", "1001")
ENDED = CallEnded("completed", "caller_hung_up", 200, 16, "caller")


def leg_ended(leg: str) -> LegEnded:
    return LegEnded(leg, "", "completed", "caller_hung_up", 200, 16)


class Reading:
    """Lines, and whose changed."""

    def __init__(self) -> None:
        self.changed: list[str] = []
        self.lines = Lines(self.changed.append)

    def read(self, *events: CallEvent, call: str = "c1") -> Reading:
        for event in events:
            self.lines.read(Entry(1, START, call, event))
        return self

    def states(self, user: str) -> list[LineState]:
        return [line.state for line in self.lines.of(user)]


def test_a_call_from_the_first_message_to_the_last() -> None:
    reading = Reading().read(ARRIVED)
    assert reading.lines.of("1001") == (Line("c1-a", INITIATOR, LineState.TRYING, "1002"),)
    reading.read(LegInvited("b1", "1002", "sip:1002@x"))
    assert reading.lines.of("1002") == (Line("c1-b1", RECIPIENT, LineState.TRYING, "1001", "Anna"),)
    reading.read(LegRinging("b1", "1002", False))
    assert reading.states("1001") == reading.states("1002") == [LineState.EARLY]
    reading.read(LegAnswered("b1", "1002", "PCMA", ""), LegAnswered("a", "1001", "PCMA", ""))
    assert reading.states("1001") == reading.states("1002") == [LineState.CONFIRMED]
    reading.read(LegHeld("a"))
    assert reading.states("1001") == [LineState.CONFIRMED]
    reading.read(leg_ended("b1"), leg_ended("a"), ENDED)
    assert reading.lines.of("1001") == reading.lines.of("1002") == ()
    assert len(reading.lines) == 0
    assert reading.changed == ["1001", "1002", "1002", "1001", "1002", "1001", "1002", "1001"]


def test_who_dials_or_talks_is_busy_and_a_phone_that_rings_is_not() -> None:
    reading = Reading().read(ARRIVED, LegInvited("b1", "1002", "x"), LegRinging("b1", "1002", False))
    assert [line.busy for line in (*reading.lines.of("1001"), *reading.lines.of("1002"))] == [True, False]
    reading.read(LegAnswered("b1", "1002", "PCMA", ""))
    assert [line.busy for line in reading.lines.of("1002")] == [True]


def test_a_second_phone_that_rings_leaves_what_is_up() -> None:
    reading = Reading().read(
        ARRIVED,
        LegAnswered("a", "1001", "PCMA", ""),
        LegInvited("b1", "1002", "x"),
        LegInvited("b2", "1002", "y"),
        LegRinging("b1", "1002", False),
    )
    assert reading.states("1001") == [LineState.CONFIRMED]
    assert reading.states("1002") == [LineState.EARLY, LineState.TRYING]


def test_a_leg_that_goes_on_in_another_call_stands_there() -> None:
    reading = Reading().read(ARRIVED, LegAnswered("a", "1001", "PCMA", ""))
    reading.read(LegInvited("b1", "1002", "x"), LegAnswered("b1", "1002", "PCMA", ""))
    second = CallArrived("a", "1002", "", "1003", "192.0.2.12:5060", "1002")
    reading.read(second, LegInvited("b1", "1003", "y"), LegAnswered("b1", "1003", "PCMA", ""), call="c2")
    # 1002 connects 1001 with 1003 and is off.
    reading.read(LegLeft("b1", "1003", "c1"), call="c2")
    reading.read(LegTookPlace("b2", "1003", "b1", "c2"), leg_ended("b1"))
    reading.read(leg_ended("a"), ENDED, call="c2")
    assert reading.lines.of("1002") == ()
    assert reading.lines.of("1003") == (Line("c1-b2", RECIPIENT, LineState.CONFIRMED, "1001"),)
    assert reading.states("1001") == [LineState.CONFIRMED]
    reading.read(ENDED)
    assert len(reading.lines) == 0


def test_who_takes_the_callers_place_calls() -> None:
    reading = Reading().read(ARRIVED, LegTookPlace("b1", "1003", "a", "c2"), leg_ended("a"))
    assert reading.lines.of("1003") == (Line("c1-b1", INITIATOR, LineState.CONFIRMED, "1002"),)
    reading.read(LegInvited("b2", "1002", "x"))
    assert reading.lines.of("1002") == (Line("c1-b2", RECIPIENT, LineState.TRYING, "1003"),)


def test_who_comes_from_another_call_is_talking() -> None:
    reading = Reading().read(ARRIVED, LegJoined("b1", "1003", "c2"))
    assert reading.lines.of("1003") == (Line("c1-b1", RECIPIENT, LineState.CONFIRMED, "1001", "Anna"),)
    reading.read(leg_ended("b1"))
    assert reading.lines.of("1003") == ()


def test_a_call_of_before_and_events_of_no_call_are_passed_over() -> None:
    reading = Reading().read(LegInvited("b1", "1002", "x"), LegRinging("b1", "1002", False), ENDED)
    assert len(reading.lines) == 0
    assert reading.changed == []


def test_the_end_of_a_call_ends_what_is_left_of_it() -> None:
    reading = Reading().read(ARRIVED, LegInvited("b1", "1002", "x"), ENDED)
    assert len(reading.lines) == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["c1", "c2"]),
            st.sampled_from(
                [
                    ARRIVED,
                    ENDED,
                    *(LegInvited(leg, "1002", "x") for leg in ("b1", "b2")),
                    *(LegRinging(leg, "1002", False) for leg in ("b1", "b2")),
                    *(LegAnswered(leg, "1002", "PCMA", "") for leg in ("a", "b1")),
                    LegLeft("b1", "1002", "c9"),
                    LegTookPlace("b2", "1003", "b1", "c9"),
                    LegTookPlace("b3", "1003", "a", "c9"),
                    LegJoined("b4", "1004", "c9"),
                    *(leg_ended(leg) for leg in ("a", "b1", "b2")),
                ]
            ),
        )
    )
)
def test_nothing_is_left_of_any_call_in_any_order(events: list[tuple[str, CallEvent]]) -> None:
    reading = Reading()
    for call, event in events:
        reading.read(event, call=call)
    for call in ("c1", "c2"):
        reading.read(ENDED, call=call)
    assert len(reading.lines) == 0


def test_a_number_that_is_hidden_from_agents_is_on_no_lamp_either():
    reading = Reading()
    reading.read(ARRIVED, CallerShown("P.Nowak", "7000"), LegInvited("b1", "1003", "sip:x"))
    (line,) = reading.lines.of("1003")
    assert (line.party, line.party_name) == ("7000", "P.Nowak")
