"""What receivers of webhooks are told: a pure reader of the log. The page docs/webhooks.md describes it.

Names of fields here are a promise to others: they are added to, and never changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from softswitch.calls.record import CallRecord, call_record
from softswitch.events import (
    AgentChanged,
    CallArrived,
    CallbackAsked,
    CallEnded,
    Entry,
    Event,
    LegAnswered,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
)
from softswitch.outbox.messages import Happening

STARTED, ENDED, READY = "call.started", "call.ended", "recording.ready"

Data = dict[str, object]


class Finished(Protocol):
    """A finished recording, as the catalogue of recordings has it. ``path`` is below their folder."""

    @property
    def id(self) -> str: ...
    @property
    def call(self) -> str: ...
    @property
    def part(self) -> int: ...
    @property
    def started(self) -> datetime: ...
    @property
    def ended(self) -> datetime | None: ...
    @property
    def caller(self) -> str: ...
    @property
    def agent(self) -> str: ...
    @property
    def called(self) -> str: ...
    @property
    def queue(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def octets(self) -> int: ...
    @property
    def sha256(self) -> str: ...


KINDS_TOLD: Final[Mapping[str, type[Event]]] = {
    STARTED: CallArrived,
    "call.answered": LegAnswered,
    ENDED: CallEnded,
    "queue.entered": QueueEntered,
    "queue.answered": QueueAnswered,
    "queue.left": QueueLeft,
    "callback.asked": CallbackAsked,
    "agent.changed": AgentChanged,
}
"""Which event of the log each kind comes from."""


def happening(entry: Entry, call: Sequence[Entry]) -> Happening | None:
    """Return what is told of an entry, None for nothing.

    ``call`` are the entries of its call, up to it at least; they are looked at for :data:`ENDED` alone.
    """
    found = _told(entry, call)
    if found is None:
        return None
    kind, data = found
    # One of its kind a call, whatever is written twice; of the others each entry is one.
    about = entry.call if kind in (STARTED, ENDED) else str(entry.sequence)
    return Happening(kind, about, entry.at, entry.call, {"call": entry.call, **data} if entry.call else data)


def recording_ready(recorded: Finished) -> Happening:
    """Return what is told of a recording whose file is whole."""
    at = recorded.ended or recorded.started
    data: Data = {
        "call": recorded.call,
        "recording": recorded.id,
        "part": recorded.part,
        "queue": recorded.queue,
        "agent": recorded.agent,
        "caller": recorded.caller,
        "called": recorded.called,
        "started": _at(recorded.started),
        "seconds": round(recorded.seconds, 1),
        "octets": recorded.octets,
        "sha256": recorded.sha256,
    }
    return Happening(READY, recorded.id, at, recorded.call, data)


def _told(entry: Entry, call: Sequence[Entry]) -> tuple[str, Data] | None:
    match entry.event:
        case CallArrived() as event:
            return STARTED, {
                "caller": event.caller,
                "caller_name": event.caller_name,
                "called": event.called,
                "account": event.account,
                "trunk": event.trunk,
                "made_for": event.made_for,
            }
        case LegAnswered() as event:
            return "call.answered", {"leg": event.leg, "party": event.party}
        case CallEnded():
            return ENDED, _ended(call_record(call or [entry]))
        case QueueEntered() as event:
            return "queue.entered", {"queue": event.queue, "caller": event.party, "ahead": event.ahead}
        case QueueAnswered() as event:
            return "queue.answered", {
                "queue": event.queue,
                "caller": event.party,
                "agent": event.agent,
                "waited_s": round(event.waited, 1),
                "rang_s": round(event.rang, 1),
            }
        case QueueLeft() as event:
            return "queue.left", {
                "queue": event.queue,
                "caller": event.party,
                "why": event.why,
                "waited_s": round(event.waited, 1),
                "ahead": event.ahead,
            }
        case CallbackAsked() as event:
            return "callback.asked", {"queue": event.queue, "number": event.number, "ahead": event.ahead}
        case AgentChanged() as event:
            return "agent.changed", {"agent": event.agent, "state": event.state, "before": event.before}
    return None


def _ended(record: CallRecord) -> Data:
    answered = [wait for wait in record.waits if wait.agent]
    last = (answered or list(record.waits))[-1:]
    return {
        "caller": record.caller,
        "caller_name": record.caller_name,
        "called": record.called,
        "account": record.account,
        "trunk": next((leg.trunk for leg in record.legs if leg.trunk), ""),
        "made_for": record.made_for,
        "started": _at(record.started),
        "answered": _at(record.answered),
        "ended": _at(record.ended),
        "seconds": round(record.seconds, 1),
        "answered_seconds": round(record.answered_seconds, 1),
        "result": record.result,
        "reason": record.reason,
        "sip_code": record.sip_code,
        "q850": record.q850,
        "ended_by": record.ended_by,
        "detail": record.detail,
        "tree": record.tree,
        "path": list(record.path),
        # Of several that of the agent's, else the last.
        "queue": last[0].queue if last else "",
        "agent": answered[-1].agent if answered else "",
        "waits": [
            {
                "queue": wait.queue,
                "entered": _at(wait.entered),
                "ended": _at(wait.ended),
                "waited_s": round(wait.waited, 1),
                "how": wait.how,
                "agent": wait.agent,
            }
            for wait in record.waits
        ],
        "talks": [
            {
                "party": talk.party,
                "queue": talk.queue,
                "began": _at(talk.began),
                "ended": _at(talk.ended),
                "ended_by": talk.ended_by,
            }
            for talk in record.talks
        ],
        "transfers": [{"at": _at(one.at), "by": one.party, "to": one.target} for one in record.transfers],
    }


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")
