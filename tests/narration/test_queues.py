"""What is said of queues and agents, in both languages."""

from __future__ import annotations

from typing import get_args

import pytest

from softswitch.events import (
    KINDS,
    AgentChanged,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentMissed,
    AgentOffered,
    AgentPaused,
    AgentPinRefused,
    AgentReturned,
    CallbackAsked,
    CallbackMissed,
    CallbackReached,
    CallbackRefused,
    CallbackTried,
    Event,
    PlaceTold,
    QueueAnswered,
    QueueEntered,
    QueueHandedOver,
    QueueLeft,
    QueuePromoted,
    QueueRefused,
    QueueTalkEnded,
    SystemEvent,
)
from softswitch.narration.lines import told
from softswitch.narration.queues import AgentEvent

LINES: list[tuple[Event, str, str]] = [
    (
        QueueEntered("sales", "+48600100200", 2),
        "+48600100200 waits in queue sales, ahead: 2",
        "+48600100200 czeka w kolejce sales, wcześniejszych: 2",
    ),
    (
        QueueEntered("sales", "", 0, 5, 12.5),
        "a hidden number waits in queue sales, ahead: 0, priority 5, has waited 12.5 s before",
        "numer ukryty czeka w kolejce sales, wcześniejszych: 0, priorytet 5, czeka już 12,5 s",
    ),
    (
        QueueRefused("sales", "1001", "full"),
        "queue sales does not take 1001 in: the queue is full",
        "kolejka sales nie przyjmuje: 1001; kolejka jest pełna",
    ),
    (
        QueueLeft("sales", "1001", "abandoned", 31.24, 1),
        "1001 leaves queue sales after 31.2 s, ahead: 1; the caller hung up",
        "1001 opuszcza kolejkę sales po 31,2 s, wcześniejszych: 1; dzwoniący się rozłączył",
    ),
    (
        QueueLeft("sales", "1001", "key", 31.24, 1, "1003"),
        "1001 leaves queue sales after 31.2 s, ahead: 1; left by a key, on to 1003",
        "1001 opuszcza kolejkę sales po 31,2 s, wcześniejszych: 1; wyjście klawiszem, dalej na 1003",
    ),
    (
        PlaceTold("sales", 10.0, 3, 120, 300),
        "is told in queue sales: 3 ahead, 120-300 s to wait",
        "słyszy w kolejce sales: wcześniejszych: 3, oczekiwanie 120-300 s",
    ),
    (
        PlaceTold("sales", 10.0, low_s=0, high_s=60),
        "is told in queue sales: 0-60 s to wait",
        "słyszy w kolejce sales: oczekiwanie 0-60 s",
    ),
    (
        PlaceTold("sales", 10.0, 3, low_s=1800),
        "is told in queue sales: 3 ahead, over 1800 s to wait",
        "słyszy w kolejce sales: wcześniejszych: 3, oczekiwanie ponad 1800 s",
    ),
    (
        PlaceTold("sales", 10.0, 3),
        "is told in queue sales: 3 ahead",
        "słyszy w kolejce sales: wcześniejszych: 3",
    ),
    (
        AgentOffered("sales", "1002", 4.0, 0, 4.0, "longest_idle", ("1002",)),
        "queue sales rings 1002 after 4.0 s (longest idle)",
        "kolejka sales dzwoni do 1002 po 4,0 s (najdłużej wolny)",
    ),
    (
        AgentOffered("sales", "1002", 4.0, 0, 4.0, "longest_idle", ("1002", "1003", "1004"), 2, "skill"),
        "queue sales rings 1002 after 4.0 s (longest idle, also free: 1003, 1004); overtakes 2: skill",
        "kolejka sales dzwoni do 1002 po 4,0 s (najdłużej wolny, wolni także: 1003, 1004); "
        "wyprzedza innych: 2, bo: umiejętności",
    ),
    (
        AgentOffered("sales", "1", 0.0, 0, 0.0, "ring_all", ("1", "2", "3", "4", "5", "6", "7")),
        "queue sales rings 1 after 0.0 s (all ring, also free: 2, 3, 4, 5, 6, …)",
        "kolejka sales dzwoni do 1 po 0,0 s (dzwonią wszyscy, wolni także: 2, 3, 4, 5, 6, …)",
    ),
    (
        AgentMissed("sales", "1002", "no_answer", 15.0),
        "1002 does not take the caller of queue sales: no answer (15.0 s)",
        "1002 nie odbiera rozmowy z kolejki sales: nikt nie odebrał (15,0 s)",
    ),
    (
        AgentPinRefused("1002", "a", 2),
        "a wrong PIN was typed for the agent 1002, try 2 (a)",
        "błędny PIN agenta 1002, próba 2 (a)",
    ),
    (
        QueueAnswered("sales", "1002", "b1", "1001", 30.1, 4.0),
        "1002 answers queue sales after 30.1 s of waiting and 4.0 s of ringing (b1)",
        "1002 odbiera z kolejki sales po 30,1 s czekania i 4,0 s dzwonienia (b1)",
    ),
    (
        QueueAnswered("sales", "1002", "b1", "1001", 30.1, 4.0, 20, 60, 5.0),
        "1002 answers queue sales after 30.1 s of waiting and 4.0 s of ringing; "
        "told 20-60 s after 5.0 s (b1)",
        "1002 odbiera z kolejki sales po 30,1 s czekania i 4,0 s dzwonienia; "
        "zapowiedź po 5,0 s: 20-60 s (b1)",
    ),
    (
        QueueTalkEnded("sales", "1002", 130.0, "transfer"),
        "1002 has talked for queue sales for 130.0 s: handed over",
        "1002 kończy rozmowę z kolejki sales po 130,0 s: przekazano dalej",
    ),
    (
        CallbackAsked("sales", "+48600100200", 4),
        "+48600100200 will be called back by queue sales, ahead: 4",
        "kolejka sales oddzwoni do +48600100200, wcześniejszych: 4",
    ),
    (
        CallbackTried("sales", "+48600100200", 2, "1002"),
        "queue sales calls +48600100200 back, attempt 2; 1002 is kept for it",
        "kolejka sales oddzwania do +48600100200, próba 2; czeka na to 1002",
    ),
    (
        CallbackRefused("sales", "+48600100200", "not_stored"),
        "queue sales cannot call +48600100200 back: it could not be stored; the caller waits on the line",
        "kolejka sales nie może oddzwonić do +48600100200: nie udało się zapisać; dzwoniący czeka dalej",
    ),
    (
        QueueHandedOver("sales", ""),
        "a hidden number takes over the place in queue sales",
        "numer ukryty przejmuje miejsce w kolejce sales",
    ),
    (
        QueuePromoted("sales", "1001", 30, 2),
        "1001 is moved in queue sales: priority 30, ahead: 2",
        "1001 zmienia miejsce w kolejce sales: priorytet 30, wcześniejszych: 2",
    ),
    (
        CallbackMissed("sales", "+48600100200", 2, "busy", 300.0),
        "+48600100200 was not reached for queue sales, attempt 2: busy; again in 300 s",
        "kolejka sales nie dodzwoniła się do +48600100200, próba 2: zajęte; ponowienie za 300 s",
    ),
    (
        CallbackMissed("sales", "+48600100200", 3, "no_answer", -1.0),
        "+48600100200 was not reached for queue sales, attempt 3: no answer; no more attempts",
        "kolejka sales nie dodzwoniła się do +48600100200, próba 3: nikt nie odebrał; bez dalszych prób",
    ),
    (
        CallbackReached("sales", "+48600100200", 2, "01KE5Q2M00AAAAAAAAAA3F7K2A"),
        "+48600100200 is back in queue sales at attempt 2, in call 01KE5Q2M00AAAAAAAAAA3F7K2A",
        "+48600100200 wraca do kolejki sales przy próbie 2, w połączeniu 01KE5Q2M00AAAAAAAAAA3F7K2A",
    ),
    (AgentLoggedIn("1002", "sales"), "1002 serves queue sales", "1002 loguje się do kolejki sales"),
    (
        AgentLoggedOut("1002", "sales"),
        "1002 serves queue sales no more",
        "1002 wylogowuje się z kolejki sales",
    ),
    (AgentPaused("1002", "lunch"), "1002 pauses: lunch", "1002 zaczyna przerwę: lunch"),
    (
        AgentPaused("1002", "", "sales", seconds=300.0),
        "1002 pauses in queue sales (300 s)",
        "1002 zaczyna przerwę w kolejce sales (300 s)",
    ),
    (
        AgentPaused("1002", "no_answer", "", True, 60.0),
        "1002 is put on pause: no answer (60 s)",
        "1002 dostaje przerwę: nikt nie odebrał (60 s)",
    ),
    # His own word stays his own, though it is a code of ours.
    (AgentPaused("1002", "busy"), "1002 pauses: busy", "1002 zaczyna przerwę: busy"),
    (AgentReturned("1002"), "1002 is back from the pause", "1002 wraca z przerwy"),
    (
        AgentReturned("1002", "sales"),
        "1002 is back from the pause in queue sales",
        "1002 wraca z przerwy w kolejce sales",
    ),
    (
        AgentChanged("1002", "wrap_up", "talking", 61.0),
        "1002: wrap-up (before: talking, 61.0 s)",
        "1002: prace po rozmowie (przedtem: rozmawia, 61,0 s)",
    ),
]


@pytest.mark.parametrize(("event", "english", "polish"), LINES)
def test_what_is_said(event: Event, english: str, polish: str) -> None:
    assert told(event) == english
    assert told(event, "pl") == polish


def test_every_event_of_an_agent_is_told_here() -> None:
    assert set(get_args(AgentEvent)) == {
        kind for kind in get_args(SystemEvent) if kind.__module__ == "softswitch.events.queues"
    }


def test_every_event_of_queues_has_a_line_here() -> None:
    kinds = {kind for kind in KINDS.values() if kind.__module__ == "softswitch.events.queues"}
    assert {type(event) for event, _, _ in LINES} == kinds
