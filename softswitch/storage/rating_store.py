"""What callers thought of talks, on disk: read by agent, queue and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.crm.errors import CrmError
from softswitch.storage.database import Database
from softswitch.storage.moments import read, written
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.ratings import ratings

FORGOTTEN_AT_ONCE: Final = 1000
"""Rows that one transaction removes: others want to write, too."""


@dataclass(frozen=True, slots=True)
class Rating:
    """One rating; ``number`` is the caller's, "" for a withheld one, ``lowest`` to ``highest`` the scale."""

    id: str
    call: str
    at: datetime
    queue: str
    agent: str
    number: str
    rating: int
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class RatingPage:
    """Some ratings, newest first, and where the next page begins; ``after`` is "" on the last one."""

    ratings: tuple[Rating, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """What an agent got in a queue on one scale: how often each mark was given."""

    queue: str
    agent: str
    lowest: int
    highest: int
    given: Mapping[int, int]

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.given.values())

    @property
    def average(self) -> float:
        """The mean of all."""
        return sum(mark * count for mark, count in self.given.items()) / self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingSearch:
    """Which ratings are meant; "" and None for any. ``until`` is not in it."""

    since: datetime | None = None
    until: datetime | None = None
    queue: str = ""
    agent: str = ""
    call: str = ""


async def put_ratings(
    connection: AsyncConnection, new: Sequence[Rating], *, tenant: str = DEFAULT_TENANT
) -> None:
    """Write ratings in the transaction of what they follow from; one whose id is known is left out."""
    if not new:
        return
    rows = [{**asdict(one), "at": written(one.at), "tenant": tenant} for one in new]
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    await connection.execute(insert(ratings).on_conflict_do_nothing(), rows)


class RatingStore:
    """Reads ratings, and lets them go."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant

    async def find(self, wanted: RatingSearch, *, after: str = "", limit: int = 50) -> RatingPage:
        """Return a page of ratings, newest first; raise CrmError for an ``after`` that no page has told."""
        place = (ratings.c.at, ratings.c.id)
        query = select(ratings).where(*self._which(wanted))
        if after:
            query = query.where(tuple_(*place) < tuple_(*_place(after)))
        query = query.order_by(*(column.desc() for column in place)).limit(limit + 1)
        found = await self._read(query)
        last = found[limit - 1] if len(found) > limit else None
        told = "" if last is None else msgspec.json.encode((written(last.at), last.id)).decode()
        return RatingPage(tuple(found[:limit]), told)

    async def marks(self, wanted: RatingSearch) -> tuple[Marks, ...]:
        """Return how often each mark was given, by queue, agent and scale."""
        table = ratings.c
        group = (table.queue, table.agent, table.lowest, table.highest)
        query = (
            select(*group, table.rating, func.count().label("count"))
            .where(*self._which(wanted))
            .group_by(*group, table.rating)
            .order_by(*group, table.rating)
        )
        given: dict[tuple[str, str, int, int], dict[int, int]] = {}
        async with self._database.reading() as connection:
            for queue, agent, lowest, highest, mark, count in (await connection.execute(query)).all():
                given.setdefault((queue, agent, lowest, highest), {})[mark] = count
        return tuple(Marks(*key, marks) for key, marks in given.items())

    async def of_numbers(self, numbers: Sequence[str]) -> tuple[Rating, ...]:
        """Return the ratings that these numbers gave, the oldest first."""
        query = select(ratings).where(self._own, ratings.c.number.in_(list(numbers)))
        return tuple(await self._read(query.order_by(ratings.c.at, ratings.c.id)))

    async def erase(self, numbers: Sequence[str]) -> int:
        """Take out of ratings who gave them; return how many. What agents got stays for the figures."""
        mine = ratings.update().where(self._own, ratings.c.number.in_(list(numbers))).values(number="")
        async with self._database.writing() as connection:
            return (await connection.execute(mine)).rowcount

    async def forget(self, before: datetime) -> int:
        """Remove a portion of those from before a time; return how many those were."""
        old = select(ratings.c.id).where(self._own, ratings.c.at < written(before)).limit(FORGOTTEN_AT_ONCE)
        async with self._database.writing() as connection:
            gone = await connection.execute(ratings.delete().where(self._own, ratings.c.id.in_(old)))
            return gone.rowcount

    @property
    def _own(self) -> ColumnElement[bool]:
        return ratings.c.tenant == self._tenant

    def _which(self, wanted: RatingSearch) -> list[ColumnElement[bool]]:
        which = [self._own]
        which += [ratings.c.at >= written(wanted.since)] if wanted.since is not None else []
        which += [ratings.c.at < written(wanted.until)] if wanted.until is not None else []
        for column, value in (
            (ratings.c.queue, wanted.queue),
            (ratings.c.agent, wanted.agent),
            (ratings.c.call, wanted.call),
        ):
            which += [column == value] if value else []
        return which

    async def _read(self, query: Select[Any]) -> list[Rating]:
        async with self._database.reading() as connection:
            return [_read_rating(row) for row in (await connection.execute(query)).all()]


def _place(after: str) -> tuple[str, str]:
    try:
        return msgspec.json.decode(after, type=tuple[str, str])
    except msgspec.DecodeError as error:
        raise CrmError("there is no such page: begin with the first one") from error


def _read_rating(row: Row[Any]) -> Rating:
    given = (row.rating, row.lowest, row.highest)
    return Rating(row.id, row.call, read(row.at), row.queue, row.agent, row.number, *given)
