"""What the interface asks of customers, tickets and orders. All raise WebError."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

from softswitch.web.paging import Part
from softswitch.web.resources.people import (
    Contact,
    Customer,
    CustomerChange,
    CustomerSearch,
    LastOrder,
    NewCustomer,
    NewOrder,
    NewTicket,
    Order,
    Ticket,
    TicketChange,
)


class Customers(Protocol):
    """Where customers are kept. ``by`` is who asks, for the record of what was done."""

    async def find(self, search: CustomerSearch, *, after: str, limit: int) -> Part[Customer]:
        """Return who is meant, in a lasting order; NotThere never: nobody found is an empty part."""
        ...

    async def get(self, customer: str, *, whole: bool) -> Customer:
        """Return one, identity numbers masked unless ``whole``; NotThere."""
        ...

    async def add(self, new: NewCustomer, *, by: str) -> Customer:
        """Add one; Unacceptable with every field that is wrong, Conflict for a duplicate."""
        ...

    async def change(
        self, customer: str, change: CustomerChange, *, version: int | None, by: str
    ) -> Customer:
        """Change what is given; Stale unless it is of this version (None: any)."""
        ...

    async def contacts(self, customer: str, *, after: str, limit: int) -> Part[Contact]:
        """Return the contacts with one, the newest first."""
        ...

    async def erase(self, customer: str, *, by: str) -> None:
        """Erase all that is known of a person; Conflict where something must be kept."""
        ...

    async def everything(self, customer: str, *, by: str) -> dict[str, Any]:
        """Return all that is known of a person, for that person."""
        ...

    def rows(self) -> AsyncIterator[Customer]:
        """Yield all customers, a few at a time from the disk."""
        ...


class Tickets(Protocol):
    """Where tickets are kept."""

    async def find(
        self, *, status: str, customer: str, call: str, queue: str, after: str, limit: int
    ) -> Part[Ticket]:
        """Return those that are meant, the newest first; "" asks for any."""
        ...

    async def get(self, ticket: str) -> Ticket:
        """Return one; NotThere."""
        ...

    async def open(self, new: NewTicket, *, by: str) -> Ticket:
        """Open one."""
        ...

    async def change(self, ticket: str, change: TicketChange, *, version: int | None, by: str) -> Ticket:
        """Change what is given; Stale unless it is of this version (None: any)."""
        ...


class Orders(Protocol):
    """Where orders are kept."""

    async def find(
        self, *, customer: str, phone: str, email: str, shop: str, after: str, limit: int
    ) -> Part[Order]:
        """Return those that are meant, the newest first."""
        ...

    async def last(self, *, customer: str, phone: str, email: str, shops: tuple[str, ...]) -> LastOrder:
        """Return the newest order of somebody in these shops, () for all; Unacceptable for nobody."""
        ...

    async def get(self, shop: str, number: str) -> Order:
        """Return one; NotThere."""
        ...

    async def put(self, shop: str, number: str, order: NewOrder) -> Order:
        """Keep an order as it is now, new or not."""
        ...
