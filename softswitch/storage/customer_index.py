"""What customers are found by: all they have, with whose it is, and what only one may have."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, union_all
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.crm.customer_model import UNIQUE_FIELDS, Customer, lookup_keys, sole_keys
from softswitch.crm.errors import DuplicateCustomer
from softswitch.storage.tables import customer_keys, customers


class CustomerIndex:
    """The keys of a tenant's customers, written in the transaction of what they belong to."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant

    def having(self, pairs: Sequence[tuple[str, str]]) -> ColumnElement[bool]:
        """Return the condition of having one of some fields with its value."""
        keys = customer_keys.c
        having = [
            select(keys.customer).where(keys.tenant == self._tenant, keys.field == field, keys.value == value)
            for field, value in pairs
        ]
        # Each pair is one step into the index; of an OR over them SQLite would read the whole of it.
        return customers.c.id.in_(union_all(*having) if len(having) > 1 else having[0])

    async def refuse_duplicates(self, connection: AsyncConnection, new: Sequence[Customer]) -> None:
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

    async def add(self, connection: AsyncConnection, group: Sequence[Customer]) -> None:
        """Write what some customers are found by."""
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

    async def remove(self, connection: AsyncConnection, ids: Sequence[str]) -> None:
        """Take away what some customers were found by."""
        old = customer_keys.delete().where(
            customer_keys.c.tenant == self._tenant, customer_keys.c.customer.in_(ids)
        )
        await connection.execute(old)


def duplicate_of(error: IntegrityError) -> DuplicateCustomer:
    """Return what another process was faster with; whose it is, the next try will tell."""
    text = str(error.orig)
    field = next((field for field in UNIQUE_FIELDS if field in text), UNIQUE_FIELDS[0])
    return DuplicateCustomer(field)
