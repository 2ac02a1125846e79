"""What senders of text messages have sent within the last day: their limits outlast a restart."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from softswitch.storage.database import Database
from softswitch.storage.moments import read, written
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.messages import sms_sent


class SmsCountStore:
    """Keeps them. Implements :class:`softswitch.integrations.sms_counting.Counts`."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant

    async def note(self, sender: str, key: str, number: str, at: datetime) -> None:
        """Note that a message goes out; the same key again is no second one."""
        row = {"tenant": self._tenant, "sender": sender, "key": key, "number": number, "at": written(at)}
        async with self._database.writing() as connection:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            await connection.execute(insert(sms_sent).values(row).on_conflict_do_nothing())

    async def take_back(self, sender: str, key: str) -> None:
        """Note that a message did not go after all."""
        mine = (sms_sent.c.tenant == self._tenant, sms_sent.c.sender == sender, sms_sent.c.key == key)
        async with self._database.writing() as connection:
            await connection.execute(sms_sent.delete().where(*mine))

    async def since(self, sender: str, at: datetime) -> tuple[tuple[datetime, str, str], ...]:
        """Return what went out since a time: when, its key and the number, the oldest first."""
        query = (
            select(sms_sent.c.at, sms_sent.c.key, sms_sent.c.number)
            .where(
                sms_sent.c.tenant == self._tenant, sms_sent.c.sender == sender, sms_sent.c.at >= written(at)
            )
            .order_by(sms_sent.c.at, sms_sent.c.key)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple((read(row.at), row.key, row.number) for row in rows)

    async def forget(self, before: datetime) -> int:
        """Remove what is older than any limit looks back; return how many those were."""
        old = sms_sent.delete().where(sms_sent.c.tenant == self._tenant, sms_sent.c.at < written(before))
        async with self._database.writing() as connection:
            return (await connection.execute(old)).rowcount
