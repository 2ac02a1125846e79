"""What errors of customers say, in one sentence."""

from __future__ import annotations

from softswitch.crm.errors import (
    ChangedMeanwhile,
    CrmError,
    DuplicateCustomer,
    FieldFault,
    NoSuchCustomer,
    WrongCustomer,
)


def test_each_says_what_is_wrong() -> None:
    faults = (FieldFault("nip", "it is empty", "jest pusty"), FieldFault("vip", "no", "nie"))
    told: dict[CrmError, str] = {
        WrongCustomer(faults): "nip: it is empty; vip: no",
        NoSuchCustomer("C1"): "there is no customer C1",
        DuplicateCustomer("customer_number", "C2"): "the customer C2 has the same customer number",
        DuplicateCustomer("pesel"): "another customer has the same pesel",
        ChangedMeanwhile("C1", 1, 3): (
            "the customer C1 was changed meanwhile (version 3, not 1): read it again"
        ),
    }
    assert {str(error): text for error, text in told.items()} == {text: text for text in told.values()}
