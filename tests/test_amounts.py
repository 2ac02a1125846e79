"""Sums of money in words: a table for Polish, where each of them bends, and one for English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.amounts import parsed_amount, spoken_amount, written_amount

POLISH = [
    (0, "zero złotych"),
    (1, "jeden grosz"),
    (2, "dwa grosze"),
    (5, "pięć groszy"),
    (12, "dwanaście groszy"),
    (21, "dwadzieścia jeden groszy"),
    (22, "dwadzieścia dwa grosze"),
    (99, "dziewięćdziesiąt dziewięć groszy"),
    (100, "jeden złoty"),
    (101, "jeden złoty i jeden grosz"),
    (200, "dwa złote"),
    (500, "pięć złotych"),
    (1_200, "dwanaście złotych"),
    (1_404, "czternaście złotych i cztery grosze"),
    (2_100, "dwadzieścia jeden złotych"),
    (2_250, "dwadzieścia dwa złote i pięćdziesiąt groszy"),
    (10_000, "sto złotych"),
    (10_100, "sto jeden złotych"),
    (11_200, "sto dwanaście złotych"),
    (12_345, "sto dwadzieścia trzy złote i czterdzieści pięć groszy"),
    (100_000, "tysiąc złotych"),
    (100_100, "tysiąc jeden złotych"),
    (100_200, "tysiąc dwa złote"),
    (200_000, "dwa tysiące złotych"),
    (500_000, "pięć tysięcy złotych"),
    (1_234_567, "dwanaście tysięcy trzysta czterdzieści pięć złotych i sześćdziesiąt siedem groszy"),
    (2_200_200, "dwadzieścia dwa tysiące dwa złote"),
    (100_000_000, "milion złotych"),
    (-150, "minus jeden złoty i pięćdziesiąt groszy"),
]
ENGLISH = [
    (0, "zero zlotys"),
    (1, "one grosz"),
    (45, "forty-five groszy"),
    (100, "one zloty"),
    (101, "one zloty and one grosz"),
    (12_345, "one hundred and twenty-three zlotys and forty-five groszy"),
]


@pytest.mark.parametrize(("grosze", "said"), POLISH)
def test_polish_amounts(grosze, said):
    assert spoken_amount(grosze, "pl") == said
    assert spoken_amount(grosze, "pl-PL") == said


@pytest.mark.parametrize(("grosze", "said"), ENGLISH)
def test_english_amounts(grosze, said):
    assert spoken_amount(grosze, "en-GB") == said


def test_a_language_without_a_table_is_refused():
    with pytest.raises(ValueError, match="no spoken numbers"):
        spoken_amount(100, "de")


@pytest.mark.parametrize(
    ("text", "grosze"),
    [("123", 12_300), ("123.4", 12_340), ("123,45", 12_345), (" 0,01 ", 1), ("0", 0), ("007", 700)],
)
def test_written_amounts_are_read(text, grosze):
    assert parsed_amount(text) == grosze


@pytest.mark.parametrize("text", ["", "-1", "1.234", "1 000", "1e3", "abc", ",5", "5,", "١", "99999999999"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match="no amount"):
        parsed_amount(text)


@given(st.integers(0, 10**11))
def test_what_is_written_is_read_back(grosze):
    assert parsed_amount(written_amount(grosze).removesuffix(" zł")) == grosze


@given(st.integers(0, 10**9))
def test_the_noun_follows_the_number(grosze):
    said = spoken_amount(grosze, "pl")
    whole, rest = divmod(grosze, 100)
    assert (" i " in said) == (whole > 0 and rest > 0)
    assert ("grosz" in said) == (rest > 0)
    assert ("złot" in said) == (whole > 0 or rest == 0)


def test_a_debt_is_written_with_its_sign():
    assert written_amount(-150) == "-1,50 zł"
