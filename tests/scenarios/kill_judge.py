"""Judges by the servers' own journals, and by the line's records, whether every promise was kept once."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import soundfile

from softswitch.integrations.letters import message_id
from softswitch.integrations.sms_http import reference_of
from softswitch.integrations.webhook_signing import key_of
from softswitch.payments.sandbox.bank import charged_twice
from softswitch.payments.sandbox.entries import Charged
from softswitch.payments.sandbox.journal import read_journal
from softswitch.signatures import ID, SIGNATURE, TIMESTAMP, is_signed
from tests.scenarios.falling_line import FROM, GROSZE, PAYS_TO, SECRET, Records, Told, World
from tests.scenarios.kill_points import Channel, Due, Point

HEARD_S: Final = 0.3
"""Of a promise that lasts twice as long, what is surely more than an echo of something else."""
SHORTEST_S: Final = 0.2
"""Of sound in a file of somebody who spoke for longer."""
REMAINDERS: Final = (".part", ".wav.tmp")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mailed:
    """A mail that the server has taken."""

    message_id: str
    people: tuple[str, ...]
    sounds: tuple[str, ...]
    """The hashes of what is attached."""


@dataclass(frozen=True, slots=True)
class Texted:
    """A text message that the gateway has taken; ``reference`` is its key."""

    reference: str
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class Hooked:
    """A webhook that the receiver has taken."""

    id: str
    number: int
    kind: str
    call: str
    signed: bool
    data: str


@dataclass(frozen=True, slots=True)
class File:
    """A file with sound."""

    name: str
    sha256: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything there is after the end. Rows are those of the line's own database."""

    charged: tuple[str, ...]
    """The payments that the bank has charged, by its own names; one charged twice stands here twice."""
    mails: tuple[Mailed, ...]
    texts: tuple[Texted, ...]
    hooks: tuple[Hooked, ...]
    dropped: tuple[File, ...]
    kept: tuple[File, ...]
    """The recordings on the line's own disk."""
    spoken: tuple[File, ...]
    """The messages there."""
    left_over: tuple[str, ...]
    """Files that somebody has not finished, here and on the server."""
    payments: tuple[Row, ...]
    recordings: tuple[Row, ...]
    messages: tuple[Row, ...]
    deliveries: tuple[Row, ...]
    arrived: tuple[str, ...]
    ended: tuple[str, ...]
    """The calls that came, and those that ended, by the log: once for each event."""
    under_way: frozenset[str] = frozenset()
    """The keys of what was claimed and not marked at a fall: a server may have had one of these already."""
    heard_promise_s: float = 0.0


def under_way(records: Records) -> frozenset[str]:
    """Return the keys of deliveries that are claimed, as the other side will know them."""
    keys = {row["key"] for row in records.rows("SELECT key FROM outbox WHERE state = 'sending'")}
    return frozenset(keys | {reference_of(key) for key in keys} | {message_id(key, FROM) for key in keys})


def gathered(here: World, records: Records, told: Told, claimed: frozenset[str] = frozenset()) -> Evidence:
    """Read all journals and the line's records; ``claimed`` is what was under way at the falls."""
    home = records.home
    entries = read_journal(here.journal)
    charges = [one for one in entries if isinstance(one, Charged)]
    assert all(one.amount == GROSZE for one in charges)
    assert charged_twice(entries) == [] or len(charges) > 1

    def rows(query: str) -> tuple[Row, ...]:
        return tuple(dict(row) for row in records.rows(query))

    calls = rows("SELECT kind, call FROM events WHERE kind IN ('CallArrived', 'CallEnded') ORDER BY sequence")
    return Evidence(
        charged=tuple(one.payment for one in charges),
        mails=tuple(_mailed(here)),
        texts=tuple(
            Texted(one["reference"], one["to"], one["text"]) for one in map(json.loads, here.sms.bodies)
        ),
        hooks=tuple(_hooked(here)),
        dropped=tuple(_sounds(here.dropped)),
        kept=tuple(_sounds(home / "recordings")),
        spoken=tuple(_sounds(home / "voicemail" / "boxes")),
        left_over=tuple(_left_over(here.dropped, home / "recordings")),
        payments=rows("SELECT * FROM payments"),
        recordings=rows("SELECT * FROM recordings"),
        messages=rows("SELECT * FROM voice_messages"),
        deliveries=rows("SELECT * FROM outbox"),
        arrived=tuple(row["call"] for row in calls if row["kind"] == "CallArrived"),
        ended=tuple(row["call"] for row in calls if row["kind"] == "CallEnded"),
        under_way=claimed,
        heard_promise_s=told.heard_promise_s,
    )


def _mailed(here: World) -> Iterable[Mailed]:
    for one in here.post.taken:
        attached = [part.get_content() for part in one.mail.iter_attachments()]
        sounds = tuple(hashlib.sha256(content).hexdigest() for content in attached)
        yield Mailed(one.mail["Message-ID"], tuple(one.people), sounds)


def _hooked(here: World) -> Iterable[Hooked]:
    for request, body in zip(here.hook.asked, here.hook.bodies, strict=True):
        said, headers = json.loads(body), request.headers
        stamp, header = headers[TIMESTAMP], headers[SIGNATURE]
        signed = is_signed(key_of(SECRET), headers[ID], stamp, header, body, time.time())
        signed = signed and headers[ID] == said["id"]
        data = json.dumps(said["data"], sort_keys=True)
        yield Hooked(said["id"], said["number"], said["type"], said["data"]["call"], signed, data)


def _sounds(folder: Path) -> Iterable[File]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".wav", ".flac"):
            try:
                info = soundfile.info(str(path))
                seconds = info.frames / info.samplerate
            except soundfile.LibsndfileError:
                seconds = 0.0
            yield File(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), seconds)


def _left_over(*folders: Path) -> Iterable[str]:
    for folder in folders:
        yield from (path.name for path in folder.rglob("*") if path.name.endswith(REMAINDERS))


def still_open(records: Records) -> list[str]:
    """Return what of a restarted line is not brought to its end yet, in words."""
    home = records.home
    queries = {
        "a delivery": "SELECT 1 FROM outbox WHERE settled = '' AND key NOT LIKE 'drop:archive:list:%'",
        "a payment": "SELECT 1 FROM payments WHERE due != ''",
        "a receipt": "SELECT 1 FROM payments WHERE state = 'paid' AND 'payment:' || id || ':paid' NOT IN "
        "(SELECT key FROM outbox)",
        "a recording": "SELECT 1 FROM recordings WHERE state = 'running'",
        "a drop": "SELECT 1 FROM recordings WHERE state = 'done' AND 'drop:archive:' || id NOT IN "
        "(SELECT key FROM outbox)",
        "a call": "SELECT 1 FROM events WHERE kind = 'CallArrived' AND call NOT IN "
        "(SELECT call FROM events WHERE kind = 'CallEnded')",
        "a webhook": "SELECT 1 FROM events WHERE kind = 'CallEnded' "
        "AND 'webhook:crm:call-ended:' || call NOT IN (SELECT id FROM webhook_messages)",
    }
    files = {path.stem for path in (home / "recordings").rglob("*") if path.suffix in (".wav", ".flac")}
    spoken = {one.name for one in _sounds(home / "voicemail" / "boxes") if one.seconds > 0}
    *found, known, leaving = records.answers(
        *queries.values(),
        "SELECT id FROM recordings",
        "SELECT file FROM voice_messages WHERE state = 'leaving'",
    )
    said = [what for what, rows in zip(queries, found, strict=True) if rows]
    said += [f"the file {name}" for name in sorted(files - {row["id"] for row in known})]
    # One of which no word was spoken is kept for an hour, in case its disk was away, and then forgotten.
    return said + [f"the message {name}" for name in sorted(spoken & {row["file"] for row in leaving})]


def faults_of(evidence: Evidence, point: Point) -> list[str]:
    """Return what is wrong, in words; nothing where every promise was kept, and nothing came twice."""
    return [
        *_of_money(evidence, point),
        *_of_recordings(evidence, point.due),
        *_of_messages(evidence, point),
        *_of_calls(evidence),
        *_of_repeats(evidence, point.twice),
        *(f"{name} is left unfinished" for name in evidence.left_over),
    ]


def _of_money(evidence: Evidence, point: Point) -> Iterable[str]:
    charged = Counter(evidence.charged)
    yield from (f"{one} was charged {times} times" for one, times in charged.items() if times > 1)
    if len(charged) != int("receipt" in point.due):
        yield f"{len(charged)} charges"
    paid = {row["reference"] for row in evidence.payments if row["state"] == "paid"}
    if paid != set(charged):
        yield f"the line takes {sorted(paid)} for paid, the bank {sorted(charged)}"
    if texts := {one.text for one in evidence.texts if one.to != PAYS_TO or "12,34" not in one.text}:
        yield f"strange texts: {sorted(texts)}"
    if len({one.reference for one in evidence.texts}) != len(charged):
        yield f"{len(charged)} charges have {len({one.reference for one in evidence.texts})} receipts"


def _of_recordings(evidence: Evidence, due: frozenset[Due]) -> Iterable[str]:
    done = [row for row in evidence.recordings if row["state"] == "done"]
    if "recording" in due and not any(row["seconds"] >= SHORTEST_S for row in done):
        yield f"the recording is lost: {[(row['state'], row['seconds']) for row in evidence.recordings]}"
    wanted = sorted(row["sha256"] for row in done)
    if sorted(one.sha256 for one in evidence.kept if one.seconds > 0) != wanted:
        yield "the catalogue and the disk do not agree"
    if sorted(one.sha256 for one in evidence.dropped) != wanted:
        yield f"{len(evidence.dropped)} files were dropped of {len(wanted)} recordings, or others"
    yield from (f"{one.name} cannot be played" for one in evidence.dropped if one.seconds <= 0)
    told = sorted(one.data for one in evidence.hooks if one.kind == "recording.ready")
    if {json.loads(one)["sha256"] for one in told} != set(wanted):
        yield f"{len(told)} webhooks tell of {len(wanted)} recordings"


def _of_messages(evidence: Evidence, point: Point) -> Iterable[str]:
    kept = [row for row in evidence.messages if row["state"] in ("new", "old")]
    if "message" in point.due and len(kept) != 1:
        yield f"{len(kept)} messages are kept"
    if evidence.heard_promise_s > HEARD_S and len(kept) != 1:
        yield "the caller was told that the message is kept, and it is not"
    if "Text.KEPT" in "".join(point.fall.seen) and evidence.heard_promise_s <= HEARD_S:
        yield "the caller should have heard that the message is kept"
    names = {row["file"] for row in kept}
    spoken = {one.sha256 for one in evidence.spoken if one.name in names and one.seconds >= SHORTEST_S}
    if len(spoken) != len(kept):
        yield f"{len(spoken)} messages of {len(kept)} can be played"
    if {sound for one in evidence.mails for sound in one.sounds} != spoken:
        yield "what was mailed is not what was spoken"
    if len({one.message_id for one in evidence.mails}) != len(kept):
        yield f"{len(evidence.mails)} mails tell of {len(kept)} messages"


def _of_calls(evidence: Evidence) -> Iterable[str]:
    if sorted(evidence.arrived) != sorted(evidence.ended):
        yield f"{len(evidence.arrived)} calls have {len(evidence.ended)} ends"
    ends = {one.id: one.call for one in evidence.hooks if one.kind == "call.ended"}
    if sorted(ends.values()) != sorted(evidence.arrived):
        yield f"{len(ends)} webhooks tell of the ends of {len(evidence.arrived)} calls"
    numbers = sorted({one.number for one in evidence.hooks})
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"the numbers of webhooks have gaps: {numbers}"
    if not all(one.signed for one in evidence.hooks):
        yield "a webhook is not signed"


def _of_repeats(evidence: Evidence, twice: Channel) -> Iterable[str]:
    """Find what came under the same key more often than it may, or differently."""
    came: dict[str, Sequence[tuple[str, object]]] = {
        "mail": [(one.message_id, one) for one in evidence.mails],
        "sms": [(one.reference, one) for one in evidence.texts],
        "webhook": [(one.id, one) for one in evidence.hooks],
    }
    for channel, taken in came.items():
        times = Counter(key for key, _ in taken)
        again = {key for key, count in times.items() if count > 1}
        yield from (
            f"{channel}: {key} came again, and was not under way"
            for key in sorted(again - evidence.under_way)
        )
        yield from (f"{channel}: {key} came {times[key]} times" for key in sorted(again) if times[key] > 2)
        if channel == twice and not again:
            yield f"{channel}: nothing came again, so that this was another moment"
        if len({*taken}) != len(times):
            yield f"{channel}: one key came with different contents"
    names = Counter(one.name for one in evidence.dropped)
    yield from (f"{name} was dropped {count} times" for name, count in names.items() if count > 1)
    for row in evidence.deliveries:
        if row["state"] == "sending" and ":list:" in row["key"]:
            continue  # The list of a drop falls due at its own time: the end of the test may come between.
        if row["state"] not in ("delivered", "waiting"):
            yield f"the delivery {row['key']} was given up: {row['trouble']}"
