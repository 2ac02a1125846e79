"""What phones are shown of a caller, in words."""

from __future__ import annotations

from softswitch.events import CallerShown
from softswitch.narration.phrases import printable
from softswitch.words import Both


def told_of_showing(event: CallerShown) -> Both:
    """Return what is shown of a caller, in both languages."""
    name, number = printable(event.name), printable(event.number)
    if not name and not number:
        return "phones show the caller as known again", "telefony znów pokazują dzwoniącego, jak jest znany"
    named = (f"as {name}", f"jako {name}") if name else ("", "")
    numbered = (f"with the number {number}", f"z numerem {number}") if number else ("", "")
    english, polish = (
        " ".join(part for part in parts if part) for parts in zip(named, numbered, strict=True)
    )
    return f"phones show the caller {english}", f"telefony pokazują dzwoniącego {polish}"
