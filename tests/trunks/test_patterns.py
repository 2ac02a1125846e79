"""Patterns as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.trunks.patterns import parse_own, parse_pattern


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ("112", ["112"], ["1123", "11", "+112"]),
        ("+48*", ["+48", "+48221234567"], ["48221234567", "+4", "+49"]),
        ("0048XXXXXXXXX", ["0048221234567"], ["004822123456", "00482212345678"]),
        ("0XXXXXXXXX", ["0221234567"], ["221234567"]),
        ("+48 22 123 45 XX", ["+48221234500", "+48221234599"], ["+48221234600"]),
        ("[2-5]XX", ["200", "599"], ["100", "600"]),
        ("[139]0*", ["10", "3012"], ["20", "1"]),
        ("+48221234500-+48221234509", ["+48221234500", "+48221234505", "+48221234509"], ["+48221234510"]),
        ("100 - 199", ["100", "150", "199"], ["99", "200", "1000"]),
        ("*", ["", "1", "0048"], ["+48"]),
    ],
)
def test_what_fits(pattern: str, fitting: list[str], others: list[str]) -> None:
    read = parse_pattern(pattern)
    assert [number for number in fitting if not read.fits(number)] == []
    assert [number for number in others if read.fits(number)] == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("12*4", "at the end"),
        ("12+4", "at the beginning"),
        ("abc", "no pattern"),
        ("+48XX.", "no wildcard here: write \\* at the end"),
        ("[a-z]", "no pattern"),
        ("200-100", "range"),
        ("10-1000", "range"),
        ("+48100-0048200", "range"),
        ("1;2", "no pattern"),
    ],
)
def test_what_is_none(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        parse_pattern(text)


def test_the_closer_a_pattern_the_higher_it_ranks() -> None:
    texts = ["*", "+48*", "+4822*", "+4822123456X", "+48221234500-+48221234599", "+48221234567"]
    ranks = [parse_pattern(text).rank for text in texts]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)
    assert parse_pattern("+48221234567").is_one_number
    assert not parse_pattern("+4822123456X").is_one_number
    assert parse_pattern(" +48*").is_international
    assert not parse_pattern("48*").is_international


@given(st.from_regex(r"\+?[0-9]{1,15}", fullmatch=True))
def test_a_number_fits_itself_and_no_longer_one(number: str) -> None:
    assert parse_pattern(number).fits(number)
    assert not parse_pattern(number).fits(number + "0")


@given(st.text(max_size=12))
def test_anything_may_be_written(text: str) -> None:
    try:
        pattern = parse_pattern(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017
    else:
        assert parse_pattern(pattern.text).rank == pattern.rank


def test_our_own_may_be_names_too() -> None:
    assert parse_own("line1.office").fits("line1.office")
    assert not parse_own("line1").fits("line12")
    assert parse_own("+4822XXX").fits("+4822123")
    with pytest.raises(ValueError, match="no pattern"):
        parse_own("a b")


@pytest.mark.parametrize(
    ("first", "second", "covers"),
    [
        ("*", "0049*", True),
        ("*", "+49*", False),
        ("+48*", "+48221234500-+48221234599", True),
        ("+482212345XX", "+48221234500-+48221234599", True),
        ("+482212345[0-4]X", "+48221234500-+48221234599", False),
        ("[2-5]XX", "[34]XX", True),
        ("[2-5]XX", "[3-6]XX", False),
        ("2XX", "2*", False),
        ("100-199", "150", True),
        ("100-199", "15X", False),
    ],
)
def test_a_pattern_that_leaves_nothing_for_another(first: str, second: str, covers: bool) -> None:
    assert parse_pattern(first).covers(parse_pattern(second)) is covers


_WRITTEN = st.lists(st.sampled_from(["1", "2", "X", "[1-3]"]), min_size=1, max_size=3).map("".join)
_PATTERNS = st.tuples(_WRITTEN, st.sampled_from(["", "*"])).map("".join)


@given(_PATTERNS, _PATTERNS, st.text("1239", min_size=1, max_size=5))
def test_what_is_covered_fits_no_number_that_the_first_does_not(first: str, second: str, number: str) -> None:
    one, two = parse_pattern(first), parse_pattern(second)
    if one.covers(two) and two.fits(number):
        assert one.fits(number)
