"""Who a caller turned out to be, in words; no name and no number of anybody's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from softswitch.events import CustomerIdentified, CustomerNotFound
from softswitch.narration.phrases import printable
from softswitch.words import Both

CustomerEvent = CustomerIdentified | CustomerNotFound

FIELDS: Final[Mapping[str, Both]] = {
    "number": ("telephone number", "numerze telefonu"),
    "customer_number": ("customer number", "numerze klienta"),
    "pesel": ("PESEL", "numerze PESEL"),
    "nip": ("NIP", "numerze NIP"),
    "regon": ("REGON", "numerze REGON"),
    "identity": ("an identity check", "potwierdzonej tożsamości"),
    "email": ("e-mail address", "adresie e-mail"),
}
"""By what customers are found; an own field goes by its own name."""


def told_of_customer(event: CustomerEvent) -> Both:
    """Return what was found out about a caller, in both languages."""
    own = printable(event.by)
    english, polish = FIELDS.get(event.by, (f"field {own}", f"polu {own}"))
    match event:
        case CustomerIdentified(customer):
            who = printable(customer)
            return f"is the customer {who}, known by {english}", f"to klient {who}, znany po {polish}"
        case CustomerNotFound(_, 0):
            return f"no customer by {english}", f"brak klienta o tym {polish}"
        case CustomerNotFound(_, found):
            return (
                f"{found} customers by {english}: none is taken",
                f"klientów o tym {polish}: {found}, nie wybrano żadnego",
            )
        case _:
            assert_never(event)
