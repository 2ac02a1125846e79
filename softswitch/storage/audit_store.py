"""Who asked for what, on disk: written behind, read newest first, forgotten in time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.storage.database import Database
from softswitch.storage.moments import read, written
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.api import api_audit
from softswitch.storage.write_behind import MAX_QUEUED, Pause, WriteBehind
from softswitch.web.model import AuditEntry

FORGOTTEN_AT_ONCE: Final = 1000
"""Entries removed in one transaction: others want to write in between."""


class AuditStore:
    """Keeps who asked for what. ``keep`` returns at once; :meth:`run` writes behind."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        tenant: str = DEFAULT_TENANT,
        limit: int = MAX_QUEUED,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._behind: WriteBehind[AuditEntry] = WriteBehind(
            database, self._write, what="the audit", clock=clock, limit=limit, pause=pause
        )

    def keep(self, entry: AuditEntry) -> None:
        """Keep an entry; no I/O."""
        self._behind.add(entry)

    async def run(self) -> None:
        """Write until cancelled, then write what is queued. Owned by a task of the composition root."""
        await self._behind.run()

    async def flush(self) -> None:
        """Wait until every entry kept so far is on disk."""
        await self._behind.flush()

    async def latest(
        self,
        *,
        token: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        before: str = "",
        limit: int,
    ) -> list[AuditEntry]:
        """Return the newest entries, newest first: of a token, between two times, before one of them."""
        columns = api_audit.c
        query = select(api_audit).where(columns.tenant == self._tenant)
        if token:
            query = query.where(columns.token == token)
        if since is not None:
            query = query.where(columns.at >= written(since))
        if until is not None:
            query = query.where(columns.at <= written(until))
        if before:
            query = query.where(columns.id < before)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(columns.id.desc()).limit(limit))).all()
        return [
            AuditEntry(
                id=row.id,
                at=read(row.at),
                token=row.token,
                name=row.name,
                agent=row.agent,
                source=row.source,
                method=row.method,
                path=row.path,
                status=row.status,
                code=row.code,
            )
            for row in rows
        ]

    async def forget(self, before: datetime) -> int:
        """Remove the oldest entries of before a time, some at once; return how many went."""
        columns = api_audit.c
        old = (
            select(columns.id)
            .where(columns.tenant == self._tenant, columns.at < written(before))
            .order_by(columns.id)
            .limit(FORGOTTEN_AT_ONCE)
        )
        async with self._database.writing() as connection:
            gone = await connection.execute(
                api_audit.delete().where(columns.tenant == self._tenant, columns.id.in_(old))
            )
            return gone.rowcount

    async def _write(self, connection: AsyncConnection, entries: Sequence[AuditEntry]) -> None:
        rows = [
            {
                "tenant": self._tenant,
                "id": one.id,
                "at": written(one.at),
                "token": one.token,
                "name": one.name,
                "agent": one.agent,
                "source": one.source,
                "method": one.method,
                "path": one.path,
                "status": one.status,
                "code": one.code,
            }
            for one in entries
        ]
        await connection.execute(api_audit.insert(), rows)
