"""Hand switches: whose word counts, until when, and that all of it is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.schedules.errors import ScheduleError, UnknownSchedule
from softswitch.schedules.model import ALL, HandSwitch, Mode
from softswitch.schedules.switches import HandSwitches
from tests.schedules.moments import warsaw

NOW = warsaw("2026-12-17T12:00")
HOUR = timedelta(hours=1)


def by_hand(schedule: str, mode: Mode, hours: float | None = None, note: str = "") -> HandSwitch:
    until = None if hours is None else NOW + hours * HOUR
    return HandSwitch(schedule, mode, "1001", NOW, until, note)


def test_a_schedule_goes_back_by_itself() -> None:
    switches = HandSwitches(["office"])
    night = by_hand("office", Mode.NIGHT, hours=1)
    switches.set(night)
    assert switches.ruling("office", NOW) == night
    assert switches.ruling("office", NOW + HOUR - timedelta(microseconds=1)) == night
    assert switches.ruling("office", NOW + HOUR) is None


def test_its_own_goes_before_that_of_all_and_an_outage_before_both() -> None:
    switches = HandSwitches(["office", "shop"])
    night, day = by_hand(ALL, Mode.NIGHT), by_hand("office", Mode.DAY, hours=1)
    switches.set(night)
    switches.set(day)
    assert switches.ruling("office", NOW) == day
    assert switches.ruling("shop", NOW) == night
    # When its own is over, that of all holds.
    assert switches.ruling("office", NOW + HOUR) == night
    outage = by_hand(ALL, Mode.OUTAGE, note="no power")
    switches.set(outage)
    assert switches.ruling("office", NOW) == outage


def test_what_is_taken_back_holds_no_more() -> None:
    switches = HandSwitches(["office"])
    switches.set(by_hand("office", Mode.NIGHT, hours=1))
    assert switches.release("office", NOW)
    assert switches.ruling("office", NOW) is None
    assert not switches.release("office", NOW)
    switches.set(by_hand("office", Mode.NIGHT, hours=1))
    # It was over already.
    assert not switches.release("office", NOW + HOUR)


def test_every_change_is_told_and_what_was_kept_is_there_again() -> None:
    told: list[tuple[str, HandSwitch | None]] = []
    switches = HandSwitches(["office"], changed=lambda name, switch: told.append((name, switch)))
    night, outage = by_hand("office", Mode.NIGHT, hours=1), by_hand(ALL, Mode.OUTAGE)
    switches.set(night)
    switches.set(outage)
    switches.sweep(NOW + HOUR)
    switches.release(ALL, NOW + HOUR)
    assert told == [("office", night), (ALL, outage), ("office", None), (ALL, None)]
    again = HandSwitches(["office"], restored=[night, by_hand("gone", Mode.DAY)])
    assert again.holding(NOW) == (night,)
    assert again.holding(NOW + HOUR) == ()


def test_what_cannot_be_switched() -> None:
    switches = HandSwitches(["office"])
    with pytest.raises(UnknownSchedule, match="there is no schedule 'shop', only office"):
        switches.set(by_hand("shop", Mode.DAY))
    with pytest.raises(UnknownSchedule):
        switches.release("shop", NOW)
    with pytest.raises(ScheduleError, match="is over already"):
        switches.set(by_hand("office", Mode.DAY, hours=0))
    for note in ("x" * 121, "two\nlines"):
        with pytest.raises(ScheduleError, match="a note is one line"):
            switches.set(by_hand("office", Mode.OUTAGE, note=note))
    assert switches.holding(NOW) == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([ALL, "office", "shop"]),
            st.sampled_from([*Mode, None]),
            st.one_of(st.none(), st.floats(0.1, 10)),
        ),
        max_size=12,
    ),
    st.floats(0, 12),
)
def test_whatever_is_switched_the_last_word_for_each_holds(
    acts: list[tuple[str, Mode | None, float | None]], hours: float
) -> None:
    switches, last = HandSwitches(["office", "shop"]), dict[str, HandSwitch]()
    for schedule, mode, length in acts:
        if mode is None:
            switches.release(schedule, NOW)
            last.pop(schedule, None)
        else:
            last[schedule] = by_hand(schedule, mode, length)
            switches.set(last[schedule])
    at = NOW + hours * HOUR
    for name in ("office", "shop"):
        known = [one for one in (last.get(name), last.get(ALL)) if one is not None]
        held = [one for one in known if one.until is None or at < one.until]
        ruling = switches.ruling(name, at)
        assert (ruling in held) if held else (ruling is None)
        if any(one.mode is Mode.OUTAGE for one in held):
            assert ruling is not None
            assert ruling.mode is Mode.OUTAGE
