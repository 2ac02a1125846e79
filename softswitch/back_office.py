"""The back office: who customers are, what is sent out, what follows from calls, built in one place.

Every part has a function of its own; none of them stands in the way of a call.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field

from softswitch.bus import EventLog
from softswitch.clock import Clock
from softswitch.config import Config
from softswitch.control import Verb
from softswitch.outbox.dispatcher import Dispatcher
from softswitch.outbox.model import Outlet
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import Follower, Following
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.retention import Keeping, Retention


@dataclass(frozen=True, slots=True)
class Ground:
    """What the back office stands on."""

    config: Config
    database: Database
    events: EventStore
    clock: Clock
    log: EventLog


@dataclass(slots=True)
class Parts:
    """What the parts bring in while they are built."""

    outlets: dict[str, Outlet] = field(default_factory=dict)
    """Channels of the outbox by name, ``mail:support``."""
    followers: list[Follower] = field(default_factory=list)
    verbs: dict[str, Verb] = field(default_factory=dict)
    jobs: list[Callable[[], Coroutine[None, None, None]]] = field(default_factory=list)
    """What goes on by itself as long as the switch runs."""
    keeping: list[Keeping] = field(default_factory=list)
    """What is removed when it is too old."""


@dataclass(frozen=True, slots=True)
class BackOffice:
    """The back office of a running switch."""

    outbox: OutboxStore
    dispatcher: Dispatcher
    following: Following
    verbs: Mapping[str, Verb]
    jobs: tuple[Callable[[], Coroutine[None, None, None]], ...]

    def run(self, start: Callable[[Coroutine[None, None, None]], None]) -> None:
        """Start what goes on by itself as long as the switch runs."""
        for job in (self.following.run, self.dispatcher.run, *self.jobs):
            start(job())


async def build_back_office(ground: Ground) -> BackOffice:
    """Build every part; nothing runs yet."""
    parts = Parts()
    outbox = OutboxStore(ground.database, ground.clock)
    _keep(ground, outbox, parts)
    # customers:
    # schedules, tickets, orders:
    # channels:
    # recordings:
    # voicemail:
    # payments:
    # applications:
    # web:
    dispatcher = Dispatcher(outbox, parts.outlets, ground.clock, ground.log.append, random.random)
    following = Following(ground.database, ground.events)
    for follower in parts.followers:
        await following.add(follower)
    parts.jobs.append(Retention(parts.keeping, ground.clock).run)
    return BackOffice(outbox, dispatcher, following, parts.verbs, tuple(parts.jobs))


def _keep(ground: Ground, outbox: OutboxStore, parts: Parts) -> None:
    storage = ground.config.storage
    parts.keeping.append(Keeping("the outbox", storage.keep_sent_days, outbox.forget))
    if storage.keep_log_days is not None:
        parts.keeping.append(Keeping("the event log", storage.keep_log_days, ground.events.forget))
