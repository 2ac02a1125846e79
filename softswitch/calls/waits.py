"""The part of a call in queues: each wait with whom it was offered to, and who talked when: a pure reader.

A conversation that began in a queue is one, whoever takes it over: it has a segment for each who had it, and
a transfer closes one and opens the next in the same moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from softswitch.calls.hangup import Reason
from softswitch.events import (
    AgentMissed,
    AgentOffered,
    CallArrived,
    CallbackAsked,
    CallbackReached,
    CallbackRefused,
    CallEnded,
    CallerReached,
    CallForwarded,
    Entry,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegLeft,
    LegTookPlace,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    QueuePromoted,
    QueueRefused,
    QueueTalkEnded,
    TransferAsked,
    TransferDone,
)

ANSWERED: Final = "answered"
WITHDRAWN: Final = "withdrawn"
CALLBACK: Final = "callback_asked"
"""The caller has hung up and is to be called back."""
CALLED_BACK: Final = "called_back"
"""The wait goes on in another call, in which the caller was called back."""
ENDED_BY: Final = {Reason.CALLER_HUNG_UP.value: "caller", Reason.CALLEE_HUNG_UP.value: "agent"}
TRANSFER: Final = "transfer"


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """An agent whose phone rang for the caller, and why his; see :class:`softswitch.events.AgentOffered`.

    ``became`` is ``answered``, ``withdrawn``, how he missed it, or "" while it rings.
    """

    agent: str
    at: datetime
    score: float
    strategy: str
    candidates: tuple[str, ...]
    overtook: int
    because: str
    became: str = ""


@dataclass(frozen=True, slots=True)
class WaitRecord:
    """One wait in a queue. ``how`` is ``answered``, ``callback_asked``, ``called_back``, else why it ended.

    ``waited`` is the whole wait in seconds, with what counted from before; of one that goes on it is that
    alone. ``to`` is where the caller went on, after a callback its call.
    """

    queue: str
    entered: datetime
    ahead: int = 0
    priority: int = 0
    waited: float = 0.0
    ended: datetime | None = None
    how: str = ""
    to: str = ""
    agent: str = ""
    refused: bool = False
    """It never began: the queue took nobody in."""
    offers: tuple[OfferRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class TalkRecord:
    """A segment of the conversation: ``party`` had the caller, as agent of ``queue``, or "" by a transfer.

    ``ended_by`` is agent, caller, transfer or switch, "" while it goes on.
    """

    party: str
    leg: str
    queue: str
    began: datetime
    ended: datetime | None = None
    ended_by: str = ""


class Waits:
    """What a call whose events are given in order had to do with queues."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.waits: list[WaitRecord] = []
        self.talks: list[TalkRecord] = []
        self._legs: dict[str, str] = {}
        self._caller = ""
        self._reached: tuple[str, datetime] | None = None
        for entry in entries:
            self._read_wait(entry)
            self._read_talk(entry)

    # Waits

    def _read_wait(self, entry: Entry) -> None:
        at = entry.at
        match entry.event:
            case QueueEntered(queue, _, ahead, priority, before):
                self.waits.append(WaitRecord(queue, at, ahead, priority, before))
            case QueueRefused(queue, _, why):
                self.waits.append(WaitRecord(queue, at, ended=at, how=why, refused=True))
            case CallForwarded(queue, to):
                self._went_on(queue, to)
            case AgentOffered() as event:
                self._offered(event, at)
            case AgentMissed(queue, agent, why):
                self._became(queue, at, agent, why)
            case QueueAnswered(queue, agent, waited=waited):
                self._became(queue, at, agent, ANSWERED)
                self._end(queue, at, ANSWERED, waited=waited, agent=agent)
            case QueueLeft(queue, _, why, waited, _, to):
                self._end(queue, at, why, waited=waited, to=to)
            case CallbackAsked(queue, waited=waited):
                self._set(replace(self._wait(queue, at), how=CALLBACK, waited=waited))
            case CallbackRefused(queue):
                self._set(replace(self._wait(queue, at), how=""))
            case QueuePromoted(queue, _, priority):
                self._set(replace(self._wait(queue, at), priority=priority))
            case CallbackReached(queue, by_call=call):
                self._end(queue, at, CALLED_BACK, to=call)
            case _:
                pass

    def _wait(self, queue: str, at: datetime) -> WaitRecord:
        """Return the wait that goes on; of who was called back it is found here from its first offer on."""
        if not self.waits or self.waits[-1].ended is not None or self.waits[-1].queue != queue:
            self.waits.append(WaitRecord(queue, at))
        return self.waits[-1]

    def _went_on(self, queue: str, to: str) -> None:
        """Take where a queue has sent the caller whose wait was over, if it was one and has not talked."""
        last = self.waits[-1] if self.waits else None
        if last is not None and last.queue == queue and last.ended is not None and last.how != ANSWERED:
            self._set(replace(last, to=to))

    def _set(self, wait: WaitRecord) -> None:
        self.waits[-1] = wait

    def _offered(self, event: AgentOffered, at: datetime) -> None:
        wait = self._wait(event.queue, at)
        offer = OfferRecord(
            event.agent, at, event.score, event.strategy, event.candidates, event.overtook, event.because
        )
        self._set(replace(wait, offers=(*wait.offers, offer)))

    def _became(self, queue: str, at: datetime, agent: str, became: str) -> None:
        wait = self._wait(queue, at)
        self._set(
            replace(
                wait,
                offers=tuple(
                    replace(one, became=became) if one.agent == agent and not one.became else one
                    for one in wait.offers
                ),
            )
        )

    def _end(
        self,
        queue: str,
        at: datetime,
        how: str,
        *,
        waited: float | None = None,
        to: str = "",
        agent: str = "",
    ) -> None:
        wait = self._wait(queue, at)
        offers = tuple(one if one.became else replace(one, became=WITHDRAWN) for one in wait.offers)
        waited = wait.waited if waited is None else waited
        self._set(replace(wait, ended=at, how=how, waited=waited, to=to, agent=agent, offers=offers))

    # Talks

    def _read_talk(self, entry: Entry) -> None:
        at = entry.at
        match entry.event:
            case CallArrived(leg=leg, caller=party):
                self._caller, self._legs[leg] = leg, party
            case CallerReached(leg=leg):
                self._caller = leg
            case LegInvited(leg=leg, party=party):
                self._legs[leg] = party
            case QueueAnswered(queue, agent, leg):
                self._close(at, TRANSFER)
                self._legs.setdefault(leg, agent)
                self.talks.append(TalkRecord(agent, leg, queue, at))
            case QueueTalkEnded(agent=agent, by=by):
                self._told(agent, at, by)
            case TransferAsked():
                self._reached = None
            case LegAnswered(leg=leg) if leg != self._caller:
                self._reached = leg, at
            case LegTookPlace(leg, party, of):
                self._took_place(leg, party, of, at)
            case TransferDone(leg=leg, done=True):
                self._handed_over(leg, at)
            case LegLeft(leg=leg) if self._has(leg):
                self._close(at, TRANSFER)
            case LegEnded(leg=leg, reason=reason) if self._has(leg):
                self._close(at, ENDED_BY.get(reason, "switch"))
            case CallEnded(reason=reason):
                self._close(at, ENDED_BY.get(reason, "switch"))
            case _:
                pass

    def _has(self, leg: str) -> bool:
        return bool(self.talks) and self.talks[-1].leg == leg

    def _close(self, at: datetime, by: str) -> None:
        """End the segment that goes on, if one does."""
        if self.talks and self.talks[-1].ended is None:
            self.talks[-1] = replace(self.talks[-1], ended=at, ended_by=by)

    def _told(self, agent: str, at: datetime, by: str) -> None:
        """Take the queue's word for who ended a talk; it ended when its leg did, if that was seen."""
        for number in reversed(range(len(self.talks))):
            talk = self.talks[number]
            if talk.party == agent and talk.queue:
                self.talks[number] = replace(talk, ended=talk.ended or at, ended_by=by)
                return

    def _took_place(self, leg: str, party: str, of: str, at: datetime) -> None:
        self._legs[leg] = party
        if of == self._caller:
            self._caller = leg
        elif self._has(of) and self.talks[-1].party == party and self.talks[-1].ended is None:
            # By another phone of his own: he talks on.
            self.talks[-1] = replace(self.talks[-1], leg=leg)
        elif self._has(of):
            self._close(at, TRANSFER)
            self.talks.append(TalkRecord(party, leg, "", at))

    def _handed_over(self, leg: str, at: datetime) -> None:
        if not self._has(leg):
            return
        self._close(at, TRANSFER)
        reached, self._reached = self._reached, None
        if reached is not None and reached[0] != leg:
            name, since = reached
            self.talks.append(TalkRecord(self._legs.get(name, name), name, "", since))
