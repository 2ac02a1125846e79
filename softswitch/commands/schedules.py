"""``softswitch schedules``, ``duties`` and ``callers``: how opening hours are, and will be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from softswitch.commands.shown import as_json, table
from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.narration.phrases import printable
from softswitch.schedules.figures import ByHand, DutyFigures, HoursFigures, ListedFigures, ScheduleFigures
from softswitch.schedules.preview import CLOSED, OPEN, OUTAGE, SPECIAL, PreviewDay, PreviewPart
from softswitch.words import Both, word

STATES: Final[dict[str, Both]] = {
    OPEN: ("open", "otwarte"),
    CLOSED: ("closed", "zamknięte"),
    SPECIAL: ("special day", "dzień szczególny"),
    OUTAGE: ("outage", "awaria"),
}
DAYS: Final[tuple[Both, ...]] = (
    ("Mon", "pon"),
    ("Tue", "wt"),
    ("Wed", "śr"),
    ("Thu", "czw"),
    ("Fri", "pt"),
    ("Sat", "sob"),
    ("Sun", "nd"),
)
CELL_MINUTES: Final = 30
DAY_MINUTES: Final = 24 * 60
SIGNS: Final = {OPEN: "█", CLOSED: "·", SPECIAL: "░"}
STYLES: Final = {OPEN: "green", CLOSED: "dim", SPECIAL: "yellow"}
RULER: Final = "0     3     6     9     12    15    18    21    24"


def show_hours(figures: HoursFigures, *, view: View) -> RenderableType:
    """Return how schedules are now, and who is on duty; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json(figures)
    if not figures.schedules and not figures.duties:
        return Text("Nie ma harmonogramów." if _polish(view) else "There are no schedules.")
    parts: list[RenderableType] = []
    if figures.schedules:
        parts.append(_schedules(figures.schedules, view))
    if figures.duties:
        parts += [*([Text()] if parts else []), show_duties(figures.duties, view=view)]
    return Group(*parts)


def show_duties(duties: Sequence[DutyFigures], *, view: View) -> RenderableType:
    """Return who is on duty; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json(duties)
    if not duties:
        return Text("Nie ma dyżurów." if _polish(view) else "There are no duties.")
    titles = (
        ("duty", "dyżur"),
        ("number", "numer"),
        ("main", "główny"),
        ("spare", "zapasowy"),
        ("until", "do"),
    )
    rows = ((one.shown, one.number, one.main or "-", one.spare or "-", _moment(one.until)) for one in duties)
    return table(view, titles, rows)


def show_preview(days: Sequence[PreviewDay], *, view: View) -> RenderableType:
    """Return the days of a schedule as a picture, half an hour a sign, with their hours beside it."""
    if view.as_json:
        return as_json(days)
    grid = Table.grid(padding=(0, 2))
    grid.add_row(Text(), Text(RULER, style="dim"), Text())
    for day in days:
        grid.add_row(Text(_dated(day, view)), _bar(day), Text(_in_words(day, view)))
    legend = Text("  ".join(f"{SIGNS[state]} {STATES[state][_polish(view)]}" for state in SIGNS), style="dim")
    return Group(grid, Text(), legend)


def show_previews(previews: Mapping[str, Sequence[PreviewDay]], *, view: View) -> RenderableType:
    """Return the days of several schedules, each under its name; see :func:`show_preview`."""
    if view.as_json:
        return as_json(previews)
    parts: list[RenderableType] = []
    for name, days in previews.items():
        parts += [Text(name, style="bold"), show_preview(days, view=view), Text()]
    return Group(*parts[:-1])


def show_callers(listed: Sequence[ListedFigures], *, view: View) -> RenderableType:
    """Return the numbers that were put on lists while the switch runs."""
    if view.as_json:
        return as_json(listed)
    if not listed:
        return Text(
            "Na listach są tylko numery z konfiguracji."
            if _polish(view)
            else "No numbers are on lists but those of the configuration."
        )
    titles = (
        ("list", "lista"),
        ("number", "numer"),
        ("name", "nazwa"),
        ("to", "dokąd"),
        ("else", "albo"),
        ("by", "kto"),
    )
    rows = (
        (one.list, one.number, one.name or "-", one.to or "-", one.otherwise or "-", one.by) for one in listed
    )
    return table(view, titles, rows)


def _schedules(schedules: Sequence[ScheduleFigures], view: View) -> Table:
    titles = (
        ("schedule", "harmonogram"),
        ("says", "stan"),
        ("until", "do"),
        ("then", "potem"),
        ("by hand", "ręcznie"),
    )
    rows = (
        (
            one.schedule if one.shown == one.schedule else f"{one.schedule} ({one.shown})",
            _state(one.state, one.name, view),
            _moment(one.next_at),
            _state(one.next_state, one.next_name, view) if one.next_state else "-",
            _hand(one.by_hand, view),
        )
        for one in schedules
    )
    return table(view, titles, rows)


def _state(state: str, name: str, view: View) -> str:
    said = STATES.get(state, (state, state))[_polish(view)]
    return f"{said}: {name}" if name else said


def _hand(hand: ByHand | None, view: View) -> str:
    if hand is None:
        return "-"
    until = _moment(hand.until)
    end = "" if not hand.until else f", do {until}" if _polish(view) else f", until {until}"
    every = (", wszystkie" if _polish(view) else ", all") if hand.of_all else ""
    return f"{word(hand.mode, view.language)} ({hand.by}{every}){end}"


def _moment(text: str) -> str:
    return "-" if not text else f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M}"


def _dated(day: PreviewDay, view: View) -> str:
    return f"{DAYS[day.weekday][_polish(view)]} {date.fromisoformat(day.day):%d.%m}"


def _bar(day: PreviewDay) -> Text:
    """Return a day by what its clock shows: an hour that is shown twice has the signs of one."""
    cells = [CLOSED] * (DAY_MINUTES // CELL_MINUTES)
    for part in day.parts:
        first, last = _minutes(part, day.day)
        for cell in range(first // CELL_MINUTES, -(-last // CELL_MINUTES)):
            # What is open for a part of a sign is not hidden by what is not.
            if cells[cell] != OPEN or part.state == OPEN:
                cells[cell] = part.state
    bar = Text()
    for state in cells:
        bar.append(SIGNS[state], STYLES[state])
    return bar


def _minutes(part: PreviewPart, day: str) -> tuple[int, int]:
    begin, end = datetime.fromisoformat(part.begin), datetime.fromisoformat(part.end)
    last = DAY_MINUTES if end.date().isoformat() != day else end.hour * 60 + end.minute
    return begin.hour * 60 + begin.minute, last


def _in_words(day: PreviewDay, view: View) -> str:
    hours = [f"{_time(part.begin)}-{_end(part, day.day)}" for part in day.parts if part.state == OPEN]
    said = ", ".join(hours) or STATES[CLOSED][_polish(view)]
    notes = [printable(day.name)] if day.name else [STATES[SPECIAL][_polish(view)]] if day.special else []
    if day.hours != DAY_MINUTES / 60:
        notes.append(f"doba {day.hours:g} h" if _polish(view) else f"a day of {day.hours:g} h")
    return f"{said}  {', '.join(notes)}".rstrip()


def _time(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{at.hour}:{at.minute:02}"


def _end(part: PreviewPart, day: str) -> str:
    return "24:00" if datetime.fromisoformat(part.end).date().isoformat() != day else _time(part.end)


def _polish(view: View) -> bool:
    return view.language == POLISH
