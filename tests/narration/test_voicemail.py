"""What is said of voicemail, in both languages."""

from __future__ import annotations

from typing import get_args

import pytest

from softswitch.events import (
    CallNotRequested,
    CallRequested,
    Event,
    MailboxOpened,
    MailboxPinRefused,
    MessageLeft,
    MessageNotLeft,
    MessagesDeleted,
)
from softswitch.narration.lines import told
from softswitch.narration.voicemail import VoicemailEvent

LINES: list[tuple[Event, str, str]] = [
    (
        MessageLeft("sales", "01MSG", "600100200", 8.2, urgent=True),
        "600100200 leaves a message of 8.2 s in box sales, urgent (01MSG)",
        "600100200 zostawia wiadomość w skrzynce sales, 8,2 s, pilna (01MSG)",
    ),
    (
        MessageLeft("sales", "01MSG", "", 8.2),
        "an unknown number leaves a message of 8.2 s in box sales (01MSG)",
        "nieznany numer zostawia wiadomość w skrzynce sales, 8,2 s (01MSG)",
    ),
    (
        MessageNotLeft("sales", "600", "too_short"),
        "no message of 600 in box sales: too short",
        "brak wiadomości od 600 w skrzynce sales: za krótka",
    ),
    (
        MailboxOpened("sales", "1001", 2, 5),
        "1001 listens to box sales: 2 new, 5 old",
        "1001 odsłuchuje skrzynkę sales, nowych: 2, starych: 5",
    ),
    (
        MessagesDeleted("sales", "1001", 3),
        "1001 deletes messages of box sales: 3",
        "1001 usuwa wiadomości ze skrzynki sales: 3",
    ),
    (
        MailboxPinRefused("sales", "a", 2),
        "a wrong PIN was typed for box sales, try 2 (a)",
        "błędny PIN do skrzynki sales, próba 2 (a)",
    ),
    (
        CallRequested("sales", "01REQ", "600100200", "222"),
        "600100200 is to be called back by sales (01REQ)",
        "sales ma oddzwonić na 600100200 (01REQ)",
    ),
    (
        CallNotRequested("sales", "222", "too_many"),
        "no request of 222 to be called back by sales: as many as allowed are taken already",
        "brak prośby od 222 o oddzwonienie przez sales: przyjęto już tyle, ile wolno",
    ),
]


@pytest.mark.parametrize(("event", "english", "polish"), LINES)
def test_what_happened_in_words(event: Event, english: str, polish: str) -> None:
    assert told(event) == english
    assert told(event, "pl") == polish


def test_every_event_of_voicemail_is_among_them() -> None:
    assert {type(event) for event, _, _ in LINES} == set(get_args(VoicemailEvent))


def test_what_strangers_send_paints_no_terminal() -> None:
    assert "\x1b" not in told(MessageLeft("sales", "01MSG", "\x1b[31m600", 8.2))
