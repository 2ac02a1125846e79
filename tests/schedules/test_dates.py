"""Single days and spans, of one year and of every year."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.schedules.dates import parse_span, rank


@pytest.mark.parametrize(
    ("text", "covered", "others"),
    [
        ("2026-12-24", ["2026-12-24"], ["2026-12-23", "2026-12-25", "2027-12-24"]),
        ("12-24", ["2026-12-24", "2031-12-24"], ["2026-12-25"]),
        ("2026-07-01..2026-07-14", ["2026-07-01", "2026-07-14"], ["2026-06-30", "2026-07-15", "2027-07-01"]),
        ("2026-12-28 .. 2027-01-03", ["2026-12-31", "2027-01-03"], ["2027-01-04", "2027-12-31"]),
        ("12-27..12-30", ["2026-12-27", "2027-12-30"], ["2026-12-26", "2026-12-31"]),
        ("12-31..01-02", ["2026-12-31", "2027-01-01", "2027-01-02"], ["2026-12-30", "2027-01-03"]),
        ("02-29", ["2028-02-29"], ["2026-02-28", "2026-03-01", "2028-02-28"]),
        ("2028-02-29", ["2028-02-29"], ["2028-03-01"]),
        ("02-28..03-01", ["2026-02-28", "2028-02-29", "2026-03-01"], ["2026-02-27"]),
    ],
)
def test_which_days_a_text_means(text: str, covered: list[str], others: list[str]) -> None:
    span = parse_span(text)
    assert [day for day in covered if not span.covers(date.fromisoformat(day))] == []
    assert [day for day in others if span.covers(date.fromisoformat(day))] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is no day: write 2026-12-24"),
        ("Christmas", "is no day: write 2026-12-24"),
        ("24.12", "is no day"),
        ("2026-02-29", "there is no day 2026-02-29"),
        ("02-30", "there is no day 02-30"),
        ("24-12", "the month stands first, 12-24"),
        ("2026-07-14..2026-07-01", "2026-07-01 comes before 2026-07-14"),
        ("2026-07-01..07-14", "both ends with a year, or neither"),
        ("01-01..01-02..01-03", "is no day"),
    ],
)
def test_what_is_no_day(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_span(text)


def test_what_says_most_of_a_day_goes_first() -> None:
    texts = ["12-20..12-31", "12-24", "2026-12-01..2026-12-31", "2026-12-24"]
    assert sorted(texts, key=lambda text: rank(parse_span(text))) == texts[::-1]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_a_span_holds_its_ends(one: date, other: date) -> None:
    first, last = sorted((one, other))
    span = parse_span(f"{first}..{last}")
    assert span.covers(first)
    assert span.covers(last)
    yearly = parse_span(f"{one:%m-%d}..{other:%m-%d}")
    assert yearly.covers(one)
    assert yearly.covers(other)
