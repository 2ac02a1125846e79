"""Titles of tickets: both ways of writing variables, defaults, and what is refused when it is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.crm.ticket_titles import LONGEST_TITLE, check_title, title

VALUES = {"number": "+48600100200", "name": "Jan Kowalski", "called": "+48221234567", "queue": "sales"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Nieodebrane połączenie z numeru %%number%%", "Nieodebrane połączenie z numeru +48600100200"),
        ("%%NAME%% (%%number%%) to %%called%%", "Jan Kowalski (+48600100200) to +48221234567"),
        ("{{NUMBER}} {{ name }}", "+48600100200 Jan Kowalski"),
        ("{{CALL.SRC_NUMBER}} at {{CALL.DST_NUMBER}}", "+48600100200 at +48221234567"),
        ("for %%queue%%: %%category%%", "for sales: -"),
        ('%%category|default:"other"%% {{category|default:"none"}}', "other none"),
        ('%%number|default:"hidden"%%', "+48600100200"),
        ("100% sure", "100% sure"),
        ("no variables", "no variables"),
    ],
)
def test_titles(text: str, said: str) -> None:
    check_title(text)
    assert title(text, VALUES) == said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("%%nubmer%%", "there is no variable 'nubmer' for titles, only number, name"),
        ("{{ORDER.STATUS}}", "there is no variable 'order.status'"),
        ("%%number%", "'%%' names no variable"),
        ("{{number", r"'\{\{' names no variable"),
        ("{{}}", "names no variable"),
        ("  ", "the title is empty"),
    ],
)
def test_what_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_title(text)


def test_without_a_value_something_is_said() -> None:
    assert title("%%number%%, %%name%%", {}) == "unknown number, unknown caller"
    assert title("%%number%%", {"number": "  "}) == "unknown number"


@given(st.text(max_size=300), st.text(max_size=50))
def test_a_title_is_one_short_line_whatever_callers_are_called(name: str, number: str) -> None:
    said = title("Call of %%name%% from %%number%%", {"name": name, "number": number})
    assert len(said) <= LONGEST_TITLE
    assert said.isprintable()


def test_what_a_caller_is_called_is_no_variable() -> None:
    assert title("Call of %%name%%", {"name": "%%number%% {{queue}}"}) == "Call of %%number%% {{queue}}"
