"""What people changed of their own settings, kept over a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.storage.database import Database
from softswitch.storage.tables import DEFAULT_TENANT, settings
from softswitch.storage.write_behind import MAX_QUEUED, Pause, WriteBehind

Change = tuple[str, str, str]
"""Account, name of the setting, and its value."""


class SettingsStore:
    """Keeps the last value of each changed setting. ``save`` returns at once; :meth:`run` writes behind."""

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
        self._behind: WriteBehind[Change] = WriteBehind(
            database, self._write, what="the settings", clock=clock, limit=limit, pause=pause
        )

    def save(self, account: str, name: str, value: str) -> None:
        """Let a setting have this value from now on; no I/O."""
        self._behind.add((account, name, value))

    async def run(self) -> None:
        """Write until cancelled, then write what is queued. Owned by a task of the composition root."""
        await self._behind.run()

    async def flush(self) -> None:
        """Wait until every value saved so far is on disk."""
        await self._behind.flush()

    async def load(self) -> dict[str, dict[str, str]]:
        """Return all values by account and name."""
        query = select(settings.c.account, settings.c.name, settings.c.value).where(
            settings.c.tenant == self._tenant
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        found: dict[str, dict[str, str]] = {}
        for account, name, value in rows:
            found.setdefault(account, {})[name] = value
        return found

    async def _write(self, connection: AsyncConnection, changes: Sequence[Change]) -> None:
        latest = {(account, name): value for account, name, value in changes}
        old = settings.delete().where(
            settings.c.tenant == self._tenant,
            tuple_(settings.c.account, settings.c.name).in_(list(latest)),
        )
        await connection.execute(old)
        await connection.execute(
            settings.insert(),
            [
                {"tenant": self._tenant, "account": account, "name": name, "value": value}
                for (account, name), value in latest.items()
            ],
        )
