"""What can be wrong with customers, and what cannot be done with them.

::

    SoftswitchError
    └── CrmError                     base of the room; the text is for people
        ├── WrongCustomer            cannot be kept as given: names every field and what is wrong
        ├── NoSuchCustomer           there is none of this id (any more)
        ├── DuplicateCustomer        another one has this customer number, PESEL or other unique value
        ├── ChangedMeanwhile         somebody else has changed it since it was read
        └── TicketError              see softswitch/crm/ticket_errors.py

A text never holds the PESEL, the PIN or another secret that it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from softswitch.errors import SoftswitchError


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field, in one plain sentence in English and in Polish."""

    field: str
    english: str
    polish: str

    def __str__(self) -> str:
        return f"{self.field}: {self.english}"


class CrmError(SoftswitchError):
    """Base of all errors of customers, their tickets and orders; the text says why, in one sentence."""


class WrongCustomer(CrmError):
    """A customer cannot be kept as given. Carries every fault, not only the first."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__(faults)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "; ".join(str(fault) for fault in self.faults)


class NoSuchCustomer(CrmError):
    """There is no customer of this id."""

    def __init__(self, customer: str) -> None:
        super().__init__(customer)
        self.customer = customer

    def __str__(self) -> str:
        return f"there is no customer {self.customer}"


class DuplicateCustomer(CrmError):
    """Another customer, ``other``, has what only one may have in ``field``."""

    def __init__(self, field: str, other: str = "") -> None:
        super().__init__(field, other)
        self.field = field
        self.other = other

    def __str__(self) -> str:
        who = f"the customer {self.other}" if self.other else "another customer"
        return f"{who} has the same {self.field.replace('_', ' ')}"


class ChangedMeanwhile(CrmError):
    """The customer was changed by somebody else: ``expected`` is the version that was read."""

    def __init__(self, customer: str, expected: int, found: int) -> None:
        super().__init__(customer, expected, found)
        self.customer = customer
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return (
            f"the customer {self.customer} was changed meanwhile "
            f"(version {self.found}, not {self.expected}): read it again"
        )
