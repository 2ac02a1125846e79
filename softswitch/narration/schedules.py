"""What is changed by hand in schedules and duties, in words."""

from __future__ import annotations

from typing import assert_never

from softswitch.events import DutyChanged, ScheduleReleased, ScheduleSwitched, SpecialDaySet
from softswitch.narration.phrases import LONGEST_TEXT, printable, words
from softswitch.words import Both

ScheduleEvent = ScheduleSwitched | ScheduleReleased | SpecialDaySet | DutyChanged


def told_of_schedule(event: ScheduleEvent) -> Both:
    """Return what somebody changed, in both languages."""
    who = printable(event.by)
    match event:
        case ScheduleSwitched(schedule, mode, _, until, note):
            what, (english, polish) = _named(schedule), words(mode)
            end = until[:16].replace("T", " ")
            why = f": {printable(note, LONGEST_TEXT)}" if note else ""
            return (
                f"{who} switched {what[0]} to {english}{f' until {end}' if end else ''}{why}",
                f"{who} przełącza {what[1]}: {polish}{f', do {end}' if end else ''}{why}",
            )
        case ScheduleReleased(schedule):
            what = _named(schedule)
            return f"{who} let {what[0]} follow the calendar again", f"{who} wraca do kalendarza: {what[1]}"
        case SpecialDaySet(schedule, day, hours, _, name):
            what, when = _named(schedule), f"{day}, {printable(name)}" if name else day
            if not hours:
                return (
                    f"{who} let {what[0]} be as configured on {day}",
                    f"{who} przywraca zapisane godziny na {day}: {what[1]}",
                )
            return (
                f"{who} gave {what[0]} other hours on {when}: {printable(hours)}",
                f"{who} ustawia godziny na {when}: {printable(hours)} ({what[1]})",
            )
        case DutyChanged(duty, day, main, spare):
            name, spares = printable(duty), f", {printable(spare)}" if spare else ""
            if not main:
                return (
                    f"{who} let the roster hold again for {name} on {day}",
                    f"{who} przywraca grafik dyżuru {name} na {day}",
                )
            return (
                f"{who} put {printable(main)}{spares} on duty {name} on {day}",
                f"{who} wpisuje na dyżur {name} na {day}: {printable(main)}{spares}",
            )
        case _:
            assert_never(event)


def _named(schedule: str) -> Both:
    if not schedule:
        return "all schedules", "wszystkie harmonogramy"
    name = printable(schedule)
    return f"the schedule {name}", f"harmonogram {name}"
