"""Numbers as people dial them, brought to one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.trunks.numbers import Form, Kind, Numbering, bare, is_country, unhidden

POLAND = Numbering("PL")


@pytest.mark.parametrize(
    ("dialled", "text", "kind", "country"),
    [
        ("221234567", "+48221234567", Kind.HOME, "PL"),
        ("22 123 45 67", "+48221234567", Kind.HOME, "PL"),
        ("(22) 123-45-67", "+48221234567", Kind.HOME, "PL"),
        ("0048221234567", "+48221234567", Kind.HOME, "PL"),
        ("48221234567", "+48221234567", Kind.HOME, "PL"),
        ("+48 600 100 200", "+48600100200", Kind.HOME, "PL"),
        ("004930123456", "+4930123456", Kind.ABROAD, "DE"),
        ("4930123456", "+4930123456", Kind.ABROAD, "DE"),
        ("+12125551234", "+12125551234", Kind.ABROAD, "US"),
        # The country behind +1 is what counts: Jamaica is dear.
        ("+18765551234", "+18765551234", Kind.ABROAD, "JM"),
        ("701234567", "+48701234567", Kind.PREMIUM, "PL"),
        ("+8821612345678", "+8821612345678", Kind.ABROAD, ""),
        ("112", "112", Kind.SHORT, "PL"),
        ("118913", "118913", Kind.PREMIUM, "PL"),
        ("19115", "19115", Kind.SHORT, "PL"),
        ("1001", "1001", Kind.SHORT, "PL"),
    ],
)
def test_what_is_meant(dialled: str, text: str, kind: Kind, country: str) -> None:
    found = POLAND.outside(dialled)
    assert found is not None
    assert (found.text, found.kind, found.country) == (text, kind, country)


@pytest.mark.parametrize(
    "text", ["", "anna", "+48", "00", "0044", "+1555", "*43", "12a4", "0" * 40, "+", "١٢٣"]
)
def test_what_is_no_number(text: str) -> None:
    assert POLAND.outside(text) is None
    assert POLAND.e164(text) == ""


@pytest.mark.parametrize(
    ("form", "home", "abroad", "short"),
    [
        (Form.E164, "+48221234567", "+4930123456", "112"),
        (Form.PLAIN, "48221234567", "4930123456", "112"),
        (Form.INTERNATIONAL, "0048221234567", "004930123456", "112"),
        (Form.NATIONAL, "221234567", "004930123456", "112"),
    ],
)
def test_how_a_network_wants_it(form: Form, home: str, abroad: str, short: str) -> None:
    wanted = {"221234567": home, "+4930123456": abroad, "112": short}
    for dialled, text in wanted.items():
        number = POLAND.outside(dialled)
        assert number is not None
        assert POLAND.written(number, form) == text


def test_another_home() -> None:
    germany = Numbering("DE")
    number = germany.outside("030 123456")
    assert number is not None
    assert number.text == "+4930123456"
    assert germany.written(number, Form.INTERNATIONAL) == "004930123456"
    assert germany.written(number, Form.NATIONAL) == "30123456"


@pytest.mark.parametrize(
    ("country", "dialled"),
    [
        ("PL", "+48700123456"),
        # A digit too many: the network has connected before it comes.
        ("PL", "+487001234567"),
        ("PL", "7001234567"),
        ("PL", "+49900123456789"),
        ("DE", "09001234567"),
        ("DE", "090012345678"),
        # Short ones: those of a known price, and directory enquiries, with and without something behind.
        ("FR", "3615"),
        ("FR", "118712"),
        ("DE", "11833"),
        ("GB", "118118"),
        ("PL", "1189131"),
    ],
)
def test_what_costs_extra(country: str, dialled: str) -> None:
    number = Numbering(country).outside(dialled)
    assert number is not None
    assert number.kind is Kind.PREMIUM


@pytest.mark.parametrize(
    ("country", "dialled"),
    [
        ("PL", "2212345678"),
        ("PL", "986"),
        ("PL", "116111"),
        ("DE", "115"),
        ("DE", "110"),
        ("GB", "01189612345"),
    ],
)
def test_what_does_not(country: str, dialled: str) -> None:
    number = Numbering(country).outside(dialled)
    assert number is not None
    assert number.kind in (Kind.HOME, Kind.SHORT)


@given(st.text("0123456789", max_size=6))
def test_what_is_dialled_behind_a_dear_number_makes_it_no_cheaper(behind: str) -> None:
    found = POLAND.outside("+48700123456" + behind)
    assert found is None or found.kind is Kind.PREMIUM


def test_a_short_number_that_costs_extra_is_dialled_as_it_is() -> None:
    number = POLAND.outside("118913")
    assert number is not None
    assert [POLAND.written(number, form) for form in Form] == ["118913"] * 4


def test_what_numbers_are_compared_by() -> None:
    assert POLAND.comparable("22 123 45 67") == POLAND.comparable("+48221234567") == "+48221234567"
    assert POLAND.comparable("1 001") == "1001"
    assert POLAND.comparable("anna") == "anna"


@given(st.text(max_size=40))
def test_anything_may_be_dialled(text: str) -> None:
    found = POLAND.outside(text)
    if found is not None and not found.is_short:
        # Once in its one form it stays in it, whoever writes it how.
        assert POLAND.e164(found.text) == found.text
        for form in Form:
            again = POLAND.outside(POLAND.written(found, form))
            assert again is not None
            assert again.text == found.text or form is Form.PLAIN


def test_a_prefix_that_hides_the_caller() -> None:
    assert unhidden("*31#600100200") == ("600100200", True)
    assert unhidden("#31#600100200") == ("600100200", True)
    assert unhidden("600100200") == ("600100200", False)


def test_bare_numbers_and_countries() -> None:
    assert bare("+48 (22) 1") == "+48221"
    assert bare("48+22") == ""
    assert is_country("PL")
    assert not is_country("XX")
    assert not is_country("pl")


@pytest.mark.parametrize(
    ("text", "valid"), [("+48221234567", True), ("022123456789", False), ("112", False), ("line1", False)]
)
def test_what_a_country_has_given_out(text: str, valid: bool) -> None:
    assert POLAND.is_valid(text) is valid


def test_an_example_is_a_number_of_the_country() -> None:
    assert POLAND.example().startswith("+48")
    assert POLAND.is_valid(POLAND.example())
