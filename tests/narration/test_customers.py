"""Who a caller turned out to be."""

from __future__ import annotations

import pytest

from softswitch.events import CustomerIdentified, CustomerNotFound, Event
from softswitch.narration.lines import told


@pytest.mark.parametrize(
    ("event", "english", "polish"),
    [
        (CustomerIdentified("C1", "number"), "is the customer C1, known by telephone number",
         "to klient C1, znany po numerze telefonu"),
        (CustomerIdentified("C1", "card"), "is the customer C1, known by field card",
         "to klient C1, znany po polu card"),
        (CustomerNotFound("pesel", 0), "no customer by PESEL", "brak klienta o tym numerze PESEL"),
        (CustomerNotFound("number", 3), "3 customers by telephone number: none is taken",
         "klientów o tym numerze telefonu: 3, nie wybrano żadnego"),
    ],
)  # fmt: skip
def test_what_is_told(event: Event, english: str, polish: str) -> None:
    assert told(event) == english
    assert told(event, "pl") == polish
