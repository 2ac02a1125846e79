"""The shops of a switch that has none."""

from __future__ import annotations

from softswitch.ivr.desks.shops import LastOrder, NoShops


async def test_without_shops_there_is_no_order() -> None:
    shops = NoShops()
    assert shops.names == ()
    assert await shops.last("C1", ["S1"]) == LastOrder()


def test_an_order_shows_in_no_text() -> None:
    assert "4711" not in repr(LastOrder({"ORDER.NUMBER": "4711"}))
