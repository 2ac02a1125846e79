"""Who is on duty when: by day of the week, by date, and by what was put in while the switch runs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from softswitch.schedules.config import DutyConfig
from softswitch.schedules.dates import parse_span, rank
from softswitch.schedules.errors import ScheduleError
from softswitch.schedules.hours import parse_days, parse_time
from softswitch.schedules.model import DutyDay, Shift
from softswitch.schedules.wall_clock import first_shown

ONE_DAY: Final = timedelta(days=1)

Changed = Callable[[str, date, DutyDay | None], None]
"""Told of every change, to be kept: which duty, which day, and its shift, or None where it was taken out."""


class Roster:
    """One duty as it was configured under ``name``; ``restored`` are days put in before this start."""

    def __init__(
        self,
        name: str,
        config: DutyConfig,
        *,
        changed: Changed = lambda duty, day, put_in: None,
        restored: Iterable[DutyDay] = (),
    ) -> None:
        self.name = name
        self.config = config
        self.shown = config.name or name
        self.zone = ZoneInfo(config.zone)
        self._changed = changed
        self._change_at = parse_time(config.change_at)
        self._week = {
            day: Shift(part.main, part.spare or "")
            for days, part in config.week.items()
            for day in parse_days(days)
        }
        spans = [(parse_span(text), part) for text, part in config.days.items()]
        self._dates = [
            (span, Shift(part.main, part.spare or ""))
            for span, part in sorted(spans, key=lambda one: rank(one[0]))
        ]
        self._put_in = {one.day: one for one in restored if one.duty == name}

    def day(self, at: datetime) -> date:
        """Return whose day it is at a moment: before the hour of change it is still the day before."""
        shown = at.astimezone(self.zone).date()
        return shown if at >= first_shown(self.zone, shown, self._change_at) else shown - ONE_DAY

    def on_duty(self, at: datetime) -> Shift | None:
        """Return who is on duty at a moment, None for nobody."""
        return self.of_day(self.day(at))

    def of_day(self, day: date) -> Shift | None:
        """Return who has a day, from its hour of change to that of the next one."""
        if (put_in := self._put_in.get(day)) is not None:
            return put_in.shift
        dated = next((shift for span, shift in self._dates if span.covers(day)), None)
        return dated or self._week.get(day.weekday())

    def changes_at(self, at: datetime) -> datetime:
        """Return when the day's duty ends (UTC)."""
        return first_shown(self.zone, self.day(at) + ONE_DAY, self._change_at)

    def put_in(self, put_in: DutyDay) -> None:
        """Let somebody have a day in place of whom the roster names. Raises ScheduleError."""
        shift = put_in.shift
        if not shift.main or shift.main == shift.spare:
            raise ScheduleError("a duty needs a main number, and a spare one that is another, or none")
        self._put_in[put_in.day] = put_in
        self._changed(self.name, put_in.day, put_in)

    def take_out(self, day: date) -> bool:
        """Let a day be as the roster has it again; tell whether it was not."""
        found = self._put_in.pop(day, None)
        if found is not None:
            self._changed(self.name, day, None)
        return found is not None
