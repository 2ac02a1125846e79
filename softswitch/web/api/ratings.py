"""What callers thought of talks: /v1/ratings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from softswitch.web.api.base import Here, configured, needs, problems
from softswitch.web.model import Token
from softswitch.web.narrowing import When, Which
from softswitch.web.paging import USUAL_PAGE, Cursor, Limit, Page, from_cursor, page_of
from softswitch.web.resources.ratings import Rating, RatingFigures
from softswitch.web.services import Ratings, Services

router = APIRouter(prefix="/v1/ratings", tags=["ratings"])

Reader = Annotated[Token, needs("ratings:read")]


def _part(services: Services) -> Ratings:
    return configured(services.ratings, "ratings")


@router.get("", responses=problems(404))
async def list_ratings(
    here: Here,
    token: Reader,
    since: When = None,
    until: When = None,
    queue: Which = None,
    agent: Which = None,
    call: Which = None,
    limit: Limit = USUAL_PAGE,
    cursor: Cursor = "",
) -> Page[Rating]:
    """List ratings, the newest first."""
    found = await _part(here).find(
        since=since,
        until=until,
        queue=queue or "",
        agent=agent or "",
        call=call or "",
        after=from_cursor(cursor),
        limit=limit,
    )
    return page_of(found)


@router.get("/figures", responses=problems(404))
async def rating_figures(
    here: Here,
    token: Reader,
    since: When = None,
    until: When = None,
    queue: Which = None,
    agent: Which = None,
) -> list[RatingFigures]:
    """Return what each agent got in each queue: how many ratings, their mean, and how often each mark."""
    return list(await _part(here).figures(since=since, until=until, queue=queue or "", agent=agent or ""))
