"""PESEL, NIP and REGON: what is right passes in every spelling, each kind of mistake is named."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.pl import nip, pesel, regon

from softswitch.crm.identifiers import (
    NIP,
    PESEL,
    REGON,
    Wrong,
    WrongIdentifier,
    birth_date,
    masked,
    pretty_nip,
    read_nip,
    read_pesel,
    read_regon,
)

CENTURY_MONTHS = {18: 80, 19: 0, 20: 20, 21: 40, 22: 60}


def pesel_of(day: date, serial: int = 123) -> str:
    """Return a valid PESEL of somebody born on a day."""
    month = day.month + CENTURY_MONTHS[day.year // 100]
    digits = f"{day.year % 100:02}{month:02}{day.day:02}{serial:04}"
    return digits + pesel.calc_check_digit(digits)


@pytest.mark.parametrize(
    ("number", "born"),
    [
        ("00810100019", date(1800, 1, 1)),
        ("99923112347", date(1899, 12, 31)),
        ("00010111118", date(1900, 1, 1)),
        ("44051401359", date(1944, 5, 14)),
        ("99123199993", date(1999, 12, 31)),
        ("00210100004", date(2000, 1, 1)),
        ("00222900559", date(2000, 2, 29)),
        ("24222907774", date(2024, 2, 29)),
        ("99323103217", date(2099, 12, 31)),
        ("00410100055", date(2100, 1, 1)),
        ("99723100056", date(2299, 12, 31)),
    ],
)
def test_a_pesel_tells_the_day_of_birth_in_every_century(number: str, born: date) -> None:
    assert read_pesel(number) == number
    assert birth_date(number) == born


@pytest.mark.parametrize(
    "text", ["44051401359", " 44051401359 ", "440514 01359", "440514-01359", "4405140135 9"]
)
def test_a_pesel_in_every_spelling(text: str) -> None:
    assert read_pesel(text) == "44051401359"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", Wrong.EMPTY),
        (" - ", Wrong.EMPTY),
        ("4405140135", Wrong.LENGTH),
        ("440514013590", Wrong.LENGTH),
        ("4" * 300, Wrong.LENGTH),
        ("4405140135X", Wrong.NO_DIGITS),
        ("٤٤٠٥١٤٠١٣٥٩", Wrong.NO_DIGITS),
        ("44051401358", Wrong.CHECK_DIGIT),
        ("44051410359", Wrong.CHECK_DIGIT),
        ("00000000000", Wrong.ZEROS),
        ("90023012340", Wrong.NO_SUCH_DAY),
        ("00022912343", Wrong.NO_SUCH_DAY),
    ],
)
def test_what_is_wrong_with_a_pesel_is_named(text: str, wrong: Wrong) -> None:
    with pytest.raises(WrongIdentifier) as raised:
        read_pesel(text)
    assert raised.value.wrong is wrong
    assert raised.value.english
    assert raised.value.polish


def test_nobody_is_born_tomorrow() -> None:
    today = date(2026, 1, 5)
    assert read_pesel(pesel_of(today), today) == pesel_of(today)
    with pytest.raises(WrongIdentifier) as raised:
        read_pesel(pesel_of(date(2026, 1, 6)), today)
    assert raised.value.wrong is Wrong.UNBORN


@pytest.mark.parametrize(
    "text",
    ["5260250274", "526-025-02-74", "526-02-50-274", "PL5260250274", "PL 526 025 02 74", "pl5260250274"],
)
def test_a_nip_in_every_spelling(text: str) -> None:
    assert read_nip(text) == "5260250274"
    assert read_nip(pretty_nip("5260250274")) == "5260250274"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("5260250275", Wrong.CHECK_DIGIT),
        ("526025027", Wrong.LENGTH),
        ("DE5260250274", Wrong.NO_DIGITS),
        ("0000000000", Wrong.ZEROS),
        ("PL", Wrong.EMPTY),
        # The sum may come to ten, which is no digit: no such NIP is given out.
        ("1234567890", Wrong.CHECK_DIGIT),
    ],
)
def test_what_is_wrong_with_a_nip_is_named(text: str, wrong: Wrong) -> None:
    with pytest.raises(WrongIdentifier) as raised:
        read_nip(text)
    assert raised.value.wrong is wrong


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("010001345", "010001345"),
        ("000331501", "000331501"),
        ("610 188 201", "610188201"),
        ("123456785", "123456785"),
        ("12345678512347", "12345678512347"),
        ("000331501-00017", "00033150100017"),
    ],
)
def test_a_regon_of_a_firm_and_of_its_branch(text: str, kept: str) -> None:
    assert read_regon(text) == kept


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("123456786", Wrong.CHECK_DIGIT),
        ("12345678512348", Wrong.CHECK_DIGIT),
        ("12345678612347", Wrong.CHECK_DIGIT),  # the firm's own part is wrong
        ("1234567851234", Wrong.LENGTH),
        ("000000000", Wrong.ZEROS),
        ("12345678A", Wrong.NO_DIGITS),
    ],
)
def test_what_is_wrong_with_a_regon_is_named(text: str, wrong: Wrong) -> None:
    with pytest.raises(WrongIdentifier) as raised:
        read_regon(text)
    assert raised.value.wrong is wrong


def test_the_sentences_are_plain_and_hold_no_number() -> None:
    with pytest.raises(WrongIdentifier) as raised:
        read_pesel("4405140135")
    assert str(raised.value) == "PESEL: it has 10 digits; PESEL has 11"
    assert raised.value.polish == "liczba cyfr: 10; PESEL ma ich 11"
    with pytest.raises(WrongIdentifier) as raised:
        read_regon("12")
    assert raised.value.english == "it has 2 digits; REGON has 9 or 14"
    with pytest.raises(WrongIdentifier) as raised:
        read_pesel("44051401358")
    assert "4405" not in str(raised.value) + repr(raised.value)
    assert "swapped" in raised.value.english


@pytest.mark.parametrize(
    ("number", "shown"),
    [("44051401359", "*******1359"), ("5260250274", "******0274"), ("12345678", "********"), ("", "")],
)
def test_a_mask_leaves_the_last_four(number: str, shown: str) -> None:
    assert masked(number) == shown


DAYS = st.dates(date(1800, 1, 1), date(2299, 12, 31))


@given(DAYS, st.integers(0, 9999))
def test_every_day_of_five_centuries_is_read_back(day: date, serial: int) -> None:
    assert birth_date(read_pesel(pesel_of(day, serial))) == day


@given(DAYS, st.integers(0, 9999), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(day: date, serial: int, place: int, more: int) -> None:
    number = pesel_of(day, serial)
    spoiled = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    with pytest.raises(WrongIdentifier):
        read_pesel(spoiled)


@given(st.text(max_size=60), st.sampled_from([(PESEL, read_pesel), (NIP, read_nip), (REGON, read_regon)]))
def test_no_text_does_harm(text: str, one: tuple[str, Callable[[str], str]]) -> None:
    name, read = one
    kept = ""
    with contextlib.suppress(WrongIdentifier):
        kept = read(text)
    assert not kept or {PESEL: pesel, NIP: nip, REGON: regon}[name].is_valid(kept)
