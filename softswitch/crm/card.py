"""What an agent sees while a call rings: who it is, what was before, what is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from softswitch.crm.customer_model import Customer
from softswitch.crm.history_model import Contact


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket that is not closed, as far as it is shown beside a call."""

    id: str
    title: str
    state: str
    priority: str
    created: datetime
    version: int = 1
    queue: str = ""
    category: str = ""
    number: str = ""
    call: str = ""
    assignee: str = ""
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """Everything about a number at a glance.

    ``number`` is None for a withheld one. ``customers`` are all who have it: one is who calls, of several
    nobody knows which; none is somebody new. ``company`` is that of a person, ``keeper`` the account of who
    looks after the customer. A ``late`` card came before its contents: asked for again it may be there.
    """

    number: str | None
    customers: tuple[Customer, ...] = ()
    company: Customer | None = None
    keeper: str = ""
    contacts: tuple[Contact, ...] = ()
    tickets: tuple[OpenTicket, ...] = ()
    late: bool = False

    @property
    def customer(self) -> Customer | None:
        """Who calls; None for nobody known, or for one of several."""
        return self.customers[0] if len(self.customers) == 1 else None
