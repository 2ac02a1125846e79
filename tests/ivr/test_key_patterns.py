"""Patterns of keys: what they fit, what may still become one, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.ivr.key_patterns import parse_key_pattern


@pytest.mark.parametrize(
    ("pattern", "fits", "not_"),
    [
        ("1xx", ("100", "199"), ("200", "10", "1000", "")),
        ("[2-4]0X", ("200", "409"), ("500", "210")),
        ("[139]", ("1", "3", "9"), ("2", "13")),
        ("[1-35]", ("1", "2", "3", "5"), ("4",)),
        ("112", ("112",), ("113",)),
    ],
)
def test_what_fits(pattern: str, fits: tuple[str, ...], not_: tuple[str, ...]) -> None:
    read = parse_key_pattern(pattern)
    assert all(read.fits(digits) for digits in fits)
    assert not any(read.fits(digits) for digits in not_)


def test_what_may_still_become_one() -> None:
    read = parse_key_pattern("[2-4]0x")
    assert [digits for digits in ("", "2", "20", "201", "2011", "1", "21") if read.may_begin(digits)] == [
        *("", "2", "20", "201")
    ]


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("", "the pattern is empty"),
        ("1*", r"'1\*' is no pattern of digits such as 1xx or \[2-4\]0x: see '\*'"),
        ("[]", "see '\\['"),
        ("[4-2]", "4-2 runs backwards"),
        ("+48xx", "see '\\+'"),
        ("x" * 401, "at most 400 letters, and this one 401"),
    ],
)
def test_what_is_no_pattern_is_told_by_its_place(pattern: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_key_pattern(pattern)


@given(st.text(alphabet="0123456789xX", min_size=1, max_size=20), st.data())
def test_every_beginning_of_what_fits_may_become_one(pattern: str, data: st.DataObject) -> None:
    read = parse_key_pattern(pattern)
    digits = "".join(data.draw(st.sampled_from(sorted(place))) for place in read.places)
    assert read.fits(digits)
    assert all(read.may_begin(digits[:length]) for length in range(len(digits) + 1))
    assert not read.may_begin(digits + "0")
