"""Orders as programs see them: the line's own list on a real database, and a shop over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from softswitch.config import Config
from softswitch.crm.service import Customers
from softswitch.interface.customers import LineCards
from softswitch.interface.orders import LineOrders
from softswitch.shop_room import build_shop_room
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from softswitch.web.errors import Conflict, NotThere, Unacceptable
from softswitch.web.resources.people import NewOrder
from tests.crm.reading_rules import RULES
from tests.fakes.clock import START, FakeClock
from tests.integrations.servers import client
from tests.integrations.shop_servers import serving

ORDER = NewOrder(status="sent", at=START, total=12_345, phone="600 100 200", tracking="PL-77")


class Erp:
    """A system with one order of one number."""

    def __init__(self) -> None:
        self.status = 200
        self.asked = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Answer with a newer order than the list of our own has."""
        self.asked += 1
        at = (START + timedelta(days=1)).isoformat()
        rows = [{"no": "E7", "state": "paid", "at": at}] if request.query["phone"] == "+48600100200" else []
        return web.json_response(rows, status=self.status)


@pytest.fixture
async def erp() -> Erp:
    return Erp()


@pytest.fixture
async def here(erp: Erp, database: Database, clock: FakeClock, tmp_path: Path) -> AsyncIterator[LineOrders]:
    async with serving(erp.answer) as address, client() as http:
        fields = {"number": "$.no", "status": "$.state", "placed": "$.at"}
        shops = {"erp": {"http": {"url": f"{address}/?phone={{phone}}", "fields": fields}}, "own": {}}
        config = Config.model_validate({"home": tmp_path, "country": "PL", "shops": shops})
        room = build_shop_room(config, database, http, clock)
        customers = Customers(CustomerStore(database), ContactStore(database), RULES, clock)
        yield LineOrders(room, customers)
        await customers.close()
        await room.orders.close()


async def test_an_order_is_kept_and_found_by_whose_it_is(here: LineOrders) -> None:
    kept = await here.put("own", "4711", ORDER)
    assert (kept.phone, kept.total, kept.tracking) == ("+48600100200", 12_345, "PL-77")
    assert await here.get("own", "4711") == kept
    anna = await here.customers.create({"last_name": "Nowak", "numbers": ["600100200"]})

    async def found(customer: str = "", phone: str = "", email: str = "", shop: str = "") -> list[str]:
        part = await here.find(customer=customer, phone=phone, email=email, shop=shop, after="", limit=10)
        return [one.number for one in part.items]

    assert await found() == await found(phone="0048 600-100-200") == await found(customer=anna.id) == ["4711"]
    assert await found(phone="600100999") == await found(email="a@b.pl") == await found(shop="erp") == []
    with pytest.raises(NotThere):
        await found(customer="nobody")
    with pytest.raises(Unacceptable, match="no such customer"):
        await here.put("own", "4712", ORDER.model_copy(update={"customer": "nobody"}))
    with pytest.raises(NotThere):
        await here.get("own", "1")


async def test_only_the_list_of_our_own_is_written(here: LineOrders) -> None:
    with pytest.raises(Conflict, match="asked for its orders itself"):
        await here.put("erp", "1", ORDER)
    with pytest.raises(NotThere, match="only erp, own"):
        await here.put("other", "1", ORDER)
    with pytest.raises(Unacceptable, match="first one"):
        await here.find(customer="", phone="", email="", shop="", after="nonsense", limit=5)


async def test_the_last_order_of_the_shops_that_are_named(here: LineOrders, erp: Erp) -> None:
    await here.put("own", "4711", ORDER)
    last = await here.last(customer="", phone="600100200", email="", shops=())
    assert last.order is not None
    assert (last.order.shop, last.order.number, last.order.status) == ("erp", "E7", "paid")
    own = await here.last(customer="", phone="600100200", email="", shops=("own",))
    assert own.order is not None
    assert own.order.number == "4711"
    erp.status = 500
    broken = await here.last(customer="", phone="600100200", email="a@b.pl", shops=())
    assert broken.order is not None
    assert (broken.order.shop, broken.silent_shops) == ("own", ("erp",))
    for who, shops in (({"phone": "600100200"}, ("none",)), ({}, ())):
        asked = {"customer": "", "phone": "", "email": "", **who}
        with pytest.raises(Unacceptable):
            await here.last(**asked, shops=shops)


async def test_a_card_has_the_last_order_and_no_shop_delays_it(here: LineOrders, erp: Erp) -> None:
    await here.customers.create({"last_name": "Nowak", "numbers": ["600100200"]})
    cards = LineCards(here.customers, 5.0, here.shops.orders)
    card = await cards.card("600100200")
    assert card is not None
    assert card.order is not None
    assert (card.order.number, card.silent_shops) == ("E7", ())
    erp.status = 503
    unknown = await cards.card("600100999")
    assert unknown is not None
    assert (unknown.order, unknown.silent_shops) == (None, ("erp",))
    # Of two who have a number nobody knows whose order it would be.
    await here.customers.create({"last_name": "Nowak", "first_name": "Jan", "numbers": ["600100200"]})
    both = await cards.card("600100200")
    assert both is not None
    assert (len(both.candidates), both.order, both.silent_shops) == (2, None, ())
