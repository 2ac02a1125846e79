"""The call centre: queues joined with people's wishes, what is kept of them, and who asks for figures."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from softswitch.bus import EventLog
from softswitch.calls.call import Destination
from softswitch.calls.dialling import Dialler
from softswitch.clock import Clock
from softswitch.config import Config
from softswitch.control import Verb
from softswitch.events import QueueTalkEnded
from softswitch.features.router import Features
from softswitch.ivr.ahead import prompts_known_ahead
from softswitch.ivr.context import SayText
from softswitch.ivr.model import Tree
from softswitch.queue_verbs import queue_verbs
from softswitch.queues.asked import DAY_SECONDS
from softswitch.queues.asked import KINDS_READ as OF_ASKED
from softswitch.queues.catching_up import catch_up, recount, remember
from softswitch.queues.history import KINDS_READ as OF_HISTORY
from softswitch.queues.history import History
from softswitch.queues.kept import KINDS_READ as OF_KEPT
from softswitch.queues.kept import Kept
from softswitch.queues.queues import Means, Queues
from softswitch.queues.statistics import KINDS_READ as OF_STATISTICS
from softswitch.queues.statistics import Statistics
from softswitch.queues.texts import callback_greeting, known_ahead, spoken_language, whisper
from softswitch.queues.voice import QueueVoice
from softswitch.registrar.accounts import Accounts
from softswitch.storage.event_store import EventStore
from softswitch.storage.queue_store import QueueStore

LeadsTo = Callable[[str, str | None], Destination | None]
"""Finds where a number leads with the rights of an account, or for None with the switch's own."""


@dataclass(frozen=True, slots=True)
class CallCentre:
    """The queues of a running switch and their figures."""

    queues: Queues
    statistics: Statistics
    verbs: dict[str, Verb]
    clock: Clock
    zone: ZoneInfo

    def sweep(self, live: AbstractSet[str]) -> None:
        """Look whether another day has begun, and whether who talks or waits does so in a call that lives."""
        self.queues.desk.turn_day(self.clock.wall().astimezone(self.zone).date())
        self.queues.desk.free_who_is_lost(live)


@dataclass(frozen=True, slots=True)
class Around:
    """What a call centre stands in: the rest of the switch."""

    config: Config
    log: EventLog
    clock: Clock
    accounts: Accounts
    features: Features
    dialler: Dialler
    leads_to: LeadsTo


async def build_call_centre(
    around: Around, voice: QueueVoice, store: QueueStore, events: EventStore
) -> CallCentre:
    """Build it as it was before this start: who is logged in, who is to be called back, today's figures."""
    config, log, clock = around.config, around.log, around.clock
    history = History()
    await remember(history, events, config, clock.wall())
    queues = Queues(config, _means(around, voice, store, history))
    kept = Kept(await store.load(), store.save)
    zone = ZoneInfo(config.time_zone)
    statistics = Statistics(config, zone=zone, at=clock.wall())
    await recount(statistics, events)
    await catch_up(queues.outlook, events, (QueueTalkEnded,), since=statistics.since)
    await catch_up(queues.asked, events, OF_ASKED, since=clock.wall() - timedelta(seconds=DAY_SECONDS))
    log.subscribe(kept.read, OF_KEPT)
    log.subscribe(history.read, OF_HISTORY)
    log.subscribe(statistics.read, OF_STATISTICS)
    # Now, as it tells of waits that ended with the switch that was.
    kept.restore(queues.desk.floor, clock.monotonic(), clock.wall())
    statistics.start(clock.wall(), queues.desk.floor, clock.monotonic())
    return CallCentre(queues, statistics, queue_verbs(queues.desk, statistics, clock), clock, zone)


def said_in_queues(config: Config, trees: Iterable[Tree]) -> Iterator[SayText]:
    """Yield what queues say that is known before anybody waits, in each language that callers may have."""
    chosen = {said.language for said in prompts_known_ahead(trees)}
    chosen |= {part.language for part in config.accounts.values()}
    for name, queue in config.queues.items():
        others = sorted({spoken_language(one) for one in chosen if one} - {queue.language})
        languages = (queue.language, *others)
        sentences = [*known_ahead(queue.announce, languages, queue.language)]
        for language in languages:
            sentences += whisper(queue.name or name, language, label=queue.label)
            if queue.callback is not None:
                sentences.append(callback_greeting(queue.name, language))
        yield from (SayText(one.text, one.language) for one in sentences)


def _means(around: Around, voice: QueueVoice, store: QueueStore, history: History) -> Means:
    accounts, features, clock = around.accounts, around.features, around.clock

    def language_of(user: str) -> str:
        account = accounts.get(user)
        return account.language if account is not None else ""

    return Means(
        log=around.log,
        clock=clock,
        random=random.random,
        dialler=around.dialler,
        engaged=features.engaged,
        voice=voice,
        undisturbed=lambda user: features.settings.of(user).dnd,
        language_of=language_of,
        leads_to=around.leads_to,
        stored=store.holds_callback,
        last_talk=lambda party, within_s: history.last_agent(party, clock.wall(), within_s),
    )
