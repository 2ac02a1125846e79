"""Ratings of talks, as people read them."""

from __future__ import annotations

from softswitch.events import CallRated
from softswitch.narration.lines import told

RATED = CallRated("cards", "1001", 4, 1, 5)


def test_ratings() -> None:
    assert told(RATED) == "rates the talk with 1001 of queue cards 4 on a scale from 1 to 5"
    assert told(RATED, "pl") == "ocenia rozmowę z 1001 z kolejki cards na 4 w skali od 1 do 5"
    assert told(CallRated("", "", 1, 1, 9)) == "rates the talk 1 on a scale from 1 to 9"
    assert told(CallRated("", "", 1, 1, 9), "pl") == "ocenia rozmowę na 1 w skali od 1 do 9"
