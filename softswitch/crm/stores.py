"""What customers are kept by, and what they ask of other rooms: Protocols, so that tests hand in fakes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from softswitch.crm.card import OpenTicket
from softswitch.crm.customer_model import Customer, Page, Query
from softswitch.crm.history_model import Contact, ContactKind, ContactPage


class Customers(Protocol):
    """Keeps customers; see :class:`softswitch.storage.customer_store.CustomerStore`."""

    async def create(self, new: Customer) -> Customer:
        """Write down a new customer; raise DuplicateCustomer."""
        ...

    async def create_all(self, new: Sequence[Customer]) -> tuple[Customer, ...]:
        """Write down all or none; raise DuplicateCustomer."""
        ...

    async def change(self, changed: Customer, *, expected: int) -> Customer:
        """Replace one; raise ChangedMeanwhile, NoSuchCustomer, DuplicateCustomer."""
        ...

    async def change_all(self, changed: Sequence[Customer]) -> tuple[Customer, ...]:
        """Replace all or none; raise DuplicateCustomer."""
        ...

    async def get(self, customer: str) -> Customer | None:
        """Return the customer of an id."""
        ...

    async def get_all(self, ids: Collection[str]) -> dict[str, Customer]:
        """Return those of these ids that there are."""
        ...

    async def find(
        self, field: str, value: str, *, vip_only: bool = False, limit: int = 100
    ) -> tuple[Customer, ...]:
        """Return whoever has a value in a look-up field."""
        ...

    async def find_each(self, field: str, values: Collection[str]) -> dict[str, list[str]]:
        """Return the ids of who has each value."""
        ...

    async def search(self, query: Query, *, limit: int = 20, after: str = "") -> Page:
        """Return a page of whoever is found, by name."""
        ...

    async def people_of(self, company: str, *, limit: int = 100) -> tuple[Customer, ...]:
        """Return the persons of a company."""
        ...

    async def companies_named(self, keys: Collection[str]) -> dict[str, list[str]]:
        """Return the ids of companies by their folded names."""
        ...

    async def count(self) -> int:
        """Return how many there are."""
        ...


class History(Protocol):
    """Keeps contacts; see :class:`softswitch.storage.contact_store.ContactStore`."""

    async def add(self, *new: Contact) -> None:
        """Write contacts down, each once."""
        ...

    async def history(
        self,
        customer: str,
        numbers: Sequence[str],
        *,
        limit: int = 10,
        after: str = "",
        kinds: Collection[ContactKind] = (),
    ) -> ContactPage:
        """Return contacts, newest first."""
        ...

    async def last_agent(
        self,
        customer: str,
        numbers: Sequence[str],
        *,
        since: datetime,
        campaigns: bool = False,
        answered_only: bool = True,
    ) -> str:
        """Return the agent of the last talk, "" for none."""
        ...


class Tickets(Protocol):
    """Knows which tickets of a customer are open."""

    async def open_tickets(self, customer: str, numbers: Sequence[str]) -> Sequence[OpenTicket]:
        """Return the open tickets of a customer, or of numbers that are nobody's, the newest first."""
        ...


class Keepers(Protocol):
    """Another system that knows who looks after whom."""

    async def keeper(self, number: str) -> str:
        """Return the account of who looks after the customer of a number, "" for nobody; may raise."""
        ...
