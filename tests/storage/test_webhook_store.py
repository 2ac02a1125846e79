"""Messages for receivers of webhooks: numbered, once each, in order, told again to who asks."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.events import CallEnded, Entry, QueueLeft
from softswitch.outbox.messages import Happening, Notice, Receiver, read
from softswitch.outbox.model import Posted
from softswitch.storage.database import Database
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.webhook_store import WebhookStore
from tests.fakes.clock import START, FakeClock
from tests.storage.conftest import statements

WANTED = {"crm": ("call.ended",), "board": ("call.ended", "queue.left")}


def tell(entry: Entry, call: Sequence[Entry]) -> Happening | None:
    match entry.event:
        case CallEnded():
            return Happening("call.ended", entry.call, entry.at, entry.call, {"events": len(call)})
        case QueueLeft():
            return Happening("queue.left", str(entry.sequence), entry.at, entry.call, {})
    return None


class Rig:
    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.outbox = OutboxStore(database, clock)
        self.store = WebhookStore(database, clock, WANTED, tell=tell, of_calls=self._of_calls)

    async def _of_calls(
        self, calls: Collection[str], within: AsyncConnection
    ) -> Mapping[str, Sequence[Entry]]:
        return {call: [ended(1, call)] * 3 for call in calls}

    async def follow(self, *entries: Entry) -> None:
        async with self.database.writing() as connection:
            await self.store.follow(connection, entries)

    async def waiting(self, name: str = "crm") -> list[Posted]:
        """Return what waits for a receiver, in the order in which it goes out."""
        return sorted(await self.outbox.latest(channel=f"webhook:{name}"), key=lambda one: one.id)

    async def numbers(self, name: str = "crm") -> list[int]:
        return [
            json.loads(read(one.delivery.body, Notice).payload)["number"] for one in await self.waiting(name)
        ]


@pytest.fixture
def rig(database: Database, clock: FakeClock) -> Rig:
    return Rig(database, clock)


def ended(sequence: int, call: str) -> Entry:
    return Entry(sequence, START, call, CallEnded("answered", "caller_hung_up", 200, 16, "caller"))


def left(sequence: int) -> Entry:
    return Entry(sequence, START, "CALL", QueueLeft("sales", "1", "hung_up", 1.0, 0))


async def test_each_receiver_is_told_what_it_wants_by_its_own_numbers(rig: Rig) -> None:
    await rig.follow(left(1), ended(2, "A"), ended(3, "B"))
    assert await rig.numbers("crm") == [1, 2]
    assert await rig.numbers("board") == [1, 2, 3]
    [first, _] = await rig.waiting()
    assert (first.delivery.key, first.delivery.lane) == ("webhook:crm:call-ended:A", "webhook:crm")
    notice = read(first.delivery.body, Notice)
    assert notice.id == "webhook:crm:call-ended:A"
    assert json.loads(notice.payload) == {
        "type": "call.ended",
        "id": "webhook:crm:call-ended:A",
        "number": 1,
        "timestamp": "2026-01-05T09:00:00.000000+00:00",
        "data": {"events": 3},
    }


async def test_of_a_lane_one_goes_after_another(rig: Rig) -> None:
    await rig.follow(*(ended(number, f"CALL{number:02}") for number in range(1, 31)))
    rig.clock.advance(1)
    [first] = await rig.outbox.due("webhook:crm")
    assert first.delivery.key.endswith("CALL01")
    assert await rig.numbers() == list(range(1, 31))


async def test_a_call_has_one_end_whatever_is_written_twice(rig: Rig) -> None:
    await rig.follow(ended(1, "A"), ended(2, "A"))
    await rig.follow(ended(3, "A"))
    assert await rig.numbers() == [1]
    assert await rig.store.receivers() == [Receiver("board", 1), Receiver("crm", 1)]


async def test_a_portion_costs_the_same_few_statements_however_much_is_in_it(rig: Rig) -> None:
    await rig.follow(left(1), ended(2, "A"))
    with statements() as few:
        await rig.follow(left(3), ended(4, "B"))
    with statements() as many:
        await rig.follow(*(left(number) for number in range(5, 12)), *(ended(12, f"C{n}") for n in range(13)))
    assert len(many) == len(few)
    assert await rig.numbers("board") == list(range(1, 25))


async def test_what_is_rolled_back_takes_no_number(rig: Rig) -> None:
    async def fails() -> None:
        async with rig.database.writing() as connection:
            await rig.store.follow(connection, [ended(1, "A")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    await rig.follow(ended(2, "B"))
    assert await rig.numbers() == [1]


async def test_who_is_gone_is_told_nothing_and_can_ask_for_it_later(rig: Rig) -> None:
    await rig.follow(ended(1, "A"))
    await rig.store.note_gone("crm")
    await rig.follow(ended(2, "B"))
    assert await rig.numbers() == [1]
    assert await rig.store.receivers() == [Receiver("board", 2), Receiver("crm", 2, gone=START)]
    await rig.store.welcome("crm")
    assert await rig.store.replay("crm", 2) == 1
    assert await rig.numbers() == [1, 2]


async def test_who_was_never_told_anything_can_be_gone(rig: Rig) -> None:
    await rig.store.note_gone("crm")
    await rig.follow(ended(1, "A"))
    assert await rig.waiting() == []


async def test_what_is_told_again_has_the_id_it_had(rig: Rig) -> None:
    await rig.follow(*(ended(number, f"CALL{number}") for number in range(1, 6)))
    rig.clock.advance(1)
    assert await rig.store.replay("crm", 2, 4) == 3
    again = (await rig.waiting())[5:]
    assert [read(one.delivery.body, Notice).id for one in again] == [
        f"webhook:crm:call-ended:CALL{number}" for number in (2, 3, 4)
    ]
    assert await rig.store.replay("crm", 2, 4) == 3
    assert await rig.store.replay("nobody", 1) == 0
    assert len(await rig.waiting()) == 11


async def test_what_is_old_is_forgotten_and_its_number_is_not_given_again(rig: Rig) -> None:
    await rig.follow(ended(1, "A"))
    assert await rig.store.forget(START) == 0
    assert await rig.store.forget(START + timedelta(seconds=1)) == 2
    assert await rig.store.replay("crm", 1) == 0
    await rig.follow(ended(3, "C"))
    assert (await rig.numbers())[-1] == 2


async def test_what_no_event_tells_is_told_with_its_cause_once(rig: Rig) -> None:
    telling = rig.store.telling(lambda name: Happening("call.ended", name, START, name, {"name": name}))
    for _ in range(2):
        async with rig.database.writing() as connection:
            await telling(connection, "A")
    assert await rig.numbers() == [1]
