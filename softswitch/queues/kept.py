"""What of the queues outlasts a restart: read from the log as it happens, and put back on the floor.

Pure: the entries of the log come in with their wall times, what changes goes out to be stored, and after a
restart what was stored becomes inputs of the :class:`~softswitch.queues.floor.Floor`. Nothing is kept that no
event tells. Nobody is found ringing, talking or wrapping up after a restart: that is never kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from softswitch.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentReturned,
    CallbackAsked,
    CallbackMissed,
    CallbackReached,
    CallbackRefused,
    CallbackTried,
    Entry,
    Event,
    QueueAnswered,
    QueueEntered,
    QueueHandedOver,
    QueueLeft,
    QueuePromoted,
)
from softswitch.queues.agents import Pause
from softswitch.queues.floor import Floor
from softswitch.queues.matching import PRIORITY_SECONDS
from softswitch.queues.model import (
    Arrival,
    Callback,
    Change,
    KeptAgent,
    KeptCallback,
    KeptPause,
    KeptWait,
    Lasting,
    Wanted,
    Why,
)

OLDEST_WAIT_SECONDS: Final = 4 * 3600.0
"""Whose wait began longer ago is no more on the same errand: he begins anew when he calls."""

KINDS_READ: Final[tuple[type[Event], ...]] = (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentReturned,
    QueueEntered,
    QueuePromoted,
    QueueHandedOver,
    QueueLeft,
    QueueAnswered,
    CallbackAsked,
    CallbackRefused,
    CallbackTried,
    CallbackMissed,
    CallbackReached,
)
"""All that is looked at: who subscribes need be told of nothing else."""

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")

Save = Callable[[tuple[Change, ...]], None]
"""Takes what one event changed, to be stored together or not at all; returns at once."""


class Kept:
    """What is kept now. ``read`` every entry of the log; ``save`` gets each change."""

    def __init__(self, kept: Iterable[Lasting], save: Save) -> None:
        self._save = save
        self._agents: dict[tuple[str, str], KeptAgent] = {}
        self._callbacks: dict[str, KeptCallback] = {}
        self._waits: dict[str, KeptWait] = {}
        """By their calls, as the callbacks."""
        self._cut_off: defaultdict[tuple[str, str], list[KeptWait]] = defaultdict(list)
        """Those waits that are over and may be taken up again, by number and queue, the oldest first."""
        for one in kept:
            match one:
                case KeptAgent():
                    self._agents[one.agent, one.queue] = one
                case KeptCallback():
                    self._callbacks[one.call] = one
                case KeptWait():
                    self._waits[one.call] = one

    # What happens

    def read(self, entry: Entry) -> None:
        """Take an entry of the event log."""
        call, at = entry.call, entry.at.timestamp()
        match entry.event:
            case AgentLoggedIn(agent=agent, queue=queue):
                self._keep(replace(self._agent(agent, queue), logged_in=True))
            case AgentLoggedOut(agent=agent, queue=queue):
                self._keep(replace(self._agent(agent, queue), logged_in=False))
            case AgentPaused(agent=agent, queue=queue, reason=reason, automatic=automatic, seconds=seconds):
                pause = KeptPause(reason, at + seconds if seconds else None, automatic)
                self._keep(replace(self._agent(agent, queue), pause=pause))
            case AgentReturned(agent=agent, queue=queue):
                self._keep(replace(self._agent(agent, queue), pause=None))
            case QueueEntered() as event:
                self._entered(call, at, entry.sequence, event)
            case QueuePromoted(priority=priority):
                for one in (self._callbacks.get(call), self._waits.get(call)):
                    if one is not None:
                        self._keep(replace(one, priority=priority))
            case QueueHandedOver(party=party):
                if (wait := self._waits.get(call)) is not None:
                    self._keep(replace(wait, party=party, number=""))
            case QueueLeft(why=why):
                self._left(call, why)
            case QueueAnswered():
                self._over(call)
            case _:
                self._read_callback(entry, call, at)

    def _read_callback(self, entry: Entry, call: str, at: float) -> None:
        match entry.event:
            case CallbackAsked() as event:
                self._asked(call, at, entry.sequence, event)
            case CallbackRefused():
                if (asked := self._callbacks.get(call)) is not None:
                    self._change(Change(asked, gone=True), Change(_on_the_line(asked, call)))
            case CallbackTried(attempt=attempt):
                if (asked := self._callbacks.get(call)) is not None:
                    self._keep(replace(asked, attempts=attempt))
            case CallbackMissed(attempt=attempt, again_s=again):
                # What nobody was rung for was no try, and is taken back.
                if (asked := self._callbacks.get(call)) is not None and again >= 0:
                    self._keep(replace(asked, attempts=attempt, ready_at=at + again))
            case CallbackReached(by_call=by_call, number=number):
                if (asked := self._callbacks.get(call)) is not None:
                    # If this call breaks off, he calls again from where he was reached.
                    self._change(Change(asked, gone=True), Change(_on_the_line(asked, by_call, number)))
            case _:
                pass

    def _agent(self, name: str, queue: str) -> KeptAgent:
        return self._agents.get((name, queue), KeptAgent(name, queue))

    def _entered(self, call: str, at: float, place: int, event: QueueEntered) -> None:
        wait = KeptWait(call, event.queue, event.party, _began(at, event.waited), place, event.priority)
        changes = [Change(wait)]
        before = self._cut_off.get((event.party, event.queue))
        if before:
            changes.append(Change(before.pop(0), gone=True))
        self._change(*changes)

    def _asked(self, call: str, at: float, place: int, event: CallbackAsked) -> None:
        wait = self._waits.get(call)
        asked = KeptCallback(
            call,
            event.queue,
            event.number,
            # As it was kept when the wait began: a second rounding could change the order.
            since=_began(at, event.waited) if wait is None else wait.since,
            ready_at=at + event.after_s,
            place=place if wait is None else wait.place,
            party=event.party,
            name=event.name,
            language=event.language,
            priority=event.priority,
            skills=event.skills,
        )
        self._change(Change(asked), *(() if wait is None else (Change(wait, gone=True),)))

    def _left(self, call: str, why: str) -> None:
        if why != Why.STOPPED.value:
            self._over(call)
            return
        # A switch that stops takes nobody's place, and no callback is over by it.
        if (wait := self._waits.get(call)) is not None:
            self._change(Change(replace(wait, told=True), gone=not wait.calls_from))

    def _over(self, call: str) -> None:
        for one in (self._callbacks.get(call), self._waits.get(call)):
            if one is not None:
                self._change(Change(one, gone=True))

    def _keep(self, one: Lasting) -> None:
        said_nothing = isinstance(one, KeptAgent) and one.logged_in is None and one.pause is None
        self._change(Change(one, gone=said_nothing))

    def _change(self, *changes: Change) -> None:
        for change in changes:
            match change.kept:
                case KeptAgent() as one:
                    _put(self._agents, (one.agent, one.queue), one, change.gone)
                case KeptCallback() as one:
                    _put(self._callbacks, one.call, one, change.gone)
                case KeptWait() as one:
                    _put(self._waits, one.call, one, change.gone)
        self._save(changes)

    # After a restart

    def restore(self, floor: Floor, now: float, wall: datetime) -> None:
        """Put back what was kept, before anybody can call; ``now`` and ``wall`` are the same moment.

        Callbacks stand in line as they did. Whoever was cut off has the place for a further call, within
        ``cut_off_resume_s``; the log is told that these waits are over, so that each has its end.
        """
        moment = _Moment(now, wall.timestamp())
        self._restore_agents(floor, moment)
        ahead: Counter[str] = Counter()
        waiting: list[KeptCallback | KeptWait] = [*self._callbacks.values(), *self._waits.values()]
        for one in sorted(waiting, key=_rank):
            if isinstance(one, KeptCallback):
                self._restore_callback(floor, moment, one, ahead[one.queue])
            else:
                self._restore_wait(floor, moment, one, ahead[one.queue])
            ahead[one.queue] += 1

    def _restore_agents(self, floor: Floor, moment: _Moment) -> None:
        by_name: defaultdict[str, list[KeptAgent]] = defaultdict(list)
        for one in self._agents.values():
            by_name[one.agent].append(one)
        for name, wishes in by_name.items():
            pauses = {one.queue: _pause(one.pause, moment) for one in wishes if one.pause is not None}
            floor.restore_agent(
                moment.now,
                name,
                logged_in={one.queue: one.logged_in for one in wishes if one.logged_in is not None},
                paused=pauses.pop("", None),
                paused_in=pauses,
            )

    def _restore_callback(self, floor: Floor, moment: _Moment, one: KeptCallback, ahead: int) -> None:
        post = floor.posts.get(one.queue)
        why: Why | None = None
        if post is None or post.config.callback is None:
            # The configuration was changed: nobody is there to call him, and no account to call by.
            why = Why.CALLBACK_CANCELLED
        elif one.attempts > post.config.callback.tries:
            # A call that was cut off with us is made once more, but not after every fall.
            why = Why.CALLBACK_FAILED
        waited = moment.passed_since(one.since)
        if why is not None:
            left = QueueLeft(one.queue, one.party, why.value, round(waited, 3), ahead)
            floor.left_before(one.call, left)
            return
        skills = {name: Wanted(level, required, relax) for name, level, required, relax in one.skills}
        arrival = Arrival(one.call, one.party, one.name, one.priority, skills)
        callback = Callback(one.number, one.language, one.attempts, moment.monotonic(one.ready_at))
        floor.restore_callback(moment.now, one.queue, arrival, callback, waited)

    def _restore_wait(self, floor: Floor, moment: _Moment, one: KeptWait, ahead: int) -> None:
        waited = moment.passed_since(one.since)
        if not one.told:
            left = QueueLeft(one.queue, one.party, Why.STOPPED.value, round(waited, 3), ahead)
            floor.left_before(one.call, left)
        post = floor.posts.get(one.queue)
        ago = 0.0 if one.cut_at is None else moment.passed_since(one.cut_at)
        too_late = waited > OLDEST_WAIT_SECONDS or post is None or ago > post.config.cut_off_resume_s
        if too_late or not one.calls_from:
            self._change(Change(one, gone=True))
            return
        cut_off = replace(one, told=True, cut_at=moment.wall - ago)
        self._change(Change(cut_off))
        self._cut_off[one.calls_from, one.queue].append(cut_off)
        floor.credits.remember(moment.now, one.calls_from, one.queue, waited, ago=ago)


@dataclass(frozen=True, slots=True)
class _Moment:
    """One moment on both clocks, and times of before on the wall's."""

    now: float
    wall: float

    def passed_since(self, then: float) -> float:
        """Return the seconds since then; none where the wall clock was set back."""
        return max(self.wall - then, 0.0)

    def monotonic(self, then: float) -> float:
        return self.now + then - self.wall


def _on_the_line(asked: KeptCallback, call: str, number: str = "") -> KeptWait:
    """Return the wait of somebody who has a callback no more: he is on the line, in ``call``."""
    return KeptWait(call, asked.queue, asked.party, asked.since, asked.place, asked.priority, number)


def _pause(kept: KeptPause, moment: _Moment) -> Pause:
    until = None if kept.until is None else moment.monotonic(kept.until)
    return Pause(kept.reason, until, kept.automatic)


def _began(at: float, waited: float) -> float:
    """Return when a wait began, as exactly as it is told: then equal moments stay equal."""
    return round(at - waited, 3)


def _rank(one: KeptCallback | KeptWait) -> tuple[float, int]:
    """Return by what those who wait are sorted, as they are on the floor."""
    return round(one.since - PRIORITY_SECONDS * one.priority, 3), one.place


def _put(kept: dict[_Key, _Kept], key: _Key, one: _Kept, gone: bool) -> None:
    if gone:
        kept.pop(key, None)
    else:
        kept[key] = one
