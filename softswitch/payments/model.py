"""A payment: what it is for, how far it is, and every way from one state to the next.

Rule 1: all moves stand in :data:`MOVES`. A payment moves by news from its provider alone, and by silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from softswitch.payments.errors import AmountRefused, BadMove

CURRENCY: Final = "PLN"
"""The one currency: amounts are whole numbers of its grosze."""

SMALLEST: Final = 100
"""A złoty: providers take nothing below, and charge more than that for the trouble."""

LARGEST: Final = 500_000
"""Five thousand złote, unless configured: what most banks let pass by BLIK in a day."""


class State(StrEnum):
    """How far a payment is."""

    CREATED = "created"
    """Written down here; the provider may know of it, or not."""
    WAITING_FOR_CODE = "waiting_for_code"
    """The provider waits for a BLIK code. Nothing can be charged yet."""
    WAITING_FOR_CUSTOMER = "waiting_for_customer"
    """The customer is to confirm in the bank's app, or on the page of a pay-link."""
    PAID = "paid"
    REFUSED = "refused"
    """By the bank or by the customer there; nothing was charged."""
    ABORTED = "aborted"
    """Called off, and the provider has said so; nothing was charged and nothing will be."""
    UNKNOWN = "unknown"
    """The provider gave no answer. It is asked until it does."""
    REFUNDED = "refunded"


class News(StrEnum):
    """What is learned of a payment."""

    WANTS_CODE = "wants_code"
    CODE_WRONG = "code_wrong"
    WITH_CUSTOMER = "with_customer"
    PAID = "paid"
    REFUSED = "refused"
    ABORTED = "aborted"
    SILENCE = "silence"
    """No answer, or none that could be understood."""
    REFUNDED = "refunded"


class Doing(StrEnum):
    """What was asked of the provider and is not answered yet; written down before it is asked."""

    NOTHING = ""
    START = "start"
    CODE = "code"
    LINK = "link"
    CANCEL = "cancel"
    REFUND = "refund"


class Method(StrEnum):
    """How the customer pays."""

    BLIK = "blik"
    """A code typed on the phone."""
    LINK = "link"
    """A page at the provider's, its address sent by SMS."""


_OPEN: Final[Mapping[News, State]] = {
    News.WANTS_CODE: State.WAITING_FOR_CODE,
    News.CODE_WRONG: State.WAITING_FOR_CODE,
    News.WITH_CUSTOMER: State.WAITING_FOR_CUSTOMER,
    News.PAID: State.PAID,
    News.REFUSED: State.REFUSED,
    News.ABORTED: State.ABORTED,
    News.SILENCE: State.UNKNOWN,
}

MOVES: Final[Mapping[State, Mapping[News, State]]] = {
    State.CREATED: _OPEN,
    State.WAITING_FOR_CODE: _OPEN,
    State.WAITING_FOR_CUSTOMER: _OPEN,
    # A refund that was asked for and not answered may turn out to be done, too.
    State.UNKNOWN: {**_OPEN, News.REFUNDED: State.REFUNDED},
    # A refund that nobody answers leaves what is sure: it was paid.
    State.PAID: {News.PAID: State.PAID, News.SILENCE: State.PAID, News.REFUNDED: State.REFUNDED},
    # Where money has moved against all that was said before, money is right.
    State.REFUSED: {News.REFUSED: State.REFUSED, News.ABORTED: State.REFUSED, News.PAID: State.PAID},
    State.ABORTED: {News.ABORTED: State.ABORTED, News.REFUSED: State.ABORTED, News.PAID: State.PAID},
    State.REFUNDED: {News.REFUNDED: State.REFUNDED},
}
"""Where each piece of news leads from each state; what is not there cannot be (BadMove)."""

SETTLED: Final = frozenset({State.PAID, State.REFUSED, State.ABORTED, State.REFUNDED})
"""States in which nobody asks any more."""

HOLDING: Final = frozenset(State) - {State.REFUSED, State.ABORTED, State.REFUNDED}
"""States in which the same purpose cannot be paid for a second time."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid: ``amount`` in grosze, by which provider, and who gets the receipt where.

    ``purpose`` names what is paid for (an order, an invoice): while it is being paid for, and once it has
    been, it cannot be paid for again. "" is nothing that could be paid twice. ``receipt`` is the channel of
    the outbox and ``receipt_to`` the address there; ``sms`` the same for a pay-link.
    """

    amount: int
    provider: str
    description: str
    purpose: str = ""
    call: str = ""
    customer: str = ""
    language: str = "pl"
    receipt: str = ""
    receipt_to: str = ""
    sms: str = ""
    sms_to: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as it stands. ``version`` counts its changes; ``due`` is when it is looked at next.

    ``tries`` counts the codes that were sent. ``until`` is when the customer's time is over. ``reference`` is
    what the provider calls it, ``reason`` a short code for why it ended so.
    """

    id: str
    order: Order
    method: Method
    created: datetime
    changed: datetime
    due: datetime
    state: State = State.CREATED
    doing: Doing = Doing.NOTHING
    tries: int = 0
    until: datetime | None = None
    reference: str = ""
    reason: str = ""
    url: str = ""
    node: str = ""
    version: int = 0

    @property
    def settled(self) -> bool:
        """Whether nothing of it is open: neither its end nor what was asked last."""
        return self.state in SETTLED and self.doing is Doing.NOTHING

    def key(self, doing: Doing) -> str:
        """Return the idempotency key of a request: the same for every repetition of the same one."""
        return f"{self.id}.{doing}.{self.tries}" if doing is Doing.CODE else f"{self.id}.{doing}"

    def moved(self, news: News, *, reason: str = "") -> Payment:
        """Return it after news; raises BadMove for news that cannot be."""
        state = MOVES[self.state].get(news)
        if state is None:
            raise BadMove(f"payment {self.id} is {self.state}, so it cannot be told '{news}'")
        kept = reason or (self.reason if state is self.state else "")
        return replace(self, state=state, reason=kept)


@dataclass(frozen=True, slots=True)
class Limits:
    """The sums that a line takes, in grosze, both included."""

    smallest: int = SMALLEST
    largest: int = LARGEST

    def check(self, amount: int) -> None:
        """Raise AmountRefused for a sum outside."""
        if not self.smallest <= amount <= self.largest:
            raise AmountRefused(
                f"{amount} grosze is outside of what is taken here: {self.smallest} to {self.largest}"
            )
