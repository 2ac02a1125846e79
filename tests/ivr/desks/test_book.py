"""What menus know of a customer, and the book of a switch that knows nobody."""

from __future__ import annotations

import pytest

from softswitch.ivr.desks.book import (
    BRANCHING_FIELDS,
    Known,
    Looked,
    Narrow,
    NoBook,
    Search,
    Typed,
    own_variable,
)
from softswitch.ivr.expressions import Value
from softswitch.ivr.variables import CUSTOM_FIELD, CUSTOMER_VARIABLES

ANNA = Known(
    "C1", first_name="Anna", last_name="Nowak", group="standard", vip=True, email="anna@example.pl",
    nip="5260250274", own={"pakiet": "biznes", "zgoda": False, "saldo": 100.0},
)  # fmt: skip


def test_every_variable_of_a_customer_has_its_value() -> None:
    variables = ANNA.variables()
    assert {name for name in variables if not name.startswith(CUSTOM_FIELD)} == set(CUSTOMER_VARIABLES)
    assert variables["CUSTOMER.FULL_NAME"].text == "Anna Nowak"
    assert variables["CUSTOMER.VIP"] == Value("yes")
    assert variables["CUSTOMER.CUSTOM_FIELD.ZGODA"] == Value("no", private=True)
    assert variables["CUSTOMER.CUSTOM_FIELD.SALDO"].text == "100"


def test_a_company_has_its_name_where_persons_have_theirs() -> None:
    firm = Known("C2", company_name="Żuraw", is_company=True, first_name="Jan").variables()
    names = ("NAME", "SURNAME", "FULL_NAME", "COMPANY_NAME")
    assert [firm[f"CUSTOMER.{name}"].text for name in names] == ["", "Żuraw", "Żuraw", "Żuraw"]


def test_what_is_the_person_s_own_is_not_written_down() -> None:
    variables = ANNA.variables()
    assert variables["CUSTOMER.EMAIL"].private
    assert variables["CUSTOMER.NAME"] == Value("Anna", passing=True)
    for secret in ("Anna", "Nowak", "anna@", "5260250274", "biznes"):
        assert secret not in repr(ANNA)
    assert "44051401359" not in repr(Typed("pesel", "44051401359"))
    assert "Radom" not in repr(Narrow("city", "Radom"))


@pytest.mark.parametrize("name", BRANCHING_FIELDS)
def test_every_field_that_trees_branch_by_is_there(name: str) -> None:
    whole = Known(
        "C", group="g", type="t", language="pl", keeper="k", customer_number="1", nip="2", regon="3"
    )
    assert whole.value(name) is not None
    assert Known("C").value(name) in (None, False, "person")


def test_own_fields_go_by_their_names() -> None:
    assert ANNA.value("pakiet") == "biznes"
    assert ANNA.value("zgoda") is False
    assert ANNA.value("pesel") is None
    assert own_variable("nr_karty") == "CUSTOMER.CUSTOM_FIELD.NR_KARTY"


async def test_a_switch_that_knows_nobody() -> None:
    book, nobody = NoBook(), Looked(Search.NOBODY)
    assert await book.by_number("601234567") == nobody
    assert await book.by_digits(Typed("nip", "1"), create=True) == nobody
    assert await book.by_id("C1") == nobody
    assert (book.own_fields, book.number("+48 601-234-567")) == ((), "+48601234567")
