"""Whatever an event can carry has a word for people, in both languages."""

from __future__ import annotations

from typing import get_args

import pytest

from softswitch.calls.dialling import AccountDestination
from softswitch.calls.hangup import CALLEE, CALLER, SWITCH, Reason, Result
from softswitch.calls.keys import INBAND, INFO, RFC4733
from softswitch.ivr.actions.asking import ByAnswer
from softswitch.ivr.actions.choosing import SetLanguage
from softswitch.ivr.actions.connecting import Dial, Echo
from softswitch.ivr.actions.customer_digits import FindByDigits
from softswitch.ivr.actions.customers import ByCustomer, FindCustomer
from softswitch.ivr.actions.digits import Gather, ReadKeys
from softswitch.ivr.actions.flow import CallBranch, Disconnect
from softswitch.ivr.actions.menus import Menu
from softswitch.ivr.actions.orders import ByOrder, ReadOrder
from softswitch.ivr.actions.paying import Pay
from softswitch.ivr.actions.people import Keeper
from softswitch.ivr.actions.queueing import ALREADY_ANSWERED, ByAgents, ByWaiting, Queue
from softswitch.ivr.actions.queueing_by import QueueBy
from softswitch.ivr.actions.rating import Rate
from softswitch.ivr.actions.rooms import Application, Callback, LeaveMessage
from softswitch.ivr.actions.speaking import Play, Say
from softswitch.ivr.actions.variables import ByValue
from softswitch.ivr.context import DialResult
from softswitch.ivr.destination import TreeDestination
from softswitch.ivr.model import Action
from softswitch.ivr.registry import ACTIONS
from softswitch.ivr.visit import Heard
from softswitch.narration.phrases import LONGEST_WORD
from softswitch.queues.agents import State
from softswitch.queues.config import Strategy
from softswitch.queues.model import Condition, Miss, Refused, Why
from softswitch.words import (
    MADE_FOR,
    QUEUE_WORDS,
    WORDS,
    detail_words,
    exit_word,
    quality_word,
    queue_word,
    seconds_words,
    word,
)

WRITTEN: dict[type[Action], dict[str, object]] = {
    # action: the least that makes one
    Menu: {"prompt": "?", "keys": {"1": "a"}},
    Gather: {"variable": "x"},
    Dial: {"target": "1"},
    CallBranch: {"branch": "a", "results": {"refused": "b"}},
    Queue: {"name": "sales", "keys": {"0": "a"}},
    ByAgents: {"queue": "sales", "at_least": 1, "yes": "a"},
    ByWaiting: {"queue": "sales", "at_most": 5, "yes": "a"},
    FindCustomer: {},
    FindByDigits: {"field": "nip", "create": True},
    ByCustomer: {"field": "group", "values": {"x": "a"}},
    QueueBy: {"field": "group", "queues": {"x": "a"}, "name": "sales", "keys": {"0": "a"}},
    ReadOrder: {"text": "a"},
    ByOrder: {"statuses": {"x": "a"}},
    Say: {"text": "a"},
    Pay: {"amount": "1"},
    SetLanguage: {"language": "pl"},
    Keeper: {"otherwise": "queue", "queue": "sales", "second_queue": "help"},
    Rate: {"invalid": "a"},
    ByValue: {"value": "a", "branches": {"1": "a"}},
    ByAnswer: {"connection": "a", "variable": "a", "branches": {"1": "a"}},
    Application: {"number": "700"},
    LeaveMessage: {"box": "a"},
    Callback: {"desk": "a"},
}


def exits_of(kind: type[Action]) -> set[str]:
    """Return the names of every exit of an action."""
    values = WRITTEN.get(kind, {})
    try:
        action = kind.model_validate(values)
    except ValueError:
        # What a file or another branch must be there for has the exits of its kind all the same.
        action = kind.model_construct(**dict.fromkeys(kind.model_fields, ""))
    return set(action.exits())


def test_every_result_reason_and_side_has_a_word() -> None:
    codes = {*(one.value for one in (*Result, *Reason, *DialResult)), CALLER, CALLEE, SWITCH}
    assert codes - WORDS.keys() == set()


def test_every_exit_has_a_word() -> None:
    names = {name for kind in ACTIONS.values() for name in exits_of(kind)} | {heard.value for heard in Heard}
    names.add(ALREADY_ANSWERED)
    assert {"key 1", "not_entered", "talk_over", "quiet", "unchanged", "time_limit"} <= names
    assert {name for name in names if name.partition(" ")[0] not in WORDS} == set()
    assert all(exits_of(kind) for kind in (Play, Echo, ReadKeys, Disconnect))


def test_every_kind_and_method_has_a_word() -> None:
    kinds = {str(kind.__dataclass_fields__["kind"].default) for kind in (AccountDestination, TreeDestination)}
    assert {*kinds, RFC4733, INFO, INBAND} - WORDS.keys() == set()


def test_every_code_of_queues_has_a_word() -> None:
    codes = {one.value for one in (*Why, *Refused, *Miss, *State, *Condition)} | set(get_args(Strategy))
    assert codes - QUEUE_WORDS.keys() - WORDS.keys() == set()
    assert {f"by_{who}" for who in ("agent", "caller", "transfer", "switch")} <= QUEUE_WORDS.keys()
    # What the code means for phones is something else.
    assert (word("offline", "en"), queue_word("offline", "en")) == ("no phone is registered", "logged out")
    assert queue_word("busy", "pl") == "zajęte"


def test_every_word_fits_into_a_line() -> None:
    for both in (*WORDS.values(), *QUEUE_WORDS.values(), *MADE_FOR.values()):
        assert all(0 < len(text) <= LONGEST_WORD and text.isprintable() for text in both), both


@pytest.mark.parametrize(
    ("code", "english", "polish"),
    [
        ("no_answer", "no answer", "nikt nie odebrał"),
        # Of another version: its own word is better than nothing.
        ("taken_by_pigeon", "taken by pigeon", "taken by pigeon"),
    ],
)
def test_a_code_is_said_in_both_languages(code: str, english: str, polish: str) -> None:
    assert (word(code, "en"), word(code, "pl")) == (english, polish)


def test_exits_details_and_seconds() -> None:
    assert [exit_word("key *1", language) for language in ("en", "pl")] == ["key *1", "klawisz *1"]
    assert exit_word("key", "pl") == "klawisz"
    assert detail_words("not_entered", "too short: 12", "pl") == "za krótko: 12"
    assert detail_words("key 1", "wrong: 7, 99; silent: 1", "pl") == "źle: 7, 99; cisza: 1"
    assert detail_words("no_match", "wrong: 7", "en") == "wrong: 7"
    assert detail_words("quiet", "1 key", "pl") == "klawisze: 1"
    # A label is its author's own.
    assert detail_words("next", "nothing", "pl") == "nothing"
    assert (seconds_words(1.84, "en"), seconds_words(1.84, "pl")) == ("1.8 s", "1,8 s")


@pytest.mark.parametrize(
    ("mos", "english", "polish"),
    [
        (4.5, "excellent", "znakomita"),
        (4.34, "excellent", "znakomita"),
        (4.33, "good", "dobra"),
        (3.6, "fair", "zadowalająca"),
        (3.59, "poor", "słaba"),
        (3.0, "bad", "zła"),
        (1.0, "bad", "zła"),
    ],
)
def test_how_a_voice_sounds(mos: float, english: str, polish: str) -> None:
    assert (quality_word(mos, "en"), quality_word(mos, "pl")) == (english, polish)
