"""What a customer is found by, and when two values are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.crm.customer_model import (
    UNIQUE_FIELDS,
    Customer,
    Kind,
    OwnValue,
    field_value,
    folded,
    lookup_keys,
    number_of,
    own_key,
    plain_number,
    same_value,
    search_key,
    sole_keys,
    truth,
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
    ("text", "plain"),
    [("ZAŻÓŁĆ gęślą  jaźń", "zazolc gesla jazn"), ("Müller", "muller"), ("Straße", "strasse"),
     ("ŁÓDŹ", "lodz"), ("Ødegård", "odegard"), ("", ""), ("\u0141o\u0301dz\u0301", "lodz")],
)  # fmt: skip
def test_folded(text: str, plain: str) -> None:
    assert folded(text) == plain


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("value", "wanted", "same"),
    [
        (True, "tak", True), (True, "TRUE", True), (True, "1", True), (True, "yes", True),
        (True, "nie", False), (False, "nie", True), (False, "false", True), (False, "0", True),
        (False, "tak", False), (True, "może", False), (12.5, "12,5", True), (12.5, "12.50", True),
        (12, "12", True), (12, "12,0", True), (12, "zwölf", False), (1000000, "1 000 000", True),
        ("Standard", "standard", True), ("Łódź", "lodz", True), ("standard", "biznes", False),
        (None, "", True), (None, "standard", False), (None, " ", True), ("a", "", False),
    ],
)  # fmt: skip
def test_a_value_is_what_a_menu_asks_for(value: OwnValue | None, wanted: str, same: bool) -> None:
    assert same_value(value, wanted) is same


@pytest.mark.parametrize(
    ("name", "value"),
    [("group", "Biznes"), ("type", "stały"), ("vip", True), ("loyalty", 12.5), ("consent", True),
     ("language", None), ("nip", None), ("pesel", None), ("nothing", None), ("kind", "person"),
     ("keeper", None), ("regon", None), ("customer_number", "AB-7")],
)  # fmt: skip
def test_a_field_by_its_name(name: str, value: OwnValue | None) -> None:
    assert field_value(ANNA, name) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("12,5", 12.5), ("1 234,50", 1234.5), ("-3", -3), ("1e3", 1000), ("", None), ("x", None),
     ("NaN", None), ("inf", None), ("1_000", None), ("12345678901234567", None), ("1,2,3", None),
     ("١٢", None)],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, value: float | None) -> None:
    assert number_of(text) == value


@pytest.mark.parametrize(
    ("value", "text"), [(1e15, "1000000000000000"), (0.00001, "0.00001"), (-1.50, "-1.5")]
)
def test_a_number_is_compared_without_exponent(value: float, text: str) -> None:
    assert plain_number(value) == text
    assert own_key(value) == text


@given(st.one_of(st.integers(-(10**14), 10**14), st.floats(-1e6, 1e6).map(lambda value: round(value, 4))))
def test_a_number_is_found_by_what_is_shown_of_it(value: float) -> None:
    assert same_value(value, plain_number(value))


@pytest.mark.parametrize(("word", "meant"), [("Tak", True), ("N", False), ("fałsz", False), ("maybe", None)])
def test_words_for_yes_and_no(word: str, meant: bool | None) -> None:
    assert truth(word) is meant
