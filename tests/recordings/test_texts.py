"""What is said about recordings."""

from __future__ import annotations

import pytest

from softswitch.recordings.config import RecordingsConfig
from softswitch.recordings.texts import Text, phrase

CONFIG = RecordingsConfig()


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        (Text.NOTICE, "pl", "Rozmowa jest nagrywana."),
        (Text.NOTICE, "en", "This call is recorded."),
        (
            Text.CHOICE,
            "pl",
            "Rozmowa będzie nagrywana. Aby nie zgodzić się na nagrywanie, proszę nacisnąć 9.",
        ),
        (Text.CHOICE, "en", "This call will be recorded. If you do not agree to be recorded, press 9."),
        (Text.NO_CONSENT, "pl", "Rozmówca nie zgadza się na nagrywanie. Rozmowa nie jest nagrywana."),
        (Text.REFUSED, "de", "Thank you. This call will not be recorded."),
    ],
)
def test_a_sentence(text: Text, language: str, said: str) -> None:
    assert phrase(text, language, CONFIG)[0] == said


def test_every_sentence_is_there_in_both_languages() -> None:
    for text in Text:
        assert phrase(text, "pl", CONFIG)[0] != phrase(text, "en", CONFIG)[0]


def test_keys_that_are_no_digits_have_names() -> None:
    config = RecordingsConfig(refuse_key="*")
    assert phrase(Text.CHOICE, "pl", config)[0].endswith("proszę nacisnąć gwiazdkę.")
    assert phrase(Text.CHOICE, "en", config)[0].endswith("press star.")


def test_the_operators_own_words_go_before_ours() -> None:
    config = RecordingsConfig(
        notice={"pl": "Nagrywamy.", "de": "Aufnahme läuft."}, choice={"en": "Press {key}."}
    )
    assert phrase(Text.NOTICE, "pl", config) == ("Nagrywamy.", "pl")
    assert phrase(Text.NOTICE, "de", config) == ("Aufnahme läuft.", "de")
    assert phrase(Text.NOTICE, "en", config) == ("This call is recorded.", "en")
    assert phrase(Text.CHOICE, "fr", config) == ("Press 9.", "en")
