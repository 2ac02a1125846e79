"""The shops of a line: asked over the line's own way to other systems, and by its numbers."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web

from softswitch.config import Config
from softswitch.crm.order_model import Buyer, Order
from softswitch.integrations.addresses import Reach
from softswitch.shop_room import build_shop_room
from softswitch.storage.database import Database
from tests.fakes.blank import blank
from tests.fakes.clock import START, FakeClock
from tests.fakes.offline import Offline
from tests.integrations.servers import client
from tests.integrations.shop_servers import serving

ANNA = Buyer(("+48600100200",))
FIELDS = {"number": "$.no", "status": "$.state", "placed": "$.at"}


async def test_the_shops_of_the_configuration_and_the_list_of_our_own(tmp_path: Path) -> None:
    database = await Database.open(blank(tmp_path / "switch.db"))
    shops = {"paper": {}, "erp": {"http": {"url": "https://erp.example/?n={phone}", "fields": FIELDS}}}
    config = Config.model_validate({"home": tmp_path, "shops": shops})
    room = build_shop_room(config, database, Offline(), FakeClock())
    assert room.own == {"paper"}
    assert (room.spelling("600 100 200"), room.spelling("anonymous")) == ("+48600100200", "")
    await room.store.save([Order("paper", "1", "new", START, phone="+48600100200")])
    found = await room.orders.last(ANNA)
    assert found.order is not None
    assert (found.order.number, found.silent) == ("1", ("erp",))
    running = asyncio.create_task(room.run())
    assert (await room.orders.glance(ANNA, within=5.0)).order == found.order
    running.cancel()
    await asyncio.wait({running})
    await database.close()


async def test_an_inner_address_is_asked_only_where_it_is_allowed(tmp_path: Path) -> None:
    asked = []

    async def erp(request: web.Request) -> web.Response:
        asked.append(request)
        return web.json_response([])

    database = await Database.open(blank(tmp_path / "switch.db"))
    async with serving(erp) as address, client(reach=Reach()) as http:
        shops = {"erp": {"http": {"url": f"{address}/?phone={{phone}}", "fields": FIELDS}}}
        config = Config.model_validate({"home": tmp_path, "shops": shops})
        found = await build_shop_room(config, database, http, FakeClock()).orders.last(ANNA)
    assert (found.order, found.silent, asked) == (None, ("erp",), [])
    await database.close()
