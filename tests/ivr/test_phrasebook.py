"""Sentences are found by their shape: alone, with a hint behind them, with their place before them."""

from __future__ import annotations

import pytest

from softswitch.ivr.phrasebook import Phrasebook

BOOK = Phrasebook(
    {"there is no {a} '{b}'": "nie ma {a} '{b}'", "{a} is wrong": "{a} jest źle"},
    {"; did you mean '{a}'?": "; czy chodziło o '{a}'?"},
    {"queue": "kolejki"},
)


@pytest.mark.parametrize(
    ("english", "polish"),
    [
        ("there is no queue 'x'", "nie ma kolejki 'x'"),
        ("there is no shop 'x'", "nie ma shop 'x'"),
        ("there is no queue 'x'; did you mean 'y'?", "nie ma kolejki 'x'; czy chodziło o 'y'?"),
        ("no_input.repeat: this is wrong", "no_input.repeat: this jest źle"),
        ("line one\nline two is wrong", "line one\nline two jest źle"),
        ("what nobody has written", "what nobody has written"),
        ("a.b: what nobody has written", "a.b: what nobody has written"),
        ("", ""),
    ],
)
def test_what_is_said_in_polish(english: str, polish: str) -> None:
    assert BOOK.polish(english) == polish


def test_where_two_fit_the_earlier_one_counts() -> None:
    assert Phrasebook({"a {x}": "1", "a b": "2"}).polish("a b") == "1"
