"""The record of a call (CDR): a pure reader of its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from softswitch.calls.handovers import HandOver, HandOvers
from softswitch.calls.hangup import Reason
from softswitch.calls.waits import TalkRecord, WaitRecord, Waits
from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    CallerReached,
    CallRated,
    CallRouted,
    DigitPressed,
    Entry,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegJoined,
    LegLeft,
    LegRinging,
    LegTookPlace,
    RecordingRefused,
    RecordingStarted,
    TrunkTaken,
)

Kind = TypeVar("Kind", CallArrived, CallRouted, CallEnded)


@dataclass(frozen=True, slots=True)
class LegRecord:
    """One leg of a call. Times are None for what never happened; packets are those of its audio."""

    leg: str
    party: str
    is_caller: bool
    began: datetime
    rang: datetime | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    codec: str = ""
    digits_by: str = ""
    digits: str = ""
    result: str = ""
    reason: str = ""
    sip_code: int = 0
    q850: int = 0
    packets_sent: int = 0
    packets_received: int = 0
    packets_lost: int = 0
    jitter_ms: float = 0.0
    round_trip_ms: float = -1.0
    mos: float = 0.0
    trunk: str = ""
    """Over which it came or went, "" for a phone of ours."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call. ``ended`` is None and ``result`` empty while it goes on.

    ``seconds`` runs from the first message to the end, ``answered_seconds`` from our answer to the caller;
    of a call that goes on, to its last event. ``made_for`` is what the switch has called for by itself: then
    ``caller`` is the number that it showed, and the answer that of whom it has reached. ``path`` is every
    menu branch in the order it was entered. ``last_caller`` and ``last_callee`` are who stood on each side at
    the end, "" while nobody's place was taken. ``waits`` are those in queues, ``talks`` the segments of the
    conversation that followed.
    """

    id: str
    caller: str
    caller_name: str
    called: str
    account: str
    routed_kind: str
    routed_to: str
    started: datetime
    answered: datetime | None
    ended: datetime | None
    seconds: float
    answered_seconds: float
    result: str
    reason: str
    sip_code: int
    q850: int
    ended_by: str
    detail: str
    because: str
    tree: str
    path: tuple[str, ...]
    digits: str
    legs: tuple[LegRecord, ...]
    transfers: tuple[HandOver, ...] = ()
    last_caller: str = ""
    last_callee: str = ""
    made_for: str = ""
    waits: tuple[WaitRecord, ...] = ()
    talks: tuple[TalkRecord, ...] = ()
    recordings: tuple[str, ...] = ()
    """The ids of its recordings, whatever has become of them."""
    rating: int | None = None
    """What the caller thought of the talk, by the last rating; None for none."""
    recording_refused: str = ""
    """Why it is not recorded though a rule wants it, "" where nothing hindered that."""


def call_record(entries: Sequence[Entry]) -> CallRecord:
    """Return the record of the call whose events these are, in order; ValueError for no events."""
    if not entries:
        raise ValueError("a call has at least one event")
    arrived = _first(entries, CallArrived) or CallArrived("", "", "", "", "", "")
    routed = _first(entries, CallRouted) or CallRouted("", "")
    ended = _first(entries, CallEnded) or CallEnded("", "", 0, 0, "")
    ended_at = next((entry.at for entry in entries if isinstance(entry.event, CallEnded)), None)
    branches = [entry.event for entry in entries if isinstance(entry.event, BranchEntered)]
    legs, handed_over, queued = _legs(entries), HandOvers(entries), Waits(entries)
    reached = next((entry.event.leg for entry in entries if isinstance(entry.event, CallerReached)), "")
    own = next((leg for leg in legs if leg.is_caller or leg.leg == reached), None)
    answered = own.answered if own else None
    last = ended_at or entries[-1].at
    return CallRecord(
        id=entries[0].call,
        caller=arrived.caller,
        caller_name=arrived.caller_name,
        called=arrived.called,
        account=arrived.account,
        routed_kind=routed.kind,
        routed_to=routed.target,
        started=entries[0].at,
        answered=answered,
        ended=ended_at,
        seconds=between(entries[0].at, last),
        answered_seconds=between(answered, last) if answered else 0.0,
        result=ended.result,
        reason=ended.reason,
        sip_code=ended.sip_code,
        q850=ended.q850,
        ended_by=ended.ended_by,
        detail=ended.detail,
        because=ended.because,
        tree=branches[-1].tree if branches else "",
        path=tuple(event.branch for event in branches),
        digits=own.digits if own else "",
        legs=legs,
        transfers=tuple(handed_over.done),
        last_caller=handed_over.caller,
        last_callee=handed_over.callee,
        made_for=arrived.made_for,
        waits=tuple(queued.waits),
        talks=tuple(queued.talks),
        recordings=tuple(
            entry.event.recording for entry in entries if isinstance(entry.event, RecordingStarted)
        ),
        rating=_rating(entries),
        recording_refused=next(
            (entry.event.why for entry in entries if isinstance(entry.event, RecordingRefused)), ""
        ),
    )


def _rating(entries: Sequence[Entry]) -> int | None:
    given = [entry.event.rating for entry in entries if isinstance(entry.event, CallRated)]
    return given[-1] if given else None


def _legs(entries: Sequence[Entry]) -> tuple[LegRecord, ...]:
    """Return the legs in the order they began."""
    legs: dict[str, LegRecord] = {}
    trunks: dict[str, str] = {}
    for entry in entries:
        at = entry.at
        match entry.event:
            case CallArrived(leg=leg, caller=caller, trunk=trunk) if leg:
                legs[leg] = LegRecord(leg, caller, is_caller=True, began=at, trunk=trunk)
            case TrunkTaken(leg=leg, trunk=trunk):
                trunks[leg] = trunk
            case LegInvited(leg=leg, party=party):
                trunk = trunks.get(leg, "")
                legs[leg] = LegRecord(leg, party, is_caller=False, began=at, trunk=trunk)
            case LegTookPlace(leg=leg, party=party) | LegJoined(leg=leg, party=party) if leg not in legs:
                legs[leg] = LegRecord(leg, party, is_caller=False, began=at, answered=at)
            case LegLeft(leg=leg) if leg in legs:
                legs[leg] = replace(legs[leg], ended=at, reason=Reason.TRANSFERRED.value)
            case LegRinging(leg=leg) if leg in legs:
                legs[leg] = replace(legs[leg], rang=legs[leg].rang or at)
            case LegAnswered(leg=leg, codec=codec, digits_by=digits_by) if leg in legs:
                legs[leg] = replace(legs[leg], answered=at, codec=codec, digits_by=digits_by)
            case DigitPressed(leg=leg, digit=digit) if leg in legs:
                legs[leg] = replace(legs[leg], digits=legs[leg].digits + digit)
            case LegEnded(leg=leg) as end if leg in legs:
                legs[leg] = _ended(legs[leg], end, at)
            case _:
                continue
    return tuple(legs.values())


def _ended(leg: LegRecord, end: LegEnded, at: datetime) -> LegRecord:
    return replace(
        leg,
        ended=at,
        result=end.result,
        reason=end.reason,
        sip_code=end.sip_code,
        q850=end.q850,
        packets_sent=end.packets_sent,
        packets_received=end.packets_received,
        packets_lost=end.packets_lost,
        jitter_ms=end.jitter_ms,
        round_trip_ms=end.round_trip_ms,
        mos=end.mos,
    )


def between(start: datetime, end: datetime) -> float:
    """Return the seconds from one time to another, never less than none."""
    # The wall clock may have been set back meanwhile; no call lasts less than nothing.
    return max((end - start).total_seconds(), 0.0)


def _first(entries: Sequence[Entry], kind: type[Kind]) -> Kind | None:
    return next((entry.event for entry in entries if isinstance(entry.event, kind)), None)
