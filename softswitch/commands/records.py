"""``softswitch calls`` and ``softswitch call ID``: the calls of the event log, for people and as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final, Protocol

import msgspec
from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from softswitch.calls.record import CallRecord, LegRecord, call_record
from softswitch.calls.why import lasting, transfer_words, why
from softswitch.commands.view import View
from softswitch.commands.waits import talk_words, wait_rows
from softswitch.events import Entry, StepTaken
from softswitch.languages import POLISH
from softswitch.narration.lines import TAIL, CauseFirst, told
from softswitch.narration.phrases import made_for_words, printable
from softswitch.narration.recordings import TAIL_OF_ID as RECORDING_TAIL
from softswitch.narration.recordings import recording_words
from softswitch.words import Both, quality_word, word

FOUND, NOTHING, UNCLEAR = 0, 1, 2
"""Exit codes: shown (also when there is nothing yet to show); no such call; several calls are meant."""

NO_CALL_YET: Final[Both] = "No call has been recorded yet.", "Nie zapisano jeszcze żadnej rozmowy."
GAP: Final = "  "
STAMP: Final = 10
"""Letters of a time since the call began: ``+59:59.999``, so that texts begin in the twelfth column."""

LONGEST_REASON: Final = 200
LAST: Final = "last"
"""Stands for the call that came last."""
DULL_EXITS: Final = frozenset({"next", "heard"})


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
        return _say(view, *NO_CALL_YET), FOUND
    return _calls_list(records, view), FOUND


async def show_call(
    events: EventReader,
    part: str,
    *,
    view: View | None = None,
    explain: Callable[[Sequence[Entry]], Awaitable[Sequence[str]]] | None = None,
) -> tuple[RenderableType, int]:
    """Return one call (header, steps, legs, why it ended) and an exit code.

    ``part`` is the call's id, its beginning or its end, or ``last``. ``explain`` gives the sentences that say
    why it ended; else it is the one that the record gives. JSON is a ``str`` to be printed as it is.
    """
    view = view or View()
    entries = await entries_of(events, part)
    if entries:
        record = call_record(entries)
        said = await explain(entries) if explain is not None else [why(record, view.language)]
        if view.as_json:
            steps = [_step(entry, record.started) for entry in entries]
            return _json({**_plain(record, view.language), "why": " ".join(said), "steps": steps}), FOUND
        return _whole_call(record, entries, view, said), FOUND
    calls = await events.matching(part)
    if view.as_json:
        return _json({"error": "unclear" if calls else "not found", "calls": list(calls)}), _code(calls)
    if not calls:
        return _say(view, *no_such_call(part)), NOTHING
    shown = printable(part)
    first = _say(view, f"{shown} can mean any of these calls:", f"{shown} pasuje do tych rozmów:")
    return Group(first, *(Text(f"  {call}") for call in calls)), UNCLEAR


async def entries_of(events: EventReader, part: str) -> tuple[Entry, ...]:
    """Return the entries of the call that an id or a part of it means, or of the last call for ``last``."""
    if part != LAST:
        return await events.entries(part)
    calls = await events.recent(1)
    return calls[0] if calls else ()


def no_such_call(part: str) -> Both:
    """Return the words for a call that is not there, in English and Polish."""
    if part == LAST:
        return NO_CALL_YET
    return f"There is no call {printable(part)}.", f"Nie ma rozmowy {printable(part)}."


def _code(calls: Sequence[str]) -> int:
    return UNCLEAR if calls else NOTHING


def _say(view: View, english: str, polish: str) -> Text:
    return Text(polish if view.language == POLISH else english)


def _calls_list(records: Sequence[CallRecord], view: View) -> Group:
    """Return two lines a call: what it was, and in a sentence why it ended, wrapped at words."""
    titles = (
        ("Rozmowa", "Kiedy", "Kto", "Dokąd", "Trwała", "Wynik")
        if view.language == POLISH
        else ("Call", "When", "From", "To", "Lasted", "Result")
    )
    rows = [titles, *(_call_row(record, view) for record in records)]
    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(titles))]
    lines = [GAP.join(map(set_cell_size, row, widths)).rstrip() for row in rows]
    reasons = [printable(why(record, view.language), LONGEST_REASON) for record in records]
    indent = (0, 0, 0, widths[0] + len(GAP))
    # Text, not str: what a caller put into their name is never read as markup.
    return Group(
        Text(lines[0], style="bold"),
        *(
            part
            for line, reason in zip(lines[1:], reasons, strict=True)
            for part in (Text(line), Padding(Text(reason, style="dim"), indent))
        ),
    )


def _call_row(record: CallRecord, view: View) -> tuple[str, ...]:
    return (
        record.id[-TAIL:],
        f"{record.started.astimezone(view.zone):%Y-%m-%d %H:%M:%S}",
        printable(record.caller),
        printable(record.called),
        lasting(record.seconds),
        printable(word(record.result, view.language)) if record.result else "-",
    )


def _whole_call(record: CallRecord, entries: Sequence[Entry], view: View, said: Sequence[str]) -> Group:
    ordered: list[Entry] = []
    order = CauseFirst(ordered.append)
    for entry in entries:
        order.take(entry)
    order.flush()
    shown = [entry for entry in ordered if view.every_step or not _is_dull(entry)]
    hidden = len(entries) - len(shown)
    return Group(
        _header(record, view),
        Text(),
        *_hanging(
            (f"{_since(record.started, entry.at):>{STAMP}}", told(entry.event, view.language))
            for entry in shown
        ),
        *([_say(view, *_hidden_words(hidden))] if hidden else []),
        Text(),
        *_legs(record.legs, record.started, view),
        Text(),
        *(Text(sentence, style="bold") for sentence in said),
    )


def _is_dull(entry: Entry) -> bool:
    """Tell whether a step only says what the line before it says: it went on, its prompt was heard."""
    return isinstance(entry.event, StepTaken) and entry.event.exit in DULL_EXITS


def _hidden_words(count: int) -> Both:
    return f"({count} steps without news are left out: --all shows them)", (
        f"(pominięto kroki, które nic nie wnoszą: {count}; pokaże je --all)"
    )


def _hanging(rows: Iterable[tuple[str, str]]) -> Iterator[Table]:
    """Yield lines of a short first column and a text whose further lines stand under its first."""
    for first, text in rows:
        line = Table.grid(padding=(0, len(GAP), 0, 0))
        line.add_column(no_wrap=True)
        line.add_column(overflow="fold")
        line.add_row(Text(first), Text(text))
        yield line


def _header(record: CallRecord, view: View) -> Table:
    table = Table.grid(padding=(0, 2))
    polish = view.language == POLISH
    name = f" ({printable(record.caller_name)})" if record.caller_name else ""
    path = f"{record.tree}: {' > '.join(record.path)}" if record.path else "-"
    answered = "-" if record.answered is None else lasting(record.answered_seconds)
    result, reason = (word(code, view.language) if code else "-" for code in (record.result, record.reason))
    kind = word(record.routed_kind, view.language) if record.routed_kind else "-"
    rows = (
        ("Call", "Rozmowa", record.id),
        ("From", "Kto", f"{printable(record.caller)}{name}"),
        ("To", "Dokąd", f"{printable(record.called)} ({f'{kind} {record.routed_to}'.rstrip()})"),
        ("Began", "Początek", f"{record.started.astimezone(view.zone):%Y-%m-%d %H:%M:%S %Z}"),
        ("Lasted", "Trwała", f"{lasting(record.seconds)}, {'odebrana' if polish else 'answered'} {answered}"),
        *([("Made for", "Powód", made_for_words(record.made_for)[polish])] if record.made_for else []),
        *(
            ("", "", text) if text.startswith(GAP) else ("Queue", "Kolejka", text)
            for wait in record.waits
            for text in wait_rows(wait, view.language)
        ),
        *(("With", "Z kim", talk_words(talk, view.language)) for talk in record.talks),
        *([("Rated", "Ocena", str(record.rating))] if record.rating is not None else []),
        *(("Transferred", "Przekazana", transfer_words(one, view.language)) for one in record.transfers),
        *(("Recorded", "Nagranie", printable(one[-RECORDING_TAIL:])) for one in record.recordings),
        *(
            [("Not recorded", "Bez nagrania", recording_words(record.recording_refused)[polish])]
            if record.recording_refused
            else []
        ),
        ("Menu path", "Droga w menu", path),
        ("Keys", "Klawisze", record.digits or "-"),
        ("End", "Koniec", f"{result}: {reason} (SIP {record.sip_code}, Q.850 {record.q850})"),
    )
    for english, in_polish, value in rows:
        table.add_row(Text(in_polish if polish else english, style="dim"), Text(value))
    return table


def _legs(legs: Sequence[LegRecord], started: datetime, view: View) -> Iterator[RenderableType]:
    """Yield two lines a leg: who and when and in which form, then its packets and its end."""
    polish = view.language == POLISH
    width = max((cell_len(printable(leg.leg)) for leg in legs), default=0)
    for leg in legs:
        times = f"{_since(started, leg.began)} {'do' if polish else 'to'} "
        times += _since(started, leg.ended) if leg.ended else "…"
        if leg.answered:
            times += f", {'odebrana' if polish else 'answered'} {_since(started, leg.answered)}"
        keys = f", {'klawisze' if polish else 'keys'} {word(leg.digits_by, view.language)}"
        sound = f"{leg.codec or '-'}{keys if leg.digits_by else ''}"
        sent, received, lost = leg.packets_sent, leg.packets_received, leg.packets_lost
        packets = (
            f"wysłane {sent}, odebrane {received}, utracone {lost}"
            if polish
            else f"sent {sent}, received {received}, lost {lost}"
        )
        if leg.mos:
            packets += f" · {'jakość głosu:' if polish else 'voice'} {quality_word(leg.mos, view.language)}"
        end = f" · {printable(word(leg.reason, view.language))}" if leg.reason else ""
        yield from _hanging(
            (
                (f"{printable(leg.leg):{width}}", GAP.join((printable(leg.party), times, sound))),
                (" " * width, f"{packets}{end}"),
            )
        )


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
