"""PINs: what is kept of them, which are weak, and when none is taken any more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.voicemail.pins import MOST_PLACES, MOST_WRONG, Wrong, hashed, is_right, is_weak, matches

KEPT = hashed("4271")


def test_a_hash_tells_nothing_and_fits_its_pin_alone() -> None:
    assert "4271" not in KEPT
    assert hashed("4271") != KEPT
    assert matches("4271", KEPT)
    assert not matches("4272", KEPT)
    assert not matches("", KEPT)
    assert not matches("4271", "no hash at all")


@pytest.mark.parametrize(
    ("typed", "plain", "kept", "right"),
    [
        ("4271", "", True, True),
        ("4271", "9999", True, True),
        ("9999", "9999", True, False),
        ("9999", "9999", False, True),
        ("4271", "9999", False, False),
        ("", "", False, False),
        ("1234", "", False, False),
    ],
)
async def test_the_hash_goes_before_the_configuration(
    typed: str, plain: str, kept: bool, right: bool
) -> None:
    assert await is_right(typed, plain=plain, kept=KEPT if kept else "") is right


@pytest.mark.parametrize(
    "pin", ["", "123", "1234", "4321", "0000", "99999", "23456789", "1001", "12a4", "1234567890123"]
)
def test_weak_pins(pin: str) -> None:
    assert is_weak(pin, "1001")


@pytest.mark.parametrize("pin", ["4271", "1002", "10019", "135790"])
def test_pins_that_will_do(pin: str) -> None:
    assert not is_weak(pin, "1001")


@given(st.lists(st.floats(0, 10_000), min_size=MOST_WRONG, max_size=40), st.floats(0, 20_000))
def test_none_is_taken_after_too_many_within_an_hour(times: list[float], now: float) -> None:
    wrong = Wrong()
    for at in sorted(times):
        wrong.add("box", at)
    last = sorted(times)[-MOST_WRONG]
    assert wrong.shut("box", now) is (last > now - 3600)
    assert not wrong.shut("other", now)


def test_the_right_one_begins_anew() -> None:
    wrong = Wrong()
    for at in range(MOST_WRONG):
        wrong.add("box", at)
    assert wrong.shut("box", 10)
    wrong.forgive("box")
    assert not wrong.shut("box", 10)


def test_who_types_ever_other_names_fills_nothing() -> None:
    wrong = Wrong()
    for number in range(MOST_PLACES + 10):
        wrong.add(f"any:{number}", 0.0)
    assert len(wrong._at) == MOST_PLACES
