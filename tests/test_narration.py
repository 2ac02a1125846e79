"""Every event is one readable line, in both languages, and no line says too much."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.events import (
    KINDS,
    BranchEntered,
    CallArrived,
    CallEnded,
    CallEvent,
    CallRouted,
    CredentialsRefused,
    DigitPressed,
    Entry,
    Event,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegRinging,
    MediaLatched,
    MediaWorkerDied,
    PhoneRegistered,
    PhoneUnregistered,
    PromptPlayed,
    StepTaken,
    SwitchStarted,
)
from softswitch.narration import CourseEvent, LegEvent, narrate, printable, told
from tests.fakes.clock import START

WARSAW_WINTER = timezone(timedelta(hours=1))


def test_a_line_has_time_call_and_text() -> None:
    entry = Entry(1, START, "01KE5Q2M00AAAAAAAAAA3F7K2A", BranchEntered("bank", "gate"))
    assert narrate(entry, zone=WARSAW_WINTER) == "10:00:00  3F7K2A  enters bank/gate"
    assert narrate(entry, "pl", zone=WARSAW_WINTER) == "10:00:00  3F7K2A  wchodzi do bank/gate"


def test_lines_of_no_call_stand_in_the_same_column() -> None:
    line = narrate(Entry(1, START, "", SwitchStarted("0.1.0", ("udp:192.0.2.1:5060",))), zone=WARSAW_WINTER)
    assert line == "10:00:00          softswitch 0.1.0 answers at udp:192.0.2.1:5060"


LINES: list[tuple[Event, str, str]] = [
    (
        PhoneRegistered("1001", "sip:1001@10.0.0.7", "192.0.2.7:5062", "UDP", "Linphone/5", True),
        "1001 registered from 192.0.2.7:5062 (UDP), Linphone/5, behind NAT",
        "1001 zarejestrowany z 192.0.2.7:5062 (UDP), Linphone/5, za NAT",
    ),
    (
        PhoneUnregistered("1001", "<sip:1001:hush@10.0.0.7:5062;transport=tcp>", "expired"),
        "1001 left 10.0.0.7:5062: expired",
        "1001 wyrejestrowany z 10.0.0.7:5062: expired",
    ),
    (
        CredentialsRefused("1001", "192.0.2.9:5060", "wrong password"),
        "credentials of 1001 from 192.0.2.9:5060 refused: wrong password",
        "odrzucono dane logowania 1001 z 192.0.2.9:5060: wrong password",
    ),
    (MediaWorkerDied(1, "signal 9"), "media worker 1 died: signal 9", "proces dźwięku 1 padł: signal 9"),
    (
        CallArrived("a", "1001", "Jan", "100", "192.0.2.7:5062", "1001"),
        "1001 (Jan) dials 100 from 192.0.2.7:5062",
        "1001 (Jan) dzwoni na 100 z 192.0.2.7:5062",
    ),
    (CallRouted("tree", "bank"), "leads to tree bank", "prowadzi do: tree bank"),
    (
        LegInvited("b1", "1002", "sip:1002:hush@192.0.2.8:5062;ob"),
        "calling 1002 at 192.0.2.8:5062 (b1)",
        "dzwonię do 1002 pod 192.0.2.8:5062 (b1)",
    ),
    (
        LegRinging("b1", "1002", True),
        "1002 rings, with early media (b1)",
        "1002 dzwoni, z wczesnym dźwiękiem (b1)",
    ),
    (
        LegAnswered("a", "1001", "PCMA", "rfc4733"),
        "1001 is connected: PCMA, DTMF rfc4733 (a)",
        "1001 połączony: PCMA, DTMF rfc4733 (a)",
    ),
    (
        MediaLatched("a", "10.0.0.7:7078", "192.0.2.7:7078"),
        "audio of a comes from 192.0.2.7:7078, not from 10.0.0.7:7078",
        "dźwięk a przychodzi z 192.0.2.7:7078, a nie z 10.0.0.7:7078",
    ),
    (DigitPressed("a", "5", "inband"), "a pressed 5 (inband)", "a wybiera 5 (inband)"),
    (DigitPressed("a", "*", "info"), "a pressed * (info)", "a wybiera * (info)"),
    (
        PromptPlayed("bank", "gate", "Witamy w Banku.", 1.84, True),
        'heard "Witamy w Banku." 1.8 s, cut short by a key',
        'słyszy "Witamy w Banku." 1.8 s, przerwane klawiszem',
    ),
    (
        StepTaken("bank", "gate", "1 menu", "no_input"),
        "bank/gate 1 menu: no_input",
        "bank/gate 1 menu: no_input",
    ),
    (
        LegEnded("b1", "1002", "no_answer", "no_answer", 480, 19, 10, 20, 1),
        "1002 is off: no answer, SIP 480; sent 10, received 20, lost 1 (b1)",
        "1002 rozłączony: no answer, SIP 480; wysłane 10, odebrane 20, utracone 1 (b1)",
    ),
    (
        CallEnded("completed", "caller_hung_up", 200, 16, "caller"),
        "call over: The caller hung up. (SIP 200, Q.850 16, caller)",
        "koniec: Dzwoniący rozłączył się. (SIP 200, Q.850 16, caller)",
    ),
]


@pytest.mark.parametrize(("event", "english", "polish"), LINES)
def test_what_is_said(event: Event, english: str, polish: str) -> None:
    assert told(event) == english
    assert told(event, "pl") == polish


def filled(kind: type[Event], text: str) -> Event:
    """Return an event whose every text is ``text``."""
    values = {"str": text, "int": 7, "float": 1.5, "bool": True, "tuple[str, ...]": ("udp:5060",)}
    return kind(**{field.name: values[str(field.type)] for field in fields(kind)})


@pytest.mark.parametrize("kind", KINDS.values())
@pytest.mark.parametrize("language", ["en", "pl"])
@given(text=st.text(max_size=300))
def test_whatever_the_network_sends_a_line_stays_one_short_printable_line(
    kind: type[Event], language: str, text: str
) -> None:
    line = narrate(Entry(1, START, "C" * 26, filled(kind, text)), language, zone=WARSAW_WINTER)
    assert line.isprintable()
    assert len(line) <= 320


def test_every_event_of_a_call_is_told_by_one_of_the_two_halves() -> None:
    assert {*get_args(LegEvent), *get_args(CourseEvent)} == set(get_args(CallEvent))
    assert not {*get_args(LegEvent)} & {*get_args(CourseEvent)}


def test_terminal_escapes_become_dots() -> None:
    assert printable("\x1b[31mJan\u202e\r\n") == "·[31mJan···"
    assert printable("Żółć 1") == "Żółć 1"


def test_long_texts_are_cut() -> None:
    assert printable("x" * 41) == "x" * 39 + "…"
    assert printable("x" * 40) == "x" * 40
    assert len(printable("x" * 500, 80)) == 80
