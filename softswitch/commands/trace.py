"""``softswitch trace``: the ladder of a call or of a phone, as text, Mermaid, SVG and pcap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from rich.console import Group, RenderableType
from rich.text import Text

from softswitch.commands.records import FOUND, NOTHING, UNCLEAR, EventReader, entries_of, no_such_call
from softswitch.events import (
    CallEnded,
    CredentialsRefused,
    Entry,
    Event,
    MediaWorkerDied,
    PhoneRegistered,
    PhoneUnregistered,
    SourceShutOut,
    SwitchStarted,
)
from softswitch.languages import ENGLISH, POLISH
from softswitch.narration.phrases import printable
from softswitch.trace.errors import TraceError
from softswitch.trace.facts import facts_of
from softswitch.trace.ladder import Ladder, call_ladder, legs_of, wire_ladder
from softswitch.trace.mermaid import mermaid
from softswitch.trace.messages import Message, Wire
from softswitch.trace.pcap import build_pcap
from softswitch.trace.phones import phone_sentences
from softswitch.trace.svg import svg
from softswitch.trace.text import LadderText
from softswitch.trace.verdict import sentences

AROUND: Final = timedelta(seconds=40)
"""What belongs to a call before its first event and after its last: challenges, and the repeats of 32 s."""
MOST_OF_A_PHONE: Final = 200
"""Messages shown of a phone: a working day of registrations; older ones would only be scrolled past."""
WORKER_SECONDS: Final = timedelta(seconds=5)
"""How long before its calls' end a media worker's death may have been written down."""


class TraceReader(EventReader, Protocol):
    """Where the events come from; the event store is one."""

    async def apart(
        self,
        kinds: Sequence[type[Event]],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        about: str = "",
        limit: int = 100,
    ) -> tuple[Entry, ...]:
        """Return the last entries of these kinds that belong to no call, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Shape:
    """How to show it: the language, whole messages or not, Mermaid in place of text, and files to write."""

    language: str = ENGLISH
    whole: bool = False
    as_mermaid: bool = False
    svg: Path | None = None
    pcap: Path | None = None


async def show_trace(events: TraceReader, wire: Wire, part: str, shape: Shape) -> tuple[RenderableType, int]:
    """Return the ladder of one call and an exit code; raise TraceError for what cannot be read or written.

    ``part`` is the call's id, its beginning or its end, ``last``, or a Call-ID of SIP, which also finds what
    never became a call. Mermaid is a ``str`` to be printed as it is; all else is for a rich console.
    """
    entries = await entries_of(events, part)
    if entries:
        messages = messages_of(wire, entries)
        why = await explained(events, wire, entries, shape.language, messages)
        ladder = call_ladder(entries, messages, [*_missing(messages, shape.language), *why], shape.language)
        return _shown(ladder, messages, shape), FOUND
    calls = await events.matching(part)
    if calls:
        first = _say(
            shape,
            f"{printable(part)} can mean any of these calls:",
            f"{printable(part)} pasuje do tych rozmów:",
        )
        return Group(first, *(Text(f"  {call}") for call in calls)), UNCLEAR
    messages = wire.of_calls([part], 0.0, float("inf"))
    if not messages:
        return _say(shape, *no_such_call(part)), NOTHING
    users = sorted(messages[0].users())
    why = phone_sentences(users[0] if users else part, messages, (), shape.language)
    return _shown(wire_ladder(printable(part), messages, (), why, shape.language), messages, shape), FOUND


async def show_phone(events: TraceReader, wire: Wire, user: str, shape: Shape) -> tuple[RenderableType, int]:
    """Return what passed with a phone lately, how it stands with it, and an exit code.

    Raises TraceError as :func:`show_trace`.
    """
    messages = wire.of_user(user)[-MOST_OF_A_PHONE:]
    since = datetime.fromtimestamp(messages[0].at).astimezone() if messages else None
    entries = [
        *await events.apart(
            (PhoneRegistered, PhoneUnregistered, CredentialsRefused), since=since, about=user
        ),
        *await _shut_out(events, messages, since),
    ]
    why = phone_sentences(user, messages, entries, shape.language)
    if not messages:
        return Text(" ".join(why), style="bold"), NOTHING
    if left_out := wire.gaps(messages[0].at, messages[-1].at):
        why = (_left_out(left_out, shape.language), *why)
    ladder = wire_ladder(printable(user), messages, entries, why, shape.language)
    return _shown(ladder, messages, shape), FOUND


async def explained(
    events: TraceReader,
    wire: Wire,
    entries: Sequence[Entry],
    language: str,
    messages: Sequence[Message] | None = None,
) -> tuple[str, ...]:
    """Return the sentences that say why a call ended, and what was wrong in it."""
    if messages is None:
        messages = messages_of(wire, entries)
    first, last = entries[0].at, entries[-1].at
    starts = await events.apart((SwitchStarted,), until=first, limit=1)
    deaths = await events.apart((MediaWorkerDied,), since=last - WORKER_SECONDS, until=last, limit=1)
    numbers = [entry.event.numbers for entry in starts if isinstance(entry.event, SwitchStarted)]
    reasons = [entry.event.reason for entry in deaths if isinstance(entry.event, MediaWorkerDied)]
    facts = facts_of(
        entries,
        messages,
        numbers=numbers[-1] if numbers else (),
        worker_died=reasons[-1] if reasons else "",
        registered=lambda party: wire.last_from(party, first.timestamp()),
    )
    return sentences(facts, language)


def messages_of(wire: Wire, entries: Sequence[Entry]) -> tuple[Message, ...]:
    """Return the messages of all legs of a call."""
    over = any(isinstance(entry.event, CallEnded) for entry in entries)
    until = (entries[-1].at + AROUND).timestamp() if over else float("inf")
    return wire.of_calls(legs_of(entries).values(), (entries[0].at - AROUND).timestamp(), until)


async def _shut_out(
    events: TraceReader, messages: Sequence[Message], since: datetime | None
) -> Iterable[Entry]:
    """Return when an address was shut out from which the phone has sent."""
    sources = {message.noted.hop.host for message in messages if message.came}
    found = await events.apart((SourceShutOut,), since=since)
    return [
        entry for entry in found if isinstance(entry.event, SourceShutOut) and entry.event.source in sources
    ]


def _shown(ladder: Ladder, messages: Sequence[Message], shape: Shape) -> RenderableType:
    written = []
    if shape.svg is not None:
        written.append(_write(shape.svg, svg(ladder).encode()))
    if shape.pcap is not None:
        written.append(_write(shape.pcap, build_pcap(message.noted for message in messages)))
    if shape.as_mermaid:
        return mermaid(ladder)
    if written:
        return Text("\n".join([*(str(path) for path in written), *ladder.why]))
    return LadderText(ladder, whole=shape.whole)


def _write(path: Path, content: bytes) -> Path:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise TraceError(f"cannot write {path}: {error.strerror}") from error
    return path


def _missing(messages: Sequence[Message], language: str) -> list[str]:
    if messages:
        return []
    if language == POLISH:
        return ["Wiadomości SIP tej rozmowy nie ma w zapisie: był wyłączony albo zastąpiły je nowsze."]
    return ["No SIP message of this call is in the trace: it was off, or newer ones took their place."]


def _left_out(count: int, language: str) -> str:
    if language == POLISH:
        return f"W tym czasie nie zapisano wiadomości spoza rozmów, bo było ich zbyt wiele: {count}."
    return f"Meanwhile {count} messages outside calls were left out, as there were too many."


def _say(shape: Shape, english: str, polish: str) -> Text:
    return Text(polish if shape.language == POLISH else english)
