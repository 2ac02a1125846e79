"""What the running switch answers of its schedules, duties and lists on its control socket, and changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from softswitch.control import ControlRefused, Verb
from softswitch.schedules.callers import CallerBook
from softswitch.schedules.errors import ScheduleError
from softswitch.schedules.figures import (
    HoursFigures,
    ListedFigures,
    hours_figures,
    listed_figures,
    schedule_figures,
)
from softswitch.schedules.model import ListedCaller, Mode, Shift
from softswitch.schedules.moments import parse_day, parse_length, parse_moment
from softswitch.schedules.preview import PREVIEW_DAYS, PreviewDay
from softswitch.schedules.service import Schedules

OPERATOR: Final = "operator"
"""Who changes something by a command, unless he says who he is."""
LONGEST_NAME: Final = 60


AtNumber = Callable[[str], Sequence[str]]
"""Returns the schedules that whoever dials a number goes by, none where it leads to no menu that has any."""


def schedule_verbs(
    schedules: Schedules, callers: CallerBook, at_number: AtNumber = lambda number: ()
) -> dict[str, Verb]:
    """Return ``schedules``, ``schedule_names``, ``…_preview``, ``…_switch``, ``…_day``, ``duty`` and others.

    ``at_number`` finds the schedules that hold for a number.
    """
    return {
        "schedule_names": lambda arguments: _names(at_number, arguments),
        "schedules": lambda arguments: _now(schedules, arguments),
        "schedule_preview": lambda arguments: _preview(schedules, arguments),
        "schedule_switch": lambda arguments: _switch(schedules, arguments),
        "schedule_day": lambda arguments: _day(schedules, arguments),
        "duty": lambda arguments: _duty(schedules, arguments),
        "callers": lambda arguments: _callers(schedules, callers, arguments),
    }


def _now(schedules: Schedules, arguments: Mapping[str, str]) -> HoursFigures:
    """Answer how all is, or one ``schedule``, now or ``at`` a moment."""
    name, written = arguments.get("schedule", ""), arguments.get("at", "")
    at = _moment(schedules, name, written) if written else schedules.now()
    if not name:
        return hours_figures(schedules, at)
    return HoursFigures((schedule_figures(schedules, name, at),), ())


def _names(at_number: AtNumber, arguments: Mapping[str, str]) -> Sequence[str]:
    """Answer which schedules hold for a ``number``."""
    number = arguments.get("number", "")
    if not (found := at_number(number)):
        raise ControlRefused(f"{number[:40]} leads to no menu that goes by opening hours")
    return found


def _preview(schedules: Schedules, arguments: Mapping[str, str]) -> tuple[PreviewDay, ...]:
    """Answer the next ``days`` of a ``schedule``, ``first`` being the first of them."""
    first, days = arguments.get("first", ""), arguments.get("days", "") or str(PREVIEW_DAYS)
    if not days.isdecimal():
        raise ControlRefused(f"'{days[:20]}' is no number of days")
    name = arguments.get("schedule", "")
    return schedules.preview(name, parse_day(first) if first else None, int(days))


def _switch(schedules: Schedules, arguments: Mapping[str, str]) -> HoursFigures:
    """Switch a ``schedule``, or all, to a ``mode``, ``until`` a moment or ``for`` so long, or to ``auto``."""
    name, mode = arguments.get("schedule", ""), arguments.get("mode", "")
    by = _printable(arguments.get("by", "")) or OPERATOR
    if not schedules.schedules:
        raise ScheduleError("this line has no schedules")
    if mode == "auto":
        schedules.release(name, by=by)
        return hours_figures(schedules)
    if mode not in {one.value for one in Mode}:
        raise ControlRefused(f"a schedule is switched to {', '.join(one.value for one in Mode)} or auto")
    written, length = arguments.get("until", ""), arguments.get("for", "")
    if written and length:
        raise ControlRefused("say until when, or for how long, not both")
    until = _moment(schedules, name, written) if written else None
    if length:
        until = schedules.now() + parse_length(length)
    schedules.switch(name, Mode(mode), by=by, until=until, note=arguments.get("note", "").strip())
    return hours_figures(schedules)


def _day(schedules: Schedules, arguments: Mapping[str, str]) -> tuple[PreviewDay, ...]:
    """Give a ``day`` of a ``schedule`` other ``hours``, and a ``name``; without ``hours`` take them back."""
    name, day = arguments.get("schedule", ""), parse_day(arguments.get("day", ""))
    by = _printable(arguments.get("by", "")) or OPERATOR
    if hours := arguments.get("hours", "").strip():
        schedules.put_special(name, day, hours, by=by, title=_printable(arguments.get("name", "")))
    else:
        schedules.take_special(name, day, by=by)
    return schedules.preview(name, day, 1)


def _duty(schedules: Schedules, arguments: Mapping[str, str]) -> HoursFigures:
    """Put ``main`` and ``spare`` on a ``duty`` for a ``day``; without ``main`` the roster holds again."""
    duty, day = arguments.get("duty", ""), parse_day(arguments.get("day", ""))
    by = _printable(arguments.get("by", "")) or OPERATOR
    if main := arguments.get("main", "").strip():
        schedules.put_on_duty(duty, day, Shift(main, arguments.get("spare", "").strip()), by=by)
    else:
        schedules.take_off_duty(duty, day, by=by)
    return hours_figures(schedules)


def _callers(
    schedules: Schedules, callers: CallerBook, arguments: Mapping[str, str]
) -> tuple[ListedFigures, ...]:
    """Put a ``number`` on a ``list`` (``do``: add) or take it off (remove); answer all that are on lists."""
    act, name, number = (arguments.get(one, "") for one in ("do", "list", "number"))
    by = _printable(arguments.get("by", "")) or OPERATOR
    if act == "add":
        callers.add(
            ListedCaller(
                name,
                number,
                by,
                schedules.now().astimezone(UTC),
                _printable(arguments.get("name", "")),
                arguments.get("to", "").strip(),
                arguments.get("otherwise", "").strip(),
            )
        )
    elif act == "remove":
        if not callers.remove(name, number):
            raise ControlRefused(f"{number[:40]} was not put on the list {name}: is it in the configuration?")
    elif act:
        raise ControlRefused("numbers are put on lists by add, and taken off by remove")
    return tuple(listed_figures(callers))


def _moment(schedules: Schedules, name: str, written: str) -> datetime:
    known = schedules.schedules
    zone = schedules.schedule(name).zone if name else next((one.zone for one in known.values()), UTC)
    return parse_moment(written, schedules.now(), zone)


def _printable(text: str) -> str:
    return "".join(letter for letter in text.strip() if letter.isprintable())[:LONGEST_NAME]
