"""The ladder: lanes for the phones and the switch, and on one axis what was sent and what happened.

Pure: messages and events in, rows out. How it is drawn is in ``text``, ``mermaid`` and ``svg``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from softswitch.events import (
    CallArrived,
    CallEnded,
    DigitPressed,
    Entry,
    Event,
    KeysDropped,
    LegEnded,
    LegInvited,
    LegRinging,
    MediaLatched,
    SoundBothWays,
    SoundOneWay,
    StepTaken,
    TrunkTaken,
)
from softswitch.languages import POLISH
from softswitch.narration.lines import CauseFirst, told
from softswitch.narration.phrases import printable
from softswitch.sip.errors import SipError
from softswitch.sip.message import Request
from softswitch.sip.uri import dialled
from softswitch.trace.messages import Message, repeats
from softswitch.words import quality_word, word

SWITCH: Final = "softswitch"
"""Key of the lane of the switch itself."""
LONGEST_LABEL: Final = 160
"""Letters of what is written beside the axis."""
DULL_EXITS: Final = frozenset({"next", "heard"})
"""Ways out of a menu's step that only say what the line before says."""


class Look(Enum):
    """What a row is, so that it can be coloured."""

    REQUEST = "request"
    PROVISIONAL = "provisional"
    SUCCESS = "success"
    REFUSAL = "refusal"
    AGAIN = "again"
    UNSENT = "unsent"
    MENU = "menu"
    KEY = "key"
    SOUND = "sound"
    STATE = "state"
    END = "end"


@dataclass(frozen=True, slots=True)
class Lane:
    """One vertical line: a leg's phone, or the switch. ``where`` is its address, "" when not known."""

    key: str
    title: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A message from lane to lane. ``at`` is in seconds since the beginning; ``again`` counts repeats."""

    at: float
    source: int
    target: int
    label: str
    look: Look
    message: Message
    again: int = 0


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that happened at a lane."""

    at: float
    lane: int
    label: str
    look: Look


Row = Arrow | Remark


@dataclass(frozen=True, slots=True)
class Ladder:
    """A whole picture. ``why`` are the sentences under it, ``started`` is where its axis begins."""

    title: str
    started: datetime
    lanes: tuple[Lane, ...]
    rows: tuple[Row, ...]
    why: tuple[str, ...] = ()


def legs_of(entries: Iterable[Entry]) -> dict[str, str]:
    """Return the Call-ID of each leg of a call, "" where it was not written down."""
    found: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry.event, CallArrived | LegInvited) and entry.event.leg:
            found.setdefault(entry.event.leg, entry.event.sip_call_id)
    return found


def call_ladder(
    entries: Sequence[Entry], messages: Sequence[Message], why: Sequence[str], language: str
) -> Ladder:
    """Return the ladder of a call; ``entries`` are all of its events, in order."""
    began = messages[0].at if messages else entries[0].at.timestamp()
    began = min(began, entries[0].at.timestamp())
    legs = legs_of(entries)
    lanes = _lanes(entries, legs, messages)
    places = {lane.key: place for place, lane in enumerate(lanes)}
    lane_of = {call_id: places[leg] for leg, call_id in legs.items() if call_id}
    rows: list[Row] = [*_arrows(messages, lane_of, places[SWITCH], began)]
    rows += _remarks(entries, places, began, language, with_messages=bool(messages))
    arrived = next((entry.event for entry in entries if isinstance(entry.event, CallArrived)), None)
    title = f"{arrived.caller} → {arrived.called}" if arrived is not None else entries[0].call
    started = datetime.fromtimestamp(began, entries[0].at.tzinfo)
    # Stable: a message stands before what came of it in the same microsecond.
    return Ladder(title, started, lanes, tuple(sorted(rows, key=lambda row: row.at)), tuple(why))


def wire_ladder(
    title: str, messages: Sequence[Message], entries: Sequence[Entry], why: Sequence[str], language: str
) -> Ladder:
    """Return the ladder of messages that belong to no call: a lane for every address on the other side."""
    times = [messages[0].at] if messages else []
    times += [entries[0].at.timestamp()] if entries else []
    began = min(times)
    remotes = dict.fromkeys(message.remote for message in messages)
    agents = {message.remote: message.field("User-Agent") for message in messages if message.came}
    lanes = [Lane(remote, printable(agents.get(remote) or remote), remote) for remote in remotes]
    lanes.append(Lane(SWITCH, SWITCH, messages[-1].local if messages else ""))
    places = {lane.key: place for place, lane in enumerate(lanes)}
    counts = repeats(messages)
    rows: list[Row] = [
        _arrow(message, places[message.remote], places[SWITCH], began, again)
        for message, again in zip(messages, counts, strict=True)
    ]
    rows += _remarks(entries, places, began, language, with_messages=bool(messages))
    started = datetime.fromtimestamp(began).astimezone()
    return Ladder(title, started, tuple(lanes), tuple(sorted(rows, key=lambda row: row.at)), tuple(why))


def _lanes(
    entries: Sequence[Entry], legs: Mapping[str, str], messages: Sequence[Message]
) -> tuple[Lane, ...]:
    """Return the caller's lane, the switch's, and those of the phones and trunks it called."""
    parties: dict[str, tuple[str, str]] = {}
    trunks: dict[str, dict[str, None]] = {}
    caller = ""
    for entry in entries:
        match entry.event:
            case CallArrived(leg=leg, caller=party, source=source, trunk=trunk) if leg:
                caller = leg
                parties.setdefault(leg, (trunk or party, source))
            case TrunkTaken(leg=leg, trunk=trunk):
                trunks.setdefault(leg, {})[trunk] = None
            case LegInvited(leg=leg, party=party):
                parties.setdefault(leg, (party, ""))
            case _:
                continue
    seen = {message.call_id: message.remote for message in messages}
    ours = messages[0].local if messages else ""

    def lane(leg: str) -> Lane:
        party, where = parties[leg]
        party = ", ".join(trunks.get(leg, (party,)))
        return Lane(leg, printable(party) or leg, seen.get(legs[leg], where))

    called = [lane(leg) for leg in parties if leg != caller]
    return (*((lane(caller),) if caller else ()), Lane(SWITCH, SWITCH, ours), *called)


def _arrows(
    messages: Sequence[Message], lane_of: Mapping[str, int], switch: int, began: float
) -> Iterable[Arrow]:
    for message, again in zip(messages, repeats(messages), strict=True):
        lane = lane_of.get(message.call_id)
        if lane is None:  # Its id was cut when it was written down.
            begins = (place for call_id, place in lane_of.items() if message.call_id.startswith(call_id[:-1]))
            lane = next(begins, None)
        if lane is not None:
            yield _arrow(message, lane, switch, began, again)


def _arrow(message: Message, lane: int, switch: int, began: float, again: int) -> Arrow:
    source, target = (lane, switch) if message.came else (switch, lane)
    label = printable(_label(message), LONGEST_LABEL)
    return Arrow(message.at - began, source, target, label, _look(message, again), message, again)


def _label(message: Message) -> str:
    """Return what a message is, whom an INVITE is for, and the codecs of its description."""
    parts = [message.title]
    sip = message.sip
    if isinstance(sip, Request) and sip.method == "INVITE":
        parts = ["re-INVITE"] if message.in_dialog else ["INVITE", _dialled(sip)]
    if isinstance(sip, Request) and (message.field("Authorization") or message.field("Proxy-Authorization")):
        parts.append("(auth)")
    if message.codecs:
        parts.append(f"({', '.join(message.codecs)})")
    return " ".join(part for part in parts if part)


def _dialled(request: Request) -> str:
    try:
        return dialled(request.uri)
    except SipError:
        return ""


def _look(message: Message, again: int) -> Look:
    if message.unsent:
        return Look.UNSENT
    if again:
        return Look.AGAIN
    if message.status >= 300:
        return Look.REFUSAL
    if message.status >= 200:
        return Look.SUCCESS
    return Look.PROVISIONAL if message.status else Look.REQUEST


def _remarks(
    entries: Sequence[Entry], places: Mapping[str, int], began: float, language: str, *, with_messages: bool
) -> Iterable[Remark]:
    ordered: list[Entry] = []
    order = CauseFirst(ordered.append)
    for entry in entries:
        order.take(entry)
    order.flush()
    for entry in ordered:
        event = entry.event
        if with_messages and isinstance(event, CallArrived | LegInvited | LegRinging) and event.leg:
            continue  # A message says it.
        if isinstance(event, StepTaken) and event.exit in DULL_EXITS:
            continue
        lane = places.get(getattr(event, "leg", ""), places[SWITCH])
        at = max(entry.at.timestamp() - began, 0.0)
        yield Remark(at, lane, printable(_words(event, language), LONGEST_LABEL), _look_of(event))
        if isinstance(event, LegEnded) and event.packets_sent + event.packets_received:
            yield Remark(at, lane, quality(event, language), Look.SOUND)


def _words(event: Event, language: str) -> str:
    if isinstance(event, LegEnded):
        # Without its counts: they have a remark of their own.
        return f"{event.party}: {word(event.reason, language)} (SIP {event.sip_code})"
    return told(event, language)


def quality(end: LegEnded, language: str) -> str:
    """Return how the sound of a leg was: what was lost both ways, jitter, delay, the score of its voice."""
    polish = language == POLISH
    heard = end.packets_received + end.packets_lost
    share = 100 * end.packets_lost / heard if heard else 0.0
    lost = f"{end.packets_lost} ({share:.1f} %)"
    parts = [
        f"RTP odebrane {end.packets_received}, utracone {lost}, wysłane {end.packets_sent}"
        if polish
        else f"RTP received {end.packets_received}, lost {lost}, sent {end.packets_sent}"
    ]
    if end.lost_by_phone >= 0:
        parts.append(f"{'utracone u telefonu' if polish else 'lost by the phone'} {end.lost_by_phone}")
    parts.append(f"jitter {end.jitter_ms:.1f} ms")
    if end.delay_ms:
        parts.append(f"{'bufor' if polish else 'buffered'} {end.delay_ms:.0f} ms")
    if end.round_trip_ms >= 0:
        parts.append(f"{'tam i z powrotem' if polish else 'round trip'} {end.round_trip_ms:.0f} ms")
    if end.mos:
        parts.append(f"MOS {end.mos:.1f} ({quality_word(end.mos, language)})")
    text = ", ".join(parts)
    return text.replace(".", ",") if polish else text


def _look_of(event: Event) -> Look:
    match event:
        case DigitPressed() | KeysDropped():
            return Look.KEY
        case MediaLatched() | SoundOneWay() | SoundBothWays():
            return Look.SOUND
        case LegEnded() | CallEnded():
            return Look.END
        case _:
            # What a caller is led through: a menu, a queue.
            led = hasattr(event, "tree") or hasattr(event, "queue")
            return Look.MENU if led else Look.STATE
