"""Shops as servers on 127.0.0.1: one that answers as WooCommerce does, one that answers any JSON."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from softswitch.errors import SoftswitchError

KEY, SECRET = "ck_read", "cs_very-secret"


class NoAnswer(SoftswitchError):
    """There was none within the time."""


class Client:
    """Asks over HTTP. Implements :class:`softswitch.integrations.shop_http.ShopHttp`."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, within: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        limit = aiohttp.ClientTimeout(total=within)
        try:
            async with self._session.request(
                method, url, headers=headers, data=body or None, timeout=limit
            ) as answer:
                told = {name.lower(): value for name, value in answer.headers.items()}
                return answer.status, told, await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            raise NoAnswer("no answer") from None


@dataclass
class WooShop:
    """A shop with orders; ``status`` other than 200 is answered to everything."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def order(self, number: int, placed: str, *, phone: str = "", email: str = "", **more: object) -> None:
        """Put an order in; it has more fields than anybody wants."""
        self.orders.append(
            {
                "id": number,
                "number": str(number),
                "status": "processing",
                "date_created_gmt": placed,
                "total": "123.45",
                "currency": "PLN",
                "billing": {"first_name": "Jan", "phone": phone, "email": email},
                "line_items": [{"name": "kubek"}],
                **more,
            }
        )

    async def answer(self, request: web.Request) -> web.Response:
        """Answer as the REST API does: proof, search in the billing texts, newest first, page by page."""
        proof = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if self.status != 200:
            return web.json_response({"code": "broken"}, status=self.status)
        if request.headers.get("Authorization") != f"Basic {proof}":
            return web.json_response({"code": "woocommerce_rest_cannot_view"}, status=401)
        asked = dict(request.query)
        self.asked.append(asked)
        wanted = asked["search"].lower()
        found = [one for one in self.orders if wanted in " ".join(map(str, one["billing"].values())).lower()]
        found.sort(key=lambda one: str(one["date_created_gmt"]), reverse=True)
        size, page = int(asked["per_page"]), int(asked["page"])
        pages = -(-len(found) // size)
        return web.json_response(
            found[(page - 1) * size : page * size], headers={"X-WP-TotalPages": str(pages)}
        )


@contextlib.asynccontextmanager
async def serving(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Run a server that answers every GET; yield its address."""
    app = web.Application()
    app.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def client() -> AsyncIterator[Client]:
    """Lend a client."""
    async with aiohttp.ClientSession() as session:
        yield Client(session)
    await asyncio.sleep(0)  # Connections are closed by then.
