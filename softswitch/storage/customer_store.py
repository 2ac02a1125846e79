"""Customers in the database: written, changed, found by anything they have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeVar

import msgspec
from sqlalchemy import (
    ColumnElement,
    Subquery,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.crm.customer_model import (
    Customer,
    Kind,
    Page,
    Query,
)
from softswitch.crm.errors import ChangedMeanwhile, CrmError, NoSuchCustomer
from softswitch.storage.customer_index import CustomerIndex, duplicate_of
from softswitch.storage.customer_rows import customer_of, row_of
from softswitch.storage.database import Database
from softswitch.storage.tables import DEFAULT_TENANT, customer_keys, customer_pins, customers

Item = TypeVar("Item")

MOST_FOUND: Final = 100
"""Customers of one look-up or page: more at once nobody reads."""

EVERYBODY: Final = 2**31 - 1
"""More than there can be: a limit that leaves nobody out."""

ROWS_AT_ONCE: Final = 1000
"""Values of one query, rows of one insert: SQLite takes 32,766 parameters, a customer has some 25."""


_KEYS: Final = customer_keys.c
_HAVING: Final = select(_KEYS.customer).where(
    _KEYS.tenant == bindparam("tenant"), _KEYS.field == bindparam("field"), _KEYS.value == bindparam("value")
)
_FOUND: Final = (
    select(customers)
    .where(customers.c.tenant == bindparam("tenant"), customers.c.id.in_(_HAVING))
    .order_by(customers.c.id)
    .limit(bindparam("limit"))
)
"""Whoever has a value in a field. Every call asks it: making it anew would take longer than the answer."""
_FOUND_VIP: Final = _FOUND.where(customers.c.vip)


SURVEYED_FIRST: Final = 1000
"""Customers written after which PostgreSQL looks at its tables for the first time."""


class CustomerStore:
    """Keeps customers, and what they are found by. Every change is one transaction."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant
        self._index = CustomerIndex(tenant)
        self._grown = 0
        self._surveyed_at = SURVEYED_FIRST

    async def create(self, new: Customer) -> Customer:
        """Write down a customer whose ``id`` and times are set, and return it with its first version.

        Raises :class:`DuplicateCustomer` when another one has what only one may have.
        """
        return (await self.create_all((new,)))[0]

    async def create_all(self, new: Sequence[Customer]) -> tuple[Customer, ...]:
        """Write down all of them or, by :class:`DuplicateCustomer`, none."""
        first = tuple(one if one.version == 1 else replace(one, version=1) for one in new)
        try:
            async with self._database.writing() as connection:
                for group in _groups(first):
                    await self._index.refuse_duplicates(connection, group)
                    await connection.execute(customers.insert(), [row_of(one, self._tenant) for one in group])
                    await self._index.add(connection, group)
        except IntegrityError as error:
            # Not "from error": its text may hold the PESEL.
            raise duplicate_of(error) from None
        await self._survey(len(first))
        return first

    async def change(self, changed: Customer, *, expected: int) -> Customer:
        """Replace the customer of this id and return it with its new version.

        Raises :class:`ChangedMeanwhile` unless ``expected`` is the version that is there,
        :class:`NoSuchCustomer` and :class:`DuplicateCustomer`.
        """
        later = replace(changed, version=expected + 1)
        try:
            async with self._database.writing() as connection:
                await self._index.refuse_duplicates(connection, (later,))
                row = row_of(later, self._tenant)
                update = customers.update().where(*self._is(later.id), customers.c.version == expected)
                done = await connection.execute(update.values(row))
                if done.rowcount != 1:
                    raise await self._why_unchanged(connection, later.id, expected)
                await self._index.remove(connection, (later.id,))
                await self._index.add(connection, (later,))
        except IntegrityError as error:
            # Not "from error": its text may hold the PESEL.
            raise duplicate_of(error) from None
        return later

    async def change_all(self, changed: Sequence[Customer]) -> tuple[Customer, ...]:
        """Replace all of them, whatever version is there, or, by an error, none: for imports."""
        later = tuple(replace(one, version=one.version + 1) for one in changed)
        try:
            async with self._database.writing() as connection:
                for group in _groups(later):
                    ids = [one.id for one in group]
                    await self._index.remove(connection, ids)
                    await connection.execute(
                        customers.delete().where(customers.c.tenant == self._tenant, customers.c.id.in_(ids))
                    )
                for group in _groups(later):
                    await self._index.refuse_duplicates(connection, group)
                    await connection.execute(customers.insert(), [row_of(one, self._tenant) for one in group])
                    await self._index.add(connection, group)
        except IntegrityError as error:
            # Not "from error": its text may hold the PESEL.
            raise duplicate_of(error) from None
        return later

    async def get(self, customer: str) -> Customer | None:
        """Return the customer of an id, None for none."""
        found = await self.get_all((customer,))
        return found.get(customer)

    async def get_all(self, ids: Collection[str]) -> dict[str, Customer]:
        """Return the customers of these ids that there are, by id."""
        found: dict[str, Customer] = {}
        async with self._database.reading() as connection:
            for group in _groups(sorted(ids)):
                query = select(customers).where(customers.c.tenant == self._tenant, customers.c.id.in_(group))
                for row in (await connection.execute(query)).all():
                    found[row.id] = customer_of(row)
        return found

    async def find(
        self, field: str, value: str, *, vip_only: bool = False, limit: int = MOST_FOUND
    ) -> tuple[Customer, ...]:
        """Return whoever has this value in this look-up field, by id: the oldest customer first."""
        values = {"tenant": self._tenant, "field": field, "value": value, "limit": limit}
        async with self._database.reading() as connection:
            found = await connection.execute(_FOUND_VIP if vip_only else _FOUND, values)
            return tuple(customer_of(row) for row in found.all())

    async def find_each(self, field: str, values: Collection[str]) -> dict[str, list[str]]:
        """Return the ids of who has each of these values in a look-up field, by value."""
        found: dict[str, list[str]] = {}
        keys = customer_keys.c
        async with self._database.reading() as connection:
            for group in _groups(sorted(values)):
                query = (
                    select(keys.value, keys.customer)
                    .where(keys.tenant == self._tenant, keys.field == field, keys.value.in_(group))
                    .order_by(keys.customer)
                )
                for value, customer in (await connection.execute(query)).all():
                    found.setdefault(value, []).append(customer)
        return found

    async def search(self, query: Query, *, limit: int = 20, after: str = "") -> Page:
        """Return a page of whoever is found, by name.

        ``after`` is what the page before told. Raises :class:`CrmError` for what no page has told.
        """
        limit = min(limit, MOST_FOUND)
        wanted = select(customers).where(customers.c.tenant == self._tenant, *self._conditions(query))
        if after:
            wanted = wanted.where(tuple_(customers.c.search_key, customers.c.id) > tuple_(*_place(after)))
        found: Table | Subquery = customers
        if query.values and not query.words:
            # First the few who have it, then their order: else SQLite goes through all names in order.
            found = wanted.limit(EVERYBODY).subquery()
            wanted = select(found)
        wanted = wanted.order_by(found.c.search_key, found.c.id).limit(limit + 1)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        more = len(rows) > limit
        last = rows[limit - 1] if more else None
        told = "" if last is None else msgspec.json.encode((last.search_key, last.id)).decode()
        return Page(tuple(customer_of(row) for row in rows[:limit]), told)

    async def people_of(self, company: str, *, limit: int = MOST_FOUND) -> tuple[Customer, ...]:
        """Return the persons who belong to a company, by name."""
        query = (
            select(customers)
            .where(customers.c.tenant == self._tenant, customers.c.company == company)
            .order_by(customers.c.search_key, customers.c.id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return tuple(customer_of(row) for row in (await connection.execute(query)).all())

    async def companies_named(self, keys: Collection[str]) -> dict[str, list[str]]:
        """Return the ids of companies by their names, folded as :func:`search_key` does."""
        found: dict[str, list[str]] = {}
        async with self._database.reading() as connection:
            for group in _groups(sorted(keys)):
                query = (
                    select(customers.c.search_key, customers.c.id)
                    .where(
                        customers.c.tenant == self._tenant,
                        customers.c.kind == Kind.COMPANY.value,
                        customers.c.search_key.in_(group),
                    )
                    .order_by(customers.c.id)
                )
                for key, company in (await connection.execute(query)).all():
                    found.setdefault(key, []).append(company)
        return found

    async def count(self) -> int:
        """Return how many customers there are."""
        query = select(func.count()).select_from(customers).where(customers.c.tenant == self._tenant)
        async with self._database.reading() as connection:
            return int((await connection.execute(query)).scalar_one())

    def _conditions(self, query: Query) -> Iterator[ColumnElement[bool]]:
        named = and_(
            true(), *(customers.c.search_key.contains(word, autoescape=True) for word in query.words)
        )
        if query.words and query.values:
            yield or_(named, self._index.having(query.values))
        elif query.words:
            yield named
        elif query.values:
            yield self._index.having(query.values)
        if query.vip_only:
            yield customers.c.vip
        if query.kind is not None:
            yield customers.c.kind == query.kind.value
        if query.group:
            yield customers.c.customer_group == query.group
        if query.keeper:
            yield customers.c.keeper == query.keeper

    async def _survey(self, new: int) -> None:
        """Let PostgreSQL look at how much there is now, each time that twice as much has come.

        It does so by itself a minute later. Until then it takes the tables of an import for nearly empty, and
        reads all of them for every look-up.
        """
        self._grown += new
        if self._database.dialect != "postgresql" or self._grown < self._surveyed_at:
            return
        self._surveyed_at = 2 * self._grown
        async with self._database.writing() as connection:
            await connection.execute(text(f"ANALYZE {customers.name}, {customer_keys.name}"))

    async def _why_unchanged(self, connection: AsyncConnection, customer: str, expected: int) -> CrmError:
        query = select(customers.c.version).where(*self._is(customer))
        found = (await connection.execute(query)).scalar_one_or_none()
        return NoSuchCustomer(customer) if found is None else ChangedMeanwhile(customer, expected, found)

    def _is(self, customer: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return customers.c.tenant == self._tenant, customers.c.id == customer


async def remove_customer(connection: AsyncConnection, customer: str, *, tenant: str) -> bool:
    """Remove a customer with all it is found by, and its PIN, in the transaction that is handed in.

    Return whether there was one.
    """
    done = await connection.execute(
        customers.delete().where(customers.c.tenant == tenant, customers.c.id == customer)
    )
    for table in (customer_keys, customer_pins):
        await connection.execute(table.delete().where(table.c.tenant == tenant, table.c.customer == customer))
    # Who belonged to an erased company belongs to none.
    await connection.execute(
        customers.update()
        .where(customers.c.tenant == tenant, customers.c.company == customer)
        .values(company="", version=customers.c.version + 1)
    )
    return done.rowcount == 1


def _place(after: str) -> tuple[str, str]:
    try:
        return msgspec.json.decode(after, type=tuple[str, str])
    except msgspec.DecodeError as error:
        raise CrmError("there is no such page: begin with the first one") from error


def _groups(all_: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (all_[at : at + ROWS_AT_ONCE] for at in range(0, len(all_), ROWS_AT_ONCE))
