"""Menus joined with customers and orders: real look-ups in a real database, and what happens without one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from softswitch import tree_customers
from softswitch.crm.customer_model import Customer, own_key
from softswitch.crm.order_model import Buyer, Order
from softswitch.crm.orders import Orders
from softswitch.crm.service import Customers
from softswitch.ivr.desks.book import BRANCHING_FIELDS, LOOKUP_FIELDS, Narrow, Search, Typed
from softswitch.ivr.variables import ORDER_VARIABLES
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from softswitch.tree_customers import TreeBook, TreeShops
from tests.crm.reading_rules import RULES
from tests.fakes.blank import blank
from tests.fakes.clock import START, FakeClock

ANNA = {
    "first_name": "Anna", "last_name": "Nowak", "numbers": "601 234 567", "emails": "anna@example.pl",
    "customer_number": "123456", "pesel": "44051401359", "group": "standard", "points": 12.5, "consent": True,
}  # fmt: skip


@pytest.fixture
async def customers(tmp_path: Path) -> AsyncIterator[Customers]:
    database = await Database.open(blank(tmp_path / "softswitch.db"))
    service = Customers(CustomerStore(database), ContactStore(database), RULES, FakeClock())
    yield service
    await service.close()
    await database.close()


@pytest.fixture
def book(customers: Customers) -> TreeBook:
    return TreeBook(customers)


@pytest.mark.parametrize("caller", ["+48601234567", "601234567", "0048601234567"])
async def test_t27_every_spelling_of_a_number_is_the_one_customer(customers, book, caller) -> None:
    made = await customers.create(ANNA)
    looked = await book.by_number(caller)
    assert (looked.search, looked.count) == (Search.FOUND, 1)
    assert looked.known is not None
    assert looked.known.id == made.id
    assert looked.known.variables()["CUSTOMER.FULL_NAME"].text == "Anna Nowak"
    assert looked.known.variables()["CUSTOMER.CUSTOM_FIELD.POINTS"].text == "12.5"
    assert looked.known.value("consent") is True


async def test_t27_vip_only_and_withheld(customers, book) -> None:
    await customers.create(ANNA)
    assert (await book.by_number("601234567", vip_only=True)).search is Search.NOBODY
    assert (await book.by_number("anonymous")).search is Search.NOBODY
    assert (book.number("anonymous"), book.number("0601234567")) == ("", "+48601234567")


async def test_t27_a_field_decides_between_two_with_one_number(customers, book) -> None:
    await customers.create(ANNA)
    firm = await customers.create({"company_name": "Żuraw", "numbers": "601234567", "card": "Łódź"})
    both = await book.by_number("601234567")
    assert (both.search, both.count, both.known) == (Search.SEVERAL, 2, None)
    narrowed = await book.by_number("601234567", narrow=Narrow("card", "lodz"))
    assert narrowed.known is not None
    assert narrowed.known.id == firm.id
    assert narrowed.known.variables()["CUSTOMER.SURNAME"].text == "Żuraw"
    assert (await book.by_number("601234567", narrow=Narrow("card", "x"))).search is Search.NOBODY


async def test_a_person_of_a_company_knows_its_name(customers, book) -> None:
    firm = await customers.create({"company_name": "Żuraw", "nip": "5260250274"})
    anna = await customers.create({**ANNA, "company": firm.id})
    looked = await book.by_id(anna.id)
    assert looked.known is not None
    assert looked.known.variables()["CUSTOMER.COMPANY_NAME"].text == "Żuraw"
    assert (await book.by_id("nobody")).search is Search.NOBODY


async def test_t05_by_typed_digits_behind_a_prefix(customers, book) -> None:
    made = await customers.create(ANNA)
    looked = await book.by_digits(Typed("customer_number", "456", prefix="123"))
    assert looked.known is not None
    assert (looked.search, looked.known.id) == (Search.FOUND, made.id)
    assert (await book.by_digits(Typed("pesel", "44051401359"))).search is Search.FOUND
    assert (await book.by_digits(Typed("customer_number", "9"))).search is Search.NOBODY


async def test_t05_somebody_new_has_the_typed_and_the_calling_number(customers, book) -> None:
    typed = Typed("customer_number", "999")
    looked = await book.by_digits(typed, create=True, number="602000000")
    assert looked.search is Search.CREATED
    assert looked.known is not None
    kept = await customers.get(looked.known.id)
    assert (kept.customer_number, kept.numbers) == ("999", ("+48602000000",))
    assert (await book.by_digits(typed, create=True, number="602000000")).search is Search.FOUND


async def test_t05_what_cannot_be_a_pesel_makes_nobody(customers, book) -> None:
    looked = await book.by_digits(Typed("pesel", "12345678901"), create=True, number="602000000")
    assert looked.search is Search.NOBODY


async def test_t05_two_calls_that_write_the_same_customer_down_are_one(book) -> None:
    typed = Typed("customer_number", "999")
    both = await asyncio.gather(*(book.by_digits(typed, create=True, number="602000000") for _ in range(2)))
    assert {looked.known.id for looked in both if looked.known is not None} == {both[0].known.id}
    assert sorted(looked.search for looked in both) == ["created", "found"]


async def test_a_database_that_is_away_or_slow_is_an_answer(customers, book, monkeypatch, caplog) -> None:
    made = await customers.create(ANNA)

    async def away(*_: object, **__: object) -> object:
        raise OSError("44051401359")

    monkeypatch.setattr(customers, "find", away)
    assert (await book.by_digits(Typed("pesel", "44051401359"))).search is Search.UNAVAILABLE
    assert "44051401359" not in caplog.text

    async def forever(*_: object) -> Customer:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(tree_customers, "LOOKED_UP_WITHIN_S", 0.01)
    monkeypatch.setattr(customers, "get", forever)
    assert (await book.by_id(made.id)).search is Search.UNAVAILABLE


async def test_every_field_of_menus_is_one_of_customers(customers, book) -> None:
    made = await customers.create(ANNA)
    for field in (*LOOKUP_FIELDS, *book.own_fields):
        assert await customers.find(field, "1") is not None
    known = (await book.by_id(made.id)).known
    assert known is not None
    assert {known.value(field) for field in BRANCHING_FIELDS} >= {"standard", "person", "123456", False}
    assert own_key(made.own["consent"]) == "yes"


class Shop:
    """A shop with orders of one customer."""

    def __init__(self, *orders: Order) -> None:
        self.orders = orders
        self.asked: list[Buyer] = []

    async def last(self, buyer: Buyer) -> Order | None:
        self.asked.append(buyer)
        return self.orders[-1] if self.orders else None


class BrokenShop:
    """A shop that cannot be asked."""

    async def last(self, buyer: Buyer) -> Order | None:
        raise OSError("down")


def shops_of(customers: Customers, **shops: object) -> TreeShops:
    orders = Orders(shops, FakeClock(), limit_s=0.5)
    return TreeShops(orders, customers, lambda at: at)


async def test_t01_the_last_order_of_two_shops(customers) -> None:
    made = await customers.create(ANNA)
    first, second = Shop(Order("s1", "4711", "wysłane", START, 12_345)), Shop()
    shops = shops_of(customers, s1=first, s2=second)
    found = await shops.last(made.id, [])
    assert set(found.variables) == set(ORDER_VARIABLES)
    assert (found.variables["ORDER.NUMBER"], found.variables["ORDER.TOTAL"]) == ("4711", "123.45")
    assert first.asked == [Buyer(("+48601234567",), ("anna@example.pl",), made.id)]
    assert not (await shops.last(made.id, ["s2"])).variables
    assert not (await shops.last("nobody", [])).variables
    assert list(shops.names) == ["s1", "s2"]


async def test_t01_a_silent_shop_is_told_of(customers) -> None:
    made = await customers.create(ANNA)
    shops = shops_of(customers, s1=Shop(Order("s1", "4711", "", START)), s2=BrokenShop())
    found = await shops.last(made.id, [])
    assert (found.variables["ORDER.NUMBER"], found.silent) == ("4711", ("s2",))
    assert (await shops.last(made.id, ["gone"])).silent == ("gone",)
