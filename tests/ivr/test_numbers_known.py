"""Numbers that their own digits prove wrong: one changed digit, two swapped, the wrong length."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.ivr.numbers_known import LENGTHS, can_be

RIGHT = [
    ("pesel", "44051401359"),
    ("pesel", "02070803628"),
    ("nip", "8567346215"),
    ("nip", "1234563218"),
    ("regon", "192598184"),
    ("regon", "12345678512347"),
    ("blik", "000000"),
]


@pytest.mark.parametrize(("known", "digits"), RIGHT)
def test_right_ones(known, digits):
    assert can_be(known, digits)


@pytest.mark.parametrize(("known", "digits"), [one for one in RIGHT if one[0] in ("pesel", "nip")])
def test_one_wrong_digit_is_found(known, digits):
    for place, digit in enumerate(digits):
        changed = digits[:place] + str((int(digit) + 1) % 10) + digits[place + 1 :]
        assert not can_be(known, changed)


@pytest.mark.parametrize("digits", ["44053201359", "44130101359", "00000000000"])
def test_a_pesel_holds_a_day_that_there_is(digits):
    assert not can_be("pesel", digits)


def test_n13_nobody_is_born_tomorrow():
    born = date(2002, 7, 8)
    assert can_be("pesel", "02270803624", today=born)
    assert not can_be("pesel", "02270803624", today=born - timedelta(days=1))
    assert not can_be("pesel", "02270803625", today=born)


@pytest.mark.parametrize("known", ["nip", "regon", "luhn"])
def test_n13_zeros_alone_are_nobodys_number(known):
    assert not any(can_be(known, "0" * length) for length in LENGTHS[known])


@given(st.sampled_from(sorted(LENGTHS)), st.text(max_size=20))
def test_noise_and_wrong_lengths_are_none(known, text):
    if len(text) not in LENGTHS[known] or not (text.isascii() and text.isdecimal()):
        assert not can_be(known, text)
