"""One schedule: open or not at any moment, when that changes next, and its days one by one. Pure.

Days are reckoned by the schedule's own zone, moments compared in UTC: no calendar holds a converted time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from softswitch.schedules.config import USUAL, ScheduleConfig, SpecialDayConfig
from softswitch.schedules.dates import parse_span, rank
from softswitch.schedules.errors import ScheduleError
from softswitch.schedules.hours import TRADING_SUNDAY, Range, parse_days, parse_hours
from softswitch.schedules.model import Change, Closed, Open, Special, SpecialDay, State
from softswitch.schedules.public_holidays import PublicHolidays, TradingSundays
from softswitch.schedules.wall_clock import DAY_MINUTES, first_shown, last_shown

HORIZON_DAYS: Final = 400
"""How far the next change is looked for: what holds for more than a year needs no announcement."""
MOST_REMEMBERED: Final = 64
"""Days that are kept reckoned: callers ask about today, previews about two weeks."""
SUNDAY: Final = 6
ONE_DAY: Final = timedelta(days=1)
LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one moment (UTC) until before another the same holds."""

    begin: datetime
    end: datetime
    state: State


@dataclass(frozen=True, slots=True)
class Day:
    """What is written of a day: its own ranges, and its name where it is a special one.

    ``special`` days are closed in another way outside their hours, and nothing of the day before reaches in.
    """

    date: date
    ranges: tuple[Range, ...]
    special: bool = False
    name: str = ""


Changed = Callable[[str, date, SpecialDay | None], None]
"""Told of every change, to be kept: which schedule, which day, and what it is, or None where it is out."""


class Schedule:
    """Opening hours as they were configured under ``name``; ``restored`` are days put in before."""

    def __init__(
        self,
        name: str,
        config: ScheduleConfig,
        *,
        changed: Changed = lambda schedule, day, put_in: None,
        restored: Iterable[SpecialDay] = (),
    ) -> None:
        self.name = name
        self.shown = config.name or name
        self.zone = ZoneInfo(config.zone)
        week: list[tuple[Range, ...]] = [() for _ in range(7)]
        for days, hours in config.week.items():
            for day in () if days == TRADING_SUNDAY else parse_days(days):
                week[day] = parse_hours(hours)
        self._week = tuple(week)
        trading = config.week.get(TRADING_SUNDAY)
        self._trading = None if trading is None else (TradingSundays(), parse_hours(trading))
        self._holidays = None if config.holidays is None else PublicHolidays(config.holidays)
        spans = [(parse_span(text), part) for text, part in config.special.items()]
        # Of several that cover a day the one that says most of it goes first.
        self._special = tuple(sorted(spans, key=lambda one: rank(one[0])))
        self._changed = changed
        self._put_in = {one.day: one for one in restored if one.schedule == name}
        self._reckoned: dict[date, tuple[Stretch, ...]] = {}

    def day(self, day: date) -> Day:
        """Return what is written of a day."""
        holiday = "" if self._holidays is None else self._holidays.name(day)
        found: SpecialDay | SpecialDayConfig | None = self._put_in.get(day)
        if found is None:
            found = next((part for span, part in self._special if span.covers(day)), None)
        if found is not None and found.hours == USUAL:
            return Day(day, self._usual(day))
        if found is not None:
            return Day(day, parse_hours(found.hours), special=True, name=found.name or holiday)
        if holiday:
            return Day(day, (), special=True, name=holiday)
        return Day(day, self._usual(day))

    def state(self, at: datetime) -> State:
        """Return what holds at a moment (zone-aware)."""
        return self._stretch(at).state

    def next_change(self, at: datetime) -> Change | None:
        """Return when something else holds next, and what; None where nothing changes for over a year."""
        now = self._stretch(at).state
        for day in self._days_from(at):
            for stretch in self.stretches(day):
                if stretch.begin > at and stretch.state != now:
                    return Change(stretch.begin, stretch.state)
        return None

    def stretches(self, day: date) -> tuple[Stretch, ...]:
        """Return a day from midnight to midnight, without a gap: by turns open and not."""
        if (known := self._reckoned.get(day)) is not None:
            return known
        reckoned = tuple(self._reckon(day))
        if len(self._reckoned) >= MOST_REMEMBERED:
            self._reckoned.clear()
        self._reckoned[day] = reckoned
        return reckoned

    @property
    def put_in_days(self) -> tuple[SpecialDay, ...]:
        """The days that were put in, in order."""
        return tuple(self._put_in[day] for day in sorted(self._put_in))

    def put_in(self, special: SpecialDay) -> None:
        """Let a day have other hours from now on; raise ScheduleError for hours that are none."""
        try:
            parse_hours(special.hours) if special.hours != USUAL else ()
        except ValueError as error:
            raise ScheduleError(str(error)) from error
        if len(special.name) > LONGEST_NAME or not special.name.isprintable():
            raise ScheduleError(f"a day's name is one line of at most {LONGEST_NAME} letters")
        self._put_in[special.day] = special
        self._reckoned.clear()
        self._changed(self.name, special.day, special)

    def take_out(self, day: date) -> bool:
        """Let a day be as the configuration has it again; tell whether it was not."""
        found = self._put_in.pop(day, None)
        if found is not None:
            self._reckoned.clear()
            self._changed(self.name, day, None)
        return found is not None

    def _usual(self, day: date) -> tuple[Range, ...]:
        if self._trading is not None and day.weekday() == SUNDAY and day in self._trading[0]:
            return self._trading[1]
        return self._week[day.weekday()]

    def _days_from(self, at: datetime) -> Iterator[date]:
        first = at.astimezone(self.zone).date()
        return (first + timedelta(days=days) for days in range(HORIZON_DAYS + 1))

    def _stretch(self, at: datetime) -> Stretch:
        shown = at.astimezone(self.zone).date()
        # The neighbours too: where clocks go back over midnight, a date is shown again after its next one.
        for day in (shown, shown - ONE_DAY, shown + ONE_DAY):
            for stretch in self.stretches(day):
                if stretch.begin <= at < stretch.end:
                    return stretch
        raise AssertionError(f"no day of {self.name} holds {at.isoformat()}")

    def _reckon(self, on: date) -> Iterator[Stretch]:
        day = self.day(on)
        otherwise = Special(day.name) if day.special else Closed()
        begin, end = first_shown(self.zone, on, 0), first_shown(self.zone, on, DAY_MINUTES)
        reached = begin
        for opens, closes in self._openings(day, begin, end):
            if reached < opens:
                yield Stretch(reached, opens, otherwise)
            yield Stretch(opens, closes, Open())
            reached = closes
        if reached < end:
            yield Stretch(reached, end, otherwise)

    def _openings(self, day: Day, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """Return the moments between which a day is open, in order, those that touch joined."""
        found = [(day.date, one) for one in day.ranges]
        if not day.special:
            before = day.date - ONE_DAY
            found += [(before, one) for one in self.day(before).ranges if one.end > DAY_MINUTES]
        joined: list[tuple[datetime, datetime]] = []
        moments = (
            (first_shown(self.zone, on, one.start), last_shown(self.zone, on, one.end)) for on, one in found
        )
        for opens, closes in sorted((max(opens, begin), min(closes, end)) for opens, closes in moments):
            if opens >= closes:
                continue
            if joined and opens <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(joined[-1][1], closes)
            else:
                joined.append((opens, closes))
        return joined
