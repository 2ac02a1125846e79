"""What the sandbox writes down: its journal is a list of these, one JSON object a line.

No code of a customer is ever among them, nor anything it could be found out from.
"""

from __future__ import annotations

import msgspec


class Entry(msgspec.Struct, frozen=True, tag_field="what", kw_only=True):
    """Base of all entries; ``at`` is Unix time in seconds."""

    at: float


class Made(Entry, frozen=True, tag="made", kw_only=True):
    """Somebody wants money: ``amount`` in grosze. ``token`` is the secret part of a pay-link's address."""

    payment: str
    key: str
    amount: int
    description: str
    purpose: str = ""
    token: str = ""
    until: float = 0.0


class CodeRefused(Entry, frozen=True, tag="code_refused", kw_only=True):
    """A code was no good."""

    payment: str


class CodeTaken(Entry, frozen=True, tag="code_taken", kw_only=True):
    """A code was good; what becomes of it comes ``due`` at that time."""

    payment: str
    fate: str
    due: float


class Charged(Entry, frozen=True, tag="charged", kw_only=True):
    """Money has moved. There is never more than one of these for a payment."""

    payment: str
    amount: int


class Failed(Entry, frozen=True, tag="failed", kw_only=True):
    """No money moves: ``reason`` is declined, insufficient_funds or expired."""

    payment: str
    reason: str


class Cancelled(Entry, frozen=True, tag="cancelled", kw_only=True):
    """Whoever wanted the money has called it off."""

    payment: str


class Refunded(Entry, frozen=True, tag="refunded", kw_only=True):
    """The money went back."""

    payment: str
    amount: int


class Answered(Entry, frozen=True, tag="answered", kw_only=True):
    """What a request with an idempotency key was answered; ``print`` is a keyed hash of what it asked."""

    key: str
    print: str
    status: int
    body: str


class Notified(Entry, frozen=True, tag="notified", kw_only=True):
    """The webhook took the news of ``state``."""

    payment: str
    state: str


AnyEntry = Made | CodeRefused | CodeTaken | Charged | Failed | Cancelled | Refunded | Answered | Notified
