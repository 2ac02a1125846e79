"""``softswitch recordings``: what the catalogue has, one recording in full, and what came of a deed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from softswitch.calls.why import lasting
from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.narration.phrases import printable
from softswitch.narration.recordings import recording_words, rule_words
from softswitch.recordings.catalogue import Erasure
from softswitch.recordings.errors import RecordingError
from softswitch.recordings.model import Access, Deed, Recorded, State
from softswitch.words import Both

TAIL: Final = 8
"""Letters of an id that are shown: the end of the call's, and the part."""
KILO: Final = 1000

STATES: Final[dict[State, Both]] = {
    State.RUNNING: ("running", "trwa"),
    State.DONE: ("done", "gotowe"),
    State.LOST: ("no file", "brak pliku"),
    State.ERASING: ("being erased", "usuwane"),
    State.ERASED: ("erased", "usunięte"),
}
DEEDS: Final[dict[Deed, Both]] = {
    Deed.LISTENED: ("listened", "odsłuchanie"),
    Deed.EXPORTED: ("given out", "wydanie"),
    Deed.HELD: ("held", "wstrzymanie usunięcia"),
    Deed.RELEASED: ("released", "zwolnienie"),
    Deed.ERASED: ("erased", "usunięcie"),
}


@dataclass(frozen=True, slots=True)
class RecordingAnswer:
    """What the running switch did with a talk; ``recording`` is "" where the two are being told first."""

    whom: str
    recording: str


def moment(text: str, zone: tzinfo | None = None) -> datetime:
    """Return the time that people write: ``2026-11-22``, ``2026-11-22 18:30``, ``today`` or ``yesterday``.

    In ``zone``, None for that of this machine. Raises RecordingError.
    """
    days = {"today": 0, "dziś": 0, "yesterday": 1, "wczoraj": 1}
    try:
        if text.lower() in days:
            day = datetime.now(zone).date() if zone else datetime.now().astimezone().date()
            at = datetime.combine(day - timedelta(days=days[text.lower()]), time())
        else:
            at = datetime.combine(date.fromisoformat(text[:10]), time.fromisoformat(text[11:] or "00:00"))
    except ValueError:
        raise RecordingError(f"{text!r} is no time: write 2026-11-22, or '2026-11-22 18:30'") from None
    return at.replace(tzinfo=zone) if zone else at.astimezone()


def show_recordings(found: Sequence[Recorded], *, view: View) -> RenderableType:
    """Return recordings, newest first; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return _json([_plain(one) for one in found])
    polish = view.language == POLISH
    if not found:
        return Text("Nie ma takich nagrań." if polish else "There are no such recordings.")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    titles = (
        ("Nagranie", "Kiedy", "Kto", "Z kim", "Kolejka", "Trwa", "Stan")
        if polish
        else ("Recording", "When", "Caller", "Agent", "Queue", "Lasts", "State")
    )
    for title in titles:
        table.add_column(title, no_wrap=True)
    for one in found:
        cells = (
            one.id[-TAIL:],
            f"{one.started.astimezone(view.zone):%Y-%m-%d %H:%M:%S}",
            printable(one.caller) or "-",
            printable(one.agent) or "-",
            printable(one.queue) or "-",
            lasting(one.seconds) if one.is_there else "-",
            _state(one, view),
        )
        table.add_row(*map(Text, cells))
    return table


def show_recording(one: Recorded, accesses: Sequence[Access], *, view: View, folder: str) -> RenderableType:
    """Return one recording in full, with who did what with it; its path is shown in the ``folder``."""
    if view.as_json:
        return _json({**_plain(one), "accesses": [asdict(access) for access in accesses]})
    table = Table.grid(padding=(0, 2))
    polish = view.language == POLISH
    for english, in_polish, value in _rows(one, view, folder):
        table.add_row(Text(in_polish if polish else english, style="dim"), Text(value))
    for access in accesses:
        why = f": {printable(access.why, 80)}" if access.why else ""
        at = f"{access.at.astimezone(view.zone):%Y-%m-%d %H:%M:%S}"
        deed = DEEDS[access.deed][polish]
        table.add_row(Text(deed, style="dim"), Text(f"{at} {printable(access.by) or '-'}{why}"))
    return table


def _rows(one: Recorded, view: View, folder: str) -> Iterator[tuple[str, str, str]]:
    polish = view.language == POLISH
    yield "Recording", "Nagranie", one.id
    yield "Call", "Rozmowa", one.call
    yield "Began", "Początek", f"{one.started.astimezone(view.zone):%Y-%m-%d %H:%M:%S %Z}"
    yield "Left side", "Lewa strona", printable(one.caller) or "-"
    yield "Right side", "Prawa strona", printable(one.agent) or "-"
    yield "Dialled", "Wybrany numer", printable(one.called) or "-"
    for english, in_polish, value in (
        ("Queue", "Kolejka", one.queue),
        ("Trunk", "Trunk", one.trunk),
        ("Customer", "Klient", one.customer),
        ("Asked for by", "Na życzenie", one.by),
    ):
        if value:
            yield english, in_polish, printable(value)
    yield "Rule", "Reguła", rule_words(one.because)[polish]
    if one.consent:
        yield "Consent", "Zgoda", recording_words(one.consent)[polish]
    yield "State", "Stan", _state(one, view)
    if one.reason:
        yield "Trouble", "Kłopot", printable(one.reason, 200)
    if one.is_there:
        yield "Lasts", "Trwa", f"{lasting(one.seconds)}, {one.octets / KILO / KILO:.1f} MB"
        yield "File", "Plik", f"{folder}/{one.path}"
        yield "SHA-256", "SHA-256", one.sha256
    if one.masked:
        spans = ", ".join(f"{begin:.1f}-{end:.1f} s" for begin, end in one.masked)
        yield "Silent", "Cisza", spans
    never = "bez terminu" if polish else "for ever"
    kept = f"{one.keep_until.astimezone(view.zone):%Y-%m-%d}" if one.keep_until else never
    if one.state is not State.ERASED:
        yield "Kept until", "Do kiedy", kept
    if one.hold is not None:
        since = f"{one.hold.at.astimezone(view.zone):%Y-%m-%d}"
        yield "Held", "Wstrzymane", f"{printable(one.hold.by)}, {since}: {printable(one.hold.why, 80)}"


def _state(one: Recorded, view: View) -> str:
    polish = view.language == POLISH
    held = (", held", ", wstrzymane")[polish] if one.hold is not None else ""
    trouble = (", broken off", ", urwane")[polish] if one.is_there and one.reason else ""
    return f"{STATES[one.state][polish]}{trouble}{held}"


def show_erasure(came: Erasure, *, view: View) -> RenderableType:
    """Return what came of erasing several."""
    if view.as_json:
        return _json(asdict(came))
    polish = view.language == POLISH
    count = len(came.erased)
    first = f"Usunięto nagrania: {count}." if polish else f"Recordings erased: {count}."
    return Group(Text(first), *(Text(printable(reason, 200)) for reason in came.kept))


DONE: Final[dict[str, Both]] = {
    "start": ("The talk is being recorded: {}", "Rozmowa jest nagrywana: {}"),
    "stop": ("The recording has ended: {}", "Nagranie zakończone: {}"),
    "pause": ("Nothing is heard in the recording for now: {}", "W nagraniu jest teraz cisza: {}"),
    "resume": ("The recording goes on: {}", "Nagranie trwa dalej: {}"),
}
TOLD_FIRST: Final[Both] = (
    "Both sides are being told; the recording begins then.",
    "Rozmówcy słyszą teraz komunikat; potem zacznie się nagranie.",
)


def show_answer(what: str, answer: RecordingAnswer, *, view: View) -> RenderableType:
    """Return what the running switch did with a talk."""
    if view.as_json:
        return _json(asdict(answer))
    polish = view.language == POLISH
    said = DONE[what][polish].format(answer.recording[-TAIL:]) if answer.recording else TOLD_FIRST[polish]
    return Text(said)


def _plain(one: Recorded) -> dict[str, object]:
    return {**asdict(one), "state": one.state.value}


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
