"""What callers chose of how to be spoken to, on disk: written behind, read at a start."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Insert, Update, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.crm.choice_model import Choice
from softswitch.storage.database import Database
from softswitch.storage.moments import read, written
from softswitch.storage.tables import DEFAULT_TENANT, caller_choices
from softswitch.storage.write_behind import MAX_QUEUED, Pause, WriteBehind

FORGOTTEN_AT_ONCE: Final = 1000
"""Rows that one transaction removes: others want to write, too."""
READ_AT_ONCE: Final = 500
"""Rows between which others have their turn."""
PERCENT: Final = 100

Used = tuple[str, datetime]
"""A number whose choice was used, and when."""


class ChoiceStore:
    """Keeps them. Implements :class:`softswitch.crm.choices.Store`; :meth:`run` writes behind."""

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
        self._behind: WriteBehind[Choice | Used] = WriteBehind(
            database, self._write, what="what callers chose", clock=clock, limit=limit, pause=pause
        )

    def save(self, choice: Choice) -> None:
        """Let this be what was chosen from a number; no I/O."""
        self._behind.add(choice)

    def renew(self, number: str, at: datetime) -> None:
        """Note that a number's choice was used; no I/O. One that was erased meanwhile stays so."""
        self._behind.add((number, at))

    @property
    def settled(self) -> bool:
        """Whether everything is written."""
        return not len(self._behind)

    async def run(self) -> None:
        """Write until cancelled, then write what is queued. Owned by a task of the composition root."""
        await self._behind.run()

    async def flush(self) -> None:
        """Wait until every choice so far is on disk."""
        await self._behind.flush()

    async def load(self, most: int) -> Sequence[Choice]:
        """Return the newest choices."""
        columns = caller_choices.c
        query = (
            select(columns.number, columns.at, columns.language, columns.pace)
            .where(columns.tenant == self._tenant)
            .order_by(columns.at.desc())
            .limit(most)
        )
        found: list[Choice] = []
        async with self._database.reading() as connection:
            async for rows in (await connection.stream(query)).partitions(READ_AT_ONCE):
                found += (Choice(row.number, read(row.at), row.language, row.pace / PERCENT) for row in rows)
                await asyncio.sleep(0)
        return found

    async def stamp(self) -> tuple[int, datetime | None]:
        """Return how many there are, and when the newest was made."""
        query = select(func.count(), func.max(caller_choices.c.at)).where(
            caller_choices.c.tenant == self._tenant
        )
        async with self._database.reading() as connection:
            count, newest = (await connection.execute(query)).one()
        return count, None if newest is None else read(newest)

    async def forget(self, before: datetime) -> int:
        """Remove a portion of those that nobody has used since a time; return how many those were."""
        mine = caller_choices.c.tenant == self._tenant
        old = select(caller_choices.c.number).where(mine, caller_choices.c.at < written(before))
        gone = caller_choices.delete().where(mine, caller_choices.c.number.in_(old.limit(FORGOTTEN_AT_ONCE)))
        async with self._database.writing() as connection:
            return (await connection.execute(gone)).rowcount

    async def _write(self, connection: AsyncConnection, items: Sequence[Choice | Used]) -> None:
        postgres = connection.dialect.name == "postgresql"
        for item in items:
            one = self._saved(item, postgres=postgres) if isinstance(item, Choice) else self._renewed(item)
            await connection.execute(one)

    def _saved(self, choice: Choice, *, postgres: bool) -> Insert:
        values: dict[str, Any] = {
            "language": choice.language,
            "pace": round(PERCENT * choice.pace),
            "at": written(choice.at),
        }
        row = {"tenant": self._tenant, "number": choice.number, **values}
        insert = postgresql.insert if postgres else sqlite.insert
        saved = insert(caller_choices).values(row)
        return saved.on_conflict_do_update(index_elements=["tenant", "number"], set_=values)

    def _renewed(self, used: Used) -> Update:
        number, at = used
        mine = (caller_choices.c.tenant == self._tenant, caller_choices.c.number == number)
        return caller_choices.update().where(*mine).values(at=written(at))
