"""Tests of trees in Polish: in which things a call is not as it was to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from softswitch.ivr.outcome import POLISH_REASONS
from softswitch.ivr.phrasebook import Phrasebook
from softswitch.words import WORDS

DIFFERENCES: Final[Mapping[str, str]] = {
    "heard: “{a}” was to be heard, and is never": "heard: „{a}” miało zabrzmieć, a nie zabrzmiało",
    "heard: “{a}” was to be heard, and is not after what was before": (
        "heard: „{a}” miało zabrzmieć, a po tym, co przedtem, już nie zabrzmiało"
    ),
    "not_heard: “{a}” was not to be heard, and is, in “{b}”": (
        "not_heard: „{a}” nie miało zabrzmieć, a słychać to w „{b}”"
    ),
    "{a}: {b} was wanted, there is {c}; number {d} is {e} and not {f}": (
        "{a}: miało być {b}, a jest {c}; na miejscu {d} jest {e}, a nie {f}"
    ),
    "exits: {a} was to end by {b}, there was {c}": "exits: {a} miał się skończyć przez {b}, a było {c}",
    "label: “{a}” was to be shown, it is “{b}”": "label: miało być widać „{a}”, a widać „{b}”",
    "label: “{a}” was to be shown, it is “”": "label: miało być widać „{a}”, a nie widać nic",
    "shown: “{a}” was to be shown as the caller's name, it is “{b}”": (
        "shown: jako nazwa dzwoniącego miało być widać „{a}”, a widać „{b}”"
    ),
    "shown: “{a}” was to be shown as the caller's name, it is “”": (
        "shown: jako nazwa dzwoniącego miało być widać „{a}”, a nie widać nic"
    ),
    "shown_number: {a} was to be shown as the caller's number, it is {b}": (
        "shown_number: jako numer dzwoniącego miało być widać {a}, a widać {b}"
    ),
    "shown_number: {a} was to be shown as the caller's number, it is ": (
        "shown_number: jako numer dzwoniącego miało być widać {a}, a nie widać nic"
    ),
    "effects: {a} was to be done, there was {b}": "effects: miało powstać {a}, a było {b}",
    "no_effects: {a} was not to be done": "no_effects: nie miało powstać {a}, a powstało",
    "end: {a} ({b}) was to be the end, it is {c} ({d})": (
        "end: rozmowa miała się skończyć przez {a} ({b}), a skończyła się przez {c} ({d})"
    ),
    "answered: the call was to be answered": "answered: połączenie miało zostać odebrane",
    "answered: the call was not to be answered": "answered: połączenie nie miało zostać odebrane",
    "seconds: the call was to last {a} s at most, it lasts {b} s": (
        "seconds: rozmowa miała trwać najwyżej {a} s, a trwa {b} s"
    ),
    "silence_s: the caller hears nothing at all for {a} s": (
        "silence_s: dzwoniący przez {a} s nie słyszy niczego"
    ),
    "language: {a} was to be spoken at the end, it is {b}": (
        "language: na końcu miało się mówić po {a}, a mówi się po {b}"
    ),
    "the test does what never came about: {a}": "test robi coś, do czego nigdy nie doszło: {a}",
    # Of tests as real calls.
    "the real call goes another way: after {a} comes {b}, in the simulated one {c}": (
        "prawdziwa rozmowa idzie inną drogą: po {a} jest {b}, a w symulowanej {c}"
    ),
    "the real call does not come to its end": "prawdziwa rozmowa się nie kończy",
    "the real call cannot be made: {a}": "prawdziwego połączenia nie da się nawiązać: {a}",
    "the caller heard nothing at all at {a}": "dzwoniący nic nie słyszał w {a}",
}
"""What may be otherwise. The words before the colon are those of the file of tests."""

_ENDS: Final[Mapping[str, str]] = {
    "nothing": "nic",
    "the end": "koniec",
    "the beginning": "początek",
    "the end of the call": "koniec rozmowy",
    **{reason.value: polish for reason, polish in POLISH_REASONS.items()},
    WORDS["caller_hung_up"][0]: WORDS["caller_hung_up"][1],
}
LEFT_OUT: Final[Mapping[str, str]] = {
    "it gives an outage": "zakłada awarię",
    "it gives a language": "zakłada język",
    "at this time of day its call goes another way": "o tej porze jego rozmowa idzie inną drogą",
    "it comes to {a} {b} ({c})": "dochodzi do {a} {b} ({c})",
    "{a} {b} ({c}) keeps what the caller chooses": "{a} {b} ({c}) zapamiętuje wybór dzwoniącego",
}
"""Why a test is not called on a line that people are called on."""

_BOOK: Final = Phrasebook(DIFFERENCES, words=_ENDS)
_LEFT_OUT: Final = Phrasebook(LEFT_OUT)


def difference_in_polish(difference: str) -> str:
    """Return a difference in Polish; as it is where there is no sentence for it."""
    return _BOOK.polish(difference)


def left_out_in_polish(why: str) -> str:
    """Return in Polish why a test is left out."""
    return _LEFT_OUT.polish(why)
