"""What other rooms keep of a person is exported whole, and erased where it is this person's alone."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from softswitch.crm.history_model import Contact, ContactKind
from softswitch.crm.order_model import Order
from softswitch.crm.privacy import PersonalData
from softswitch.crm.privacy_model import Person
from softswitch.crm.ticket_model import NewTicket
from softswitch.ids import make_id
from softswitch.outbox.model import Delivery
from softswitch.personal import personal_data
from softswitch.recordings.model import Search
from softswitch.storage.database import Database
from softswitch.storage.message_store import MessageStore, TextMessage
from softswitch.storage.order_store import OrderStore
from softswitch.storage.rating_store import Rating, put_ratings
from softswitch.storage.request_store import RequestStore
from softswitch.storage.ticket_store import TicketStore
from softswitch.voicemail.model import Request
from tests.fakes.blank import blank
from tests.fakes.clock import START, FakeClock
from tests.recordings.archive import Archive, archive

OURS, SHARED, OTHERS = "+48600100200", "+48221112233", "+48600999999"
ANNA = Person("01ANNA", (OURS, SHARED), (OURS,), ("anna@example.com",))
NOBODY = Person("", (), (), ())


@dataclass
class Kept:
    """Rooms in which something of Anna, of somebody at her shared number, and of a stranger is kept."""

    recordings: Archive
    tickets: TicketStore
    orders: OrderStore
    requests: RequestStore
    parts: Sequence[PersonalData]

    async def told(self, person: Person) -> dict[str, list[dict[str, object]]]:
        return {part.name: json.loads(json.dumps(await part.export(person))) for part in self.parts}

    async def erased(self, person: Person) -> dict[str, int]:
        return {part.name: await part.erase(person) for part in self.parts}


@contextlib.asynccontextmanager
async def kept(folder: Path) -> AsyncIterator[Kept]:
    clock = FakeClock()
    database = await Database.open(blank(folder / "switch.db"))
    try:
        async with archive(folder, clock) as recordings:
            tickets, orders = TicketStore(database, clock), OrderStore(database)
            requests = RequestStore(database, clock)
            for place, number in enumerate((OURS, SHARED, OTHERS), 1):
                await recordings.record(place, caller=number)
                await tickets.open(
                    NewTicket("support", f"Call from {number}", number=number, call=f"C{place}", step="a")
                )
                await orders.save([Order("s1", str(place), "paid", START, 100, "PLN", number, "")])
                one = Request(make_id(START), "night", number, number, number, f"C{place}", START)
                since = START - timedelta(hours=1)
                await requests.take(one, since=since, most=5, most_kept=9, deliver=[])
                sent = TextMessage(f"M{place}", START, number, "default")
                contact = Contact(f"sms:{sent.id}", ContactKind.SMS, START, number)
                await MessageStore(database, clock).add(
                    sent, Delivery(sent.key, "sms:default", "{}"), contact
                )
                rating = Rating(f"C{place}:1", f"C{place}", START, "cards", "1001", number, 4, 1, 5)
                async with database.writing() as connection:
                    await put_ratings(connection, [rating])
            every = personal_data(database, tickets, requests, recordings.catalogue, clock, folder)
            parts = [part for part in every if part.name in ALL]
            yield Kept(recordings, tickets, orders, requests, parts)
    finally:
        await database.close()


ALL = ("tickets", "orders", "recordings", "callback requests", "text messages", "ratings")


async def test_everything_is_exported_and_nothing_of_others(tmp_path: Path) -> None:
    async with kept(tmp_path) as here:
        told = await here.told(ANNA)
        assert {name: len(found) for name, found in told.items()} == dict.fromkeys(ALL, 2)
        assert OTHERS not in json.dumps(told)
        assert [change["field"] for change in told["tickets"][0]["changes"]]  # type: ignore[attr-defined]


async def test_what_is_anothers_too_stays(tmp_path: Path) -> None:
    async with kept(tmp_path) as here:
        assert await here.erased(ANNA) == dict.fromkeys(ALL, 1)
        told = await here.told(ANNA)
        assert {name: len(found) for name, found in told.items()} == dict.fromkeys(ALL, 1)
        assert OURS not in json.dumps(
            {name: told[name] for name in ("tickets", "orders", "callback requests")}
        )
        assert await here.erased(ANNA) == dict.fromkeys(ALL, 0)
        others = Person("01BOB", (OTHERS,), (OTHERS,), ())
        assert {name: len(found) for name, found in (await here.told(others)).items()} == dict.fromkeys(
            ALL, 1
        )


async def test_nobody_is_not_everybody(tmp_path: Path) -> None:
    async with kept(tmp_path) as here:
        assert await here.told(NOBODY) == {name: [] for name in ALL}
        assert await here.erased(NOBODY) == dict.fromkeys(ALL, 0)
        assert len(await here.recordings.store.search(Search())) == 3


async def test_more_recordings_than_a_page_are_all_told_and_what_is_held_stays(tmp_path: Path) -> None:
    async with kept(tmp_path) as here:
        page = Search().limit
        for number in range(10, 12 + page):
            await here.recordings.record(number, caller=OURS)
        (recordings,) = [part for part in here.parts if part.name == "recordings"]
        told = await recordings.export(ANNA)
        assert isinstance(told, list)
        assert len(told) == page + 4
        held = (await here.recordings.store.search(Search(numbers=(OURS,))))[0]
        await here.recordings.store.hold(held.id, by="anna", why="court")
        assert await recordings.erase(ANNA) == page + 2
        assert here.recordings.shelf.file(held.path).exists()
