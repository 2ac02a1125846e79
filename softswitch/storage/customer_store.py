"""Customers in the database: written, changed, found by anything they have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Subquery,
    Table,
    and_,
    func,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.crm.customer_model import (
    UNIQUE_FIELDS,
    Customer,
    Kind,
    OwnValue,
    Page,
    Query,
    lookup_keys,
    search_key,
    sole_keys,
)
from softswitch.crm.errors import ChangedMeanwhile, CrmError, DuplicateCustomer, NoSuchCustomer
from softswitch.storage.database import Database
from softswitch.storage.moments import read_or_never, written_or_never
from softswitch.storage.tables import DEFAULT_TENANT, customer_keys, customer_pins, customers

Item = TypeVar("Item")

MOST_FOUND: Final = 100
"""Customers of one look-up or page: more at once nobody reads."""

EVERYBODY: Final = 2**31 - 1
"""More than there can be: a limit that leaves nobody out."""

ROWS_AT_ONCE: Final = 1000
"""Values of one query, rows of one insert: SQLite takes 32,766 parameters, a customer has some 25."""


class CustomerStore:
    """Keeps customers, and what they are found by. Every change is one transaction."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant

    async def create(self, new: Customer) -> Customer:
        """Write down a customer whose ``id`` and times are set, and return it with its first version.

        Raises :class:`DuplicateCustomer` when another one has what only one may have.
        """
        return (await self.create_all((new,)))[0]

    async def create_all(self, new: Sequence[Customer]) -> tuple[Customer, ...]:
        """Write down all of them or, by :class:`DuplicateCustomer`, none."""
        first = tuple(replace(one, version=1) for one in new)
        try:
            async with self._database.writing() as connection:
                for group in _groups(first):
                    await self._refuse_duplicates(connection, group)
                    await connection.execute(customers.insert(), [self._row(one) for one in group])
                    await self._add_keys(connection, group)
        except IntegrityError as error:
            # Not "from error": its text may hold the PESEL.
            raise _duplicate(error) from None
        return first

    async def change(self, changed: Customer, *, expected: int) -> Customer:
        """Replace the customer of this id and return it with its new version.

        Raises :class:`ChangedMeanwhile` unless ``expected`` is the version that is there,
        :class:`NoSuchCustomer` and :class:`DuplicateCustomer`.
        """
        later = replace(changed, version=expected + 1)
        try:
            async with self._database.writing() as connection:
                await self._refuse_duplicates(connection, (later,))
                row = self._row(later)
                update = customers.update().where(*self._is(later.id), customers.c.version == expected)
                done = await connection.execute(update.values(row))
                if done.rowcount != 1:
                    raise await self._why_unchanged(connection, later.id, expected)
                await self._remove_keys(connection, (later.id,))
                await self._add_keys(connection, (later,))
        except IntegrityError as error:
            # Not "from error": its text may hold the PESEL.
            raise _duplicate(error) from None
        return later

    async def change_all(self, changed: Sequence[Customer]) -> tuple[Customer, ...]:
        """Replace all of them, whatever version is there, or, by an error, none: for imports."""
        later = tuple(replace(one, version=one.version + 1) for one in changed)
        try:
            async with self._database.writing() as connection:
                for group in _groups(later):
                    ids = [one.id for one in group]
                    await self._remove_keys(connection, ids)
                    await connection.execute(
                        customers.delete().where(customers.c.tenant == self._tenant, customers.c.id.in_(ids))
                    )
                for group in _groups(later):
                    await self._refuse_duplicates(connection, group)
                    await connection.execute(customers.insert(), [self._row(one) for one in group])
                    await self._add_keys(connection, group)
        except IntegrityError as error:
            # Not "from error": its text may hold the PESEL.
            raise _duplicate(error) from None
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
                    found[row.id] = _customer(row)
        return found

    async def find(
        self, field: str, value: str, *, vip_only: bool = False, limit: int = MOST_FOUND
    ) -> tuple[Customer, ...]:
        """Return whoever has this value in this look-up field, by id: the oldest customer first."""
        query = self._having(((field, value),)).order_by(customers.c.id).limit(limit)
        if vip_only:
            query = query.where(customers.c.vip)
        async with self._database.reading() as connection:
            return tuple(_customer(row) for row in (await connection.execute(query)).all())

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
        return Page(tuple(_customer(row) for row in rows[:limit]), told)

    async def people_of(self, company: str, *, limit: int = MOST_FOUND) -> tuple[Customer, ...]:
        """Return the persons who belong to a company, by name."""
        query = (
            select(customers)
            .where(customers.c.tenant == self._tenant, customers.c.company == company)
            .order_by(customers.c.search_key, customers.c.id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return tuple(_customer(row) for row in (await connection.execute(query)).all())

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

    def _having(self, pairs: Sequence[tuple[str, str]]) -> Select[Any]:
        return select(customers).where(customers.c.tenant == self._tenant, self._has(pairs))

    def _has(self, pairs: Sequence[tuple[str, str]]) -> ColumnElement[bool]:
        keys = customer_keys.c
        having = [
            select(keys.customer).where(keys.tenant == self._tenant, keys.field == field, keys.value == value)
            for field, value in pairs
        ]
        # Each pair is one step into the index; of an OR over them SQLite would read the whole of it.
        return customers.c.id.in_(union_all(*having) if len(having) > 1 else having[0])

    def _conditions(self, query: Query) -> Iterator[ColumnElement[bool]]:
        named = and_(
            true(), *(customers.c.search_key.contains(word, autoescape=True) for word in query.words)
        )
        if query.words and query.values:
            yield or_(named, self._has(query.values))
        elif query.words:
            yield named
        elif query.values:
            yield self._has(query.values)
        if query.vip_only:
            yield customers.c.vip
        if query.kind is not None:
            yield customers.c.kind == query.kind.value
        if query.group:
            yield customers.c.customer_group == query.group
        if query.keeper:
            yield customers.c.keeper == query.keeper

    async def _refuse_duplicates(self, connection: AsyncConnection, new: Sequence[Customer]) -> None:
        """Raise :class:`DuplicateCustomer` for what another one has; the index alone would not say who."""
        sole: dict[tuple[str, str], str] = {}
        for one in new:
            for pair in sole_keys(one):
                if sole.setdefault(pair, one.id) != one.id:
                    raise DuplicateCustomer(pair[0], sole[pair])
        keys = customer_keys.c
        for field in UNIQUE_FIELDS:
            values = [value for name, value in sole if name == field]
            if not values:
                continue
            query = select(keys.value, keys.customer).where(
                keys.tenant == self._tenant, keys.field == field, keys.value.in_(values)
            )
            for value, other in (await connection.execute(query)).all():
                if other != sole[field, value]:
                    raise DuplicateCustomer(field, other)

    async def _add_keys(self, connection: AsyncConnection, group: Sequence[Customer]) -> None:
        rows = [
            {
                "tenant": self._tenant,
                "field": field,
                "value": value,
                "customer": one.id,
                "sole": field in UNIQUE_FIELDS,
            }
            for one in group
            for field, value in sorted(lookup_keys(one))
        ]
        if rows:
            await connection.execute(customer_keys.insert(), rows)

    async def _remove_keys(self, connection: AsyncConnection, ids: Sequence[str]) -> None:
        old = customer_keys.delete().where(
            customer_keys.c.tenant == self._tenant, customer_keys.c.customer.in_(ids)
        )
        await connection.execute(old)

    async def _why_unchanged(self, connection: AsyncConnection, customer: str, expected: int) -> CrmError:
        query = select(customers.c.version).where(*self._is(customer))
        found = (await connection.execute(query)).scalar_one_or_none()
        return NoSuchCustomer(customer) if found is None else ChangedMeanwhile(customer, expected, found)

    def _is(self, customer: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return customers.c.tenant == self._tenant, customers.c.id == customer

    def _row(self, one: Customer) -> dict[str, object]:
        return {
            "tenant": self._tenant,
            "id": one.id,
            "kind": one.kind.value,
            "first_name": one.first_name,
            "last_name": one.last_name,
            "company_name": one.company_name,
            "search_key": search_key(one),
            "company": one.company,
            "numbers": msgspec.json.encode(one.numbers).decode(),
            "emails": msgspec.json.encode(one.emails).decode(),
            "customer_number": one.customer_number,
            "pesel": one.pesel,
            "nip": one.nip,
            "regon": one.regon,
            "customer_group": one.group,
            "type": one.type,
            "vip": one.vip,
            "keeper": one.keeper,
            "language": one.language,
            "born": "" if one.born is None else one.born.isoformat(),
            "notes": one.notes,
            "own": msgspec.json.encode(one.own).decode(),
            "version": one.version,
            "created": written_or_never(one.created),
            "changed": written_or_never(one.changed),
        }


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


def _customer(row: Row[Any]) -> Customer:
    return Customer(
        id=row.id,
        kind=Kind(row.kind),
        first_name=row.first_name,
        last_name=row.last_name,
        company_name=row.company_name,
        company=row.company,
        numbers=msgspec.json.decode(row.numbers, type=tuple[str, ...]),
        emails=msgspec.json.decode(row.emails, type=tuple[str, ...]),
        customer_number=row.customer_number,
        pesel=row.pesel,
        nip=row.nip,
        regon=row.regon,
        group=row.customer_group,
        type=row.type,
        vip=row.vip,
        keeper=row.keeper,
        language=row.language,
        born=date.fromisoformat(row.born) if row.born else None,
        notes=row.notes,
        own=msgspec.json.decode(row.own, type=dict[str, OwnValue]),
        version=row.version,
        created=read_or_never(row.created),
        changed=read_or_never(row.changed),
    )


def _place(after: str) -> tuple[str, str]:
    try:
        return msgspec.json.decode(after, type=tuple[str, str])
    except msgspec.DecodeError as error:
        raise CrmError("there is no such page: begin with the first one") from error


def _duplicate(error: IntegrityError) -> DuplicateCustomer:
    """Return what another process was faster with; whose it is, the next try will tell."""
    text = str(error.orig)
    field = next((field for field in UNIQUE_FIELDS if field in text), UNIQUE_FIELDS[0])
    return DuplicateCustomer(field)


def _groups(all_: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (all_[at : at + ROWS_AT_ONCE] for at in range(0, len(all_), ROWS_AT_ONCE))
