"""What is said of programs that drive calls, in both languages."""

from __future__ import annotations

import pytest

from softswitch.events import ApplicationAsked, ApplicationFailed, ApplicationRecorded
from softswitch.narration.lines import told

LINES = [
    (
        ApplicationAsked("parcels", 2, 81, 3),
        "application parcels answered question 2 within 81 ms, steps: 3",
        "aplikacja parcels odpowiedziała na pytanie 2 w 81 ms, kroków: 3",
    ),
    (
        ApplicationFailed("parcels", 1, "timed_out", "no whole answer\x1b[2J", "1001"),
        "application parcels failed at question 1, on to 1001: no answer in time (no whole answer·[2J)",
        "aplikacja parcels zawiodła przy pytaniu 1, dalej do 1001: brak odpowiedzi w wyznaczonym czasie "
        "(no whole answer·[2J)",
    ),
    (
        ApplicationRecorded("parcels", "01J-1.wav", 3.25),
        "application parcels recorded 3.2 s into 01J-1.wav",
        "aplikacja parcels nagrała 3,2 s do 01J-1.wav",
    ),
]


@pytest.mark.parametrize(("event", "english", "polish"), LINES)
def test_programs_are_told_of_in_both_languages(event, english, polish):
    assert (told(event, "en"), told(event, "pl")) == (english, polish)
