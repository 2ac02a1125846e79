"""The shops of the configuration, each asked in its own way, all of them at once."""

from __future__ import annotations

from aiohttp import web

from softswitch.crm.order_model import Buyer, Order
from softswitch.crm.orders import Orders, smallest_units
from softswitch.integrations.shop_config import ShopsConfig
from softswitch.integrations.shops import OwnShop, build_shops
from softswitch.trunks.numbers import Numbering
from tests.fakes.clock import START, FakeClock
from tests.integrations.shop_servers import KEY, SECRET, WooShop, client, serving

NUMBER = "+48600100200"


class Own:
    """The line's own list of orders."""

    async def last(self, buyer: Buyer, *, shop: str = "") -> Order | None:
        return Order(shop, "1", "new", START) if NUMBER in buyer.numbers else None


async def erp(request: web.Request) -> web.Response:
    return web.json_response([{"no": "E7", "state": "sent", "at": "2026-06-01T10:00:00Z"}])


async def test_two_shops_and_a_list_of_our_own() -> None:
    woo = WooShop()
    woo.order(4711, "2026-12-01T10:00:00", phone="600 100 200", status="completed")
    async with serving(woo.answer) as shop, serving(erp) as system, client() as http:
        config = ShopsConfig.model_validate(
            {
                "shops": {
                    "main": {"statuses": {"completed": "wysłane"}},
                    "erp": {
                        "http": {
                            "url": f"{system}/orders?phone={{phone}}",
                            "fields": {"number": "$.no", "status": "$.state", "placed": "$.at"},
                        }
                    },
                    "own": {},
                }
            }
        )
        # As the check demands https of a WooCommerce shop, the test's own is put in behind it.
        part = {"url": shop, "key": KEY, "secret": SECRET}
        main = config.shops["main"].model_copy(update={"woocommerce": Woo(**part)})
        config = config.model_copy(update={"shops": {**config.shops, "main": main}})
        spelling = Numbering("PL").comparable
        shops = build_shops(config, http, Own(), spelling=spelling, units=smallest_units)
        assert isinstance(shops["own"], OwnShop)
        orders = Orders(shops, FakeClock())
        buyer = Buyer(numbers=(NUMBER,))
        last = await orders.last(buyer)
        assert last.order is not None
        assert (last.order.shop, last.order.number, last.order.status) == ("main", "4711", "wysłane")
        assert last.silent == ()
        system_alone = await orders.last(buyer, ["erp", "own"])
        assert system_alone.order is not None
        assert system_alone.order.number == "E7"
        # A shop that breaks takes nothing from the others.
        woo.status = 503
        broken = await orders.last(Buyer(numbers=(NUMBER, "+48700111222")))
        assert broken.order is not None
        assert (broken.order.shop, broken.silent) == ("erp", ("main",))


class Woo:
    """The part of a WooCommerce shop, without its check."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self.url, self.key, self.secret = url, key, secret
