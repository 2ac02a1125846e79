"""Customers and orders of a scene: numbers in every spelling, ids, orders, and what does not answer."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.ivr.desks.book import Search, Typed
from softswitch.ivr.simulated.customers import SILENCE_S, CustomerGiven, SimulatedBook, SimulatedShops
from softswitch.ivr.simulated.scene import Scene
from tests.ivr.simulated.passed import Passed

PESEL = "44051401359"


def book(*customers: dict, away: bool = False, passed: Passed | None = None) -> SimulatedBook:
    given = [CustomerGiven.model_validate(one) for one in customers]
    return SimulatedBook(given, passed if passed is not None else Passed(), [].append, away=away)


@pytest.mark.parametrize(
    ("written", "number"),
    [("+48601234567", "+48601234567"), ("601 234 567", "+48601234567"), ("0048601234567", "+48601234567"),
     ("1001", "1001"), ("anonymous", ""), ("", ""), ("+49 30 901820", "+4930901820")],
)  # fmt: skip
def test_numbers_have_one_spelling(written: str, number: str) -> None:
    assert book().number(written) == number


async def test_customers_without_an_id_are_counted() -> None:
    found = await book({"numbers": ["601234567"]}, {"pesel": PESEL}).by_digits(Typed("pesel", PESEL))
    assert found.known is not None
    assert (found.search, found.known.id) == (Search.FOUND, "C2")
    assert PESEL not in repr(CustomerGiven(pesel=PESEL))


async def test_an_empty_field_is_nobody_s() -> None:
    assert (await book({"id": "C1"}).by_digits(Typed("nip", ""))).search is Search.NOBODY


async def test_a_new_customer_with_an_own_field_is_found_from_then_on() -> None:
    kept = book()
    made = await kept.by_digits(Typed("karta", "77"), create=True, number="anonymous")
    assert made.search is Search.CREATED
    assert (await kept.by_digits(Typed("karta", "77"))).search is Search.FOUND
    assert set(kept.own_fields) == {"karta"}


async def test_what_does_not_answer_takes_its_time() -> None:
    passed = Passed()
    looked = await book({"id": "C1"}, away=True, passed=passed).by_id("C1")
    assert (looked.search, passed) == (Search.UNAVAILABLE, [SILENCE_S])


async def test_the_newest_order_of_the_shops_that_answer() -> None:
    orders = [
        {"shop": "A", "number": 1, "date": "2026-01-01"},
        {"shop": "B", "number": 2, "date": "2026-02-01", "total": "9.90"},
    ]
    passed = Passed()
    kept = book({"id": "C1", "orders": orders})
    shops = SimulatedShops(kept, ["B"], passed)
    assert (await SimulatedShops(kept, [], passed).last("C1", [])).variables["ORDER.NUMBER"] == "2"
    found = await shops.last("C1", [])
    assert (found.variables["ORDER.NUMBER"], found.silent, passed) == ("1", ("B",), [SILENCE_S])
    assert found.variables["ORDER.CURRENCY"] == ""
    assert not (await shops.last("C1", ["B"])).variables
    assert not (await shops.last("nobody", ["A"])).variables


def test_a_tester_s_mistake_is_told() -> None:
    with pytest.raises(ValidationError, match="shoe_size"):
        Scene.model_validate({"customers": [{"shoe_size": 43}]})
