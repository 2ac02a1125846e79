"""Wrong tries to show who one is, counted over calls and restarts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.crm.identity_model import Tries
from softswitch.storage.database import Database
from softswitch.storage.moments import read_or_never, written, written_or_never
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.payments import identity_tries


class IdentityStore:
    """Implements :class:`softswitch.crm.identity_model.TriesStore`."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant

    async def load(self, subjects: tuple[str, ...]) -> tuple[Tries, ...]:
        """Return what is known of each subject, in their order."""
        async with self._database.reading() as connection:
            return await self._load(connection, subjects, lock=False)

    async def failed(self, subjects: Mapping[str, int], now: datetime, lock: timedelta) -> tuple[Tries, ...]:
        """Count a wrong try for each in one transaction, and return how they stand then."""
        names = (*subjects,)
        async with self._database.writing() as connection:
            before = await self._load(connection, names, lock=True)
            after = tuple(one.failed(now, subjects[one.subject], lock) for one in before)
            await connection.execute(identity_tries.delete().where(*self._of(names)))
            rows: list[dict[str, Any]] = [
                {
                    "tenant": self._tenant,
                    "subject": one.subject,
                    "failures": one.failures,
                    "last": written(now),
                    "locked_until": written_or_never(one.locked_until),
                }
                for one in after
            ]
            await connection.execute(identity_tries.insert(), rows)
        return after

    async def clear(self, subjects: tuple[str, ...]) -> None:
        """Forget the wrong tries of subjects."""
        async with self._database.writing() as connection:
            await connection.execute(identity_tries.delete().where(*self._of(subjects)))

    async def forget(self, before: datetime) -> int:
        """Remove what was counted last before a time; return how many went."""
        old = identity_tries.delete().where(
            identity_tries.c.tenant == self._tenant, identity_tries.c.last < written(before)
        )
        async with self._database.writing() as connection:
            return (await connection.execute(old)).rowcount

    async def _load(
        self, connection: AsyncConnection, subjects: tuple[str, ...], *, lock: bool
    ) -> tuple[Tries, ...]:
        query = select(identity_tries).where(*self._of(subjects))
        if lock:
            query = query.with_for_update()
        found = {
            row.subject: Tries(
                row.subject, row.failures, read_or_never(row.last), read_or_never(row.locked_until)
            )
            for row in (await connection.execute(query)).all()
        }
        return tuple(found.get(subject, Tries(subject)) for subject in subjects)

    def _of(self, subjects: tuple[str, ...]) -> tuple[Any, ...]:
        return identity_tries.c.tenant == self._tenant, identity_tries.c.subject.in_(subjects)
