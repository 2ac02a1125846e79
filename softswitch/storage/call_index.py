"""Whose calls were whose: an index of the log, so that a list of calls is read without reading the calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.events import (
    CallArrived,
    CallerReached,
    Entry,
    Event,
    LegInvited,
    LegJoined,
    LegTookPlace,
)
from softswitch.ids import make_id
from softswitch.storage.database import Database
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.api import call_parties

KINDS_READ: Final[tuple[type[Event], ...]] = (
    CallArrived,
    CallerReached,
    LegInvited,
    LegJoined,
    LegTookPlace,
)
NAME: Final = "call index"
"""Under which it follows the log."""


class CallIndex:
    """Finds calls by who took part in them."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant

    async def handle(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        """Take entries of the log in (see :mod:`softswitch.storage.following`)."""
        rows = {(party, entry.call) for entry in entries if entry.call for party in _parties(entry.event)}
        if not rows:
            return
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        columns = call_parties.c
        statement = insert(call_parties).on_conflict_do_nothing(
            index_elements=[columns.tenant, columns.party, columns.call]
        )
        # In order, so that two who write the same rows never wait for each other in a circle.
        told = [{"tenant": self._tenant, "party": party, "call": call} for party, call in sorted(rows)]
        await connection.execute(statement, told)

    async def calls(
        self,
        *,
        party: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        before: str = "",
        limit: int,
    ) -> list[str]:
        """Return the ids of calls, newest first: of who took part in them, between two times, before one."""
        columns = call_parties.c
        query = select(columns.call).where(columns.tenant == self._tenant, columns.party == party)
        if since is not None:
            query = query.where(columns.call >= make_id(since, lambda bits: 0))
        if until is not None:
            query = query.where(columns.call <= make_id(until, lambda bits: (1 << bits) - 1))
        if before:
            query = query.where(columns.call < before)
        async with self._database.reading() as connection:
            found = await connection.execute(query.order_by(columns.call.desc()).limit(limit))
            return list(found.scalars())


def _parties(event: Event) -> tuple[str, ...]:
    """Return who takes part by an event; "" stands for every call."""
    match event:
        case CallArrived(caller=caller, called=called, account=account):
            return tuple({"", caller, called, account})
        case CallerReached(party=party) | LegInvited(party=party):
            return (party,)
        case LegJoined(party=party) | LegTookPlace(party=party):
            return (party,)
        case _:
            return ()
