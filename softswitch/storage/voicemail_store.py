"""Voice messages on disk. What is heard of by mail is written in the transaction that keeps its message."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.outbox.model import Delivery
from softswitch.storage.database import Database
from softswitch.storage.moments import read, written
from softswitch.storage.outbox_store import put
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.voicemail import voice_messages, voice_settings
from softswitch.voicemail.errors import NotStored
from softswitch.voicemail.model import Message, State, Tally

SHORTEST_END: Final = 4
"""Letters of an id's end by which a message may be called."""


@asynccontextmanager
async def told_truly(what: str) -> AsyncIterator[None]:
    """Turn what a database may fail with into NotStored: somebody waits to hear whether it was written."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        raise NotStored(f"{what}: {type(cause).__name__}") from error


class VoicemailStore:
    """Keeps messages and what is set of boxes. Implements :class:`softswitch.voicemail.model.Messages`."""

    def __init__(self, database: Database, clock: Clock, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._clock = clock
        self._tenant = tenant

    async def begin(self, message: Message) -> None:
        """Note a message that is about to be spoken."""
        async with self._writing() as connection:
            await connection.execute(voice_messages.insert().values(_row(message, self._tenant)))

    async def keep(
        self,
        message: str,
        *,
        seconds: float,
        urgent: bool,
        name: str = "",
        mail: str = "",
        deliver: Sequence[Delivery] = (),
    ) -> bool:
        """Make a new message of one that was being left, and post what follows; tell if there was one."""
        change = (
            voice_messages.update()
            .where(self._one(message), voice_messages.c.state == State.LEAVING)
            .values(state=State.NEW, seconds=seconds, urgent=urgent, caller_name=name, mail=mail)
        )
        async with self._writing() as connection:
            if not (await connection.execute(change)).rowcount:
                return False
            await put(connection, deliver, self._clock, tenant=self._tenant)
        return True

    async def add(self, message: Message, deliver: Sequence[Delivery] = ()) -> None:
        """Take in a whole message."""
        async with self._writing() as connection:
            await connection.execute(voice_messages.insert().values(_row(message, self._tenant)))
            await put(connection, deliver, self._clock, tenant=self._tenant)

    async def drop(self, messages: Sequence[str]) -> None:
        """Forget messages."""
        gone = voice_messages.delete().where(self._own, voice_messages.c.id.in_(list(messages)))
        async with self._writing() as connection:
            await connection.execute(gone)

    async def find(self, message: str) -> Message | None:
        """Return the message with an id, or with an end of it that no other has; None for none."""
        if len(message) < SHORTEST_END or not message.isalnum():
            return None
        query = self._rows().where(voice_messages.c.id.endswith(message.upper())).limit(2)
        found = await self._read(query)
        return found[0] if len(found) == 1 else None

    async def of_box(self, box: str) -> tuple[Message, ...]:
        """Return the messages of a box, new before old, urgent ones first, in the order they were left."""
        query = self._rows().where(
            voice_messages.c.box == box, voice_messages.c.state.in_([State.NEW, State.OLD])
        )
        found = await self._read(query)
        return tuple(sorted(found, key=lambda one: (one.state is State.OLD, not one.urgent, one.id)))

    async def set_state(self, message: str, state: State) -> None:
        """Note that a message was heard, or is as new."""
        await self._change(message, state=state)

    async def set_urgent(self, message: str, urgent: bool) -> None:
        """Note that a message is urgent, or is not."""
        await self._change(message, urgent=urgent)

    async def unfinished(self) -> tuple[Message, ...]:
        """Return the messages that are, or were, being left."""
        return await self._read(self._rows().where(voice_messages.c.state == State.LEAVING))

    async def mailed(self) -> tuple[Message, ...]:
        """Return the messages for which a mail was written."""
        return await self._read(self._rows().where(voice_messages.c.mail != ""))

    async def tallies(self) -> dict[str, Tally]:
        """Return how many messages each box holds that holds any."""
        box, state, urgent = voice_messages.c.box, voice_messages.c.state, voice_messages.c.urgent
        query = (
            select(box, state, urgent, func.count())
            .where(self._own, state.in_([State.NEW, State.OLD]))
            .group_by(box, state, urgent)
        )
        counts: dict[str, dict[tuple[str, bool], int]] = {}
        async with self._reading() as connection:
            for name, kind, is_urgent, count in (await connection.execute(query)).all():
                counts.setdefault(name, {})[kind, bool(is_urgent)] = count
        return {name: _tally(found) for name, found in counts.items()}

    async def left_before(self, box: str, at: datetime) -> tuple[Message, ...]:
        """Return the messages of a box that were left before a time."""
        query = self._rows().where(
            voice_messages.c.box == box,
            voice_messages.c.left_at < written(at),
            voice_messages.c.state != State.LEAVING,
        )
        return await self._read(query)

    async def settings(self, box: str) -> dict[str, str]:
        """Return what was set of a box, by :class:`~softswitch.voicemail.model.Setting`."""
        query = select(voice_settings.c.name, voice_settings.c.value).where(
            voice_settings.c.tenant == self._tenant, voice_settings.c.box == box
        )
        async with self._reading() as connection:
            return {row.name: row.value for row in (await connection.execute(query)).all()}

    async def set(self, box: str, name: str, value: str) -> None:
        """Set something of a box; "" as the configuration has it."""
        key = {"tenant": self._tenant, "box": box, "name": name}
        old = voice_settings.delete().where(*(voice_settings.c[one] == given for one, given in key.items()))
        async with self._writing() as connection:
            await connection.execute(old)
            if value:
                await connection.execute(voice_settings.insert().values(**key, value=value))

    @property
    def _own(self) -> ColumnElement[bool]:
        return voice_messages.c.tenant == self._tenant

    def _one(self, message: str) -> ColumnElement[bool]:
        return self._own & (voice_messages.c.id == message)

    def _rows(self) -> Select[tuple[object, ...]]:
        columns = (column for column in voice_messages.c if column.name != "tenant")
        return select(*columns).where(self._own).order_by(voice_messages.c.id)

    async def _read(self, query: Select[tuple[object, ...]]) -> tuple[Message, ...]:
        async with self._reading() as connection:
            return tuple(_message(row) for row in (await connection.execute(query)).all())

    async def _change(self, message: str, **values: object) -> None:
        change = voice_messages.update().where(self._one(message)).values(**values)
        async with self._writing() as connection:
            await connection.execute(change)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        async with told_truly("the voicemail cannot be written"), self._database.writing() as connection:
            yield connection

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        async with told_truly("the voicemail cannot be read"), self._database.reading() as connection:
            yield connection


def _row(message: Message, tenant: str) -> dict[str, object]:
    return {**asdict(message), "tenant": tenant, "left_at": written(message.left_at)}


def _message(row: Row[tuple[object, ...]]) -> Message:
    values = dict(row._mapping)
    values |= {"left_at": read(row.left_at), "urgent": bool(row.urgent), "state": State(row.state)}
    return Message(**values)


def _tally(found: dict[tuple[str, bool], int]) -> Tally:
    def count(state: State, *, urgent: bool = False) -> int:
        return found.get((state.value, True), 0) + (0 if urgent else found.get((state.value, False), 0))

    return Tally(
        new=count(State.NEW),
        old=count(State.OLD),
        urgent_new=count(State.NEW, urgent=True),
        urgent_old=count(State.OLD, urgent=True),
    )
