"""Live figures of queues and agents: a reader of the event log, so that no count can differ from it.

A day's figures begin anew at midnight. At the start of the switch the day so far is replayed, then
:meth:`Statistics.start` says how agents stand now: of what was kept over the restart no event tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from softswitch.events import (
    AgentChanged,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentMissed,
    AgentPaused,
    AgentReturned,
    CallbackAsked,
    CallbackMissed,
    CallbackReached,
    CallbackRefused,
    Entry,
    Event,
    PlaceTold,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    QueueRefused,
    QueueTalkEnded,
    SwitchStarted,
    SwitchStopped,
)
from softswitch.queues.agents import State
from softswitch.queues.config import QueuesConfig
from softswitch.queues.counts import AgentCounts, QueueCounts, Waiting, seconds_between
from softswitch.queues.figures import Figures, QueueFigures
from softswitch.queues.floor import Floor
from softswitch.queues.model import Why

SOON_SECONDS: Final = 5.0
"""Who hangs up within these has dialled wrong, or thought better of it: a phone has hardly rung once."""

STATES: Final = frozenset(state.value for state in State)

KINDS_READ: Final[tuple[type[Event], ...]] = (
    SwitchStarted,
    SwitchStopped,
    QueueEntered,
    QueueRefused,
    QueueLeft,
    PlaceTold,
    AgentMissed,
    QueueAnswered,
    QueueTalkEnded,
    CallbackAsked,
    CallbackRefused,
    CallbackMissed,
    CallbackReached,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentReturned,
    AgentChanged,
)
"""All that is looked at: what is to be read from the store for a replay."""

LogEvent = AgentLoggedIn | AgentLoggedOut
AgentEvent = LogEvent | AgentPaused | AgentReturned | AgentChanged
QueueEvent = (
    QueueEntered
    | QueueRefused
    | QueueLeft
    | PlaceTold
    | AgentMissed
    | QueueAnswered
    | QueueTalkEnded
    | CallbackAsked
    | CallbackRefused
    | CallbackMissed
    | CallbackReached
)


@dataclass(frozen=True, slots=True)
class Changed:
    """Whose figures are otherwise than before: these queues' and these agents'."""

    queues: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()


Listener = Callable[[Changed], None]


class Statistics:
    """Counts what the log tells of queues and agents; ``zone`` is where the day begins at midnight.

    ``at`` is now. Queues and agents that the configuration does not name (any more) are passed over.
    """

    def __init__(self, config: QueuesConfig, *, zone: tzinfo, at: datetime) -> None:
        self._config = config
        self._zone = zone
        self._begun = midnight(at, zone)
        self._next_day = _day_after(self._begun, zone)
        self._queues = {name: QueueCounts(queue.service_level_s) for name, queue in config.queues.items()}
        names = dict.fromkeys(name for queue in config.queues.values() for name in queue.agents)
        self._agents = {name: AgentCounts() for name in names}
        self._waiting: dict[str, Waiting] = {}
        """Who waits, by the call he waits in."""
        self._gone: set[str] = set()
        """Who is gone with the switch that was: the log may tell of it, too."""
        self._last = self._begun
        self._listeners: list[Listener] = []

    @property
    def since(self) -> datetime:
        """Return since when is counted: from there on the log is to be replayed."""
        return self._begun

    # Reading the figures

    def figures(self, now: datetime) -> Figures:
        """Return how it is now and was so far today."""
        self._turn(now)
        return Figures(
            at=now,
            since=self._begun,
            queues=tuple(self._queue(name, now) for name in self._queues),
            agents=tuple(counts.figures(name, now, self._begun) for name, counts in self._agents.items()),
        )

    def _queue(self, name: str, now: datetime) -> QueueFigures:
        agents: Counter[str] = Counter(
            counts.state_for(name) for counts in self._agents.values() if name in counts.queues
        )
        return self._queues[name].figures(name, now, self._line(name), agents)

    def _line(self, queue: str) -> list[Waiting]:
        return [one for one in self._waiting.values() if one.queue == queue]

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell ``listener`` whose figures have changed, after each entry; return what ends that.

        Times go on without being told: who shows them looks anew every second or so.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self, changed: Changed) -> None:
        for listener in tuple(self._listeners):
            listener(changed)

    # Days and starts

    def replay(self, entries: Iterable[Entry]) -> None:
        """Take what was written down today before this start, in order; pages may come one after another."""
        for entry in entries:
            if isinstance(entry.event, SwitchStarted):
                # The one before may have been killed: how long its agents went on, nobody knows.
                self._stop(self._last)
            self.read(entry)

    def start(self, at: datetime, floor: Floor, now: float) -> None:
        """Take how it stands at a start, when the day so far is replayed; ``now`` is the floor's ``at``.

        Who waits in the log and not on the floor is gone with the switch that was.
        """
        self._stop(self._last)
        standing = {entry.call: entry for entry in floor.entries.values()}
        self._gone = self._waiting.keys() - standing.keys()
        for call in self._gone:
            self._queues[self._waiting.pop(call).queue].left_by[Why.STOPPED.value] += 1
        for call, entry in standing.items():
            if call not in self._waiting:
                since = at - timedelta(seconds=entry.waited(now))
                self._queues[entry.queue].entered += 1
                self._waiting[call] = Waiting(entry.queue, since, callback=entry.callback is not None)
        for agent in floor.roster:
            counts = self._agents[agent.name]
            counts.state, counts.since, counts.queues = agent.state, at, set(agent.logged_in)
            held = {"": agent.paused, **agent.paused_in}
            counts.pauses = {queue: (pause.reason, at) for queue, pause in held.items() if pause is not None}
        self._last = at

    def _stop(self, at: datetime) -> None:
        """End what agents did in a switch that has stopped. What became of those who waited the log tells."""
        for counts in self._agents.values():
            if counts.since is not None:
                counts.spent(counts.state, seconds_between(max(counts.since, self._begun), at))
            for reason, since in counts.pauses.values():
                counts.paused(reason, seconds=seconds_between(max(since, self._begun), at))
            counts.state, counts.since, counts.talk, counts.pauses = State.OFFLINE, None, ("", ""), {}
            counts.queues = set()

    def _turn(self, now: datetime) -> None:
        if now >= self._next_day:
            self._begin(midnight(now, self._zone))
            self._next_day = _day_after(self._begun, self._zone)

    def _begin(self, at: datetime) -> None:
        self._begun = at
        for name, counts in self._queues.items():
            self._queues[name] = QueueCounts(counts.level_s, entered=len(self._line(name)))
        for agent in self._agents.values():
            agent.begin_day()
        self._tell(Changed(frozenset(self._queues), frozenset(self._agents)))

    # The log

    def read(self, entry: Entry) -> None:
        """Take the next entry of the log."""
        event, at = entry.event, entry.at
        self._turn(at)
        self._last = max(self._last, at)
        if isinstance(event, AgentEvent):
            if event.agent in self._agents:
                self._read_agent(event, self._agents[event.agent], at)
                served = self._agents[event.agent].queues | (
                    {event.queue} if isinstance(event, LogEvent) else set()
                )
                self._tell(Changed(frozenset(served & self._queues.keys()), frozenset({event.agent})))
        elif isinstance(event, QueueEvent):
            if event.queue in self._queues:
                self._read_queue(event, entry.call, at)
                agent = getattr(event, "agent", "")
                self._tell(Changed(frozenset({event.queue}), frozenset({agent} if agent else ())))
        elif isinstance(event, SwitchStopped):
            self._stop(at)

    def _read_agent(self, event: AgentEvent, counts: AgentCounts, at: datetime) -> None:
        match event:
            case AgentLoggedIn(queue=queue):
                counts.queues.add(queue)
                counts.log_ins += 1
            case AgentLoggedOut(queue=queue):
                counts.queues.discard(queue)
            case AgentPaused(_, reason, queue):
                self._end_pause(counts, queue, at)
                counts.pauses[queue] = reason, at
                counts.paused(reason, times=1)
            case AgentReturned(queue=queue):
                self._end_pause(counts, queue, at)
            case AgentChanged(_, state, before, seconds) if {state, before} <= STATES:
                # By the event's own seconds: the wall clock may have been set meanwhile.
                seconds = min(seconds, seconds_between(self._begun, at))
                counts.spent(State(before), seconds)
                if before == State.WRAP_UP.value and counts.last_queue in self._queues:
                    self._queues[counts.last_queue].wrap_up_s += seconds
                counts.state, counts.since = State(state), at
            case _:
                pass  # Of another version.

    def _end_pause(self, counts: AgentCounts, queue: str, at: datetime) -> None:
        if queue in counts.pauses:
            reason, since = counts.pauses.pop(queue)
            counts.paused(reason, seconds=seconds_between(max(since, self._begun), at))

    def _read_queue(self, event: QueueEvent, call: str, at: datetime) -> None:
        counts = self._queues[event.queue]
        match event:
            case QueueEntered(queue, waited=waited):
                counts.entered += 1
                self._waiting[call] = Waiting(queue, at - timedelta(seconds=waited))
            case QueueRefused(why=why):
                counts.refused[why] += 1
            case QueueLeft() if call in self._gone:
                self._gone.discard(call)
            case QueueLeft(queue, _, why, waited):
                self._left(counts, self._take(call, queue), why, waited)
            case PlaceTold(_, waited, _, low, high) if low >= 0:
                counts.told += 1
                if call in self._waiting:
                    self._waiting[call].told = low, high, waited
            case QueueTalkEnded(agent=agent, seconds=seconds):
                counts.talks += 1
                counts.talk_s += seconds
                if agent in self._agents:
                    self._agents[agent].talk = "", ""
            case QueueAnswered():
                self._answered(counts, event, self._take(call, event.queue))
            case AgentMissed(_, agent, why):
                if agent in self._agents:
                    self._agents[agent].missed[why] += 1
            case _:
                self._read_callback(counts, event, call)

    def _read_callback(self, counts: QueueCounts, event: QueueEvent, call: str) -> None:
        match event:
            case CallbackAsked():
                counts.asked += 1
                if call in self._waiting:
                    self._waiting[call].callback = True
            case CallbackRefused():
                # He waits on the line as before, and has asked for nothing that was done.
                counts.asked = max(counts.asked - 1, 0)
                if call in self._waiting:
                    self._waiting[call].callback = False
            case CallbackMissed():
                counts.missed += 1
            case CallbackReached(by_call=by_call) if call in self._waiting:
                # His place goes on in the other call; on the line again, he is still one who was called back.
                self._waiting[by_call] = self._waiting.pop(call)
            case _:
                pass

    def _take(self, call: str, queue: str) -> Waiting | None:
        """Return who waits no more; who waited since before the count has entered in it."""
        one = self._waiting.get(call)
        if one is not None and one.queue == queue:
            return self._waiting.pop(call)
        self._queues[queue].entered += 1
        return None

    def _answered(self, counts: QueueCounts, event: QueueAnswered, one: Waiting | None) -> None:
        counts.answer(event.waited, callback=one is not None and one.callback)
        if event.told_at >= 0:
            counts.judge((event.low_s, event.high_s, event.told_at), event.waited, answered=True)
        if event.agent in self._agents:
            agent = self._agents[event.agent]
            agent.calls += 1
            agent.talk, agent.last_queue = (event.queue, event.party), event.queue

    def _left(self, counts: QueueCounts, one: Waiting | None, why: str, waited: float) -> None:
        if why != Why.ABANDONED.value:
            counts.left_by[why] += 1
            return
        counts.abandoned += 1
        counts.abandoned_soon += waited < SOON_SECONDS
        if one is not None and one.told is not None:
            counts.judge(one.told, waited, answered=False)


def midnight(at: datetime, zone: tzinfo) -> datetime:
    """Return when the day of a moment began in a zone."""
    return at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _day_after(begun: datetime, zone: tzinfo) -> datetime:
    # A day of 23 or 25 hours is one, too: half a day more lies in the next one in any case.
    return midnight(begun.astimezone(UTC) + timedelta(hours=36), zone)
