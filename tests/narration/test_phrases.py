"""The pieces of a line: harmless, and short."""

from __future__ import annotations

from softswitch.narration.phrases import place, printable, words


def test_terminal_escapes_become_dots() -> None:
    assert printable("\x1b[31mJan\u202e\r\n") == "·[31mJan···"
    assert printable("Żółć 1") == "Żółć 1"


def test_long_texts_are_cut() -> None:
    assert printable("x" * 41) == "x" * 39 + "…"
    assert printable("x" * 40) == "x" * 40
    assert len(printable("x" * 500, 80)) == 80


def test_no_password_of_a_contact_is_shown() -> None:
    assert place("<sip:1001:hush@10.0.0.7:5062;transport=tcp>") == "10.0.0.7:5062"


def test_a_code_nobody_knows_is_shown_as_it_came() -> None:
    assert words("busy") == ("busy", "zajęte")
    assert words("eaten\x1b by_dog") == ("eaten· by dog",) * 2
