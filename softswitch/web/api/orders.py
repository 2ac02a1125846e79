"""Orders of shops: /v1/orders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from softswitch.web.api.base import Here, configured, needs, problems
from softswitch.web.model import Token
from softswitch.web.narrowing import Which
from softswitch.web.paging import USUAL_PAGE, Cursor, Limit, Page, from_cursor, page_of
from softswitch.web.resources.base import KEY, LINE, Id, Name, Number
from softswitch.web.resources.people import LastOrder, NewOrder, Order
from softswitch.web.services import Orders, Services

router = APIRouter(prefix="/v1/orders", tags=["orders"])

Reader = Annotated[Token, needs("orders:read")]
Writer = Annotated[Token, needs("orders:write")]
Shop = Annotated[str, Path(min_length=1, max_length=64, pattern=KEY, description="The shop's name.")]


def _part(services: Services) -> Orders:
    return configured(services.orders, "orders")


@router.get("", responses=problems(404))
async def list_orders(
    here: Here,
    token: Reader,
    customer: Annotated[Name | None, Query(description="Of this customer.")] = None,
    phone: Annotated[Number | None, Query(description="Of whoever has this number.")] = None,
    email: Annotated[str, Query(max_length=254, pattern=LINE)] = "",
    shop: Which = None,
    limit: Limit = USUAL_PAGE,
    cursor: Cursor = "",
) -> Page[Order]:
    """List orders, the newest first."""
    found = await _part(here).find(
        customer=customer or "",
        phone=phone or "",
        email=email,
        shop=shop or "",
        after=from_cursor(cursor),
        limit=limit,
    )
    return page_of(found)


@router.get("/last", responses=problems(404))
async def last_order(
    here: Here,
    token: Reader,
    customer: Annotated[Name | None, Query(description="Of this customer.")] = None,
    phone: Annotated[Number | None, Query(description="Of whoever has this number.")] = None,
    email: Annotated[str, Query(max_length=254, pattern=LINE)] = "",
    shop: Annotated[tuple[Name, ...], Query(max_length=20, description="In these shops alone.")] = (),
) -> LastOrder:
    """Ask the shops for the last order of a customer, all of them at once."""
    return await _part(here).last(customer=customer or "", phone=phone or "", email=email, shops=tuple(shop))


@router.get("/{shop}/{number}", responses=problems(404))
async def get_order(here: Here, token: Reader, shop: Shop, number: Id) -> Order:
    """Return an order of a shop."""
    return await _part(here).get(shop, number)


@router.put("/{shop}/{number}", responses=problems(404, 409))
async def put_order(here: Here, token: Writer, shop: Shop, number: Id, order: NewOrder) -> Order:
    """Keep an order as it is now; sent again it changes nothing."""
    return await _part(here).put(shop, number, order)
