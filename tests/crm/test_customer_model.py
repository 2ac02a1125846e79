"""What a customer is found by, and when two values are the same."""

from __future__ import annotations

import pytest

from softswitch.crm.customer_model import (
    UNIQUE_FIELDS,
    Customer,
    Kind,
    OwnValue,
    field_value,
    lookup_keys,
    own_key,
    search_key,
    sole_keys,
)

ANNA = Customer(
    id="C1", first_name="Anna", last_name="Żółć-Łęcka", numbers=("+48601234567", "+48221234567"),
    emails=("Anna@Example.PL",), customer_number="AB-7", pesel="44051401359", group="Biznes", type="stały",
    vip=True, own={"loyalty": 12.5, "consent": True, "city": "Łódź"},
)  # fmt: skip


def test_a_customer_is_found_by_everything_that_was_given() -> None:
    assert lookup_keys(ANNA) == {
        ("number", "+48601234567"), ("number", "+48221234567"), ("email", "anna@example.pl"),
        ("customer_number", "ab-7"), ("pesel", "44051401359"), ("own.loyalty", "12.5"),
        ("own.consent", "yes"), ("own.city", "lodz"),
    }  # fmt: skip
    assert lookup_keys(Customer(kind=Kind.COMPANY, company_name="X", nip="5260250274")) == {
        ("nip", "5260250274")
    }


def test_what_no_two_may_have_is_among_what_one_is_found_by() -> None:
    assert {pair for pair in lookup_keys(ANNA) if pair[0] in UNIQUE_FIELDS} == sole_keys(ANNA)
    assert sole_keys(Customer(nip="5260250274")) == frozenset()


def test_names_are_shown_whole_and_looked_for_without_accents() -> None:
    assert ANNA.name == "Anna Żółć-Łęcka"
    assert search_key(ANNA) == "zolc-lecka anna"
    assert Customer(kind=Kind.COMPANY, company_name="Łódzka Spółka").name == "Łódzka Spółka"
    assert Customer(last_name="Nowak").name == "Nowak"
    assert Customer().name == ""


def test_what_is_nobody_s_business_does_not_show() -> None:
    assert "44051401359" not in repr(ANNA)
    assert "Łódź" not in repr(ANNA)


@pytest.mark.parametrize(
    ("name", "value"),
    [("group", "Biznes"), ("type", "stały"), ("vip", True), ("loyalty", 12.5), ("consent", True),
     ("language", None), ("nip", None), ("pesel", None), ("nothing", None), ("kind", "person"),
     ("keeper", None), ("regon", None), ("customer_number", "AB-7")],
)  # fmt: skip
def test_a_field_by_its_name(name: str, value: OwnValue | None) -> None:
    assert field_value(ANNA, name) == value


@pytest.mark.parametrize(("value", "key"), [(1e15, "1000000000000000"), (True, "yes"), ("Łódź", "lodz")])
def test_the_key_of_an_own_value(value: OwnValue, key: str) -> None:
    assert own_key(value) == key
