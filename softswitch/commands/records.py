"""``softswitch calls`` and ``softswitch call ID``: the calls of the event log, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from typing import Protocol

import msgspec
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from softswitch.calls.record import ENGLISH, POLISH, CallRecord, LegRecord, call_record, lasting, why
from softswitch.events import Entry
from softswitch.narration import TAIL, printable, told

FOUND, NOTHING, UNCLEAR = 0, 1, 2
"""Exit codes: shown (also when there is nothing yet to show); no such call; several calls are meant."""


class EventReader(Protocol):
    """Where the events come from; the event store is one."""

    async def recent(self, limit: int = 20) -> list[tuple[Entry, ...]]:
        """Return the entries of the ``limit`` calls that came last, newest call first."""
        ...

    async def matching(self, part: str) -> tuple[str, ...]:
        """Return the ids of the calls meant by an id, its beginning or its end."""
        ...

    async def entries(self, part: str) -> tuple[Entry, ...]:
        """Return the entries of the one call that ``part`` means, in order."""
        ...


@dataclass(frozen=True, slots=True)
class View:
    """How to show it: as JSON or not, in which language, times in which zone (None: this machine's)."""

    as_json: bool = False
    language: str = ENGLISH
    zone: tzinfo | None = None


async def show_calls(
    events: EventReader, *, limit: int = 20, view: View | None = None
) -> tuple[RenderableType, int]:
    """Return the last ``limit`` calls, newest first, and an exit code.

    JSON is a ``str`` to be printed as it is; all else is for a rich console.
    """
    view = view or View()
    records = [call_record(entries) for entries in await events.recent(limit)]
    if view.as_json:
        return _json([_plain(record, view.language) for record in records]), FOUND
    if not records:
        return _say(view, "No call has been recorded yet.", "Nie zapisano jeszcze żadnej rozmowy."), FOUND
    return _calls_table(records, view), FOUND


async def show_call(
    events: EventReader, part: str, *, view: View | None = None
) -> tuple[RenderableType, int]:
    """Return one call (header, steps, legs, why it ended) and an exit code.

    ``part`` is the call's id, its beginning or its end. JSON is a ``str`` to be printed as it is.
    """
    view = view or View()
    entries = await events.entries(part)
    if entries:
        record = call_record(entries)
        if view.as_json:
            steps = [_step(entry, record.started) for entry in entries]
            return _json({**_plain(record, view.language), "steps": steps}), FOUND
        return _whole_call(record, entries, view), FOUND
    calls = await events.matching(part)
    if view.as_json:
        return _json({"error": "unclear" if calls else "not found", "calls": list(calls)}), _code(calls)
    shown = printable(part)
    if not calls:
        return _say(view, f"There is no call {shown}.", f"Nie ma rozmowy {shown}."), NOTHING
    first = _say(view, f"{shown} can mean any of these calls:", f"{shown} pasuje do tych rozmów:")
    return Group(first, *(Text(f"  {call}") for call in calls)), UNCLEAR


def _code(calls: Sequence[str]) -> int:
    return UNCLEAR if calls else NOTHING


def _say(view: View, english: str, polish: str) -> Text:
    return Text(polish if view.language == POLISH else english)


def _calls_table(records: Sequence[CallRecord], view: View) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    polish = view.language == POLISH
    titles = (
        ("Rozmowa", "Kiedy", "Kto", "Dokąd", "Trwała", "Wynik", "Dlaczego się skończyła")
        if polish
        else ("Call", "When", "From", "To", "Lasted", "Result", "Why it ended")
    )
    for title in titles[:-1]:
        table.add_column(title, no_wrap=True)
    table.add_column(titles[-1], overflow="fold")
    for record in records:
        cells = (
            record.id[-TAIL:],
            f"{record.started.astimezone(view.zone):%Y-%m-%d %H:%M:%S}",
            printable(record.caller),
            printable(record.called),
            lasting(record.seconds),
            record.result or "-",
            printable(why(record, view.language), 200),
        )
        # Text, not str: what a caller put into their name is never read as markup.
        table.add_row(*map(Text, cells))
    return table


def _whole_call(record: CallRecord, entries: Sequence[Entry], view: View) -> Group:
    steps = [
        Text(f"{_since(record.started, entry.at):>9}  {told(entry.event, view.language)}")
        for entry in entries
    ]
    return Group(
        _header(record, view),
        Text(),
        *steps,
        Text(),
        _legs_table(record.legs, record.started, view),
        Text(why(record, view.language), style="bold"),
    )


def _header(record: CallRecord, view: View) -> Table:
    table = Table.grid(padding=(0, 2))
    name = f" ({printable(record.caller_name)})" if record.caller_name else ""
    path = f"{record.tree}: {' > '.join(record.path)}" if record.path else "-"
    answered = "-" if record.answered is None else lasting(record.answered_seconds)
    code = f"{record.result or '-'}, {record.reason or '-'} (SIP {record.sip_code}, Q.850 {record.q850})"
    rows = (
        ("Call", "Rozmowa", record.id),
        ("From", "Kto", f"{printable(record.caller)}{name}"),
        (
            "To",
            "Dokąd",
            f"{printable(record.called)} ({record.routed_kind or '-'} {record.routed_to})".rstrip(),
        ),
        ("Began", "Początek", f"{record.started.astimezone(view.zone):%Y-%m-%d %H:%M:%S %Z}"),
        ("Lasted", "Trwała", f"{lasting(record.seconds)}, {_answered_word(view)} {answered}"),
        ("Menu path", "Droga w menu", path),
        ("Keys", "Klawisze", record.digits or "-"),
        ("End", "Koniec", code),
    )
    for english, polish, value in rows:
        table.add_row(Text(polish if view.language == POLISH else english, style="dim"), Text(value))
    return table


def _answered_word(view: View) -> str:
    return "odebrana" if view.language == POLISH else "answered"


def _legs_table(legs: Sequence[LegRecord], started: datetime, view: View) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    english = (
        "Leg",
        "Party",
        "Began",
        "Answered",
        "Ended",
        "Codec",
        "Keys by",
        "Sent",
        "Received",
        "Lost",
        "End",
    )
    polish = (
        *("Odnoga", "Strona", "Początek", "Odebrana", "Koniec", "Kodek", "Klawisze"),
        *("Wysłane", "Odebrane", "Utracone", "Powód"),
    )
    for title in polish if view.language == POLISH else english:
        table.add_column(title, no_wrap=True)
    for leg in legs:
        cells = (
            printable(leg.leg),
            printable(leg.party),
            *(_since(started, at) if at else "-" for at in (leg.began, leg.answered, leg.ended)),
            leg.codec or "-",
            leg.digits_by or "-",
            *(str(count) for count in (leg.packets_sent, leg.packets_received, leg.packets_lost)),
            leg.reason or "-",
        )
        table.add_row(*map(Text, cells))
    return table


def _since(start: datetime, at: datetime) -> str:
    """Write the time since the call began: ``+0:07.250``."""
    milliseconds = max(round((at - start).total_seconds() * 1000), 0)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"+{minutes}:{rest / 1000:06.3f}"


def _plain(record: CallRecord, language: str) -> dict[str, object]:
    return {**asdict(record), "why": why(record, language)}


def _step(entry: Entry, started: datetime) -> dict[str, object]:
    return {
        "sequence": entry.sequence,
        "at": entry.at,
        "seconds": round(max((entry.at - started).total_seconds(), 0.0), 6),
        "kind": type(entry.event).__name__,
        "data": asdict(entry.event),
    }


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
