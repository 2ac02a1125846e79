"""Small secrets the switch made for itself and must know again after a restart."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from softswitch.storage.database import Database
from softswitch.storage.tables import DEFAULT_TENANT, secrets


class SecretStore:
    """Named byte strings. Read and written at start only, so nothing is written behind."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant

    async def get_or_make(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return the secret ``name``; the first time, keep what ``make`` returns."""
        kept = await self._get(name)
        if kept is not None:
            return kept
        made = make()
        try:
            async with self._database.writing() as connection:
                row = {"tenant": self._tenant, "name": name, "value": made}
                await connection.execute(secrets.insert().values(row))
        except IntegrityError:
            # Another process was faster between the two statements: its secret is the one that counts.
            kept = await self._get(name)
            if kept is None:
                raise
            return kept
        return made

    async def _get(self, name: str) -> bytes | None:
        query = select(secrets.c.value).where(secrets.c.tenant == self._tenant, secrets.c.name == name)
        async with self._database.reading() as connection:
            value: bytes | None = (await connection.execute(query)).scalar_one_or_none()
        return value
