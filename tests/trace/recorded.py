"""A call or a phone as it was recorded: events and messages, to a file and back, and read by the trace."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from softswitch.commands.trace import TraceReader, explained
from softswitch.events import KINDS, CallArrived, Entry, Event
from softswitch.sip.hop import Hop
from softswitch.sip.redaction import redacted
from softswitch.trace.messages import TRACE_FOLDER, Message, Wire, message_of
from softswitch.transport.ring import BLOCK, Noted, RingWriter, pack
from softswitch.transport.sorting import sort
from softswitch.transport.trace import CALLS_RING, PHONES_RING

SIZE = 8 * BLOCK


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was seen. ``user`` is whose phone it is about, "" for the one call."""

    entries: tuple[Entry, ...]
    messages: tuple[Noted, ...]
    user: str = ""

    @property
    def call(self) -> tuple[Entry, ...]:
        """The events of the call that came last."""
        last = [entry.call for entry in self.entries if isinstance(entry.event, CallArrived)][-1]
        return tuple(entry for entry in self.entries if entry.call == last)

    @property
    def read(self) -> tuple[Message, ...]:
        """The messages as the trace gives them."""
        return tuple(message_of(redacted_note(noted)) for noted in self.messages)


def redacted_note(noted: Noted) -> Noted:
    """Return a message as it comes into the rings."""
    return Noted(noted.at, noted.kind, noted.hop, redacted(noted.data))


def on_disk(recorded: Recorded, home: Path) -> Wire:
    """Write the rings of a line's folder as the tracer would, and return what reads them."""
    (home / TRACE_FOLDER).mkdir(parents=True)
    for name, notes in zip((CALLS_RING, PHONES_RING), sort(recorded.messages), strict=True):
        ring = RingWriter(home / TRACE_FOLDER / name, SIZE)
        ring.write([pack(redacted_note(noted)) for noted in notes])
        ring.close()
    return Wire(home)


class Events(TraceReader):
    """An event log in memory."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._all = tuple(entries)

    async def recent(self, limit: int = 20) -> list[tuple[Entry, ...]]:
        """Return the calls that came last, newest first."""
        calls = [entry.call for entry in self._all if isinstance(entry.event, CallArrived)]
        return [self._of(call) for call in reversed(calls[-limit:])]

    async def matching(self, part: str) -> tuple[str, ...]:
        """Return the calls whose id begins or ends so."""
        calls = dict.fromkeys(entry.call for entry in self._all if entry.call)
        return tuple(call for call in calls if call.startswith(part) or call.endswith(part))

    async def entries(self, part: str) -> tuple[Entry, ...]:
        """Return the events of the one call that is meant."""
        calls = await self.matching(part)
        return self._of(calls[0]) if len(calls) == 1 else ()

    async def apart(
        self,
        kinds: Sequence[type[Event]],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        about: str = "",
        limit: int = 100,
    ) -> tuple[Entry, ...]:
        """Return events of no call."""
        found = [
            entry
            for entry in self._all
            if not entry.call
            and isinstance(entry.event, tuple(kinds))
            and (since is None or entry.at >= since)
            and (until is None or entry.at <= until)
            and (not about or about in asdict(entry.event).values())
        ]
        return tuple(found[-limit:])

    def _of(self, call: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._all if entry.call == call)


async def call_sentences(recorded: Recorded, home: Path, language: str) -> tuple[str, ...]:
    """Return what is said of the call, read through rings on the disk."""
    wire = on_disk(recorded, home)
    return await explained(Events(recorded.entries), wire, recorded.call, language)


def to_json(recorded: Recorded) -> str:
    """Return a recording as text, one event or message a line; its secrets are taken out."""
    lines = [json.dumps({"user": recorded.user})]
    for entry in recorded.entries:
        data = {**asdict(entry), "kind": type(entry.event).__name__}
        lines.append(msgspec.json.encode(data).decode())
    for noted in map(redacted_note, recorded.messages):
        hop = noted.hop
        way = [hop.transport, hop.host, hop.port, hop.local_host, hop.local_port]
        data = {"at": noted.at, "way": way, "passed": noted.kind, "data": noted.data.decode()}
        lines.append(json.dumps(data, ensure_ascii=False))
    return "\n".join(lines) + "\n"


def from_json(text: str) -> Recorded:
    """Read what :func:`to_json` has written."""
    first, *lines = [json.loads(line) for line in text.splitlines()]
    entries = tuple(
        Entry(
            line["sequence"],
            datetime.fromisoformat(line["at"]),
            line["call"],
            msgspec.convert(line["event"], KINDS[line["kind"]]),
        )
        for line in lines
        if "event" in line
    )
    messages = tuple(
        Noted(line["at"], line["passed"], Hop(*line["way"]), line["data"].encode())
        for line in lines
        if "way" in line
    )
    return Recorded(entries, messages, first["user"])
