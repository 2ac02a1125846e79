"""What queues say, word by word, in both languages."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from softswitch.queues.announce_config import AnnounceConfig
from softswitch.queues.announcements import Comfort, MoreAhead, Place, Wait
from softswitch.queues.texts import (
    Sentence,
    Text,
    ahead,
    announced,
    callback_greeting,
    duration,
    expected_wait,
    known_ahead,
    more_ahead,
    phrase,
    spoken_language,
    waited,
    whisper,
)
from softswitch.queues.wait_range import SpokenWait

CAP = 1800


def wait(low: int, high: int | None, cap: int = CAP) -> SpokenWait:
    return SpokenWait(low * 60, None if high is None else high * 60, cap)


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (0, "Są Państwo następni w kolejce."),
        (1, "W kolejce jest jeszcze jedna osoba."),
        (2, "W kolejce są jeszcze dwie osoby."),
        (4, "W kolejce są jeszcze cztery osoby."),
        (5, "W kolejce jest jeszcze pięć osób."),
        (12, "W kolejce jest jeszcze dwanaście osób."),
        (13, "W kolejce jest jeszcze trzynaście osób."),
        (21, "W kolejce jest jeszcze dwadzieścia jeden osób."),
        (22, "W kolejce są jeszcze dwadzieścia dwie osoby."),
        (112, "W kolejce jest jeszcze sto dwanaście osób."),
        (122, "W kolejce są jeszcze sto dwadzieścia dwie osoby."),
        (1000, "W kolejce jest jeszcze tysiąc osób."),
    ],
)
def test_d21_n12_how_many_are_ahead_in_polish(people: int, said: str) -> None:
    assert ahead(people, "pl-PL") == Sentence(said, "pl")


@pytest.mark.parametrize("people", range(1, 1001))
def test_n12_verb_number_and_noun_agree_from_1_to_1000(people: int) -> None:
    words = ahead(people, "pl").text.removesuffix(".").split()
    last, before = people % 10, people // 10 % 10
    few = last in (2, 3, 4) and before != 1
    assert words[2] == ("są" if few else "jest")
    assert words[-1] == ("osoba" if people == 1 else "osoby" if few else "osób")
    # One and two bend to the person's gender, other numbers and "jeden" behind others do not.
    assert ("dwie" in words) == (last == 2 and before != 1)
    assert ("jedna" in words) == (people == 1)
    assert "dwa" not in words


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (0, "You are next in the queue."),
        (1, "There is one person ahead of you."),
        (2, "There are two people ahead of you."),
        (112, "There are one hundred and twelve people ahead of you."),
    ],
)
def test_how_many_are_ahead_in_english(people: int, said: str) -> None:
    assert ahead(people, "en") == Sentence(said, "en")


def test_more_than_so_many_are_ahead() -> None:
    assert [more_ahead(than, "pl").text for than in (1, 2, 5, 22, 100)] == [
        "W kolejce jest jeszcze więcej niż jedna osoba.",
        "W kolejce są jeszcze ponad dwie osoby.",
        "W kolejce jest jeszcze ponad pięć osób.",
        "W kolejce są jeszcze ponad dwadzieścia dwie osoby.",
        "W kolejce jest jeszcze ponad sto osób.",
    ]
    assert more_ahead(1, "en").text == "There is more than one person ahead of you."
    assert more_ahead(5, "en").text == "There are more than five people ahead of you."


@pytest.mark.parametrize(
    ("spoken", "polish", "english"),
    [
        (wait(0, 1), "mniej niż minuta", "less than a minute"),
        (wait(0, 3), "do trzech minut", "up to three minutes"),
        (wait(1, 1), "około minuty", "about a minute"),
        (wait(1, 3), "od jednej do trzech minut", "between one and three minutes"),
        (wait(2, 2), "około dwóch minut", "about two minutes"),
        (wait(2, 4), "od dwóch do czterech minut", "between two and four minutes"),
        (wait(5, 8), "od pięciu do ośmiu minut", "between five and eight minutes"),
        (wait(20, 25), "od dwudziestu do dwudziestu pięciu minut", "between twenty and twenty-five minutes"),
        (wait(20, 30), "od dwudziestu do trzydziestu minut", "between twenty and thirty minutes"),
        (wait(30, 30), "około pół godziny", "about half an hour"),
        (wait(0, 30), "do pół godziny", "up to half an hour"),
        (
            wait(10, None),
            "od dziesięciu minut do ponad pół godziny",
            "from ten minutes to more than half an hour",
        ),
        (wait(30, None), "ponad pół godziny", "more than half an hour"),
        (wait(60, None, 3600), "ponad godzinę", "more than an hour"),
        (wait(120, None, 7200), "ponad dwie godziny", "more than two hours"),
        (
            wait(45, 60, 7200),
            "od czterdziestu pięciu minut do godziny",
            "between forty-five minutes and an hour",
        ),
        (
            wait(60, 75, 7200),
            "od godziny do godziny i piętnastu minut",
            "between an hour and an hour and fifteen minutes",
        ),
        (
            wait(120, 180, 10_800),
            "od dwóch do trzech godzin",
            "between two and three hours",
        ),
    ],
)
def test_the_expected_wait(spoken: SpokenWait, polish: str, english: str) -> None:
    assert expected_wait(spoken, "pl").text == f"Przewidywany czas oczekiwania: {polish}."
    assert expected_wait(spoken, "en").text == f"Your expected wait is {english}."


def test_an_agent_hears_the_time_in_the_accusative() -> None:
    said = [waited(minutes * 60 + 59.9, "pl").text for minutes in (0, 1, 2, 3, 5, 21, 22, 30, 60, 61, 125)]
    assert said == [
        "Klient czekał mniej niż minutę.",
        "Klient czekał minutę.",
        "Klient czekał dwie minuty.",
        "Klient czekał trzy minuty.",
        "Klient czekał pięć minut.",
        "Klient czekał dwadzieścia jeden minut.",
        "Klient czekał dwadzieścia dwie minuty.",
        "Klient czekał pół godziny.",
        "Klient czekał godzinę.",
        "Klient czekał godzinę i minutę.",
        "Klient czekał dwie godziny i pięć minut.",
    ]
    assert waited(30, "en").text == "The caller waited less than a minute."
    assert waited(61, "en").text == "The caller waited a minute."
    assert duration(65, "en") == "an hour and five minutes"


def test_the_whisper_names_what_there_is_and_nothing_else() -> None:
    said = whisper("Sprzedaż", "pl", waited_s=180, label="Reklamacje.", callback=True)
    assert [sentence.text for sentence in said] == [
        "Sprzedaż.",
        "Reklamacje.",
        "Oddzwonienie.",
        "Klient czekał trzy minuty.",
    ]
    assert whisper(" ", "en") == ()
    assert whisper("Sales", "en") == (Sentence("Sales.", "en"),)


def test_a_number_read_back_is_kept_in_no_cache() -> None:
    said = phrase(Text.CALLBACK_TO, "pl", number="600100200")
    assert said.text == "Oddzwonimy na numer sześć zero zero, jeden zero zero, dwa zero zero."
    assert said.private
    assert not phrase(Text.CALLBACK_RIGHT, "pl").private


def test_keys_are_named() -> None:
    assert phrase(Text.CALLBACK_OFFER, "pl", key="*").text.startswith(
        "Aby zamówić oddzwonienie, proszę nacisnąć gwiazdkę."
    )
    assert phrase(Text.CALLBACK_OFFER, "en", key="2").text.startswith("To be called back, press two.")


def test_who_is_called_back_hears_who_calls() -> None:
    assert callback_greeting("Dobra Firma", "pl").text.startswith("Dzień dobry, tu Dobra Firma. Oddzwaniamy")
    assert callback_greeting("", "en").text.startswith("Hello. You asked us to call you back.")


@pytest.mark.parametrize("text", Text)
def test_every_text_has_both_languages_and_the_same_gaps(text: Text) -> None:
    gaps = [{name for _, name, _, _ in string.Formatter().parse(one) if name} for one in text.value]
    assert gaps[0] == gaps[1] <= {"name", "number", "key"}
    english, polish = (
        phrase(text, language, name="X", number="1", key="1").text for language in ("en", "pl")
    )
    assert english != polish
    for said in (english, polish):
        assert said[0].isupper()
        assert said.endswith(".")
        assert "{" not in said


def test_a_language_without_texts_is_answered_in_english() -> None:
    assert phrase(Text.CONNECTING, "de") == Sentence("You are being connected.", "en")
    assert (spoken_language("pl_PL"), spoken_language("en-GB"), spoken_language("")) == ("pl", "en", "en")


CONFIG = AnnounceConfig.model_validate(
    {
        "position": {"mode": "more", "limit": 3},
        "eta": {"cap_text": "To potrwa długo."},
        "comfort": {"messages": ["Dziękujemy.", {"play": "offer.wav"}, {"pl": "Chwila.", "en": "A moment."}]},
    }
)


def test_each_message_is_said_or_played_as_it_is_configured() -> None:
    def said(message: Place | MoreAhead | Wait | Comfort) -> Sentence | Path:
        return announced(message, CONFIG, "en", "pl")

    assert said(Place(1)) == ahead(1, "en")
    assert said(MoreAhead(3)) == more_ahead(3, "en")
    assert said(Wait(wait(2, 4))) == expected_wait(wait(2, 4), "en")
    assert said(Wait(wait(30, None))) == Sentence("To potrwa długo.", "pl")
    assert said(Wait(wait(20, None))) == expected_wait(wait(20, None), "en")
    assert said(Comfort(0)) == Sentence("Dziękujemy.", "pl")
    assert said(Comfort(1)) == Path("offer.wav")
    assert said(Comfort(2)) == Sentence("A moment.", "en")


def test_what_can_be_said_is_known_ahead_once_and_without_gaps() -> None:
    known = known_ahead(CONFIG, ("pl", "en"), "pl")
    assert len(set(known)) == len(known)
    texts = {sentence.text for sentence in known}
    assert {ahead(people, "pl").text for people in range(4)} <= texts
    assert ahead(4, "pl").text not in texts
    assert {more_ahead(3, "en").text, "Dziękujemy.", "Chwila.", "A moment."} <= texts
    assert {expected_wait(wait(2, 4), "pl").text, "To potrwa długo."} <= texts
    assert phrase(Text.FULL, "en").text in texts
    assert not any("{" in text for text in texts)
    assert not any(sentence.private for sentence in known)


def test_what_is_switched_off_is_not_made_audible() -> None:
    quiet = AnnounceConfig.model_validate({"position": "off", "eta": "off"})
    texts = {sentence.text for sentence in known_ahead(quiet, ("en",), "en")}
    assert ahead(1, "en").text not in texts
    assert not any(text.startswith("Your expected wait") for text in texts)
