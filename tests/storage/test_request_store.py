"""Callback requests on disk, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from softswitch.ids import make_id
from softswitch.outbox.model import Delivery
from softswitch.storage.database import Database
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.request_store import RequestStore
from softswitch.voicemail.errors import NotStored
from softswitch.voicemail.model import Request, RequestState, Taken
from tests.fakes.clock import START, FakeClock


def request(minute: int, number: str = "600100200", *, desk: str = "sales", party: str = "") -> Request:
    at = START + timedelta(minutes=minute)
    return Request(make_id(at), desk, number, number, party or number, "01CALL", at, "Żaneta", "m", "pl")


async def take(store: RequestStore, one: Request, *, most: int = 2, most_kept: int = 5) -> Taken:
    deliver = [Delivery(f"callback:{one.id}:mail", "mail:office", "{}")]
    since = one.asked_at - timedelta(hours=1)
    return await store.take(one, since=since, most=most, most_kept=most_kept, deliver=deliver)


@pytest.fixture
def store(database: Database, clock: FakeClock) -> RequestStore:
    return RequestStore(database, clock)


async def test_a_request_and_its_mail_are_one(
    store: RequestStore, database: Database, clock: FakeClock
) -> None:
    one = request(0)
    assert await take(store, one) is Taken.TAKEN
    assert await store.listed() == (one,)
    # For a number that is to be called already nothing is written.
    assert await take(store, request(1)) is Taken.KNOWN
    posted = await OutboxStore(database, clock).latest()
    assert [found.delivery.key for found in posted] == [f"callback:{one.id}:mail"]
    assert await store.listed() == (one,)


async def test_limits_for_a_number_and_for_a_caller(store: RequestStore) -> None:
    for minute, number in enumerate(("600100200", "600100201")):
        assert await take(store, request(minute, number, party="222")) is Taken.TAKEN
    assert await take(store, request(2, "600100203", party="222")) is Taken.TOO_OFTEN
    # An hour later it is another matter.
    assert await take(store, request(62, "600100204", party="222")) is Taken.TAKEN
    ours = (await store.listed())[0]
    await store.tick_off(ours.id, at=START, by="1001", note="")
    assert await take(store, request(3, desk="other")) is Taken.TAKEN
    assert await take(store, request(4)) is Taken.TOO_OFTEN


async def test_callers_without_a_number_are_not_one_caller(store: RequestStore) -> None:
    for minute, number in enumerate(("600100200", "600100201", "600100202")):
        hidden = Request(**{**_fields(request(minute, number)), "party": ""})
        assert await take(store, hidden) is Taken.TAKEN


def _fields(one: Request) -> dict[str, object]:
    return {name: getattr(one, name) for name in Request.__dataclass_fields__}


async def test_a_full_desk(store: RequestStore) -> None:
    assert await take(store, request(0, "600100200"), most_kept=1) is Taken.TAKEN
    assert await take(store, request(1, "600100201"), most_kept=1) is Taken.FULL
    assert await take(store, request(1, "600100201", desk="other"), most_kept=1) is Taken.TAKEN


async def test_many_at_once_stay_within_the_limit(store: RequestStore) -> None:
    many = [take(store, request(one, f"60010020{one}", party="222"), most=3) for one in range(8)]
    taken = await asyncio.gather(*many)
    assert sorted(taken).count(Taken.TAKEN) == 3


async def test_ticked_off_by_the_end_of_its_id(store: RequestStore) -> None:
    one = request(0)
    await take(store, one)
    assert await store.tick_off("%%%%", at=START, by="1001", note="") is None
    assert await store.tick_off("", at=START, by="1001", note="") is None
    done = await store.tick_off(one.id[-6:].lower(), at=START, by="1001", note="reached")
    assert done is not None
    assert (done.state, done.done_at, done.done_by, done.note) == (
        RequestState.DONE, START, "1001", "reached",
    )  # fmt: skip
    assert await store.tick_off(one.id, at=START, by="1002", note="") is None
    assert await store.listed() == ()
    assert await store.listed(all_of_them=True) == (done,)
    assert await store.drop_done("sales", START) == 0
    assert await store.drop_done("sales", START + timedelta(days=1)) == 1
    assert await store.listed(all_of_them=True) == ()


async def test_tickets(store: RequestStore) -> None:
    first, second = request(0), request(1, desk="other")
    await take(store, first)
    await take(store, second)
    assert await store.without_ticket(["sales"]) == (first,)
    await store.set_ticket(first.id, "T-1")
    assert await store.without_ticket(["sales"]) == ()
    assert (await store.listed(desk="sales"))[0].ticket == "T-1"
    assert await store.without_ticket([]) == ()


async def test_each_firm_has_its_own(store: RequestStore, database: Database, clock: FakeClock) -> None:
    theirs = RequestStore(database, clock, tenant="other")
    await take(store, request(0))
    assert await theirs.listed() == ()
    assert await take(theirs, request(1)) is Taken.TAKEN


async def test_a_database_that_is_gone_is_told_truly(store: RequestStore, database: Database) -> None:
    async with database.writing() as connection:
        await connection.exec_driver_sql("DROP TABLE call_requests")
    with pytest.raises(NotStored, match="cannot be written"):
        await take(store, request(0))
    with pytest.raises(NotStored, match="cannot be read"):
        await store.listed()


async def test_all_of_a_number_are_found_and_forgotten(
    store: RequestStore, database: Database, clock: FakeClock
) -> None:
    for minute, (number, party) in enumerate(
        (("600100200", ""), ("600100201", "600100200"), ("600100202", ""))
    ):
        await take(store, request(minute, number, party=party))
    assert [one.number for one in await store.of_numbers(["600100200"])] == ["600100200", "600100201"]
    assert await RequestStore(database, clock, tenant="other").forget(["600100200"]) == 0
    assert await store.forget(["600100200"]) == 2
    assert [one.number for one in await store.listed(all_of_them=True)] == ["600100202"]
    assert await store.of_numbers([]) == ()
