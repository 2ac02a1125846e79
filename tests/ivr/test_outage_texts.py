"""What is said of an outage: the operator's own words, else a sentence in both languages."""

from __future__ import annotations

from softswitch.ivr.outage_texts import outage_said


def test_without_a_note_it_is_said_in_both_languages() -> None:
    (said,) = outage_said(" ")
    assert said.text is not None
    assert set(said.text) == {"pl", "en"}


def test_a_note_is_plain_words() -> None:
    (said,) = outage_said("Awaria {{CALL.CODEC}}!")
    assert said.text == {"": "Awaria CALL.CODEC!"}
