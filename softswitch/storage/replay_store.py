"""Answers to requests that may be sent again, on disk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select

from softswitch.storage.database import Database
from softswitch.storage.moments import read, written
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.api import api_replays
from softswitch.web.model import Replay


class ReplayStore:
    """Implements :class:`softswitch.web.idempotency.ReplayStore`."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant

    async def claim(self, token: str, key: str, replay: Replay, *, older: datetime) -> Replay | None:
        """Take a key for oneself; return None, or what is there already. What is ``older`` is gone."""
        query = select(api_replays).where(*self._meant(token, key))
        old = api_replays.delete().where(
            api_replays.c.tenant == self._tenant, api_replays.c.at < written(older)
        )
        async with self._database.writing() as connection:
            await connection.execute(old)
            row = (await connection.execute(query)).one_or_none()
            if row is not None:
                return Replay(row.fingerprint, read(row.at), row.status, row.content_type, bytes(row.body))
            await connection.execute(api_replays.insert(), self._row(token, key, replay))
        return None

    async def finish(self, token: str, key: str, replay: Replay) -> None:
        """Keep the answer."""
        change = api_replays.update().where(*self._meant(token, key)).values(self._row(token, key, replay))
        async with self._database.writing() as connection:
            await connection.execute(change)

    async def release(self, token: str, key: str) -> None:
        """Give a key back: nothing was done."""
        async with self._database.writing() as connection:
            await connection.execute(api_replays.delete().where(*self._meant(token, key)))

    def _meant(self, token: str, key: str) -> tuple[ColumnElement[bool], ...]:
        columns = api_replays.c
        return (columns.tenant == self._tenant, columns.token == token, columns.key == key)

    def _row(self, token: str, key: str, replay: Replay) -> dict[str, object]:
        return {
            "tenant": self._tenant,
            "token": token,
            "key": key,
            "fingerprint": replay.fingerprint,
            "at": written(replay.at),
            "status": replay.status,
            "content_type": replay.content_type,
            "body": replay.body,
        }
