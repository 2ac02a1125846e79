"""Text messages that people and programs have sent: written with what is to be delivered and the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, select
from sqlalchemy.dialects import postgresql, sqlite

from softswitch.clock import Clock
from softswitch.crm.history_model import Contact
from softswitch.outbox.model import Delivery, State
from softswitch.storage.contact_store import put_contacts
from softswitch.storage.database import Database
from softswitch.storage.moments import read, written
from softswitch.storage.outbox_store import put
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.messages import text_messages
from softswitch.storage.tables.outbox import outbox

FORGOTTEN_AT_ONCE: Final = 1000
"""Rows that one transaction removes: others want to write, too."""
_OLDEST_FIRST: Final = (text_messages.c.at, text_messages.c.id)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text message: to whom, in which ``call`` ("" for none), of which template, by whom."""

    id: str
    at: datetime
    number: str
    gateway: str
    call: str = ""
    template: str = ""
    sent_by: str = ""

    @property
    def key(self) -> str:
        """The key of its delivery."""
        return f"sms:{self.id}"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message, and what became of it: ``state`` is None where the outbox knows nothing of it any more."""

    message: TextMessage
    state: State | None
    trouble: str = ""


class MessageStore:
    """Keeps them as long as the outbox keeps what it has delivered."""

    def __init__(self, database: Database, clock: Clock, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._clock = clock
        self._tenant = tenant

    async def add(self, message: TextMessage, delivery: Delivery, contact: Contact) -> None:
        """Write a message, its delivery and the contact that it is, in one transaction.

        One whose id is known is left out.
        """
        row = {**asdict(message), "at": written(message.at), "tenant": self._tenant}
        insert = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
        once = insert(text_messages).on_conflict_do_nothing(
            index_elements=[text_messages.c.tenant, text_messages.c.id]
        )
        async with self._database.writing() as connection:
            await connection.execute(once, row)
            await put(connection, [delivery], self._clock, tenant=self._tenant)
            await put_contacts(connection, [contact], tenant=self._tenant)

    async def find(self, message: str) -> Sent | None:
        """Return a message by its id."""
        found = await self._read(self._rows(text_messages.c.id == message))
        return found[0] if found else None

    async def of_call(self, call: str, *, limit: int = 100) -> tuple[Sent, ...]:
        """Return the messages that belong to a call, the oldest first."""
        return await self._read(
            self._rows(text_messages.c.call == call).order_by(*_OLDEST_FIRST).limit(limit)
        )

    async def of_numbers(self, numbers: Sequence[str]) -> tuple[Sent, ...]:
        """Return the messages to these numbers, the oldest first."""
        mine = text_messages.c.number.in_(list(numbers))
        return await self._read(self._rows(mine).order_by(*_OLDEST_FIRST))

    async def erase(self, numbers: Sequence[str]) -> int:
        """Forget the messages to these numbers; return how many there were."""
        mine = text_messages.delete().where(self._own, text_messages.c.number.in_(list(numbers)))
        async with self._database.writing() as connection:
            return (await connection.execute(mine)).rowcount

    async def forget(self, before: datetime) -> int:
        """Remove a portion of those from before a time; return how many those were."""
        old = (
            select(text_messages.c.id)
            .where(self._own, text_messages.c.at < written(before))
            .limit(FORGOTTEN_AT_ONCE)
        )
        async with self._database.writing() as connection:
            gone = await connection.execute(
                text_messages.delete().where(self._own, text_messages.c.id.in_(old))
            )
            return gone.rowcount

    @property
    def _own(self) -> ColumnElement[bool]:
        return text_messages.c.tenant == self._tenant

    def _rows(self, which: ColumnElement[bool]) -> Select[Any]:
        same = and_(outbox.c.tenant == text_messages.c.tenant, outbox.c.key == "sms:" + text_messages.c.id)
        return (
            select(text_messages, outbox.c.state, outbox.c.trouble)
            .select_from(text_messages.outerjoin(outbox, same))
            .where(self._own, which)
        )

    async def _read(self, query: Select[Any]) -> tuple[Sent, ...]:
        async with self._database.reading() as connection:
            return tuple(_sent(row) for row in (await connection.execute(query)).all())


def _sent(row: Row[Any]) -> Sent:
    message = TextMessage(row.id, read(row.at), row.number, row.gateway, row.call, row.template, row.sent_by)
    return Sent(message, None if row.state is None else State(row.state), row.trouble or "")
