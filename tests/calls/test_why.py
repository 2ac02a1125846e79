"""Why calls ended, in sentences."""

from __future__ import annotations

import pytest

from softswitch.calls.hangup import Reason
from softswitch.calls.why import SENTENCES, lasting, why_briefly, why_it_ended
from softswitch.events import (
    CallArrived,
    CallEnded,
    CallRouted,
    Entry,
    LegAnswered,
)
from tests.calls.stories import Story, arrived, in_menu, leg_ended, to_phone

ENDS = [
    (
        in_menu().over(72, Reason.CALLER_HUNG_UP, "caller"),
        "1001 hung up after 1 min 12 s.",
        "Dzwoniący 1001 rozłączył się po 1 min 12 s.",
    ),
    (
        to_phone().at(5, LegAnswered("b1", "1002", "PCMA", "")).over(39, Reason.CALLEE_HUNG_UP, "callee"),
        "1002 hung up after 34 s.",
        "Rozmówca 1002 rozłączył się po 34 s.",
    ),
    (
        in_menu().over(20, Reason.MENU_ENDED),
        "The menu bank came to its end in branch cards and hung up.",
        "Menu bank dobiegło końca w gałęzi cards i zakończyło połączenie.",
    ),
    (
        arrived("600").at(0, CallRouted("service", "echo")).over(60, Reason.SERVICE_ENDED),
        "The service at 600 came to its end and hung up.",
        "Usługa pod numerem 600 dobiegła końca i zakończyła połączenie.",
    ),
    (
        to_phone().over(7.2, Reason.CANCELLED, "caller"),
        "1001 gave up before the call was answered after 7 s.",
        "Dzwoniący 1001 zrezygnował przed odebraniem po 7 s.",
    ),
    (to_phone().over(1, Reason.BUSY), "1002 was busy.", "Rozmówca 1002 był zajęty."),
    (
        to_phone("1002", "1002", "1003").over(1, Reason.DECLINED),
        "1002, 1003 declined the call.",
        "Rozmówca 1002, 1003 odrzucił połączenie.",
    ),
    (
        to_phone().over(25.02, Reason.NO_ANSWER),
        "1002 did not answer after 25 s.",
        "Rozmówca 1002 nie odebrał w ciągu 25 s.",
    ),
    (
        arrived().at(0, CallRouted("account", "1002")).over(0.1, Reason.OFFLINE),
        "1002 could not be called: no phone is registered there.",
        "Rozmówca 1002 nie ma zarejestrowanego telefonu, więc nie można było zadzwonić.",
    ),
    (
        to_phone().over(32, Reason.UNREACHABLE),
        "1002 could not be reached: the phone gave no usable answer.",
        "Rozmówca 1002 był nieosiągalny: telefon nie dał przydatnej odpowiedzi.",
    ),
    (
        arrived("999").over(0, Reason.UNKNOWN_NUMBER),
        "The number 999 does not exist here.",
        "Numer 999 tu nie istnieje.",
    ),
    (
        to_phone()
        .at(40, leg_ended("b1", "1002", Reason.MEDIA_LOST), leg_ended("a", "1001", Reason.CALLEE_HUNG_UP))
        .over(40, Reason.MEDIA_LOST),
        "No audio came from 1002 any more, so the switch hung up.",
        "Dźwięk z telefonu 1002 przestał docierać, więc centrala zakończyła połączenie.",
    ),
    (
        to_phone()
        .at(40, leg_ended("b1", "1002", Reason.MEDIA_LOST), leg_ended("a", "1001", Reason.MEDIA_LOST))
        .over(40, Reason.MEDIA_LOST),
        "No audio came from one of the phones any more, so the switch hung up.",
        "Dźwięk z telefonu dzwoniącego lub rozmówcy przestał docierać, więc centrala zakończyła połączenie.",
    ),
    (
        in_menu().over(40, Reason.QUEUE_FULL, detail="sales"),
        "The queue sales was full.",
        "Kolejka sales była pełna.",
    ),
    (
        in_menu().over(40, Reason.QUEUE_EMPTY, detail="sales"),
        "No agent was there to serve the queue sales.",
        "Żaden agent nie obsługiwał kolejki sales.",
    ),
    (
        in_menu().over(640, Reason.QUEUE_MAX_WAIT, detail="sales"),
        "1001 waited in the queue sales for as long as it lets anybody wait.",
        "Dzwoniący 1001 czekał w kolejce sales najdłużej, jak w niej wolno.",
    ),
    (
        in_menu().over(640, Reason.QUEUE_NO_AGENT),
        "1001 waited in the queue, which nobody served any more.",
        "Dzwoniący 1001 czekał w kolejce, której nikt już nie obsługiwał.",
    ),
    (
        in_menu().over(90, Reason.QUEUE_CALLBACK, detail="sales"),
        "1001 keeps the place in the queue sales and will be called back.",
        "Dzwoniący 1001 zachowuje miejsce w kolejce sales i czeka na oddzwonienie.",
    ),
    (
        in_menu().over(14_400, Reason.TOO_LONG),
        "The call reached the longest time allowed after 4 h 0 min.",
        "Połączenie osiągnęło najdłuższy dozwolony czas po 4 h 0 min.",
    ),
    (
        arrived().over(0, Reason.TOO_MANY_CALLS),
        "1001 has as many calls already as one account may.",
        "Dzwoniący 1001 prowadzi już tyle połączeń, ile wolno jednemu kontu.",
    ),
    (
        in_menu().over(5, Reason.MENU_HUNG_UP),
        "The menu bank hung up in branch cards.",
        "Menu bank zakończyło połączenie w gałęzi cards.",
    ),
    (
        in_menu().over(5, Reason.MENU_BUSY),
        "The menu bank turned the caller away as busy in branch cards.",
        "Menu bank odprawiło dzwoniącego sygnałem zajętości w gałęzi cards.",
    ),
    (
        in_menu().over(30, Reason.MENU_NO_INPUT, detail="silent: 3"),
        "1001 pressed no key in branch cards, so the menu bank hung up.",
        "Dzwoniący 1001 nie nacisnął żadnego klawisza w gałęzi cards, więc menu bank zakończyło połączenie.",
    ),
    (
        in_menu().over(30, Reason.MENU_NO_MATCH, detail="wrong: 7, 9"),
        "1001 pressed keys that mean nothing in branch cards, so the menu bank hung up.",
        "Dzwoniący 1001 naciskał klawisze bez znaczenia w gałęzi cards, "
        "więc menu bank zakończyło połączenie.",
    ),
    (
        in_menu().over(30, Reason.MENU_TOO_MANY_TRIES),
        "1001 used up all tries in branch cards, so the menu bank hung up.",
        "Dzwoniący 1001 wyczerpał wszystkie próby w gałęzi cards, więc menu bank zakończyło połączenie.",
    ),
    (
        in_menu().over(30, Reason.MENU_NOT_ENTERED),
        "1001 entered no valid number in branch cards, so the menu bank hung up.",
        "Dzwoniący 1001 nie wpisał poprawnego numeru w gałęzi cards, więc menu bank zakończyło połączenie.",
    ),
    (
        in_menu().over(5, Reason.MENU_NO_WAY_ON),
        "A step of the menu bank ended in a way for which it has no branch in branch cards, so the menu "
        "hung up.",
        "Krok menu bank skończył się tak, że nie ma na to gałęzi w gałęzi cards, więc menu zakończyło "
        "połączenie.",
    ),
    (
        in_menu().over(5, Reason.MENU_NO_TARGET),
        "The menu bank (branch cards) had no number to dial.",
        "Menu bank (gałąź cards) nie miało numeru, pod który mogłoby zadzwonić.",
    ),
    (
        in_menu("sales").over(5, Reason.MENU_UNKNOWN_TARGET, detail="5555"),
        "The menu bank (branch sales) dialled 5555, which does not exist here.",
        "Menu bank (gałąź sales) zadzwoniło pod 5555, a taki numer tu nie istnieje.",
    ),
    (
        in_menu().over(5, Reason.OFFLINE, "callee", "1002"),
        "1002 could not be called: no phone is registered there.",
        "Rozmówca 1002 nie ma zarejestrowanego telefonu, więc nie można było zadzwonić.",
    ),
    (
        in_menu().over(5, Reason.MENU_ENDLESS_LOOP),
        "The menu bank went round in circles without the caller in branch cards, so the switch hung up.",
        "Menu bank krążyło w kółko bez udziału dzwoniącego w gałęzi cards, "
        "więc centrala zakończyła połączenie.",
    ),
    (in_menu().over(5, Reason.SWITCH_STOPPED), "The switch was stopped.", "Centrala została zatrzymana."),
    (
        in_menu().entries,
        "The call goes on, or its end was never recorded.",
        "Rozmowa trwa albo jej końca nie zapisano.",
    ),
    (
        arrived().at(3, CallEnded("failed", "eaten_by_wolves", 500, 41, "switch")).entries,
        "The call ended: eaten by wolves.",
        "Połączenie zakończyło się: eaten by wolves.",
    ),
]


@pytest.mark.parametrize(("entries", "english", "polish"), ENDS)
def test_why_it_ended(entries: list[Entry], english: str, polish: str) -> None:
    assert why_it_ended(entries) == english
    assert why_it_ended(entries, "pl") == polish


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    assert set(SENTENCES) == set(Reason)
    for language in ("en", "pl"):
        sentences = {why_briefly(reason.value, language) for reason in Reason}
        assert len(sentences) == len(Reason)
        for sentence in sentences:
            assert sentence[0].isupper()
            assert sentence.endswith(".")
            assert "  " not in sentence
            assert not {"{", "}"} & set(sentence)


def test_a_name_with_braces_is_a_name() -> None:
    story = Story().at(0, CallArrived("a", "{caller.__class__}", "", "100", "", ""))
    assert why_it_ended(story.over(3, Reason.CALLER_HUNG_UP)) == "{caller.__class__} hung up after 3 s."


def test_no_reason_at_all_is_said_so() -> None:
    assert why_briefly("service_ended") == "The service came to its end and hung up."
    assert why_briefly("service_ended", "pl") == "Usługa dobiegła końca i zakończyła połączenie."
    assert why_briefly("") == "The call ended: for an unknown reason."


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (3599, "59 min 59 s"), (7500, "2 h 5 min")],
)
def test_durations_are_written_for_people(seconds: float, text: str) -> None:
    assert lasting(seconds) == text
