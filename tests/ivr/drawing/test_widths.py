"""Texts are measured the same everywhere, and cut where there is no room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from softswitch.ivr.drawing.widths import cut, width_of


def test_letters_with_marks_are_as_wide_as_without() -> None:
    assert width_of("zażółć gęślą jaźń", 12) == width_of("zazolc gesla jazn", 12)
    assert width_of("Łódź", 12) == width_of("Lodz", 12)
    assert width_of("e\u0301", 12) == width_of("é", 12)


def test_wide_letters_fill_a_square_and_bold_ones_are_wider() -> None:
    assert width_of("電話", 10) > width_of("ab", 10)
    assert width_of("ab", 10, bold=True) > width_of("ab", 10)


def test_what_fits_stays_as_it_is() -> None:
    assert cut("Sales", 12, width_of("Sales", 12)) == "Sales"
    assert cut("Sales and service", 12, width_of("Sales and", 12)) == "Sales a…"


@given(st.text(max_size=30), st.floats(20, 200))
def test_what_is_cut_fits(text: str, room: float) -> None:
    found = cut(text, 12, room)
    assert width_of(found, 12) <= room
    assert found == text or found.endswith("…")
