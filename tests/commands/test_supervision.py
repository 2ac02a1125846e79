"""What is said of a supervision that was asked for."""

from __future__ import annotations

import json

import pytest

from softswitch.calls.audience import Mode
from softswitch.commands.supervision import DOES, HELP, Supervised, show_supervised
from softswitch.commands.view import View
from softswitch.languages import POLISH


def told(mode: str, *, rings: bool, by: str = "1003") -> Supervised:
    return Supervised("01ABC", by, "1002", mode, rings)


@pytest.mark.parametrize(
    ("mode", "rings", "english", "polish"),
    [
        ("listen", False, "1003 listens in on the talk of 1002.", "1003 słucha rozmowy 1002."),
        ("whisper", False, "1003 whispers to 1002.", "1003 podpowiada 1002."),
        ("barge", False, "1003 speaks in the talk of 1002.", "1003 mówi w rozmowie 1002."),
        (
            "whisper",
            True,
            "1003 is rung: who answers whispers to 1002. Keys: 1 listens, 2 whispers, 3 speaks to both.",
            "Dzwoni telefon 1003: kto odbierze, podpowiada 1002. Klawisze: 1 słucha, 2 podpowiada, 3 mówi do "
            "obu stron.",
        ),
    ],
)
def test_it_is_told_in_one_sentence(mode: str, rings: bool, english: str, polish: str) -> None:
    assert str(show_supervised(told(mode, rings=rings), view=View())) == english
    assert str(show_supervised(told(mode, rings=rings), view=View(language=POLISH))) == polish


def test_json_is_what_the_switch_said():
    shown = show_supervised(told("barge", rings=True), view=View(as_json=True))
    assert json.loads(str(shown)) == {
        "call": "01ABC",
        "by": "1003",
        "agent": "1002",
        "mode": "barge",
        "rings": True,
    }


def test_no_name_paints_the_terminal():
    shown = show_supervised(told("listen", rings=False, by="10\x1b[31m03"), view=View())
    assert "\x1b" not in str(shown)


def test_every_mode_has_its_words():
    assert set(HELP) == set(Mode)
    assert set(DOES) == {mode.value for mode in Mode}
