"""What is said about schedules and duties."""

from __future__ import annotations

import pytest

from softswitch.schedules.texts import Text, phrase, spoken


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        (Text.NIGHT, "pl", "Biuro: tryb nocny."),
        (Text.NIGHT, "en", "Biuro: closed now."),
        (Text.OUTAGE, "de", "Biuro: an outage is announced."),
        (
            Text.TAKE_DUTY_CALL,
            "en",
            "A call for Biuro, from plus four eight. To take it, press one.",
        ),
    ],
)
def test_in_the_language_of_who_hears_it(text: Text, language: str, said: str) -> None:
    assert phrase(text, language, name="Biuro", number="+48") == said


def test_a_name_is_not_spelled() -> None:
    assert "od Anna." in phrase(Text.TAKE_DUTY_CALL, "pl", name="lekarz", number="Anna")


def test_every_text_is_said_in_both_languages() -> None:
    for text in Text:
        english, polish = text.value
        assert english.count("{") == polish.count("{")
    assert (spoken("pl"), spoken("de")) == ("pl", "en")
