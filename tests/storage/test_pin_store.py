"""A customer has one PIN or none, and what is kept of it is its hash."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from softswitch.crm.customer_model import Customer
from softswitch.crm.errors import NoSuchCustomer
from softswitch.storage.customer_store import CustomerStore, remove_customer
from softswitch.storage.database import Database
from softswitch.storage.pin_store import PinStore

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


async def test_the_last_hash_counts_until_it_is_removed(database: Database) -> None:
    await CustomerStore(database).create(Customer(id="C1", last_name="A"))
    store = PinStore(database)
    assert await store.hash_of("C1") == ""
    await store.keep("C1", "$one", AT)
    await store.keep("C1", "$two", AT)
    assert await store.hash_of("C1") == "$two"
    assert await PinStore(database, tenant="other").hash_of("C1") == ""
    assert await store.remove("C1")
    assert not await store.remove("C1")
    assert await store.hash_of("C1") == ""


async def test_nobody_has_no_pin(database: Database) -> None:
    with pytest.raises(NoSuchCustomer):
        await PinStore(database).keep("C1", "$one", AT)


async def test_a_pin_goes_with_its_customer(database: Database) -> None:
    await CustomerStore(database).create(Customer(id="C1", last_name="A"))
    store = PinStore(database)
    await store.keep("C1", "$one", AT)
    async with database.writing() as connection:
        await remove_customer(connection, "C1", tenant="default")
    assert await store.hash_of("C1") == ""
