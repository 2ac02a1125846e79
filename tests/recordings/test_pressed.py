"""Codes pressed during a talk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.recordings.pressed import BETWEEN_KEYS_SECONDS, PressedCodes

CODES = ("*1", "*2", "#99")


def typed(keys: str, gaps: float = 0.3) -> list[str]:
    pressed = PressedCodes(CODES)
    return [code for place, key in enumerate(keys) if (code := pressed.press(key, place * gaps))]


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        ("*1", ["*1"]),
        ("5*1", ["*1"]),
        ("**1", ["*1"]),
        ("*1*2", ["*1", "*2"]),
        ("*11", ["*1"]),
        ("#99", ["#99"]),
        ("*3", []),
        ("1*", []),
        ("123456", []),
    ],
)
def test_a_code_is_found_where_it_ends(keys: str, codes: list[str]) -> None:
    assert typed(keys) == codes


def test_keys_far_apart_are_no_code() -> None:
    assert typed("*1", gaps=BETWEEN_KEYS_SECONDS + 0.1) == []
    assert typed("*1", gaps=BETWEEN_KEYS_SECONDS) == ["*1"]


def test_without_codes_nothing_is_one() -> None:
    pressed = PressedCodes(("", ""))
    assert [pressed.press(key, 0.0) for key in "*1*2"] == [""] * 4


@given(st.text(alphabet="0123456789*#", max_size=30))
def test_each_code_is_told_once_for_each_time_it_was_typed(keys: str) -> None:
    found = typed(keys, gaps=0.1)
    assert len(found) == sum(keys.count(code) for code in CODES)
