"""Calls that were: /v1/calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from softswitch.web.api.base import Here, needs, problems
from softswitch.web.api.privacy import for_agent, took_part
from softswitch.web.errors import Forbidden, NotThere
from softswitch.web.model import Token
from softswitch.web.paging import USUAL_PAGE, Cursor, Limit, Page, from_cursor, page_of
from softswitch.web.resources.base import Id, Moment, Number
from softswitch.web.resources.line import CallDetail, CallSummary
from softswitch.web.services import Calls
from softswitch.web.sheets import as_csv

router = APIRouter(prefix="/v1/calls", tags=["calls"])

Reader = Annotated[Token, needs("calls:read")]
Since = Annotated[Moment | None, Query(description="Not before this time.")]
Until = Annotated[Moment | None, Query(description="Not after this time.")]

COLUMNS: Final = (
    *("id", "started", "answered", "ended", "caller", "caller_name", "called", "seconds", "answered_seconds"),
    *("result", "reason", "queue", "waited_s", "agents", "menu_path", "digits"),
)


@router.get("", responses=problems())
async def list_calls(
    here: Here,
    token: Reader,
    since: Since = None,
    until: Until = None,
    party: Annotated[Number | None, Query(description="Who took part: an account, or a number.")] = None,
    limit: Limit = USUAL_PAGE,
    cursor: Cursor = "",
) -> Page[CallSummary]:
    """List calls, the newest first. A token bound to an agent sees that agent's alone."""
    if token.agent and party not in (None, token.agent):
        raise Forbidden("A token bound to an agent sees that agent's calls alone.")
    found = await here.calls.find(
        since=since, until=until, party=token.agent or party or "", after=from_cursor(cursor), limit=limit
    )
    page = page_of(found)
    if not token.agent:
        return page
    return page.model_copy(update={"items": [for_agent(one, here.numbers) for one in page.items]})


@router.get(".csv", responses={**problems(), 200: {"content": {"text/csv": {}}}}, response_class=Response)
async def export_calls(
    here: Here, token: Reader, since: Since = None, until: Until = None
) -> StreamingResponse:
    """Send calls as a CSV file, a piece at a time, the newest first."""
    if token.agent:
        raise Forbidden("A token bound to an agent has no reports.")
    return StreamingResponse(
        as_csv(COLUMNS, _rows(here.calls, since, until)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="calls.csv"'},
    )


@router.get("/{call}", responses=problems(404))
async def get_call(here: Here, token: Reader, call: Id) -> CallDetail:
    """Return a call with every step. A token bound to an agent sees that agent's calls, without the steps."""
    found = await here.calls.get(call)
    if not token.agent:
        return found
    if not took_part(token.agent, found):
        raise NotThere(f"There is no call {call}.")
    return for_agent(found, here.numbers).model_copy(update={"steps": (), "legs": ()})


async def _rows(calls: Calls, since: datetime | None, until: datetime | None) -> AsyncIterator[Sequence[str]]:
    async for one in calls.rows(since=since, until=until):
        yield (
            one.id,
            _time(one.started),
            _time(one.answered),
            _time(one.ended),
            one.caller,
            one.caller_name,
            one.called,
            f"{one.seconds:.1f}",
            f"{one.answered_seconds:.1f}",
            one.result,
            one.reason,
            one.queue,
            f"{one.waited_s:.1f}",
            " ".join(one.agents),
            " > ".join(one.menu_path),
            one.digits,
        )


def _time(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="seconds")
