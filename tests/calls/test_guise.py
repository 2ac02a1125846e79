"""What phones are shown of a caller whose name or number is set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.calls.guise import AS_KNOWN, Guise


def test_unless_somebody_says_otherwise_a_caller_appears_as_known():
    assert AS_KNOWN.number_of("+48600100200") == "+48600100200"
    assert AS_KNOWN.name_of("+48600100200", "Jan Kowalski") == "Jan Kowalski"
    assert AS_KNOWN.cleaned("Sales +48600100200", "+48600100200") == "Sales +48600100200"


def test_a_name_changes_no_number_and_a_number_hides_the_name_that_came_with_it():
    named = Guise(name="AWARIA J. Kowalski")
    assert named.number_of("+48600100200") == "+48600100200"
    assert named.name_of("+48600100200", "600100200") == "AWARIA J. Kowalski"
    hidden = Guise(number="7000")
    assert (hidden.number_of("+48600100200"), hidden.name_of("+48600100200", "600100200")) == ("7000", "")


@pytest.mark.parametrize(
    "text",
    [
        "patient +48600100200",
        "patient 48600100200",
        "patient 0048600100200",
        "patient 600100200",
        "patient 600 100 200",
        "patient +48 600-100-200",
    ],
)
def test_a_hidden_number_stands_in_no_text(text):
    assert Guise(number="7000").cleaned(text, "+48600100200") == "patient 7000"
    assert Guise(name=text, number="7000").name_of("+48600100200@gate", "x") == "patient 7000"


def test_what_is_shown_in_place_of_a_number_is_no_pattern():
    assert Guise(number=r"\1\g<0>").cleaned("of 1001", "1001") == r"of \1\g<0>"


def test_short_numbers_are_hidden_where_they_stand_alone():
    cleaned = Guise(number="7000").cleaned
    assert cleaned("order 210019", "1001") == "order 210019"
    assert cleaned("URGENT 1001", "1001") == "URGENT 7000"
    assert cleaned("anonymous", "anonymous@provider") == "anonymous"


@given(
    digits=st.text("0123456789", min_size=9, max_size=15),
    before=st.text("abc +0:", max_size=6),
    after=st.text("abc :", max_size=6),
)
def test_whatever_stands_round_a_number_it_is_hidden(digits, before, after):
    shown = Guise(number="X").cleaned(f"{before}{digits}{after}", f"+{digits}")
    assert digits not in shown
