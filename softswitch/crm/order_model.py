"""Orders of customers in shops: what a menu can read out, and a plain account of money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Order:
    """An order: of which shop, its number there, its status as the shop says it, when it was placed.

    ``total`` is in the smallest unit of the ``currency`` (grosze, cents; ISO 4217), None where it is not
    known. ``number`` is the order's; ``phone`` (E.164 where it is one) and ``email`` are the customer's.
    ``tracking`` is what the parcel is followed by, "" where there is none.
    """

    shop: str
    number: str
    status: str
    placed: datetime
    total: int | None = None
    currency: str = "PLN"
    phone: str = ""
    email: str = ""
    customer: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """By what a customer is known to shops: numbers in one spelling, e-mail addresses, and our own id."""

    numbers: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    customer: str = ""
