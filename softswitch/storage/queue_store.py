"""What of the queues outlasts a restart: log-ins and pauses of agents, callbacks, and who waits."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import BindParameter, Column, Delete, Table, and_, bindparam, select, tuple_
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.queues.model import Change, KeptAgent, KeptCallback, KeptWait, Lasting
from softswitch.storage.database import Database
from softswitch.storage.tables import DEFAULT_TENANT, agents, callbacks, waiting
from softswitch.storage.write_behind import MAX_QUEUED, Pause, WriteBehind

logger = logging.getLogger(__name__)

STORED_WITHIN_SECONDS: Final = 2.0
"""How long a caller is kept who wants to know whether the callback is safe. A disk takes a twentieth of a
second; who hears nothing for longer hangs up."""

Changes = tuple[Change, ...]
"""What happened at once: written in one transaction, or not at all."""


@dataclass(frozen=True, slots=True)
class _Home:
    """Where one kind lies: its table, and which of its fields name a row."""

    table: Table
    names: tuple[str, ...]

    @property
    def columns(self) -> tuple[Column[str], ...]:
        return tuple(self.table.c[name] for name in self.names)

    def key(self, kept: Lasting) -> tuple[str, ...]:
        return tuple(getattr(kept, name) for name in self.names)


_HOMES: Final[Mapping[type[Lasting], _Home]] = {
    KeptAgent: _Home(agents, ("agent", "queue")),
    KeptCallback: _Home(callbacks, ("call",)),
    KeptWait: _Home(waiting, ("call",)),
}


class QueueStore:
    """Keeps what the queues need after a restart. ``save`` returns at once; :meth:`run` writes behind."""

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
        self._without = {kind: _without(home, tenant) for kind, home in _HOMES.items()}
        """Deletes what has certain keys, by what it is. Built once: that costs more than writing a row."""
        self._behind: WriteBehind[Changes] = WriteBehind(
            database, self._write, what="the queues", clock=clock, limit=limit, pause=pause
        )

    def save(self, changes: Changes) -> None:
        """Let this be kept, or no more, from now on; no I/O. What happened at once is never torn apart."""
        self._behind.add(changes)

    async def run(self) -> None:
        """Write until cancelled, then write what is queued. Owned by a task of the composition root."""
        await self._behind.run()

    async def flush(self) -> None:
        """Wait until every change saved so far is on disk, or given up."""
        await self._behind.flush()

    async def holds_callback(self, call: str, *, within: float = STORED_WITHIN_SECONDS) -> bool:
        """Tell, after ``within`` seconds at most, whether the callback asked for in ``call`` is on the disk.

        It is looked up there, so that a row that was refused or dropped counts as what it is: lost.
        """
        query = select(callbacks.c.call).where(callbacks.c.tenant == self._tenant, callbacks.c.call == call)
        try:
            async with asyncio.timeout(within):
                await self.flush()
                async with self._database.reading() as connection:
                    return (await connection.execute(query)).first() is not None
        except TimeoutError:
            logger.warning("the callback asked for in the call %s is not stored within %g s", call, within)
        except (SQLAlchemyError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            logger.warning("whether the callback of the call %s is stored cannot be read: %s", call, cause)
        return False

    async def load(self) -> tuple[Lasting, ...]:
        """Return all that is kept; what cannot be read is told and left out."""
        found: list[Lasting] = []
        async with self._database.reading() as connection:
            for kind, home in _HOMES.items():
                query = select(*home.columns, home.table.c.data).where(home.table.c.tenant == self._tenant)
                for *key, data in (await connection.execute(query.order_by(*home.columns))).all():
                    try:
                        found.append(msgspec.json.decode(data, type=kind))
                    except msgspec.DecodeError as error:
                        row = " ".join(key)
                        logger.warning(
                            "what is stored of %s in %s cannot be read: %s", row, home.table, error
                        )
        return tuple(found)

    async def _write(self, connection: AsyncConnection, batch: Sequence[Changes]) -> None:
        latest: defaultdict[type[Lasting], dict[tuple[str, ...], Change]] = defaultdict(dict)
        for change in (change for changes in batch for change in changes):
            kind = type(change.kept)
            latest[kind][_HOMES[kind].key(change.kept)] = change
        for kind, by_key in latest.items():
            await connection.execute(self._without[kind], {"keys": list(by_key)})
            await self._insert(connection, _HOMES[kind], by_key)

    async def _insert(
        self, connection: AsyncConnection, home: _Home, by_key: Mapping[tuple[str, ...], Change]
    ) -> None:
        rows = [
            {
                "tenant": self._tenant,
                **dict(zip(home.names, key, strict=True)),
                "data": msgspec.json.encode(change.kept).decode(),
            }
            for key, change in by_key.items()
            if not change.gone
        ]
        if rows:
            await connection.execute(home.table.insert(), rows)


def _without(home: _Home, tenant: str) -> Delete:
    keys: BindParameter[object] = bindparam("keys", expanding=True)
    return home.table.delete().where(and_(home.table.c.tenant == tenant, tuple_(*home.columns).in_(keys)))
