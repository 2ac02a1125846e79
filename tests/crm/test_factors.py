"""By what customers prove who they are, handed out for one customer alone."""

from __future__ import annotations

import pytest

from softswitch.crm.customer_model import Customer
from softswitch.crm.errors import NoSuchCustomer, WrongCustomer
from softswitch.crm.factors import CustomerFactors
from softswitch.crm.service import Customers
from softswitch.pins import Pins
from softswitch.storage.database import Database
from softswitch.storage.pin_store import PinStore
from tests.fakes.clock import FakeClock

Told = tuple[str, str, str]


@pytest.fixture
def factors(customers: Customers, database: Database, clock: FakeClock) -> CustomerFactors[Told]:
    def known(customer: Customer, pin_hash: str) -> Told:
        return customer.id, customer.pesel, pin_hash

    return CustomerFactors(customers, PinStore(database), clock, known)


async def test_who_is_meant_by_a_customer_number(
    customers: Customers, factors: CustomerFactors[Told]
) -> None:
    anna = await customers.create({"last_name": "A", "customer_number": "AB-7", "pesel": "44051401359"})
    assert await factors.by_customer_number("ab-7") == (anna.id, "44051401359", "")
    assert await factors.by_customer_number("ab-8") is None
    await factors.set_pin(anna.id, "4711")
    told = await factors.by_customer_number("AB-7")
    assert told is not None
    assert await Pins().matches(told[2], "4711")
    assert await factors.remove_pin(anna.id)
    assert await factors.by_customer_number("AB-7") == (anna.id, "44051401359", "")


async def test_of_several_on_one_number_nobody_is_meant(
    customers: Customers, factors: CustomerFactors[Told]
) -> None:
    anna = await customers.create({"last_name": "A", "numbers": "601234567"})
    assert await factors.by_calling_number("+48 601 234 567") == (anna.id, "", "")
    await customers.create({"last_name": "B", "numbers": "601234567"})
    assert await factors.by_calling_number("601234567") is None
    assert await factors.by_calling_number("anonymous") is None


async def test_a_pin_needs_a_customer_and_digits(factors: CustomerFactors[Told]) -> None:
    with pytest.raises(NoSuchCustomer):
        await factors.set_pin("none", "4711")
    with pytest.raises(WrongCustomer):
        await factors.set_pin("none", "12")
