"""Hashes of customers' PINs, in a table of their own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from softswitch.crm.errors import NoSuchCustomer
from softswitch.storage.database import Database
from softswitch.storage.moments import written
from softswitch.storage.tables import DEFAULT_TENANT, customer_pins, customers


class PinStore:
    """Keeps one hash for each customer who has a PIN. No PIN ever comes here."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant

    async def hash_of(self, customer: str) -> str:
        """Return the hash of a customer's PIN, "" for none."""
        query = select(customer_pins.c.hash).where(
            customer_pins.c.tenant == self._tenant, customer_pins.c.customer == customer
        )
        async with self._database.reading() as connection:
            return (await connection.execute(query)).scalar_one_or_none() or ""

    async def keep(self, customer: str, hashed: str, at: datetime) -> None:
        """Let a customer have this PIN alone; raise :class:`NoSuchCustomer`."""
        there = select(customers.c.id).where(customers.c.tenant == self._tenant, customers.c.id == customer)
        row = {"tenant": self._tenant, "customer": customer, "hash": hashed, "changed": written(at)}
        async with self._database.writing() as connection:
            if (await connection.execute(there)).scalar_one_or_none() is None:
                raise NoSuchCustomer(customer)
            await connection.execute(
                customer_pins.delete().where(
                    customer_pins.c.tenant == self._tenant, customer_pins.c.customer == customer
                )
            )
            await connection.execute(customer_pins.insert().values(row))

    async def remove(self, customer: str) -> bool:
        """Let a customer have none; return whether there was one."""
        old = customer_pins.delete().where(
            customer_pins.c.tenant == self._tenant, customer_pins.c.customer == customer
        )
        async with self._database.writing() as connection:
            return (await connection.execute(old)).rowcount == 1
