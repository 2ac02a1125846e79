"""The desk: the floor in a running switch. It keeps its time, hears the log, and sees that all is done.

Everything on it happens in one go, on the loop: no decision waits for anything.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from softswitch.bus import EventLog
from softswitch.clock import Clock
from softswitch.events import Entry as LogEntry
from softswitch.queues.config import QueuesConfig
from softswitch.queues.floor import Floor
from softswitch.queues.model import (
    Arrival,
    DialBack,
    Dismiss,
    Entry,
    Miss,
    Refused,
    Ring,
    Stop,
    StopDialling,
    Told,
    Why,
)
from softswitch.queues.phone_events import KINDS_READ as OF_PHONES
from softswitch.queues.phone_events import whose_phone
from softswitch.queues.strategies import Random
from softswitch.queues.talks import KINDS_READ as OF_TALKS
from softswitch.queues.talks import SWITCH, Talks

logger = logging.getLogger(__name__)

LEAST_SECONDS: Final = 0.001
"""The soonest the floor is looked at again: what is due now waits for whatever happens in this moment."""


class Waiter(Protocol):
    """Whoever waits on the line, as the desk knows them. None of these may wait for anything, or raise."""

    def ring(self, offer: Ring) -> None:
        """Ring these agents."""
        ...

    def stop(self, offer: int, agent: str) -> None:
        """Ring an agent no longer."""
        ...

    def dismiss(self, why: Why) -> None:
        """Go on elsewhere: the wait is over."""
        ...


class Redialler(Protocol):
    """Whoever calls those back who have hung up. None of these may wait for anything, or raise."""

    def dial(self, order: DialBack) -> None:
        """Call the number; tell the desk what comes of it."""
        ...

    def stop(self, entry: str) -> None:
        """Call it no longer."""
        ...


class NobodyDials:
    """Implements :class:`Redialler` where no queue calls back."""

    def dial(self, order: DialBack) -> None:
        """Nothing is asked for."""

    def stop(self, entry: str) -> None:
        """Nothing is being called."""


@dataclass(frozen=True, slots=True)
class Handset:
    """What is known of an agent's phones: whether one can be rung, and whether he talks by himself."""

    reachable: bool
    engaged: bool


class Desk:
    """Where callers are taken in, and agents log in and out: all plain methods, for calls and for people.

    ``handset`` tells how an agent's phones are at this moment.
    """

    def __init__(
        self,
        config: QueuesConfig,
        *,
        log: EventLog,
        clock: Clock,
        random: Random,
        handset: Callable[[str], Handset],
    ) -> None:
        self._log = log
        self._clock = clock
        self._handset = handset
        self.floor = Floor(config, clock.monotonic(), random=random)
        self.redialler: Redialler = NobodyDials()
        self._waiters: dict[str, Waiter] = {}
        rung_at = {name: agent.phone for name, agent in config.agents.items() if agent.phone is not None}
        self._talks = Talks(rung_at)
        self._agents_at: defaultdict[str, set[str]] = defaultdict(set)
        """Agents by the accounts whose phones are looked at: their own, and where they are rung instead."""
        for agent in self.floor.roster:
            for account in {agent.name, rung_at.get(agent.name, agent.name)}:
                self._agents_at[account].add(agent.name)
        self._pumping = False
        self._timer: asyncio.TimerHandle | None = None
        self._day: date | None = None
        self._closed = False
        self._deaf: Callable[[], None] = _nothing
        """Ends the subscription to the log."""

    @property
    def now(self) -> float:
        """The floor's time."""
        return self._clock.monotonic()

    def open(self) -> None:
        """Begin: look at all phones, and hear from now on what happens to them."""
        self._deaf = self._log.subscribe(self._read, {*OF_TALKS, *OF_PHONES})
        self.look_at_phones()

    def close(self) -> None:
        """Stop the clock, and hear no more."""
        self._closed = True
        self._deaf()
        self._deaf = _nothing
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # For callers

    def enter(self, queue: str, arrival: Arrival, waiter: Waiter) -> Entry | Refused:
        """Let somebody wait, told by ``waiter`` of everything; return the place, or why there is none.

        Raises QueueError where there is no such queue.
        """
        # What the floor wants of them at once is done below, when they are known.
        entry = self.floor.enter(self.now, queue, arrival)
        if isinstance(entry, Entry):
            self._waiters[entry.id] = waiter
        self._pump()
        return entry

    def leave(self, entry: str, why: Why, *, to: str = "") -> None:
        """Let somebody wait no more; nothing for who does not."""
        self.floor.leave(self.now, entry, why, to=to)
        self._pump()  # Also what rings for them is stopped by this, before whoever it was rings for the next.
        self._waiters.pop(entry, None)

    def answered(self, offer: int, agent: str, *, leg: str) -> bool:
        """Take that an agent's phone is answered; False where it comes too late, and he must be let go."""
        won = self.floor.answered(self.now, offer, agent, leg=leg)
        self._pump()
        return won

    def missed(self, offer: int, agent: str, why: Miss) -> None:
        """Take that an agent did not take what was offered."""
        self.floor.missed(self.now, offer, agent, why)
        self._pump()

    def turned_away(self, agent: str, queue: str) -> None:
        """Take that an agent has answered and hung up before they could talk: he rests as who declines."""
        self.floor.turned_away(self.now, agent, queue)
        self._pump()

    def told(self, entry: str, low_s: int, high_s: int, waited: float) -> None:
        """Note the waiting time that somebody was told."""
        self.floor.told(entry, low_s, high_s, waited)

    def stand_in(self, entry: str, party: str, name: str) -> None:
        """Take that somebody else waits in a place: by a transfer."""
        self.floor.stand_in(entry, party, name)
        self._pump()

    # For callbacks

    def ask_callback(self, entry: str, number: str, *, language: str, ready_in: float) -> None:
        """Let somebody hang up; the number is called in its turn, not before ``ready_in`` seconds are over.

        Raises QueueError for who does not wait any more.
        """
        now = self.now
        self.floor.ask_callback(now, entry, number, language=language, ready_at=now + ready_in)
        self._pump()
        self._waiters.pop(entry, None)

    def called_back(self, entry: str, call: str, waiter: Waiter) -> bool:
        """Take that the called one is on the line, in another call; False where no place is kept for him."""
        reached = self.floor.called_back(self.now, entry, call)
        if reached:
            self._waiters[entry] = waiter
        self._pump()
        return reached

    def refuse_callback(self, entry: str, waiter: Waiter, why: str) -> bool:
        """Let somebody wait on the line after all, told by ``waiter``; False where it is too late."""
        waits = self.floor.refuse_callback(self.now, entry, why)
        if waits:
            self._waiters[entry] = waiter
        self._pump()
        return waits

    def callback_missed(self, entry: str, why: str, *, again_in: float | None, counts: bool = True) -> None:
        """Take that nobody was reached; it is tried again so many seconds from now, or never (None).

        What does not count was no try: nothing rang.
        """
        now = self.now
        ready_at = None if again_in is None else now + again_in
        self.floor.callback_missed(now, entry, why, ready_at=ready_at, counts=counts)
        self._pump()

    # For agents, and for who leads them

    def log_in(self, agent: str, queue: str = "") -> None:
        """Let an agent serve a queue, or all whose member he is. Raises QueueError where he may not."""
        for one in (queue,) if queue else self.memberships(agent):
            self.floor.log_in(self.now, agent, one)
        self._pump()

    def log_out(self, agent: str, queue: str = "") -> None:
        """Let an agent serve a queue no more, or none at all; a talk goes on. Raises QueueError."""
        for one in (queue,) if queue else sorted(self.floor.roster.agent(agent).logged_in):
            self.floor.log_out(self.now, agent, one)
        self._pump()

    def pause(self, agent: str, reason: str, queue: str = "", seconds: float = 0.0) -> None:
        """Let an agent take no calls, of one queue or of any, for so many seconds or until he returns (0).

        Raises QueueError for who is no agent, or for no queue.
        """
        self.floor.pause(self.now, agent, reason, queue=queue, seconds=seconds)
        self._pump()

    def resume(self, agent: str, queue: str = "") -> None:
        """End an agent's pause from one queue, or all his pauses. Raises QueueError."""
        self.floor.resume(self.now, agent, queue=queue)
        self._pump()

    def finish_wrap_up(self, agent: str) -> None:
        """Let an agent take calls before his wrap-up is over. Raises QueueError."""
        self.floor.finish_wrap_up(self.now, agent)
        self._pump()

    def promote(self, entry: str, priority: int) -> None:
        """Give somebody who waits another head start, in minutes. Raises QueueError for who does not wait."""
        self.floor.promote(self.now, entry, priority)
        self._pump()

    def memberships(self, agent: str) -> list[str]:
        """Return the queues an agent logs in to by saying nothing more. Raises QueueError for no agent."""
        self.floor.roster.agent(agent)
        posts = self.floor.posts
        named = [name for name, post in posts.items() if agent in post.config.members]
        return named or [name for name, post in posts.items() if agent in post.places]

    # Time, and what happens elsewhere

    def turn_day(self, day: date) -> None:
        """Take which day it is: with each the counts that strategies go by begin anew."""
        if self._day is not None and day != self._day:
            self.floor.tally.clear()
        self._day = day

    def free_who_is_lost(self, live: AbstractSet[str]) -> None:
        """Free agents who talk, and end waits, in none of the calls that ``live``.

        Only a fault of ours can have kept the end of such a call from us: nobody is stuck for it.
        """
        lost = [over.agent for over in self._talks.lost(live)]
        talking = (one.name for one in self.floor.roster if one.talk is not None)
        lost += [name for name in talking if name not in lost and name not in self._talks]
        for agent in lost:
            logger.error("agent %s talks in no call that there is, and is freed", agent)
            self.floor.talk_over(self.now, agent, SWITCH)
        for entry in [*self.floor.entries.values()]:
            if entry.callback is None and entry.call not in live:
                logger.error("queue %s: nobody waits any more in call %s", entry.queue, entry.call)
                self.floor.leave(self.now, entry.id, Why.FAULT)
                self._waiters.pop(entry.id, None)
        self._pump()

    def look_at_phones(self) -> None:
        """Look at all agents' phones."""
        for agent in self.floor.roster:
            self._look_at(agent.name)
        self._pump()

    def _look_at(self, agent: str) -> None:
        handset = self._handset(agent)
        self.floor.phone(self.now, agent, reachable=handset.reachable, engaged=handset.engaged)

    def _read(self, entry: LogEntry) -> None:
        """Take an entry of the log: it may be about a talk, or about somebody's phone."""
        concerned = False
        for over in self._talks.read(entry):
            self.floor.talk_over(self.now, over.agent, over.by)
            concerned = True
        for agent in sorted(self._agents_at.get(whose_phone(entry.event), ())):
            self._look_at(agent)
            concerned = True
        if concerned:
            self._pump()

    def _tick(self) -> None:
        self._timer = None
        self.floor.tick(self.now)
        self._pump()

    def _pump(self) -> None:
        """Do what the floor wants done. What is told may come back in as news, which is then done too."""
        if self._pumping:
            return
        self._pumping = True
        try:
            for output in self.floor.poll():
                match output:
                    case Told(call, event):
                        self._log.append(event, call=call)
                    case Ring(entry=entry) if entry in self._waiters:
                        self._waiters[entry].ring(output)
                    case Stop(offer, entry, agent) if entry in self._waiters:
                        self._waiters[entry].stop(offer, agent)
                    case Dismiss(entry=entry, why=why) if entry in self._waiters:
                        self._waiters[entry].dismiss(why)
                    case DialBack():
                        self.redialler.dial(output)
                    case StopDialling(entry):
                        self.redialler.stop(entry)
                    case _:
                        pass
        finally:
            self._pumping = False
        self._arm()

    def _arm(self) -> None:
        due = self.floor.next_deadline()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due is not None and not self._closed:
            seconds = max(due - self.now, LEAST_SECONDS)
            self._timer = asyncio.get_running_loop().call_later(seconds, self._tick)


def _nothing() -> None:
    """Leave all as it is."""
