"""Readers of the log catch up with what was kept of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta

from softswitch.events import Entry, Event, QueueAnswered, QueueEntered
from softswitch.queues.catching_up import recount, remember
from softswitch.queues.config import QueuesConfig
from softswitch.queues.history import History
from softswitch.queues.statistics import Statistics
from tests.fakes.clock import START

CONFIG = QueuesConfig.model_validate({"queues": {"sales": {"members": ["1001"], "preferred": {"days": 3}}}})


class Kept:
    """A log in memory, read in pages of two."""

    def __init__(self, *told: tuple[float, Event]) -> None:
        self._entries = [
            Entry(number, START + timedelta(seconds=at), "c1", event)
            for number, (at, event) in enumerate(told, 1)
        ]
        self.asked: list[datetime] = []

    async def of_kinds(
        self, kinds: Collection[type[Event]], *, since: datetime
    ) -> AsyncIterator[tuple[Entry, ...]]:
        self.asked.append(since)
        found = [one for one in self._entries if type(one.event) in kinds and one.at >= since]
        for number in range(0, len(found), 2):
            yield tuple(found[number : number + 2])


def answered(party: str, waited: float) -> QueueAnswered:
    return QueueAnswered("sales", "1001", "b1", party, waited, 2.0)


async def test_the_day_so_far_is_counted_again() -> None:
    kept = Kept(
        *((at, event) for at in (0, 9, 20) for event in (QueueEntered("sales", "6", 0), answered("6", at)))
    )
    statistics = Statistics(CONFIG, zone=UTC, at=START + timedelta(seconds=60))
    await recount(statistics, kept)
    assert kept.asked == [statistics.since]
    (sales,) = statistics.figures(START + timedelta(seconds=60)).queues
    assert (sales.entered, sales.answered, sales.longest_answered_s) == (3, 3, 20.0)


async def test_talks_are_remembered_as_far_back_as_any_queue_looks() -> None:
    day = 86_400.0
    kept = Kept((0.0, answered("600", 1.0)), (2 * day, answered("601", 1.0)), (4 * day, answered("602", 1.0)))
    now, talks = START + timedelta(days=4), History()
    await remember(talks, kept, CONFIG, now)
    assert [talks.last_agent(party, now, 9 * day) for party in ("600", "601", "602")] == ["", "1001", "1001"]


async def test_where_no_queue_looks_back_nothing_is_read() -> None:
    kept = Kept((0.0, answered("600", 1.0)))
    config = QueuesConfig.model_validate({"queues": {"sales": {"members": ["1001"]}}})
    await remember(History(), kept, config, START)
    assert kept.asked == []
