"""The shops of the configuration, built: each by its own way of asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from softswitch.crm.order_model import Buyer, Order
from softswitch.integrations.json_orders import JsonOrders, read_path
from softswitch.integrations.shop_config import ShopConfig, ShopsConfig
from softswitch.integrations.shop_http import ShopHttp
from softswitch.integrations.woocommerce import WooCommerce


class OwnOrders(Protocol):
    """The line's own list of orders (see :class:`softswitch.storage.order_store.OrderStore`)."""

    async def last(self, buyer: Buyer, *, shop: str = "") -> Order | None:
        """Return the newest order of a customer in a shop."""
        ...


@dataclass(frozen=True, slots=True)
class OwnShop:
    """A shop whose orders were written into the line's own list."""

    name: str
    orders: OwnOrders

    async def last(self, buyer: Buyer) -> Order | None:
        """Return the newest order of a customer."""
        return await self.orders.last(buyer, shop=self.name)


AnyShop = OwnShop | WooCommerce | JsonOrders


def build_shops(
    config: ShopsConfig,
    http: ShopHttp,
    own: OwnOrders,
    *,
    spelling: Callable[[str], str],
    units: Callable[[str, str], int],
) -> dict[str, AnyShop]:
    """Return every shop by its name. ``spelling`` compares numbers, ``units`` reads sums of money."""

    def built(name: str, part: ShopConfig) -> AnyShop:
        if part.woocommerce is not None:
            shop = part.woocommerce
            return WooCommerce(
                name,
                shop.url,
                shop.key,
                shop.secret,
                http,
                spelling,
                units,
                statuses=part.statuses,
                within=part.limit_s,
            )
        if part.http is not None:
            return JsonOrders(
                name,
                part.http.url,
                read_path(part.http.orders),
                {field: read_path(path) for field, path in part.http.fields.items()},
                http,
                spelling,
                units,
                zone=ZoneInfo(part.http.zone),
                headers=part.http.headers,
                statuses=part.statuses,
                within=part.limit_s,
            )
        return OwnShop(name, own)

    return {name: built(name, part) for name, part in config.shops.items()}
