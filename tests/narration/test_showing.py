"""What phones are shown of a caller, told in both languages."""

from __future__ import annotations

from softswitch.events import CallerShown
from softswitch.narration.showing import told_of_showing


def test_what_is_shown_is_told():
    assert told_of_showing(CallerShown(name="P.Nowak")) == (
        "phones show the caller as P.Nowak",
        "telefony pokazują dzwoniącego jako P.Nowak",
    )
    assert told_of_showing(CallerShown("P.Nowak", "7000")) == (
        "phones show the caller as P.Nowak with the number 7000",
        "telefony pokazują dzwoniącego jako P.Nowak z numerem 7000",
    )
    assert told_of_showing(CallerShown())[0] == "phones show the caller as known again"
