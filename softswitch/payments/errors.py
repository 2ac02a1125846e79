"""What can go wrong with payments.

::

    SoftswitchError
    └── PaymentError                base of everything raised on purpose by this room
        ├── AmountRefused           the sum is outside of what this line takes
        ├── AlreadyOpen             the same purpose is being paid for, or has been
        ├── NoSuchPayment           nobody knows a payment of this id
        ├── NoSuchProvider          there is no provider of this name
        ├── BadMove                 a provider tells what cannot follow what it told before
        ├── Overtaken               somebody else has changed the payment in between
        ├── NoAnswer                the provider gave none: whether it did what was asked is not known
        ├── ProviderRefused         the provider certainly did not do what was asked
        └── BadSignature            a notice is not from the provider it names
"""

from __future__ import annotations

from softswitch.errors import SoftswitchError


class PaymentError(SoftswitchError):
    """Base of all errors raised on purpose by the payments package."""


class AmountRefused(PaymentError):
    """The sum is outside of what this line takes; the text says which sums it does."""


class AlreadyOpen(PaymentError):
    """The same purpose is being paid for already, or has been: ``payment`` is the id of that payment."""

    def __init__(self, purpose: str, payment: str) -> None:
        super().__init__(f"'{purpose}' is being paid for already, or has been, by payment {payment}")
        self.purpose = purpose
        self.payment = payment


class NoSuchPayment(PaymentError):
    """Nobody knows a payment of this id."""


class NoSuchProvider(PaymentError):
    """There is no provider of this name."""


class BadMove(PaymentError):
    """A provider tells what cannot follow what it told before."""


class Overtaken(PaymentError):
    """Somebody else has changed the payment since it was read."""


class NoAnswer(PaymentError):
    """The provider gave no answer that could be understood: it may have done what was asked, or not."""


class ProviderRefused(PaymentError):
    """The provider has answered that it does not do what was asked. ``reason`` is a short code."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the provider does not do it: {reason}")
        self.reason = reason


class BadSignature(PaymentError):
    """A notice does not carry the signature of the provider that it claims to be from."""
