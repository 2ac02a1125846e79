"""The shops of a running switch: who is asked for the last order of a customer, built in one place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from softswitch.clock import Clock
from softswitch.config import Config
from softswitch.crm.numbers import Numbers
from softswitch.crm.orders import Orders, smallest_units
from softswitch.integrations.http_messages import Http
from softswitch.integrations.shop_http import AskedOverHttp
from softswitch.integrations.shops import build_shops
from softswitch.storage.database import Database
from softswitch.storage.order_store import OrderStore
from softswitch.trunks.numbers import Numbering


@dataclass(frozen=True, slots=True)
class ShopRoom:
    """The shops. ``own`` names those that are the line's own list; ``spelling`` is how numbers are kept."""

    orders: Orders
    store: OrderStore
    own: frozenset[str]
    spelling: Callable[[str], str]

    async def run(self) -> None:
        """Own what is asked for in the background, until cancelled."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.orders.close()


def build_shop_room(config: Config, database: Database, http: Http, clock: Clock) -> ShopRoom:
    """Build every shop of the configuration; nothing is asked yet."""
    numbers, store = Numbers(Numbering(config.country), config.country), OrderStore(database)

    def spelling(number: str) -> str:
        return numbers.normal(number) or ""

    shops = build_shops(config, AskedOverHttp(http), store, spelling=spelling, units=smallest_units)
    # A shop that may take longer is given its time; a caller waits for all of them side by side.
    limit_s = max((part.limit_s for part in config.shops.values()), default=0.0)
    own = frozenset(
        name for name, part in config.shops.items() if part.woocommerce is None and part.http is None
    )
    return ShopRoom(Orders(shops, clock, limit_s=limit_s), store, own, spelling)
