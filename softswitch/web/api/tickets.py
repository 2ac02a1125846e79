"""Tickets: /v1/tickets."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from softswitch.web.api.base import Here, by, configured, needs, problems
from softswitch.web.conditions import IfMatch, etag, wanted_version
from softswitch.web.model import Token
from softswitch.web.narrowing import Which
from softswitch.web.paging import USUAL_PAGE, Cursor, Limit, Page, from_cursor, page_of
from softswitch.web.resources.base import Id
from softswitch.web.resources.people import NewTicket, Ticket, TicketChange
from softswitch.web.services import Services, Tickets

router = APIRouter(prefix="/v1/tickets", tags=["tickets"])

Reader = Annotated[Token, needs("tickets:read")]
Writer = Annotated[Token, needs("tickets:write")]


def _part(services: Services) -> Tickets:
    return configured(services.tickets, "tickets")


@router.get("", responses=problems(404))
async def list_tickets(
    here: Here,
    token: Reader,
    status: Annotated[Literal["open", "in_progress", "waiting", "solved", "closed"] | None, Query()] = None,
    customer: Which = None,
    call: Which = None,
    queue: Which = None,
    limit: Limit = USUAL_PAGE,
    cursor: Cursor = "",
) -> Page[Ticket]:
    """List tickets, the newest first."""
    found = await _part(here).find(
        status=status or "",
        customer=customer or "",
        call=call or "",
        queue=queue or "",
        after=from_cursor(cursor),
        limit=limit,
    )
    return page_of(found)


@router.post("", status_code=201, responses=problems(404, 409))
async def open_ticket(here: Here, token: Writer, new: NewTicket, response: Response) -> Ticket:
    """Open a ticket. With an Idempotency-Key it is opened once, however often this is sent."""
    ticket = await _part(here).open(new, by=by(token))
    response.headers["ETag"] = etag(ticket.version)
    response.headers["Location"] = f"/v1/tickets/{ticket.id}"
    return ticket


@router.get("/{ticket}", responses=problems(404))
async def get_ticket(here: Here, token: Reader, ticket: Id, response: Response) -> Ticket:
    """Return a ticket."""
    found = await _part(here).get(ticket)
    response.headers["ETag"] = etag(found.version)
    return found


@router.patch("/{ticket}", responses=problems(404, 409, 412, 428))
async def change_ticket(
    here: Here, token: Writer, ticket: Id, change: TicketChange, response: Response, if_match: IfMatch = ""
) -> Ticket:
    """Change what is given, if nobody else has changed the ticket meanwhile."""
    version = wanted_version(if_match)
    changed = await _part(here).change(ticket, change, version=version, by=by(token))
    response.headers["ETag"] = etag(changed.version)
    return changed
