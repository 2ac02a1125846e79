"""What is said of the switch as a whole, in both languages."""

from __future__ import annotations

import pytest

from softswitch.events import (
    CertificateRead,
    CredentialsRefused,
    Event,
    MediaWorkerDied,
    PhoneReachable,
    PhoneRegistered,
    PhoneUnreachable,
    PhoneUnregistered,
    SourceShutOut,
    TrunkLost,
    TrunkNotFound,
    TrunkReachable,
    TrunkRegistered,
    TrunkUnreachable,
)
from softswitch.narration.lines import told

LINES: list[tuple[Event, str, str]] = [
    (
        PhoneRegistered("1001", "sip:1001@10.0.0.7", "192.0.2.7:5062", "UDP", "Linphone/5", True),
        "1001 registered from 192.0.2.7:5062 (UDP), Linphone/5, behind NAT",
        "1001 zarejestrowany z 192.0.2.7:5062 (UDP), Linphone/5, za NAT",
    ),
    (
        PhoneUnregistered("1001", "<sip:1001:hush@10.0.0.7:5062;transport=tcp>", "expired"),
        "1001 left 10.0.0.7:5062: its registration ran out",
        "1001 wyrejestrowany z 10.0.0.7:5062: rejestracja wygasła",
    ),
    (
        PhoneUnreachable("1001", "sip:1001:hush@10.0.0.7:5062"),
        "1001 at 10.0.0.7:5062 does not answer: it is registered but cannot be reached",
        "1001 pod 10.0.0.7:5062 nie odpowiada: jest zarejestrowany, ale nieosiągalny",
    ),
    (
        PhoneReachable("1001", "sip:1001@10.0.0.7:5062", 23.4),
        "1001 at 10.0.0.7:5062 answers again, within 23 ms",
        "1001 pod 10.0.0.7:5062 znów odpowiada, w ciągu 23 ms",
    ),
    (
        CredentialsRefused("1001", "192.0.2.9:5060", "wrong password"),
        "credentials of 1001 from 192.0.2.9:5060 refused: wrong password",
        "odrzucono dane logowania 1001 z 192.0.2.9:5060: błędne hasło",
    ),
    (
        CertificateRead(("pbx.example", "192.0.2.1"), "2027-02-20"),
        "certificates read again: pbx.example, 192.0.2.1 until 2027-02-20",
        "ponownie wczytano certyfikaty: pbx.example, 192.0.2.1, ważne do 2027-02-20",
    ),
    (
        SourceShutOut("192.0.2.9", 20, 60),
        "192.0.2.9 is banned for 60 s: 20 wrong passwords",
        "192.0.2.9 zablokowany na 60 s, błędnych haseł: 20",
    ),
    (
        TrunkRegistered("office", "203.0.113.1:5060", 600),
        "registered at trunk office (203.0.113.1:5060) for 600 s",
        "zarejestrowano przez trunk office (203.0.113.1:5060) na 600 s",
    ),
    (
        TrunkLost("office", "wrong user name or password", 60),
        "not registered at trunk office: wrong user name or password; again in 60 s",
        "brak rejestracji przez trunk office: błędna nazwa użytkownika lub hasło; ponowienie za 60 s",
    ),
    (
        TrunkNotFound("office", "sip.example.org", "no address"),
        "trunk office: sip.example.org cannot be found: no address is known of it",
        "trunk office: nie znaleziono sip.example.org: brak jej adresu w DNS",
    ),
    (
        TrunkReachable("office", "203.0.113.1:5060", 21.5),
        "trunk office answers (203.0.113.1:5060, 21.5 ms)",
        "trunk office odpowiada (203.0.113.1:5060, 21.5 ms)",
    ),
    (
        TrunkUnreachable("office", "203.0.113.1:5060", "no answer"),
        "trunk office does not answer (203.0.113.1:5060): no answer",
        "trunk office nie odpowiada (203.0.113.1:5060): brak odpowiedzi",
    ),
    (
        MediaWorkerDied(1, "signal 9"),
        "media worker 1 died: signal 9",
        "proces dźwięku 1 nieoczekiwanie się zakończył: signal 9",
    ),
]


@pytest.mark.parametrize(("event", "english", "polish"), LINES)
def test_what_is_said(event: Event, english: str, polish: str) -> None:
    assert told(event) == english
    assert told(event, "pl") == polish
