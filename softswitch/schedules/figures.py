"""How schedules, duties and lists are at a moment, as plain values for commands and programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from softswitch.schedules.callers import CallerBook
from softswitch.schedules.model import HandSwitch, Outage, Special, State
from softswitch.schedules.preview import state_word
from softswitch.schedules.service import Schedules


@dataclass(frozen=True, slots=True)
class ByHand:
    """A hand switch: to what, by whom, until when (ISO 8601, "" for good), and why.

    ``of_all`` says that all schedules were switched together.
    """

    mode: str
    by: str
    until: str
    note: str
    of_all: bool


@dataclass(frozen=True, slots=True)
class ScheduleFigures:
    """A schedule at a moment: ``state`` in one word, ``name`` that of the special day or the outage's note.

    ``next_at`` is when ``next_state`` and ``next_name`` begin to hold, "" for not within a year. Times are
    ISO 8601, of the schedule's own zone.
    """

    schedule: str
    shown: str
    at: str
    state: str
    name: str
    calendar: str
    by_hand: ByHand | None
    next_at: str
    next_state: str
    next_name: str


@dataclass(frozen=True, slots=True)
class DutyFigures:
    """A duty at a moment: its number, who is rung, and until when (ISO 8601, local)."""

    duty: str
    shown: str
    number: str
    day: str
    main: str
    spare: str
    until: str


@dataclass(frozen=True, slots=True)
class HoursFigures:
    """All schedules and duties."""

    schedules: tuple[ScheduleFigures, ...]
    duties: tuple[DutyFigures, ...]


@dataclass(frozen=True, slots=True)
class ListedFigures:
    """A number that was put on a list while the switch runs."""

    list: str
    number: str
    name: str
    to: str
    otherwise: str
    by: str
    at: str


def hours_figures(schedules: Schedules, at: datetime | None = None) -> HoursFigures:
    """Return how everything is, now unless told when."""
    moment = at or schedules.now()
    return HoursFigures(
        tuple(schedule_figures(schedules, name, moment) for name in schedules.schedules),
        tuple(_duties(schedules, moment)),
    )


def schedule_figures(schedules: Schedules, name: str, at: datetime) -> ScheduleFigures:
    """Return how one schedule is at a moment. Raises UnknownSchedule."""
    standing, schedule = schedules.standing(name, at), schedules.schedule(name)
    following = standing.next
    return ScheduleFigures(
        schedule=name,
        shown=schedule.shown,
        at=_local(at, schedule.zone),
        state=state_word(standing.state),
        name=_named(standing.state),
        calendar=state_word(standing.calendar),
        by_hand=None if standing.hand is None else _by_hand(standing.hand, schedule.zone),
        next_at="" if following is None else _local(following.at, schedule.zone),
        next_state="" if following is None else state_word(following.state),
        next_name="" if following is None else _named(following.state),
    )


def listed_figures(book: CallerBook) -> Iterator[ListedFigures]:
    """Yield every number that was put on a list, list by list."""
    for name in book.names:
        for one in book.entries(name):
            at = one.at.isoformat(timespec="seconds")
            yield ListedFigures(name, one.number, one.name, one.to, one.otherwise, one.by, at)


def _duties(schedules: Schedules, at: datetime) -> Iterator[DutyFigures]:
    for name, roster in schedules.rosters.items():
        shift = roster.on_duty(at)
        yield DutyFigures(
            duty=name,
            shown=roster.shown,
            number=roster.config.number,
            day=roster.day(at).isoformat(),
            main="" if shift is None else shift.main,
            spare="" if shift is None else shift.spare,
            until=_local(roster.changes_at(at), roster.zone),
        )


def _by_hand(hand: HandSwitch, zone: tzinfo) -> ByHand:
    until = "" if hand.until is None else _local(hand.until, zone)
    return ByHand(hand.mode.value, hand.by, until, hand.note, not hand.schedule)


def _local(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).isoformat(timespec="minutes")


def _named(state: State) -> str:
    match state:
        case Special(name=name) | Outage(note=name):
            return name
    return ""
