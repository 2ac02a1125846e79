"""Without a line a tree is by itself: nothing is known of its hours, and its templates have no text."""

from __future__ import annotations

from softswitch.ivr.desks.post import Letter
from softswitch.ivr.simulate import VirtualClock
from softswitch.ivr.simulated.line import NO_LINE


def test_no_line_has_no_schedules_and_no_templates() -> None:
    clock = VirtualClock()
    assert list(NO_LINE.hours(clock).names) == []
    letter = Letter("menu:1", "600100200", template="link")
    assert NO_LINE.template("sms", letter, lambda name: None, clock.wall()) == {}
