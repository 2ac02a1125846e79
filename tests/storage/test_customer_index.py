"""What customers are found by is theirs alone, where it may be only one's."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from softswitch.crm.customer_model import Customer
from softswitch.crm.errors import DuplicateCustomer
from softswitch.storage.customer_index import CustomerIndex, duplicate_of
from softswitch.storage.customer_rows import row_of
from softswitch.storage.database import Database
from softswitch.storage.tables import customers
from tests.storage.test_customer_store import ANNA, JAN

TENANT = "firm"


async def kept(database: Database, index: CustomerIndex, *group: Customer) -> None:
    async with database.writing() as connection:
        await connection.execute(customers.insert(), [row_of(one, TENANT) for one in group])
        await index.add(connection, group)


async def found(database: Database, index: CustomerIndex, *pairs: tuple[str, str]) -> list[str]:
    query = select(customers.c.id).where(index.having(pairs)).order_by(customers.c.id)
    async with database.reading() as connection:
        return list((await connection.execute(query)).scalars())


async def test_customers_are_found_until_their_keys_are_taken_away(database: Database) -> None:
    index = CustomerIndex(TENANT)
    await kept(database, index, ANNA, JAN)
    shared = ("number", "+48601234567")
    assert await found(database, index, shared) == ["C1", "C2"]
    assert await found(database, index, ("nip", "5260250274"), ("number", "none")) == ["C1"]
    assert await found(database, CustomerIndex("another"), shared) == []
    async with database.writing() as connection:
        await index.remove(connection, ["C1"])
    assert await found(database, index, shared) == ["C2"]


async def test_what_only_one_may_have_is_refused_to_a_second_by_name(database: Database) -> None:
    index = CustomerIndex(TENANT)
    await kept(database, index, ANNA)
    second = Customer(id="C3", pesel=ANNA.pesel)
    async with database.reading() as connection:
        await index.refuse_duplicates(connection, (ANNA, JAN))
        with pytest.raises(DuplicateCustomer) as caught:
            await index.refuse_duplicates(connection, (second,))
        assert (caught.value.field, caught.value.other) == ("pesel", "C1")
        with pytest.raises(DuplicateCustomer):
            await index.refuse_duplicates(connection, (second, Customer(id="C4", pesel=ANNA.pesel)))


def test_what_another_process_was_faster_with_is_named_and_not_shown() -> None:
    error = IntegrityError("insert", {}, Exception("UNIQUE constraint: sole (pesel) 44051401359"))
    told = duplicate_of(error)
    assert told.field == "pesel"
    assert "44051401359" not in str(told)
