"""All schedules and duties of a switch: what holds now, what will, and what people change by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TypeVar

from softswitch.bus import EventLog
from softswitch.clock import Clock
from softswitch.events import DutyChanged, ScheduleReleased, ScheduleSwitched, SpecialDaySet
from softswitch.schedules.config import SchedulesConfig
from softswitch.schedules.errors import ScheduleError, UnknownSchedule
from softswitch.schedules.model import (
    ALL,
    Change,
    Closed,
    DutyDay,
    HandSwitch,
    Mode,
    Open,
    Outage,
    Shift,
    SpecialDay,
    State,
)
from softswitch.schedules.preview import MOST_DAYS, PREVIEW_DAYS, PreviewDay, preview
from softswitch.schedules.roster import Roster
from softswitch.schedules.schedule import Schedule
from softswitch.schedules.switches import HandSwitches
from softswitch.schedules.wall_clock import DAY_MINUTES, first_shown

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Kept:
    """What people changed: where each change is kept, and what was kept before this start. No I/O."""

    switched: Callable[[str, HandSwitch | None], None] = lambda schedule, switch: None
    put_in: Callable[[str, date, DutyDay | None], None] = lambda duty, day, put_in: None
    switches: Iterable[HandSwitch] = ()
    duty_days: Iterable[DutyDay] = ()
    special: Callable[[str, date, SpecialDay | None], None] = lambda schedule, day, put_in: None
    special_days: Iterable[SpecialDay] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a schedule stands: what it says, what its calendar says, who has switched it, what comes next."""

    schedule: str
    state: State
    calendar: State
    hand: HandSwitch | None
    next: Change | None


class Schedules:
    """Schedules and duties by name. Everything here is answered from memory."""

    def __init__(
        self, config: SchedulesConfig, *, clock: Clock, log: EventLog, kept: Kept | None = None
    ) -> None:
        kept = kept or Kept()
        self.config = config
        self._clock = clock
        self._log = log
        special = tuple(kept.special_days)
        self._schedules = {
            name: Schedule(name, part, changed=kept.special, restored=special)
            for name, part in config.schedules.items()
        }
        self._switches = HandSwitches(self._schedules, changed=kept.switched, restored=kept.switches)
        days = tuple(kept.duty_days)
        self._rosters = {
            name: Roster(name, part, changed=kept.put_in, restored=days)
            for name, part in config.duties.items()
        }

    @property
    def schedules(self) -> Mapping[str, Schedule]:
        """The calendars, by name."""
        return self._schedules

    @property
    def rosters(self) -> Mapping[str, Roster]:
        """The duties, by name."""
        return self._rosters

    def now(self) -> datetime:
        """Return the time by which everything here is judged."""
        return self._clock.wall()

    def schedule(self, name: str) -> Schedule:
        """Return a schedule; raise UnknownSchedule."""
        return _found(self._schedules, name, "schedule")

    def roster(self, name: str) -> Roster:
        """Return a duty; raise UnknownSchedule."""
        return _found(self._rosters, name, "duty")

    # What holds

    def state(self, name: str, at: datetime | None = None) -> State:
        """Return what a schedule says, now unless told when. Raises UnknownSchedule."""
        schedule, moment = self.schedule(name), at or self.now()
        hand = self._switches.ruling(name, moment)
        return schedule.state(moment) if hand is None else _by_hand(hand)

    def outage(self, at: datetime | None = None) -> Outage | None:
        """Return the outage that was switched on for ALL schedules, now unless told when; None for none."""
        hand = self._switches.ruling(ALL, at or self.now())
        return Outage(hand.note) if hand is not None and hand.mode is Mode.OUTAGE else None

    def standing(self, name: str, at: datetime | None = None) -> Standing:
        """Return all that is to be known of a schedule, now unless told when. Raises UnknownSchedule."""
        schedule, moment = self.schedule(name), at or self.now()
        return Standing(
            schedule=name,
            state=self.state(name, moment),
            calendar=schedule.state(moment),
            hand=self._switches.ruling(name, moment),
            next=self.next_change(name, moment),
        )

    def next_change(self, name: str, at: datetime | None = None) -> Change | None:
        """Return when a schedule says something else next, and what; None for not within a year.

        Hand switches count as they stand: a calendar that is overruled for good changes nothing.
        """
        schedule, moment = self.schedule(name), at or self.now()
        state = self.state(name, moment)
        while (hand := self._switches.ruling(name, moment)) is not None:
            if hand.until is None:
                return None
            moment = hand.until
            if (following := self.state(name, moment)) != state:
                return Change(moment, following)
        return schedule.next_change(moment)

    def preview(
        self, name: str, first: date | None = None, days: int = PREVIEW_DAYS
    ) -> tuple[PreviewDay, ...]:
        """Return the next days of a schedule's calendar, today's first. Raises ScheduleError."""
        schedule = self.schedule(name)
        if not 1 <= days <= MOST_DAYS:
            raise ScheduleError(f"a preview shows 1 to {MOST_DAYS} days")
        return tuple(preview(schedule, first or self.now().astimezone(schedule.zone).date(), days))

    def midnight(self, name: str) -> datetime:
        """Return when the day ends for a schedule, for ALL the first of all midnights to come."""
        now = self.now()
        zones: list[tzinfo] = [one.zone for one in self._schedules.values()]
        if name != ALL:
            zones = [self.schedule(name).zone]
        return min(first_shown(zone, now.astimezone(zone).date(), DAY_MINUTES) for zone in zones or [UTC])

    # What people change

    def switches(self) -> tuple[HandSwitch, ...]:
        """Return all hand switches that hold now."""
        return self._switches.holding(self.now())

    def switch(
        self, name: str, mode: Mode, *, by: str, until: datetime | None = None, note: str = ""
    ) -> HandSwitch:
        """Switch a schedule, or ALL, by hand, until a moment or until it is released.

        Raises UnknownSchedule, and ScheduleError for a moment that is past or a note that is too long.
        """
        end = None if until is None else until.astimezone(UTC)
        switch = HandSwitch(name, mode, by, self.now(), end, note)
        self._switches.set(switch)
        shown = "" if end is None else end.astimezone(self._zone(name)).isoformat(timespec="minutes")
        self._log.append(ScheduleSwitched(name, mode.value, by, shown, note))
        return switch

    def release(self, name: str, *, by: str) -> bool:
        """Let a schedule, or ALL, go by its calendar; tell whether it did not. Raises UnknownSchedule."""
        held = self._switches.release(name, self.now())
        if held:
            self._log.append(ScheduleReleased(name, by))
        return held

    def put_special(self, name: str, day: date, hours: str, *, by: str, title: str = "") -> None:
        """Let a day of a schedule have other hours, before what is configured; ``title`` is its name.

        ``hours`` are written as in the configuration. Raises UnknownSchedule, ScheduleError.
        """
        self.schedule(name).put_in(SpecialDay(name, day, hours.strip(), by, self.now(), title.strip()))
        self._log.append(SpecialDaySet(name, day.isoformat(), hours.strip(), by, title.strip()))

    def take_special(self, name: str, day: date, *, by: str) -> bool:
        """Let a day be as it is configured again; tell whether it was not. Raises UnknownSchedule."""
        changed = self.schedule(name).take_out(day)
        if changed:
            self._log.append(SpecialDaySet(name, day.isoformat(), "", by))
        return changed

    def put_on_duty(self, duty: str, day: date, shift: Shift, *, by: str) -> None:
        """Put somebody on a duty for one day, in place of what the roster says. Raises ScheduleError."""
        self.roster(duty).put_in(DutyDay(duty, day, shift, by, self.now()))
        self._log.append(DutyChanged(duty, day.isoformat(), shift.main, shift.spare, by))

    def take_off_duty(self, duty: str, day: date, *, by: str) -> bool:
        """Let the roster hold again for a day; tell whether it did not. Raises UnknownSchedule."""
        changed = self.roster(duty).take_out(day)
        if changed:
            self._log.append(DutyChanged(duty, day.isoformat(), "", "", by))
        return changed

    def sweep(self) -> None:
        """Forget hand switches that are over. To be called now and then."""
        self._switches.sweep(self.now())

    def _zone(self, name: str) -> tzinfo:
        """Return where the end of a switch is told by: of all schedules by the first one's clock."""
        first = next(iter(self._schedules.values()), None)
        found = self._schedules.get(name, first)
        return UTC if found is None else found.zone


def _by_hand(hand: HandSwitch) -> State:
    match hand.mode:
        case Mode.DAY:
            return Open()
        case Mode.NIGHT:
            return Closed()
        case Mode.OUTAGE:
            return Outage(hand.note)


def _found(known: Mapping[str, Kind], name: str, what: str) -> Kind:
    found = known.get(name)
    if found is None:
        raise UnknownSchedule(f"there is no {what} '{name[:40]}', only {', '.join(sorted(known)) or 'none'}")
    return found
