"""The last order, asked of several shops side by side."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.crm.order_model import Buyer, Order
from softswitch.crm.orders import LastOrder, Orders, order_variables, smallest_units, written_sum
from softswitch.crm.ticket_errors import TicketError
from softswitch.errors import SoftswitchError
from tests.fakes.clock import START, FakeClock
from tests.fakes.virtual_time import in_virtual_time, passes

JAN = Buyer(numbers=("+48600100200",))


def order(shop: str, days: int = 0, status: str = "sent") -> Order:
    return Order(shop, "4711", status, START + timedelta(days=days), 12_345)


class Shop:
    """A shop that answers after some time, or fails."""

    def __init__(
        self, found: Order | None = None, *, after: float = 0.0, fault: Exception | None = None
    ) -> None:
        self.found = found
        self.after = after
        self.fault = fault
        self.asked = 0
        self.left = 0

    async def last(self, buyer: Buyer) -> Order | None:
        self.asked += 1
        try:
            await passes(self.after)
        except asyncio.CancelledError:
            self.left += 1
            raise
        if self.fault is not None:
            raise self.fault
        return self.found


@in_virtual_time
async def test_the_newest_of_all_shops_asked_side_by_side():
    shops = {"s1": Shop(order("s1"), after=2), "s2": Shop(order("s2", 1), after=2), "s3": Shop(after=2)}
    orders, loop = Orders(shops, FakeClock()), asyncio.get_running_loop()
    began = loop.time()
    assert await orders.last(JAN) == LastOrder(order("s2", 1))
    assert loop.time() - began < 2.5


@in_virtual_time
async def test_only_the_shops_that_are_named():
    shops = {"s1": Shop(order("s1")), "s2": Shop(order("s2", 1))}
    orders = Orders(shops, FakeClock())
    assert await orders.last(JAN, ["s1"]) == LastOrder(order("s1"))
    assert shops["s2"].asked == 0
    with pytest.raises(TicketError, match="there is no shop 's9', only s1, s2"):
        await orders.last(JAN, ["s9"])


@in_virtual_time
async def test_a_slow_shop_holds_up_nobody_beyond_the_limit():
    slow = Shop(order("s2", 1), after=60)
    orders, loop = Orders({"s1": Shop(order("s1")), "s2": slow}, FakeClock()), asyncio.get_running_loop()
    began = loop.time()
    assert await orders.last(JAN) == LastOrder(order("s1"), ("s2",))
    assert loop.time() - began == pytest.approx(3.0, abs=0.1)
    assert slow.left == 1


@in_virtual_time
async def test_a_broken_shop_is_named_and_the_rest_counts():
    shops = {
        "s1": Shop(order("s1")),
        "s2": Shop(fault=SoftswitchError("the shop s2 refuses our key")),
        "s3": Shop(fault=RuntimeError("our own fault")),
    }
    assert await Orders(shops, FakeClock()).last(JAN) == LastOrder(order("s1"), ("s2", "s3"))


@in_virtual_time
async def test_who_hangs_up_asks_no_more():
    slow = Shop(after=60)
    asking = asyncio.ensure_future(Orders({"s1": slow}, FakeClock()).last(JAN))
    await passes(1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert slow.left == 1


@in_virtual_time
async def test_answers_are_kept_for_a_moment_but_not_those_of_silent_shops():
    shop, clock = Shop(order("s1")), FakeClock()
    orders = Orders({"s1": shop}, clock)
    await orders.last(JAN)
    clock.advance(59)
    assert await orders.last(JAN) == LastOrder(order("s1"))
    assert shop.asked == 1
    await orders.last(Buyer(emails=("jan@example.com",)))
    clock.advance(2)
    await orders.last(JAN)
    assert shop.asked == 3
    shop.fault = SoftswitchError("down")
    clock.advance(61)
    for _ in range(2):
        assert await orders.last(JAN) == LastOrder(None, ("s1",))
    assert shop.asked == 5


@in_virtual_time
async def test_without_shops_there_are_no_orders():
    assert await Orders({}, FakeClock()).last(JAN) == LastOrder(None)


def test_what_menus_say_of_an_order() -> None:
    assert order_variables(order("s1"), lambda at: at + timedelta(hours=15)) == {
        "ORDER.SHOP": "s1",
        "ORDER.NUMBER": "4711",
        "ORDER.STATUS": "sent",
        "ORDER.DATE": "2026-01-06",
        "ORDER.TOTAL": "123.45",
        "ORDER.CURRENCY": "PLN",
    }


@pytest.mark.parametrize(
    ("text", "currency", "units"),
    [
        ("123.45", "PLN", 12_345),
        ("0.1", "EUR", 10),
        ("-5", "PLN", -500),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
    ],
)
def test_sums_of_money(text: str, currency: str, units: int) -> None:
    assert smallest_units(text, currency) == units


@pytest.mark.parametrize("text", ["", "much", "1,50", "1.234", "NaN", "Infinity", "1e40", "0x10"])
def test_what_is_no_sum(text: str) -> None:
    with pytest.raises(ValueError, match="is no sum of money"):
        smallest_units(text, "PLN")


@given(st.integers(-(10**12), 10**12), st.sampled_from(["PLN", "JPY", "KWD"]))
def test_a_sum_that_is_written_is_read_again(units: int, currency: str) -> None:
    assert smallest_units(written_sum(units, currency), currency) == units


@in_virtual_time
async def test_a_glance_waits_for_nobody_and_asking_goes_on():
    slow = Shop(order("s1"), after=2)
    orders = Orders({"s1": slow}, FakeClock())
    # Two who look at once ask once.
    first, second = await asyncio.gather(orders.glance(JAN, within=0.2), orders.glance(JAN, within=0.2))
    assert first == second == LastOrder(None, ("s1",))
    await passes(2)
    assert await orders.glance(JAN, within=0.2) == LastOrder(order("s1"))
    assert slow.asked == 1
    await orders.close()


@in_virtual_time
async def test_what_is_looked_for_at_the_end_is_given_up():
    slow = Shop(order("s1"), after=60)
    orders = Orders({"s1": slow}, FakeClock())
    assert (await orders.glance(JAN, within=0.1)).order is None
    await orders.close()
    assert slow.left == 1
