"""Paying, as a tree sees it: a Protocol and plain values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from softswitch.ivr.errors import NoSuchTill


class Standing(StrEnum):
    """How a payment stands."""

    WANTS_CODE = "wants_code"
    CONFIRMING = "confirming"
    """The customer is to confirm: in the bank's app, or on the page of a pay-link."""
    PAID = "paid"
    REFUSED = "refused"
    ABORTED = "aborted"
    UNKNOWN = "unknown"
    ALREADY_PAID = "already_paid"
    """Not by this payment: what it was for is paid for already."""
    ALREADY_OPEN = "already_open"
    """What it is for is being paid for by another payment, of which the end is not known."""
    NOT_TAKEN = "not_taken"
    """Such a sum is not taken here, or there is no such provider: ``reason`` says."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a caller is to pay: ``amount`` in grosze. ``provider`` "" is the line's own."""

    amount: int
    provider: str = ""
    description: str = ""
    purpose: str = ""
    customer: str = ""
    call: str = ""
    language: str = ""
    receipt: str = ""
    receipt_to: str = ""
    sms: str = ""
    sms_to: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment and how it stands. ``id`` is "" where none was made."""

    standing: Standing
    id: str = ""
    reason: str = ""


class Till(Protocol):
    """Where callers pay. No method takes longer than a provider may, or raises for its silence."""

    @property
    def names(self) -> Collection[str]:
        """The names of all providers."""
        ...

    async def begin(self, bill: Bill) -> Charge:
        """Get ready for a code; nothing can be charged yet."""
        ...

    async def submit(self, charge: str, digits: str) -> Charge:
        """Hand six digits over; the same ones again, after silence, count once."""
        ...

    async def look(self, charge: str) -> Charge:
        """Ask how it stands."""
        ...

    async def abort(self, charge: str, reason: str) -> Charge:
        """Call it off, if it is not too late."""
        ...

    async def link(self, bill: Bill) -> Charge:
        """Make a pay-link and send it by text message."""
        ...

    def let_go(self, charge: str) -> None:
        """Leave a payment to itself: what is open of it is found out without the caller."""
        ...


class NoTill:
    """The :class:`Till` of a switch that takes no money."""

    @property
    def names(self) -> Collection[str]:
        """None."""
        return ()

    async def begin(self, bill: Bill) -> Charge:
        """Raise NoSuchTill."""
        raise NoSuchTill

    async def submit(self, charge: str, digits: str) -> Charge:
        """Raise NoSuchTill."""
        raise NoSuchTill

    async def look(self, charge: str) -> Charge:
        """Raise NoSuchTill."""
        raise NoSuchTill

    async def abort(self, charge: str, reason: str) -> Charge:
        """Raise NoSuchTill."""
        raise NoSuchTill

    async def link(self, bill: Bill) -> Charge:
        """Raise NoSuchTill."""
        raise NoSuchTill

    def let_go(self, charge: str) -> None:
        """Do nothing: there is no payment."""
