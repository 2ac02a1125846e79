"""What led a caller here."""

from __future__ import annotations

from softswitch.events import BranchEntered, CallEnded, CallForwarded, Entry, Event
from softswitch.voicemail.course import MOST_BRANCHES, Courses, Way
from tests.fakes.clock import START


def told(courses: Courses, *events: Event, call: str = "c1") -> None:
    for number, event in enumerate(events):
        courses.read(Entry(number, START, call, event))


def test_the_way_through_menus_names_each_menu_once() -> None:
    courses = Courses()
    told(
        courses,
        BranchEntered("bank", "gate"),
        BranchEntered("bank", "cards"),
        BranchEntered("night", "closed"),
    )
    assert courses.of("c1").menu == "bank: gate > cards > night: closed"
    assert courses.of("c2") == Way()


def test_why_a_call_was_sent_on_is_the_last_reason() -> None:
    courses = Courses()
    told(courses, CallForwarded("1001", "1002", "busy"), CallForwarded("1002", "voicemail", "no_answer"))
    assert courses.of("c1").why == "no_answer"


def test_a_call_that_is_over_is_forgotten_and_circles_stay_short() -> None:
    courses = Courses()
    told(courses, *[BranchEntered("loop", f"b{number}") for number in range(100)])
    assert len(courses.of("c1").branches) == MOST_BRANCHES
    told(courses, CallEnded("completed", "caller_hung_up", 200, 16, "caller"))
    assert courses.ways == {}
