"""Orders of several shops, found by number, e-mail or customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from softswitch.crm.errors import CrmError
from softswitch.crm.order_model import Buyer, Order
from softswitch.storage.database import Database
from softswitch.storage.order_store import OrderStore
from tests.fakes.clock import START

PHONE, EMAIL = "+48600100200", "jan@example.com"
FIRST = Order("s1", "4711", "paid", START, 12_345, "PLN", PHONE, "Jan@Example.com")
SECOND = Order("s2", "99", "sent", START + timedelta(days=1), None, "EUR", "", EMAIL, "K1")


async def test_the_last_order_of_a_customer(database: Database) -> None:
    store = OrderStore(database)
    await store.save([FIRST, SECOND])
    kept = replace(FIRST, email=EMAIL)
    assert await store.last(Buyer(numbers=(PHONE,))) == kept
    assert await store.last(Buyer(emails=("JAN@example.com",))) == SECOND
    assert await store.last(Buyer(emails=(EMAIL,)), shop="s1") == kept
    assert await store.last(Buyer(customer="K1")) == SECOND
    assert await store.orders(Buyer(numbers=(PHONE,), customer="K1")) == (SECOND, kept)
    assert len(await store.orders(Buyer(emails=(EMAIL,)), limit=1)) == 1


async def test_nobody_has_no_orders(database: Database) -> None:
    store = OrderStore(database)
    await store.save([FIRST])
    await store.save([])
    # What is empty matches nothing: a buyer without a number is not every order without one.
    assert await store.last(Buyer()) is None
    assert await store.last(Buyer(numbers=("+48999",))) is None
    assert await OrderStore(database, tenant="other").last(Buyer(numbers=(PHONE,))) is None


async def test_an_order_is_changed_and_taken_out(database: Database) -> None:
    store = OrderStore(database)
    await store.save([FIRST])
    await store.save([replace(FIRST, status="sent", total=12_000)])
    found = await store.last(Buyer(numbers=(PHONE,)))
    assert found is not None
    assert (found.status, found.total) == ("sent", 12_000)
    # The same number in another shop is another order.
    await store.save([replace(FIRST, shop="s2")])
    assert await store.remove("s1", "4711")
    assert not await store.remove("s1", "4711")
    assert [one.shop for one in await store.orders(Buyer(numbers=(PHONE,)))] == ["s2"]


async def test_a_customer_is_forgotten(database: Database) -> None:
    store = OrderStore(database)
    await store.save([FIRST, SECOND])
    assert await store.erase(Buyer()) == 0
    assert await store.erase(Buyer(numbers=(PHONE,))) == 1
    assert await store.last(Buyer(emails=(EMAIL,))) == SECOND


async def test_orders_in_pages_newest_first(database: Database) -> None:
    store = OrderStore(database)
    all_of_them = [replace(FIRST, number=str(n), placed=START + timedelta(hours=n // 2)) for n in range(5)]
    await store.save([*all_of_them, replace(SECOND, tracking="PL-77")])
    seen, after = [], ""
    while True:
        page = await store.latest(shop="s1", after=after, limit=2)
        seen += [one.number for one in page.orders]
        if not (after := page.after):
            break
    assert seen == ["4", "3", "2", "1", "0"]
    of_one = await store.latest(Buyer(customer="K1"))
    assert [one.tracking for one in of_one.orders] == ["PL-77"]
    assert (await store.latest(Buyer())).orders == ()
    assert await store.find("s1", "3") == replace(all_of_them[3], email=EMAIL)
    assert await store.find("s1", "99") is None
    with pytest.raises(CrmError, match="begin with the first"):
        await store.latest(after="nonsense")
