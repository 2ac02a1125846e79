"""A switch that knows nobody verifies nobody, and locks nobody out."""

from __future__ import annotations

from softswitch.ivr.desks.gate import NoGate, Shown, Shows


async def test_nobody_is_verified_there() -> None:
    gate = NoGate()
    assert await gate.locked("48601234567") is None
    person = await gate.check(["pin"], Shows({"pin": "1234"}, "48601234567"))
    assert person.shown is Shown.UNAVAILABLE
    assert gate.well_formed("pin", "1234")
    assert not gate.well_formed("pin", "")


def test_what_was_typed_shows_in_no_text() -> None:
    assert "1234" not in repr(Shows({"pin": "1234"}))
