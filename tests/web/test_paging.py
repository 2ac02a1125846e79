"""Cursors."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.web.errors import Unacceptable
from softswitch.web.paging import Part, from_cursor, page_of, to_cursor


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60))
def test_a_cursor_comes_back(key: str) -> None:
    assert from_cursor(to_cursor(key)) == key


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", max_size=40))
def test_any_cursor_is_read_or_refused(cursor: str) -> None:
    with contextlib.suppress(Unacceptable):
        assert from_cursor(cursor).isprintable()


def test_the_last_page_has_no_next() -> None:
    assert page_of(Part((1, 2))).next == ""
    assert from_cursor(page_of(Part((1, 2), "2")).next) == "2"


def test_a_cursor_of_control_characters_is_none() -> None:
    with pytest.raises(Unacceptable):
        from_cursor("AAA")
