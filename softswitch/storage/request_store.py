"""Callback requests on disk: within their limits, and written together with what tells of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.outbox.model import Delivery
from softswitch.storage.database import Database
from softswitch.storage.moments import read, read_or_never, written, written_or_never
from softswitch.storage.outbox_store import put
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.voicemail import call_requests
from softswitch.storage.voicemail_store import SHORTEST_END, told_truly
from softswitch.voicemail.model import Request, RequestState, Taken

OPEN, DONE = RequestState.OPEN, RequestState.DONE


class RequestStore:
    """Keeps requests. Implements :class:`softswitch.voicemail.model.Requests`."""

    def __init__(self, database: Database, clock: Clock, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._clock = clock
        self._tenant = tenant

    async def take(
        self, request: Request, *, since: datetime, most: int, most_kept: int, deliver: Sequence[Delivery]
    ) -> Taken:
        """Keep a request within the limits and post what follows; return whether that was done."""
        table, row = call_requests.c, _row(request, self._tenant)
        at_desk = (table.desk == request.desk) & (table.state == OPEN)
        recent = table.asked_at >= written(since)
        whose = table.comparable == request.comparable
        if request.party:
            whose |= table.party == request.party
        async with self._writing() as connection:
            # One transaction at a time: what is counted here still holds when it is written.
            if await self._count(connection, at_desk & (table.comparable == request.comparable)):
                return Taken.KNOWN
            if await self._count(connection, recent & whose) >= most:
                return Taken.TOO_OFTEN
            if await self._count(connection, at_desk) >= most_kept:
                return Taken.FULL
            await connection.execute(call_requests.insert().values(row))
            await put(connection, deliver, self._clock, tenant=self._tenant)
        return Taken.TAKEN

    async def listed(self, *, desk: str = "", all_of_them: bool = False) -> tuple[Request, ...]:
        """Return the open requests, oldest first; of one desk, or of all; also those that are done."""
        query = self._rows()
        if desk:
            query = query.where(call_requests.c.desk == desk)
        if not all_of_them:
            query = query.where(call_requests.c.state == OPEN)
        return await self._read(query)

    async def tick_off(self, request: str, *, at: datetime, by: str, note: str) -> Request | None:
        """Note that somebody was called back; return it, None where no single open one has that id or end."""
        if len(request) < SHORTEST_END or not request.isalnum():
            return None
        query = self._rows().where(
            call_requests.c.state == OPEN, call_requests.c.id.endswith(request.upper())
        )
        async with self._writing() as connection:
            found = [_request(row) for row in (await connection.execute(query)).all()]
            if len(found) != 1:
                return None
            done = replace(found[0], state=DONE, done_at=at, done_by=by, note=note)
            change = call_requests.update().where(self._own, call_requests.c.id == done.id)
            await connection.execute(change.values(state=DONE, done_at=written(at), done_by=by, note=note))
        return done

    async def tick_off_this(self, request: str, *, at: datetime, by: str) -> bool:
        """Note that somebody was called back, of the one with this whole id; tell whether it was open."""
        change = call_requests.update().where(
            self._own, call_requests.c.id == request, call_requests.c.state == OPEN
        )
        async with self._writing() as connection:
            done = await connection.execute(change.values(state=DONE, done_at=written(at), done_by=by))
        return bool(done.rowcount)

    async def find(self, request: str) -> Request | None:
        """Return the request of an id, also one that is done."""
        found = await self._read(self._rows().where(call_requests.c.id == request))
        return found[0] if found else None

    async def page(self, *, done: bool, before: str = "", limit: int = 50) -> tuple[Request, ...]:
        """Return requests that are open, or done, the newest first, ``before`` one by its id."""
        query = self._rows().where(call_requests.c.state == (DONE if done else OPEN))
        if before:
            query = query.where(call_requests.c.id < before)
        return await self._read(query.order_by(None).order_by(call_requests.c.id.desc()).limit(limit))

    async def without_ticket(self, desks: Sequence[str]) -> tuple[Request, ...]:
        """Return the requests of desks for which no ticket was opened yet."""
        query = self._rows().where(
            call_requests.c.desk.in_(list(desks)), call_requests.c.ticket == "", call_requests.c.state == OPEN
        )
        return await self._read(query)

    async def set_ticket(self, request: str, ticket: str) -> None:
        """Note the ticket that was opened for a request."""
        change = call_requests.update().where(self._own, call_requests.c.id == request).values(ticket=ticket)
        async with self._writing() as connection:
            await connection.execute(change)

    async def of_numbers(self, numbers: Sequence[str]) -> tuple[Request, ...]:
        """Return all requests to call these numbers, or that they made, oldest first."""
        return await self._read(self._rows().where(_about(numbers)))

    async def forget(self, numbers: Sequence[str]) -> int:
        """Forget all requests to call these numbers, or that they made; return how many."""
        async with self._writing() as connection:
            return (
                await connection.execute(call_requests.delete().where(self._own, _about(numbers)))
            ).rowcount

    async def drop_done(self, desk: str, before: datetime) -> int:
        """Forget what was done before a time; return how many."""
        old = call_requests.delete().where(
            self._own,
            call_requests.c.desk == desk,
            call_requests.c.state == DONE,
            call_requests.c.done_at < written(before),
        )
        async with self._writing() as connection:
            return (await connection.execute(old)).rowcount

    @property
    def _own(self) -> ColumnElement[bool]:
        return call_requests.c.tenant == self._tenant

    def _rows(self) -> Select[tuple[object, ...]]:
        columns = (column for column in call_requests.c if column.name != "tenant")
        return select(*columns).where(self._own).order_by(call_requests.c.id)

    async def _count(self, connection: AsyncConnection, which: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(call_requests).where(self._own, which)
        return int((await connection.execute(query)).scalar_one())

    async def _read(self, query: Select[tuple[object, ...]]) -> tuple[Request, ...]:
        async with (
            told_truly("the callback requests cannot be read"),
            self._database.reading() as connection,
        ):
            return tuple(_request(row) for row in (await connection.execute(query)).all())

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        async with (
            told_truly("the callback requests cannot be written"),
            self._database.writing() as connection,
        ):
            yield connection


def _row(request: Request, tenant: str) -> dict[str, object]:
    times = {"asked_at": written(request.asked_at), "done_at": written_or_never(request.done_at)}
    return {**asdict(request), **times, "tenant": tenant}


def _request(row: Row[tuple[object, ...]]) -> Request:
    values = dict(row._mapping)
    values |= {
        "asked_at": read(row.asked_at),
        "done_at": read_or_never(row.done_at),
        "state": RequestState(row.state),
    }
    return Request(**values)


def _about(numbers: Sequence[str]) -> ColumnElement[bool]:
    table, given = call_requests.c, list(numbers)
    return or_(table.number.in_(given), table.comparable.in_(given), table.party.in_(given))
