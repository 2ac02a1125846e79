"""When two values of a field are the same, and when they are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sameness import FieldValue, folded, number_of, plain_number, same_value, truth


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
def test_a_value_is_what_a_menu_asks_for(value: FieldValue | None, wanted: str, same: bool) -> None:
    assert same_value(value, wanted) is same


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


@given(st.one_of(st.integers(-(10**14), 10**14), st.floats(-1e6, 1e6).map(lambda value: round(value, 4))))
def test_a_number_is_found_by_what_is_shown_of_it(value: float) -> None:
    assert same_value(value, plain_number(value))


@pytest.mark.parametrize(("word", "meant"), [("Tak", True), ("N", False), ("fałsz", False), ("maybe", None)])
def test_words_for_yes_and_no(word: str, meant: bool | None) -> None:
    assert truth(word) is meant
