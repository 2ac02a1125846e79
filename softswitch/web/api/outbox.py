"""Deliveries to the outside: /v1/outbox."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from softswitch.web.api.base import Here, configured, needs, problems
from softswitch.web.model import Token
from softswitch.web.narrowing import Which
from softswitch.web.paging import USUAL_PAGE, Cursor, Limit, Page, from_cursor, page_of
from softswitch.web.resources.kept import OutboxItem
from softswitch.web.services import Outbox, Services

router = APIRouter(prefix="/v1/outbox", tags=["outbox"])

Reader = Annotated[Token, needs("outbox:read")]
Controller = Annotated[Token, needs("outbox:control")]
Key = Annotated[str, Query(min_length=1, max_length=200, pattern="^[!-~]+$", description="Its key.")]


def _part(services: Services) -> Outbox:
    return configured(services.outbox, "outbox")


@router.get("", responses=problems(404))
async def list_deliveries(
    here: Here,
    token: Reader,
    state: Which = None,
    channel: Which = None,
    limit: Limit = USUAL_PAGE,
    cursor: Cursor = "",
) -> Page[OutboxItem]:
    """List deliveries, the newest first. What is in them is not shown."""
    found = await _part(here).find(
        state=state or "", channel=channel or "", after=from_cursor(cursor), limit=limit
    )
    return page_of(found)


@router.get("/delivery", responses=problems(404))
async def get_delivery(here: Here, token: Reader, key: Key) -> OutboxItem:
    """Return how a delivery stands."""
    return await _part(here).get(key)


@router.post("/delivery/retry", responses=problems(404, 409))
async def retry_delivery(here: Here, token: Controller, key: Key) -> OutboxItem:
    """Try a delivery again at once."""
    return await _part(here).retry(key)


@router.post("/delivery/give-up", responses=problems(404, 409))
async def give_up_delivery(here: Here, token: Controller, key: Key) -> OutboxItem:
    """Try a delivery no more."""
    return await _part(here).give_up(key)
