"""What is said of calls, in both languages."""

from __future__ import annotations

from typing import get_args

import pytest

from softswitch.events import (
    CallArrived,
    CallEnded,
    CallerReached,
    CallEvent,
    CallForwarded,
    CallRouted,
    DeadAir,
    DigitPressed,
    Event,
    KeysDropped,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegLeft,
    LegMoved,
    LegRinging,
    LegTookPlace,
    MediaLatched,
    PromptPlayed,
    SoundBothWays,
    SoundOneWay,
    StepTaken,
    SupervisionBegan,
    SupervisionChanged,
    SupervisionEnded,
    TransferAsked,
    TransferDone,
    TrunkGivenUp,
    TrunkTaken,
)
from softswitch.narration.applications import ApplicationEvent
from softswitch.narration.calls import (
    CourseEvent,
    FeatureEvent,
    HandOver,
    LegEvent,
    SoundEvent,
    SupervisionEvent,
)
from softswitch.narration.customers import CustomerEvent
from softswitch.narration.lines import told
from softswitch.narration.payments import MoneyEvent
from softswitch.narration.queues import WaitEvent
from softswitch.narration.recordings import RecordingEvent
from softswitch.narration.voicemail import VoicemailEvent

LINES: list[tuple[Event, str, str]] = [
    (
        LegMoved("a", "192.0.2.7:5062", "192.0.2.9:4711"),
        "a now speaks from 192.0.2.9:4711, not from 192.0.2.7:5062",
        "a nadaje teraz z 192.0.2.9:4711, a nie z 192.0.2.7:5062",
    ),
    (
        TrunkTaken("b1", "office", "1001"),
        "trunk office is taken by the rights of 1001 (b1)",
        "wychodzi przez trunk office, z uprawnieniami 1001 (b1)",
    ),
    (TrunkTaken("b1", "office", ""), "trunk office is taken (b1)", "wychodzi przez trunk office (b1)"),
    (
        TrunkGivenUp("b1", "office", "503 Service Unavailable", "mobile"),
        "trunk office does not take the call: 503 Service Unavailable, trying mobile (b1)",
        "trunk office nie przyjmuje połączenia: 503 Service Unavailable, następne: mobile (b1)",
    ),
    (
        TrunkGivenUp("b1", "mobile", "no answer", ""),
        "trunk mobile does not take the call: no answer (b1)",
        "trunk mobile nie przyjmuje połączenia: brak odpowiedzi (b1)",
    ),
    (
        CallArrived("a", "1001", "Jan", "100", "192.0.2.7:5062", "1001"),
        "1001 (Jan) dials 100 from 192.0.2.7:5062",
        "1001 (Jan) dzwoni na 100 z 192.0.2.7:5062",
    ),
    (
        CallArrived("", "+48221234567", "Sales", "600100200", "", "1001", made_for="callback:sales"),
        "the switch itself calls 600100200, showing +48221234567 (Sales): callback sales",
        "centrala sama dzwoni pod 600100200 i pokazuje +48221234567 (Sales): oddzwonienie sales",
    ),
    (
        CallerReached("b1", "600100200"),
        "600100200 has answered the switch's call (b1)",
        "600100200 odbiera połączenie od centrali (b1)",
    ),
    (
        SupervisionBegan("1003", "1002", "listen", "c2"),
        "1003 listens in on the talk of 1002, heard by nobody",
        "1003 słucha rozmowy 1002 i nikt go nie słyszy",
    ),
    (
        SupervisionChanged("1003", "1002", "whisper"),
        "1003 listens in on the talk and whispers to 1002 alone",
        "1003 słucha rozmowy i podpowiada, słyszy to tylko 1002",
    ),
    (
        SupervisionChanged("1003", "1002", "barge"),
        "1003 barges in on the talk of 1002: both hear it",
        "1003 włącza się do rozmowy 1002, słyszą to obie strony",
    ),
    (
        SupervisionEnded("1003", "1002"),
        "1003 leaves the talk of 1002",
        "1003 przestaje słuchać rozmowy 1002",
    ),
    (CallRouted("tree", "bank"), "leads to menu bank", "prowadzi do: menu bank"),
    (
        CallRouted("outside", "+48221234567"),
        "goes out to +48221234567",
        "wychodzi na zewnątrz pod +48221234567",
    ),
    (
        LegInvited("b1", "1002", "sip:1002:hush@192.0.2.8:5062;ob"),
        "calling 1002 at 192.0.2.8:5062 (b1)",
        "centrala dzwoni do 1002 pod 192.0.2.8:5062 (b1)",
    ),
    (
        LegRinging("b1", "1002", True),
        "1002 rings, with early media (b1)",
        "telefon 1002 dzwoni, z wczesnym dźwiękiem (b1)",
    ),
    (
        LegAnswered("a", "1001", "PCMA", "rfc4733"),
        "1001 is connected: PCMA, keys by RFC 4733 (a)",
        "1001 połączony: PCMA, klawisze: RFC 4733 (a)",
    ),
    (
        LegAnswered("a", "1001", "PCMA", "rfc4733", True),
        "1001 is connected: PCMA, encrypted, keys by RFC 4733 (a)",
        "1001 połączony: PCMA, szyfrowany, klawisze: RFC 4733 (a)",
    ),
    (
        MediaLatched("a", "10.0.0.7:7078", "192.0.2.7:7078"),
        "audio of a comes from 192.0.2.7:7078, not from 10.0.0.7:7078",
        "dźwięk a przychodzi z 192.0.2.7:7078, a nie z 10.0.0.7:7078",
    ),
    (
        SoundOneWay("a", "1001", False, False, 3.1, "10.0.0.7:7078", "192.0.2.7"),
        "no sound from 1001 for 3.1 s: a firewall in between stops it, or its phone sends none. "
        "It named 10.0.0.7:7078, its calls come from 192.0.2.7 (a)",
        "brak dźwięku od 1001 przez 3,1 s: zatrzymuje go zapora po drodze albo telefon nie nadaje. "
        "Podał 10.0.0.7:7078, łączy się z 192.0.2.7 (a)",
    ),
    (
        SoundOneWay("a", "1001", False, True, 3.0, "10.0.0.7:7078", "192.0.2.7"),
        "1001 has not been heard for 3.0 s: its phone or the network has stopped (a)",
        "1001 nie słychać od 3,0 s: telefon albo sieć przestały nadawać (a)",
    ),
    (
        SoundOneWay("b1", "1002", True, True, 0.0, "10.0.0.7:7078", "192.0.2.7"),
        "1002 hears nothing: its phone reports that none of our sound reaches 10.0.0.7:7078 (b1)",
        "1002 nic nie słyszy: telefon zgłasza, że nasz dźwięk nie dociera do 10.0.0.7:7078 (b1)",
    ),
    (SoundBothWays("a", "1001"), "1001 is heard again (a)", "1001 znów słychać (a)"),
    (DigitPressed("a", "5", "inband"), "a pressed 5 (tones)", "a naciska 5 (tony)"),
    (DigitPressed("a", "*", "info"), "a pressed * (SIP INFO)", "a naciska * (SIP INFO)"),
    (
        KeysDropped("a", 20),
        "a presses keys too fast: of more than 20 a second the rest is dropped",
        "a naciska klawisze zbyt szybko: powyżej 20 na sekundę są pomijane",
    ),
    (
        PromptPlayed("bank", "gate", "Witamy w Banku.", 1.84, True),
        'heard "Witamy w Banku." 1.8 s, cut short by a key',
        'słyszy "Witamy w Banku." 1,8 s, przerwane klawiszem',
    ),
    (
        StepTaken("bank", "gate", "1 menu", "no_input", "wrong: 7; silent: 2"),
        "bank/gate 1 menu: no key pressed (wrong: 7; silent: 2)",
        "bank/gate 1 menu: nie naciśnięto klawisza (źle: 7; cisza: 2)",
    ),
    (
        StepTaken("bank", "gate", "1 menu", "key 12"),
        "bank/gate 1 menu: key 12",
        "bank/gate 1 menu: klawisz 12",
    ),
    (
        DeadAir("bank", "gate", "2 request", 4.5),
        "bank/gate 2 request: nothing to hear for 4.5 s, so music",
        "bank/gate 2 request: cisza przez 4,5 s, więc muzyka",
    ),
    (
        CallForwarded("1002", "1003", "busy"),
        "1002 sends the call on to 1003 (busy)",
        "1002 przekierowuje połączenie na 1003 (zajęte)",
    ),
    (
        TransferAsked("a", "1001", "1003", False),
        "1001 transfers the call to 1003: blind transfer (a)",
        "1001 przekazuje rozmowę do 1003, bez konsultacji (a)",
    ),
    (
        TransferAsked("a", "1001", "1003", True),
        "1001 transfers the call to 1003: attended transfer (a)",
        "1001 przekazuje rozmowę do 1003, z konsultacją (a)",
    ),
    (
        TransferDone("a", "1003", True),
        "the transfer to 1003 is done (a)",
        "rozmowę przekazano do 1003 (a)",
    ),
    (
        TransferDone("a", "1003", False, "busy"),
        "the transfer to 1003 failed: busy (a)",
        "nie udało się przekazać rozmowy do 1003: zajęte (a)",
    ),
    (
        LegTookPlace("b2", "1003", "b1", "01KE5Q2M00AAAAAAAAAA3F7K2A"),
        "1003 (b2) takes the place of b1",
        "1003 (b2) zajmuje miejsce b1",
    ),
    (
        LegLeft("a", "1001", "01KE5Q2M00AAAAAAAAAA3F7K2A"),
        "1001 (a) goes on in call 01KE5Q2M00AAAAAAAAAA3F7K2A",
        "1001 (a) przechodzi do połączenia 01KE5Q2M00AAAAAAAAAA3F7K2A",
    ),
    (
        LegEnded("b1", "1002", "no_answer", "no_answer", 480, 19, 10, 20, 1),
        "1002 left the call: no answer, SIP 480; sent 10, received 20, lost 1 (b1)",
        "1002 rozłączony: nikt nie odebrał, SIP 480; wysłane 10, odebrane 20, utracone 1 (b1)",
    ),
    (
        LegEnded("a", "1001", "completed", "caller_hung_up", 200, 16, 10, 20, 1, unauthentic=7),
        "1001 left the call: the caller hung up, SIP 200; sent 10, received 20, lost 1, unauthentic 7 (a)",
        "1001 rozłączony: dzwoniący się rozłączył, SIP 200; wysłane 10, odebrane 20, utracone 1, "
        "nieautentyczne 7 (a)",
    ),
    (
        CallEnded("completed", "caller_hung_up", 200, 16, "caller"),
        "call over: The caller hung up. (SIP 200, Q.850 16, caller)",
        "koniec: Dzwoniący rozłączył się. (SIP 200, Q.850 16, dzwoniący)",
    ),
    (
        CallEnded("failed", "menu_unknown_target", 480, 3, "switch", "5555"),
        "call over: The menu dialled 5555, which does not exist here. (SIP 480, Q.850 3, switch)",
        "koniec: Menu zadzwoniło pod 5555, a taki numer tu nie istnieje. (SIP 480, Q.850 3, centrala)",
    ),
]


@pytest.mark.parametrize(("event", "english", "polish"), LINES)
def test_what_is_said(event: Event, english: str, polish: str) -> None:
    assert told(event) == english
    assert told(event, "pl") == polish


def test_every_event_of_a_call_is_told_in_one_place() -> None:
    unions = (
        LegEvent,
        SoundEvent,
        CourseEvent,
        HandOver,
        FeatureEvent,
        SupervisionEvent,
        WaitEvent,
        ApplicationEvent,
        CustomerEvent,
        RecordingEvent,
        MoneyEvent,
        VoicemailEvent,
    )
    places = [get_args(one) for one in unions]
    told_there = [kind for place in places for kind in place]
    assert set(told_there) == set(get_args(CallEvent))
    assert len(told_there) == len(set(told_there))
