"""Events of money and of who callers have shown to be. No code, no PIN and no part of one is ever in them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaymentBegan:
    """The caller is to pay ``amount`` grosze for ``purpose``; ``method`` is ``blik`` or ``link``."""

    payment: str
    amount: int
    method: str
    provider: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class PaymentChanged:
    """A payment is in another state during its call; ``reason`` is a short code, "" for none."""

    payment: str
    amount: int
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PaymentSettled:
    """What became of a payment was found out after its call, ``call``, or beside it."""

    payment: str
    amount: int
    state: str
    reason: str = ""
    call: str = ""


@dataclass(frozen=True, slots=True)
class PaymentDoubtful:
    """A provider tells ``news`` of a payment that cannot follow ``state``: somebody has to look at it."""

    payment: str
    amount: int
    state: str
    news: str


@dataclass(frozen=True, slots=True)
class CallerVerified:
    """The caller has shown to be ``customer``, by ``factors``: names of what was asked, in their order."""

    customer: str
    factors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IdentityRefused:
    """Something of what the caller typed was wrong, for the ``tries``-th time in this call."""

    tries: int


@dataclass(frozen=True, slots=True)
class IdentityLocked:
    """Nobody is checked any more for this customer or from this number, for ``seconds``."""

    seconds: int
