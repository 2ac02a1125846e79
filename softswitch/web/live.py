"""The calls that are: a reader of the event log. At a start there are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    CallerReached,
    CallRouted,
    Entry,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegInvited,
    LegJoined,
    LegLeft,
    LegResumed,
    LegRinging,
    LegsBridged,
    LegTookPlace,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    TransferAsked,
    TransferDone,
)
from softswitch.web.errors import NotThere
from softswitch.web.resources.line import LiveCall, LiveLeg

KINDS_READ: Final = (
    *(CallArrived, CallRouted, CallerReached, CallEnded, BranchEntered),
    *(LegInvited, LegRinging, LegAnswered, LegHeld, LegResumed, LegEnded, LegLeft, LegTookPlace, LegJoined),
    *(LegsBridged, TransferAsked, TransferDone, QueueEntered, QueueAnswered, QueueLeft),
)

LegState = Literal["calling", "ringing", "up", "held"]
CallState = Literal["arrived", "menu", "waiting", "ringing", "talking"]
MOST_BRANCHES: Final = 20
"""Of a path through menus that is told at a ring: more nobody reads while it rings."""


@dataclass(slots=True)
class Seat:
    """A leg that takes part now, since ``at``."""

    party: str
    state: LegState
    at: datetime


@dataclass(slots=True)
class Live:
    """A call that goes on. ``served`` is the leg of whom it is for: who called, until a transfer."""

    id: str
    arrived: CallArrived
    at: datetime
    served: str
    seats: dict[str, Seat] = field(default_factory=dict)
    where: str = ""
    queue: str = ""
    queued_at: datetime | None = None
    waited_before: float = 0.0
    waits: bool = False
    path: list[str] = field(default_factory=list)
    pair: tuple[str, str] | None = None
    before_transfer: str = ""

    @property
    def party(self) -> str:
        """The number of whom it is for."""
        if self.served == self.arrived.leg or self.served not in self.seats:
            return self.arrived.caller
        return self.seats[self.served].party

    @property
    def party_name(self) -> str:
        """The name that came with that number, "" for none."""
        return self.arrived.caller_name if self.party == self.arrived.caller else ""

    @property
    def state(self) -> CallState:
        """What goes on in it."""
        if self.pair is not None and all(leg in self.seats for leg in self.pair):
            return "talking"
        if any(
            seat.state in ("calling", "ringing") for leg, seat in self.seats.items() if leg != self.served
        ):
            return "ringing"
        if self.waits:
            return "waiting"
        served = self.seats.get(self.served)
        return "menu" if served is not None and served.state in ("up", "held") else "arrived"

    def waited(self, now: datetime) -> float:
        """Return for how long it has waited in its queue, in seconds."""
        if self.queued_at is None:
            return 0.0
        return self.waited_before + max((now - self.queued_at).total_seconds(), 0.0)


class LiveCalls:
    """Keeps what goes on. Implements :class:`softswitch.web.services.LiveCalls`."""

    def __init__(self) -> None:
        self._calls: dict[str, Live] = {}

    def read(self, entry: Entry) -> None:
        """Take an entry of the log; no I/O."""
        if isinstance(entry.event, CallArrived):
            self._arrived(entry, entry.event)
        elif (call := self._calls.get(entry.call)) is not None:
            if isinstance(entry.event, CallEnded):
                del self._calls[entry.call]
            else:
                _read(call, entry)

    def find(self, call: str) -> Live | None:
        """Return a call, None when it is over."""
        return self._calls.get(call)

    def all(self) -> Sequence[LiveCall]:
        """Return all, the oldest first."""
        return [_shown(call) for call in self._calls.values()]

    def get(self, call: str) -> LiveCall:
        """Return one; NotThere."""
        if (found := self._calls.get(call)) is None:
            raise NotThere(f"There is no call {call} now.")
        return _shown(found)

    def ringing(self, agent: str) -> Iterator[tuple[Live, str]]:
        """Yield the calls that ring at an account's phones now, each with the leg."""
        for call in self._calls.values():
            for leg, seat in call.seats.items():
                if leg != call.served and seat.party == agent and seat.state in ("calling", "ringing"):
                    yield call, leg

    def _arrived(self, entry: Entry, event: CallArrived) -> None:
        call = self._calls[entry.call] = Live(entry.call, event, entry.at, event.leg)
        if event.leg:
            call.seats[event.leg] = Seat(event.caller, "calling", entry.at)


def _read(call: Live, entry: Entry) -> None:
    match entry.event:
        case CallRouted(kind=kind, target=target):
            call.where = f"{kind} {target}".strip()
        case BranchEntered(branch=branch):
            call.path.append(branch)
            del call.path[:-MOST_BRANCHES]
        case QueueEntered(queue=queue, waited=waited):
            call.queue, call.waits, call.queued_at, call.waited_before = queue, True, entry.at, waited
        case QueueAnswered() | QueueLeft():
            call.waits = False
        case CallerReached(leg=leg):
            call.served = leg
        case TransferAsked(leg=leg) if call.pair is not None and leg in call.pair:
            call.before_transfer = call.served
            call.served = call.pair[1] if leg == call.pair[0] else call.pair[0]
        case TransferDone(done=False) if call.before_transfer in call.seats:
            call.served = call.before_transfer
        case _:
            _read_leg(call, entry)


def _read_leg(call: Live, entry: Entry) -> None:
    seats = call.seats
    match entry.event:
        case LegInvited(leg=leg, party=party):
            seats[leg] = Seat(party, "calling", entry.at)
        case LegRinging(leg=leg) if leg in seats:
            seats[leg].state = "ringing"
        case LegAnswered(leg=leg) | LegResumed(leg=leg) if leg in seats:
            seats[leg].state = "up"
        case LegHeld(leg=leg) if leg in seats:
            seats[leg].state = "held"
        case LegEnded(leg=leg) | LegLeft(leg=leg):
            seats.pop(leg, None)
        case LegJoined(leg=leg, party=party):
            seats[leg] = Seat(party, "up", entry.at)
        case LegTookPlace(leg=leg, party=party, of=of):
            seats[leg] = Seat(party, "up", entry.at)
            if of == call.served:
                call.served = leg
        case LegsBridged(leg=leg, other=other):
            call.pair = (leg, other)
        case _:
            pass


def _shown(call: Live) -> LiveCall:
    arrived = call.arrived
    return LiveCall(
        id=call.id,
        caller=arrived.caller,
        caller_name=arrived.caller_name,
        called=arrived.called,
        started=call.at,
        state=call.state,
        where=call.where,
        queue=call.queue,
        trunk=arrived.trunk,
        made_for=arrived.made_for,
        legs=tuple(
            LiveLeg(leg=name, party=seat.party, state=seat.state, is_caller=name == call.served)
            for name, seat in call.seats.items()
        ),
    )
