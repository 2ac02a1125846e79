"""What voicemail says, word by word, in both languages."""

from __future__ import annotations

import string

import pytest

from softswitch.voicemail.texts import Sentence, Text, heading, how_many, phrase, without_farewell


@pytest.mark.parametrize(
    ("new", "old", "said"),
    [
        (0, 0, "Nie masz żadnych wiadomości."),
        (1, 0, "Masz jedną nową wiadomość."),
        (2, 0, "Masz dwie nowe wiadomości."),
        (5, 0, "Masz pięć nowych wiadomości."),
        (12, 0, "Masz dwanaście nowych wiadomości."),
        (21, 0, "Masz dwadzieścia jeden nowych wiadomości."),
        (22, 0, "Masz dwadzieścia dwie nowe wiadomości."),
        (0, 1, "Masz jedną zapisaną wiadomość."),
        (0, 3, "Masz trzy zapisane wiadomości."),
        (0, 25, "Masz dwadzieścia pięć zapisanych wiadomości."),
        (2, 1, "Masz dwie nowe wiadomości i jedną zapisaną."),
        (1, 4, "Masz jedną nową wiadomość i cztery zapisane."),
        (5, 7, "Masz pięć nowych wiadomości i siedem zapisanych."),
    ],
)
def test_how_many_in_polish(new: int, old: int, said: str) -> None:
    assert how_many(new, old, "pl-PL") == Sentence(said, "pl")


@pytest.mark.parametrize(
    ("new", "old", "said"),
    [
        (0, 0, "You have no messages."),
        (1, 0, "You have one new message."),
        (2, 1, "You have two new messages and one saved."),
        (0, 2, "You have two saved messages."),
    ],
)
def test_how_many_in_english(new: int, old: int, said: str) -> None:
    assert how_many(new, old, "en") == Sentence(said, "en")


def test_what_is_said_before_a_message() -> None:
    def said(**parts: object) -> str:
        given = {"is_new": True, "urgent": False, "caller": "600100200", "name": "", "language": "pl"}
        (sentence,) = heading(**{**given, "moment": "wczoraj o godzinie dziewiątej", **parts})  # type: ignore[arg-type]
        assert sentence.private
        return sentence.text

    number = "sześć zero zero, jeden zero zero, dwa zero zero"
    assert said() == f"Nowa wiadomość od: {number}, wczoraj o godzinie dziewiątej."
    assert said(urgent=True, name="Anna") == "Pilna nowa wiadomość od: Anna, wczoraj o godzinie dziewiątej."
    assert said(is_new=False, caller="") == (
        "Zapisana wiadomość z nieznanego numeru, wczoraj o godzinie dziewiątej."
    )
    assert said(language="en", moment="today at nine o'clock", name="Jan", urgent=True) == (
        "Urgent new message from Jan, today at nine o'clock."
    )
    assert said(language="en", moment="today at noon", caller="") == (
        "New message from an unknown number, today at noon."
    )


@pytest.mark.parametrize("text", Text)
def test_both_languages_say_the_same_things(text: Text) -> None:
    fields = [{name for _, name, _, _ in string.Formatter().parse(said) if name} for said in text.value]
    assert fields[0] == fields[1]
    assert all(said == said.strip() and said.endswith((".", "?")) for said in text.value)


def test_whose_names_and_numbers_are_said_is_kept_in_no_cache() -> None:
    assert phrase(Text.CALL_TO, "pl", number="600").private
    assert phrase(Text.GREETING_OF, "de", name="Anna").language == "en"
    assert not phrase(Text.KEPT, "pl").private


@pytest.mark.parametrize("language", ["en", "pl"])
def test_whose_call_goes_on_hears_no_good_bye(language: str) -> None:
    ends = [phrase(text, language) for text in Text if text is not Text.GOODBYE]
    cut = [without_farewell(said) for said in ends]
    assert not any("Goodbye" in said.text or "Do widzenia" in said.text for said in cut)
    assert all(said.text for said in cut)
    assert sum(one != other for one, other in zip(ends, cut, strict=True)) >= 10
