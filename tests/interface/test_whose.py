"""Customers that programs name."""

from __future__ import annotations

import pytest

from softswitch.crm.service import Customers
from softswitch.interface.whose import known_customer
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from softswitch.web.errors import Fault, Unacceptable
from tests.crm.reading_rules import RULES
from tests.fakes.clock import FakeClock


async def test_only_who_is_there_is_named(database: Database, clock: FakeClock) -> None:
    customers = Customers(CustomerStore(database), ContactStore(database), RULES, clock)
    anna = await customers.create({"last_name": "Nowak"})
    assert await known_customer(customers, anna.id) == anna.id
    assert await known_customer(customers, "") == ""
    with pytest.raises(Unacceptable) as refused:
        await known_customer(customers, "nobody")
    assert refused.value.faults == (Fault("body.customer", "no customer has this id"),)
    await customers.close()
