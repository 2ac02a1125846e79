"""Customers: /v1/customers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from softswitch.web.api.base import Here, by, configured, needs, problems
from softswitch.web.conditions import IfMatch, etag, wanted_version
from softswitch.web.model import Token
from softswitch.web.paging import USUAL_PAGE, Cursor, Limit, Page, from_cursor, page_of
from softswitch.web.resources.base import LINE, Id
from softswitch.web.resources.people import Contact, Customer, CustomerChange, CustomerSearch, NewCustomer
from softswitch.web.services import Customers, Services
from softswitch.web.sheets import as_csv

router = APIRouter(prefix="/v1/customers", tags=["customers"])

Reader = Annotated[Token, needs("customers:read")]
Writer = Annotated[Token, needs("customers:write")]
Controller = Annotated[Token, needs("customers:read", "customers:control")]

COLUMNS: Final = (
    "id",
    "kind",
    "name",
    "numbers",
    "emails",
    "customer_number",
    "group",
    "type",
    "vip",
    "keeper",
)
"""Of a CSV file; identity numbers and notes go out by a person's own export alone."""


def _part(services: Services) -> Customers:
    return configured(services.customers, "customers")


@router.get("", responses=problems(404))
async def list_customers(
    here: Here,
    token: Reader,
    text: Annotated[str, Query(max_length=200, pattern=LINE, description="Part of a name.")] = "",
    vip: Annotated[bool | None, Query(description="Only VIP customers, or only others.")] = None,
    limit: Limit = USUAL_PAGE,
    cursor: Cursor = "",
) -> Page[Customer]:
    """List customers. To find one by a number or an identity number, use the search."""
    search = CustomerSearch(text=text, vip=vip)
    return page_of(await _part(here).find(search, after=from_cursor(cursor), limit=limit))


@router.post("/search", responses=problems(404))
async def search_customers(
    here: Here, token: Reader, search: CustomerSearch, limit: Limit = USUAL_PAGE, cursor: Cursor = ""
) -> Page[Customer]:
    """Find customers by what the body says; nothing personal stands in the address."""
    return page_of(await _part(here).find(search, after=from_cursor(cursor), limit=limit))


@router.get(".csv", responses={**problems(404), 200: {"content": {"text/csv": {}}}}, response_class=Response)
async def export_customers(here: Here, token: Controller) -> StreamingResponse:
    """Send all customers as a CSV file, a piece at a time."""
    rows = _rows(_part(here))
    return StreamingResponse(
        as_csv(COLUMNS, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="customers.csv"'},
    )


@router.post("", status_code=201, responses=problems(404, 409))
async def add_customer(here: Here, token: Writer, new: NewCustomer, response: Response) -> Customer:
    """Add a customer. With an Idempotency-Key it is added once, however often this is sent."""
    customer = await _part(here).add(new, by=by(token))
    response.headers["ETag"] = etag(customer.version)
    response.headers["Location"] = f"/v1/customers/{customer.id}"
    return customer


@router.get("/{customer}", responses=problems(404))
async def get_customer(here: Here, token: Reader, customer: Id, response: Response) -> Customer:
    """Return a customer; identity numbers are whole for a token with `customers:control`."""
    found = await _part(here).get(customer, whole=token.allows("customers:control"))
    response.headers["ETag"] = etag(found.version)
    return found


@router.patch("/{customer}", responses=problems(404, 409, 412, 428))
async def change_customer(
    here: Here,
    token: Writer,
    customer: Id,
    change: CustomerChange,
    response: Response,
    if_match: IfMatch = "",
) -> Customer:
    """Change what is given, if nobody else has changed the customer meanwhile."""
    version = wanted_version(if_match)
    changed = await _part(here).change(customer, change, version=version, by=by(token))
    response.headers["ETag"] = etag(changed.version)
    return changed


@router.delete("/{customer}", status_code=204, responses=problems(404, 409))
async def erase_customer(here: Here, token: Controller, customer: Id) -> None:
    """Erase all that is known of a person; calls stay, without the person."""
    await _part(here).erase(customer, by=by(token))


@router.get("/{customer}/contacts", responses=problems(404))
async def list_contacts(
    here: Here, token: Reader, customer: Id, limit: Limit = USUAL_PAGE, cursor: Cursor = ""
) -> Page[Contact]:
    """List the contacts with a customer, the newest first: calls, messages, mails, tickets, ratings."""
    return page_of(await _part(here).contacts(customer, after=from_cursor(cursor), limit=limit))


@router.get("/{customer}/export", responses=problems(404))
async def export_customer(here: Here, token: Controller, customer: Id) -> dict[str, Any]:
    """Return all that is known of a person, to be given to that person."""
    return await _part(here).everything(customer, by=by(token))


async def _rows(customers: Customers) -> AsyncIterator[Sequence[str]]:
    async for one in customers.rows():
        yield (
            one.id,
            one.kind,
            one.name,
            " ".join(one.numbers),
            " ".join(one.emails),
            one.customer_number,
            one.group,
            one.type,
            "yes" if one.vip else "no",
            one.keeper,
        )
