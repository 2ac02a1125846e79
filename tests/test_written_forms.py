"""Values as people read them, in Polish and English, and the same forms as they are said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.ivr import spoken_forms
from softswitch.ivr.expressions import SAID_AS
from softswitch.written_forms import FORMS, read_day, read_number, read_sum, written_form


@pytest.mark.parametrize(
    ("form", "value", "polish", "english"),
    [
        ("amount", "123.45", "123,45 zł", "PLN 123.45"),
        ("amount", "5", "5,00 zł", "PLN 5.00"),
        ("amount", "1234,5", "1234,50 zł", "PLN 1234.50"),
        ("amount", "12 345.60 EUR", "12 345,60 EUR", "EUR 12,345.60"),
        ("amount", "-0.50 zł", "-0,50 zł", "PLN -0.50"),
        ("amount", "-0", "0,00 zł", "PLN 0.00"),
        ("amount", "1234567", "1 234 567,00 zł", "PLN 1,234,567.00"),
        ("amount", "free", "free", "free"),
        ("amount", "1.234", "1.234", "1.234"),
        ("date", "2026-03-05", "5 marca 2026", "5 March 2026"),
        ("on_date", "05.10.2026", "5 października 2026", "5 October 2026"),
        ("date", "2026-12-24T18:30:00+01:00", "24 grudnia 2026", "24 December 2026"),
        ("date", "soon", "soon", "soon"),
        ("time", "18:30:00", "18:30", "6:30 pm"),
        ("at_time", "7", "7:00", "7:00 am"),
        ("time", "soon", "soon", "soon"),
        ("number", "1234.5", "1234,5", "1234.5"),
        ("number", "-98765", "-98 765", "-98,765"),
        ("number", "0.050", "0,050", "0.050"),
        ("number", "many", "many", "many"),
        ("digits", "007A", "007A", "007A"),
        ("phone", "+48600100200", "600 100 200", "+48 600 100 200"),
        ("phone", "+4930901820", "+49 30 901820", "+49 30 901820"),
        ("phone", "1001", "1001", "1001"),
        ("phone", "anonymous", "anonymous", "anonymous"),
        ("amount", "", "", ""),
    ],
)
def test_n_forms_as_they_are_read(form: str, value: str, polish: str, english: str) -> None:
    assert written_form(form, value, "pl") == polish
    assert written_form(form, value, "en-GB") == english


def test_a_sum_takes_the_currency_beside_it_and_other_languages_leave_it() -> None:
    assert written_form("amount", "12.5", "pl", "EUR") == "12,50 EUR"
    assert written_form("amount", "12.5 CHF", "pl", "EUR") == "12,50 CHF"
    assert written_form("amount", "12.5", "de") == "12.5"
    assert written_form("date", "2026-03-05", "") == "2026-03-05"


def test_what_can_be_said_can_be_written() -> None:
    assert FORMS.keys() == set(SAID_AS) == spoken_forms.FORMS.keys()


@given(st.sampled_from(sorted(FORMS)), st.text(max_size=20), st.sampled_from(["pl", "en", "de", ""]))
def test_whatever_stands_there_is_never_a_fault(form: str, value: str, language: str) -> None:
    assert isinstance(written_form(form, value, language), str)


@given(st.integers(0, 10**9), st.integers(0, 99), st.booleans())
def test_a_written_sum_is_read_as_the_same(whole: int, rest: int, negative: bool) -> None:
    plain = f"{'-' if negative and (whole or rest) else ''}{whole}.{rest:02d}"
    minus, number, code = read_sum(written_form("amount", plain, "pl"))
    assert (minus, number.replace(",", "."), code) == (plain.startswith("-"), plain.lstrip("-"), "PLN")


@pytest.mark.parametrize("reader", [read_sum, read_day, read_number])
def test_nonsense_is_refused(reader) -> None:
    with pytest.raises(ValueError, match=r".+"):
        reader("x")
