"""What is written of a customer is read whole, or every fault in it is named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.crm.customer_model import Customer, Kind
from softswitch.crm.errors import WrongCustomer
from softswitch.crm.reading import READERS, lookup_value, read_customer
from tests.crm.reading_rules import RULES

WHOLE = {
    "first_name": " Anna ", "last_name": "Żółć", "numbers": "601 234 567; (0-22) 123-45-67",
    "emails": "Anna@Example.pl, anna@example.pl; a.zolc@firma.pl", "customer_number": "AB-7",
    "pesel": "440514-01359", "nip": "526-025-02-74", "regon": "000331501", "group": "Biznes", "type": "stały",
    "vip": "tak", "keeper": "1001", "language": "PL", "born": "14.05.1944", "notes": "Woli e-mail.",
    "card": "K-9", "points": "1 234,5", "consent": "nie", "company": "C9",
}  # fmt: skip


def faults(raw: dict[str, object], base: Customer | None = None) -> dict[str, str]:
    """Return what is wrong, by field."""
    with pytest.raises(WrongCustomer) as raised:
        read_customer(raw, RULES, base)
    assert all(fault.polish for fault in raised.value.faults)
    return {fault.field: fault.english for fault in raised.value.faults}


def test_a_whole_person() -> None:
    assert read_customer(WHOLE, RULES) == Customer(
        kind=Kind.PERSON, first_name="Anna", last_name="Żółć", company="C9",
        numbers=("+48601234567", "+48221234567"), emails=("Anna@Example.pl", "a.zolc@firma.pl"),
        customer_number="AB-7", pesel="44051401359", nip="5260250274", regon="000331501", group="Biznes",
        type="stały", vip=True, keeper="1001", language="pl", born=date(1944, 5, 14), notes="Woli e-mail.",
        own={"card": "K-9", "points": 1234.5, "consent": False},
    )  # fmt: skip


def test_a_company_needs_not_say_that_it_is_one() -> None:
    company = read_customer({"company_name": "Żółw sp. z o.o.", "nip": "PL 5260250274"}, RULES)
    assert (company.kind, company.name, company.nip) == (Kind.COMPANY, "Żółw sp. z o.o.", "5260250274")
    assert read_customer({"kind": "firma", "company_name": "X"}, RULES).kind is Kind.COMPANY
    person = read_customer({"company_name": "X", "last_name": "Nowak"}, RULES)
    assert (person.kind, person.name) == (Kind.PERSON, "Nowak")


def test_values_as_json_has_them() -> None:
    raw = {"last_name": "Nowak", "numbers": ["601234567", 22_123_45_67], "emails": ["a@b.pl"], "vip": True,
           "points": 3.5, "consent": True, "born": None, "notes": None}  # fmt: skip
    customer = read_customer(raw, RULES)
    assert customer.numbers == ("+48601234567", "+48221234567")
    assert customer.own == {"points": 3.5, "consent": True}
    assert customer.vip


def test_a_change_leaves_what_is_not_named() -> None:
    before = read_customer(WHOLE, RULES)
    after = read_customer({"group": "Standard", "points": "", "vip": "no", "notes": ""}, RULES, before)
    assert (after.group, after.vip, after.notes) == ("Standard", False, "")
    assert after.own == {"card": "K-9", "consent": False}
    assert (after.numbers, after.pesel, after.born) == (before.numbers, before.pesel, before.born)
    assert before.own["points"] == 1234.5


def test_the_day_of_birth_comes_from_the_pesel() -> None:
    assert read_customer({"pesel": "44051401359", "last_name": "N"}, RULES).born == date(1944, 5, 14)
    wrong = faults({"pesel": "44051401359", "born": "1944-05-15", "last_name": "N"})
    assert wrong == {"born": "the day of birth is another one than in the PESEL"}


def test_a_whole_name_is_cut_before_its_last_word() -> None:
    person = read_customer({"name": "Jan Maria Rokita"}, RULES)
    assert (person.first_name, person.last_name) == ("Jan Maria", "Rokita")
    assert read_customer({"name": "Nowak"}, RULES).last_name == "Nowak"


def test_every_fault_is_named_at_once() -> None:
    assert faults(
        {
            "kind": "robot", "numbers": "601234567;123", "emails": "nobody", "pesel": "44051401358",
            "nip": "123", "regon": "x", "vip": "może", "keeper": "1009", "language": "polski",
            "born": "31.02.1990", "points": "dużo", "consent": "?", "first_name": "x" * 201, "shoe": "42",
            "notes": "a\x00b", "card": ["1"], "numbers2": "",
        }
    ) == {
        "kind": "it is neither person nor company",
        "emails": "'nobody' is no e-mail address",
        "pesel": "its check digit does not fit: one digit is wrong, or two are swapped",
        "nip": "it has 3 digits; NIP has 10",
        "regon": "it has something other than digits in it",
        "vip": "it is neither yes nor no",
        "keeper": "there is no account 1009",
        "language": "a language has two letters, such as pl",
        "born": "there is no such day",
        "points": "it is no number of at most 16 signs",
        "consent": "it is neither yes nor no",
        "first_name": "it is longer than 200 letters",
        "shoe": "there is no such field",
        "numbers2": "there is no such field",
        "notes": "it has a sign in it that is no letter",
        "card": "text is wanted here",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "field", "reason"),
    [
        ({"numbers": "4,86E+10"}, "numbers", "a spreadsheet has rounded"),
        ({"numbers": "zastrzeżony"}, "numbers", "no number"),
        ({"numbers": "601 234 56x"}, "numbers", "'601 234 56x' is no telephone number"),
        ({"numbers": ";".join(str(601000000 + one) for one in range(21))}, "numbers", "more than 20"),
        ({"numbers": {}}, "numbers", "a list is wanted"),
        ({"numbers": [None, {}]}, "numbers", "text is wanted"),
        ({"emails": "a@b"}, "emails", "no e-mail address"),
        ({"emails": "a@" + "b" * 255 + ".pl"}, "emails", "no e-mail address"),
        ({"born": "2026-01-06", "last_name": "N"}, "born", "has not come yet"),
        ({"born": "1066-10-14", "last_name": "N"}, "born", "nobody alive"),
        ({"born": "1.2.90", "last_name": "N"}, "born", "a day is written"),
        ({"pesel": "26210600013", "last_name": "N"}, "pesel", ""),
        ({}, "last_name", "neither a name nor anything else"),
        ({"kind": "company"}, "company_name", "a company has a name"),
        ({"company_name": "X", "pesel": "44051401359"}, "pesel", "only a person"),
        ({"company_name": "X", "company": "C1"}, "company", "only a person"),
    ],
)
def test_one_fault(raw: dict[str, object], field: str, reason: str) -> None:
    found = faults(raw)
    assert field in found
    assert reason in found[field]


def test_no_sentence_holds_a_pesel() -> None:
    with pytest.raises(WrongCustomer) as raised:
        read_customer({"pesel": "44051401358", "nip": "5260250275", "last_name": "N"}, RULES)
    assert "4405" not in str(raised.value) + repr(raised.value)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("number", "601 234 567", "+48601234567"), ("number", "anonymous", None),
        ("pesel", "4405 1401359", "44051401359"), ("nip", "526-025-02-74", "5260250274"),
        ("regon", "", None), ("customer_number", " AB-7 ", "ab-7"), ("customer_number", "", None),
        ("email", "A@B.PL", "a@b.pl"), ("card", "k-9", "k-9"), ("card", "", None),
        ("points", "1234,50", "1234.5"),
        ("points", "x", None), ("consent", "tak", "yes"), ("consent", "maybe", None), ("shoe", "42", None),
    ],
)  # fmt: skip
def test_what_was_typed_becomes_what_is_looked_up(field: str, typed: str, value: str | None) -> None:
    assert lookup_value(field, typed, RULES) == value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*READERS, "card", "points", "consent", "x"]), JSON, max_size=6))
def test_no_input_does_harm(raw: dict[str, object]) -> None:
    try:
        customer = read_customer(raw, RULES)
    except WrongCustomer as error:
        named = {fault.field for fault in error.faults}
    else:
        named = set()
        # What was read once is read again as it is.
        again = {name: getattr(customer, name) for name in READERS if name not in ("name", "kind")}
        assert read_customer({**again, "kind": customer.kind.value, **customer.own}, RULES) == customer
    assert named <= {*READERS, "x", *RULES.config.fields}
