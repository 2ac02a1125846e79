"""Orders of any system that answers JSON: addresses filled, paths followed, whatever comes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from softswitch.crm.order_model import Buyer, Order
from softswitch.crm.orders import smallest_units
from softswitch.integrations.json_orders import JsonOrders, check_address, read_path
from softswitch.integrations.shop_errors import ShopError
from softswitch.trunks.numbers import Numbering
from tests.integrations.shop_servers import Client, client, serving

NUMBER = "+48600100200"
FIELDS = {
    "number": "$.no",
    "status": "$.state.name",
    "placed": "$.at",
    "total": "$.sum",
    "phone": "$.customer.phone",
}


def system(url: str, http: Client, fields: Mapping[str, str] = FIELDS, **more: Any) -> JsonOrders:
    return JsonOrders(
        "erp",
        url,
        read_path(more.pop("orders", "$.items[*]")),
        {name: read_path(path) for name, path in fields.items()},
        http,
        Numbering("PL").comparable,
        smallest_units,
        zone=ZoneInfo("Europe/Warsaw"),
        **more,
    )


async def asked(
    content: object, buyer: Buyer, address: str = "/orders?phone={phone}", **more: Any
) -> tuple[Order | None, list[web.Request]]:
    """Ask a server that answers this content; return the order, and what it was asked."""
    requests: list[web.Request] = []

    async def told(request: web.Request) -> web.Response:
        requests.append(request)
        return web.json_response(content)

    async with serving(told) as url, client() as http:
        return await system(url + address, http, **more).last(buyer), requests


def row(number: str, at: object, phone: str = "600 100 200", total: object = 99.9) -> dict[str, object]:
    return {"no": number, "state": {"name": "sent"}, "at": at, "sum": total, "customer": {"phone": phone}}


async def test_the_newest_order_of_the_customer() -> None:
    content = {
        "items": [
            row("1", "2026-12-01T10:00:00+01:00"),
            row("2", "2026-12-02 10:00", total="12.30"),
            row("3", "2026-12-09T10:00:00", phone="700111222"),
        ]
    }
    found, requests = await asked(content, Buyer(numbers=(NUMBER,)), statuses={"sent": "wysłane"})
    assert found == Order("erp", "2", "wysłane", datetime(2026, 12, 2, 9, tzinfo=UTC), 1230, "PLN", NUMBER)
    assert [request.query["phone"] for request in requests] == [NUMBER]


async def test_what_an_address_may_hold() -> None:
    buyer = Buyer(numbers=(NUMBER, "+48700111222"), emails=("a&b=c@example.com",))
    fields = {name: path for name, path in FIELDS.items() if name != "phone"}
    address = "/of/{digits}?mail={email}"
    found, requests = await asked({"items": [row("1", 1_796_000_000)]}, buyer, address, fields=fields)
    assert found is not None
    assert (found.phone, found.email, found.placed.year) == (NUMBER, "a&b=c@example.com", 2026)
    assert [(one.path, one.query["mail"]) for one in requests] == [
        ("/of/48600100200", "a&b=c@example.com"),
        ("/of/48700111222", "a&b=c@example.com"),
    ]


async def test_nobody_is_asked_for_who_has_neither() -> None:
    found, requests = await asked({"items": []}, Buyer(emails=("jan@example.com",)))
    assert (found, requests) == (None, [])


async def test_its_own_headers_go_along_and_are_shown_to_nobody() -> None:
    secret = {"Authorization": "Bearer very-secret"}
    _, (request,) = await asked({"items": []}, Buyer(numbers=(NUMBER,)), headers=secret)
    assert request.headers["Authorization"] == "Bearer very-secret"
    async with client() as http:
        assert "very-secret" not in repr(system("https://erp.example.com/{phone}", http, headers=secret))


@pytest.mark.parametrize(
    "content", [{}, [], {"items": {}}, {"items": None}, {"items": []}, {"other": [1]}, "text", 7, None]
)
async def test_answers_without_orders(content: object) -> None:
    found, _ = await asked(content, Buyer(numbers=(NUMBER,)))
    assert found is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"items": [{}]}, "an order without a number"),
        ({"items": [{"no": 1}]}, "an order without a status"),
        ({"items": [row("1", "soon")]}, "without a date or a sum"),
        ({"items": [row("1", "2026-12-01", total="much")]}, "without a date or a sum"),
        ({"items": [row("1", [1])]}, "without a placed"),
        ({"items": ["text", 1]}, "an order without a number"),
    ],
)
async def test_orders_that_are_none(content: object, reason: str) -> None:
    with pytest.raises(ShopError, match=reason):
        await asked(content, Buyer(numbers=(NUMBER,)))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://a/orders", "asks for nobody"),
        ("https://a/{name}", "'{name}' cannot be filled"),
        ("https://a/{}", "'{}' cannot be filled"),
    ],
)
def test_addresses(address: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("{", r"\{")):
        check_address(address)
    check_address("https://a/{phone}")


@pytest.mark.parametrize("path", ["order.status", "", "$.a[?", "$.a.`sub(/x/, y)`", "$" * 300])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(ValueError, match="is no path"):
        read_path(path)
