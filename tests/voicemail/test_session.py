"""One listening: the order of messages, and what becomes of each."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from softswitch.voicemail.model import Message, State
from softswitch.voicemail.session import Session

AT = datetime(2026, 1, 5, tzinfo=UTC)


def message(number: int, state: State = State.NEW) -> Message:
    return Message(f"M{number}", "box", "call", AT, "600", state=state)


def test_what_is_deleted_counts_no_more_and_comes_back() -> None:
    session = Session([message(1), message(2, State.OLD)])
    assert session.toggle_deleted()
    assert session.is_deleted()
    assert [one.id for one in session.deleted] == ["M1"]
    assert (session.count(State.NEW), session.count(State.OLD)) == (0, 1)
    assert not session.toggle_deleted()
    session.toggle_deleted()
    session.keep_present()
    assert session.deleted == ()


def test_changes_hold_for_the_present_message_alone() -> None:
    session = Session([message(1), message(2)])
    session.change(State.OLD, urgent=True)
    assert session.present is not None
    assert (session.present.state, session.present.urgent) == (State.OLD, True)
    session.next()
    assert session.present.state is State.NEW


def test_an_empty_box_has_no_present_message() -> None:
    session = Session([])
    session.change(State.OLD)
    session.keep_present()
    assert not session.toggle_deleted()
    assert session.present is None
    assert not session.next()
    assert not session.previous()
    assert len(session) == 0


@given(st.integers(0, 5), st.lists(st.sampled_from("npdk"), max_size=30))
def test_wherever_one_goes_there_is_a_message_or_the_end(count: int, keys: list[str]) -> None:
    session, place, deleted = Session([message(one) for one in range(count)]), 0, set[int]()
    for key in keys:
        match key:
            case "n":
                place = min(place + 1, count)
                assert session.next() is (place < count)
            case "p":
                assert session.previous() is (place > 0)
                place = max(place - 1, 0)
            case "d":
                session.toggle_deleted()
                deleted ^= {place} if place < count else set()
            case "k":
                session.keep_present()
                deleted -= {place}
        assert (session.present is None) is (place >= count)
        assert [one.id for one in session.deleted] == [f"M{one}" for one in sorted(deleted)]
