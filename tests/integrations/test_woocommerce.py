"""Orders of a real HTTP server that answers as WooCommerce does."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import web

from softswitch.crm.order_model import Buyer, Order
from softswitch.crm.orders import smallest_units
from softswitch.integrations.shop_errors import ShopError
from softswitch.integrations.woocommerce import PER_PAGE, WooCommerce, spellings
from softswitch.trunks.numbers import Numbering
from tests.integrations.shop_servers import KEY, SECRET, Client, NoAnswer, WooShop, client, serving

NUMBER = "+48600100200"
JAN = Buyer(numbers=(NUMBER,))


def adapter(url: str, http: Client, *, secret: str = SECRET, within: float = 3.0) -> WooCommerce:
    return WooCommerce(
        "main",
        url,
        KEY,
        secret,
        http,
        Numbering("PL").comparable,
        smallest_units,
        statuses={"processing": "opłacone"},
        within=within,
    )


@contextlib.asynccontextmanager
async def shop(secret: str = SECRET) -> AsyncIterator[tuple[WooShop, WooCommerce]]:
    made = WooShop()
    async with serving(made.answer) as url, client() as http:
        yield made, adapter(url, http, secret=secret)


@pytest.mark.parametrize("phone", ["+48600100200", "600100200", "600 100 200", "600-100-200", "48600100200"])
async def test_an_order_is_found_however_the_customer_typed_his_number(phone: str) -> None:
    async with shop() as (made, woo):
        made.order(4710, "2026-12-01T10:00:00", phone=phone)
        made.order(4711, "2026-12-02T10:00:00", phone=phone, email="Jan@Example.com")
        made.order(4712, "2026-12-03T10:00:00", phone="700 111 222")
        assert await woo.last(JAN) == Order(
            "main",
            "4711",
            "opłacone",
            datetime(2026, 12, 2, 10, tzinfo=UTC),
            12_345,
            "PLN",
            NUMBER,
            "jan@example.com",
        )


async def test_by_e_mail_and_never_of_who_only_holds_the_text() -> None:
    async with shop() as (made, woo):
        made.order(1, "2026-12-02T10:00:00", email="not-jan@example.com")
        made.order(2, "2026-12-01T10:00:00", email="JAN@example.com")
        found = await woo.last(Buyer(emails=("jan@example.com",)))
        assert found is not None
        assert found.number == "2"
        assert await woo.last(Buyer(emails=("an@example.com",))) is None


async def test_page_by_page_as_far_as_it_makes_sense() -> None:
    async with shop() as (made, woo):
        for number in range(PER_PAGE * 2):
            made.order(number + 1, f"2026-12-02T10:{number:02}:00", email="not-jan@example.com")
        made.order(99, "2026-12-01T10:00:00", email="jan@example.com")
        found = await woo.last(Buyer(emails=("jan@example.com",)))
        assert found is not None
        assert found.number == "99"
        assert [one["page"] for one in made.asked] == ["1", "2", "3"]


async def test_nobody_is_asked_for_nothing() -> None:
    async with shop() as (made, woo):
        made.order(1, "2026-12-02T10:00:00")
        assert await woo.last(Buyer()) is None
        assert made.asked == []
        # An order without a number is not everybody's.
        assert await woo.last(JAN) is None


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, "has nothing at the address"),
        (429, "has been asked too often"),
        (503, "is out of order"),
        (418, "does not understand us"),
    ],
)
async def test_what_a_shop_refuses(status: int, reason: str) -> None:
    async with shop() as (made, woo):
        made.status = status
        with pytest.raises(ShopError, match=f"the shop main {reason} .HTTP {status}."):
            await woo.last(JAN)


async def test_a_wrong_key_is_told_and_never_shown() -> None:
    async with shop(secret="cs_wrong-one") as (_, woo):
        with pytest.raises(ShopError, match="refuses our key") as caught:
            await woo.last(JAN)
        assert "cs_wrong-one" not in f"{caught.value!r} {woo!r}"
        assert KEY not in repr(woo)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("<html>", "what is no JSON"),
        ('{"code": "x"}', "other things than orders"),
        ('[{"id": "x"}]', "other things than orders"),
        (
            '[{"id": 1, "status": "a", "date_created_gmt": "soon", "billing": {"phone": "600100200"}}]',
            "without a date or a sum",
        ),
        (
            '[{"id": 1, "status": "a", "date_created_gmt": "2026-12-01T10:00:00", "total": "much", '
            '"billing": {"phone": "600100200"}}]',
            "without a date or a sum",
        ),
    ],
)
async def test_what_is_no_answer(answer: str, reason: str) -> None:
    async def told(request: web.Request) -> web.Response:
        return web.Response(text=answer, content_type="application/json")

    async with serving(told) as url, client() as http:
        with pytest.raises(ShopError, match=reason):
            await adapter(url, http).last(JAN)


async def test_a_shop_that_is_down() -> None:
    async with client() as http:
        with pytest.raises(NoAnswer):
            await adapter("http://127.0.0.1:1", http).last(JAN)


def test_how_numbers_are_typed() -> None:
    assert list(spellings("+48221234567")) == [
        "+48221234567",
        "221234567",
        "221 234 567",
        "221-234-567",
        "22 123 45 67",
    ]
    assert list(spellings("+12125550100")) == ["+12125550100"]
