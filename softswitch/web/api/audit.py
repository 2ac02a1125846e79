"""Who asked for what: /v1/audit; and who is asking: /v1/me."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from softswitch.web.api.base import Here, needs, problems
from softswitch.web.model import Token
from softswitch.web.narrowing import When
from softswitch.web.paging import USUAL_PAGE, Cursor, Limit, Page, from_cursor, page_of
from softswitch.web.resources.base import Name
from softswitch.web.resources.kept import AuditItem, Me

router = APIRouter(prefix="/v1", tags=["access"])

Auditor = Annotated[Token, needs("audit:read")]
Anybody = Annotated[Token, needs()]


@router.get("/me", responses=problems())
async def who_am_i(token: Anybody) -> Me:
    """Return what the token that asks may do."""
    return Me(id=token.id, name=token.name, scopes=token.scopes, agent=token.agent, expires=token.expires)


@router.get("/audit", responses=problems())
async def list_audit(
    here: Here,
    token: Auditor,
    of: Annotated[Name | None, Query(description="The id of a token: its requests alone.")] = None,
    since: When = None,
    until: When = None,
    limit: Limit = USUAL_PAGE,
    cursor: Cursor = "",
) -> Page[AuditItem]:
    """List the requests that were made to this interface, the newest first."""
    found = await here.audit.find(
        token=of or "", since=since, until=until, after=from_cursor(cursor), limit=limit
    )
    return page_of(found)
