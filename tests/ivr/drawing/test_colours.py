"""Colours: whoever can hardly tell them apart can still read every word."""

from __future__ import annotations

import re

import pytest

from softswitch.ivr.drawing.colours import DARK, LIGHT, OF_LEADS, STATES, STYLE
from softswitch.ivr.drawing.sketch import Deed, Lead


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_words_can_be_read_on_what_is_behind_them(colours: dict[str, str]) -> None:
    tops = [name for name in colours if re.fullmatch("top|covered|partly|uncovered|heat.", name)]
    pairs = [
        *(("ink", name) for name in (*tops, "box", "ground")),
        *(("faint", name) for name in ("box", "ground")),
        *((name, "box") for name in ("missing", "ends", "queue", "voicemail", "person", "outside")),
        ("entrance-ink", "entrance"),
        ("entrance-ink", "outage"),
    ]
    for ink, behind in pairs:
        assert contrast(colours[ink], colours[behind]) >= 4.5, (ink, behind)
    assert contrast(colours["arrow"], colours["ground"]) >= 3


def test_every_deed_end_and_state_has_its_colour_on_both_grounds() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert set(Deed) <= LIGHT.keys()
    assert OF_LEADS.keys() == set(Lead)
    light, dark = STYLE.split("@media (prefers-color-scheme: dark)")
    for name in (*(f"circle.{deed.value}" for deed in Deed), *(f".{state} .top" for state in STATES)):
        assert name in light
        assert name in dark
