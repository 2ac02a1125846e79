"""What goes wrong with schedules, duties and lists of callers, on purpose."""

from __future__ import annotations

from softswitch.errors import SoftswitchError


class ScheduleError(SoftswitchError):
    """Base of all errors of this room; the text is one sentence for the operator."""


class UnknownSchedule(ScheduleError):
    """There is no schedule, duty or list of that name."""
