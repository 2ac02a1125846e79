"""Where payments are written down before and after every step: a Protocol, which storage implements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from softswitch.outbox.model import Delivery
from softswitch.payments.model import Payment


class Ledger(Protocol):
    """All payments of a firm."""

    async def add(self, payment: Payment) -> None:
        """Write a new one down; raises AlreadyOpen when its purpose is held by another."""
        ...

    async def save(self, payment: Payment, deliver: Sequence[Delivery] = ()) -> Payment:
        """Write a change down, and what follows from it to the outbox, in one transaction.

        Returns it with its new version. Raises Overtaken when it was changed since it was read, AlreadyOpen
        when it comes to hold a purpose that another one holds.
        """
        ...

    async def find(self, payment: str) -> Payment:
        """Return the payment of an id; raises NoSuchPayment."""
        ...

    async def by_reference(self, provider: str, reference: str) -> Payment | None:
        """Return the payment that a provider calls so."""
        ...

    async def due(self, now: datetime, *, node: str = "", limit: int = 100) -> list[Payment]:
        """Return those to be looked at by now, and all open ones of ``node``; the longest due first."""
        ...

    async def latest(self, *, limit: int = 100, open_only: bool = False) -> list[Payment]:
        """Return the newest ones, newest first."""
        ...
