"""What is said of recordings, in both languages."""

from __future__ import annotations

from typing import get_args

import pytest

from softswitch.events import (
    Event,
    RecordingConsent,
    RecordingEnded,
    RecordingErased,
    RecordingPaused,
    RecordingRefused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)
from softswitch.narration.lines import told
from softswitch.narration.recordings import RecordingEvent, recording_words, rule_words

ID = "01JABCDEFGHJKMNPQRSTUVWXYZ-1"
STARTED = RecordingStarted(
    ID, 1, "a", "+48600100200", "1001", "600", "sales", "office", "always", "queue:sales", "", "notice",
    "2026/11/22/x.wav", 90,
)  # fmt: skip

LINES: list[tuple[Event, str, str]] = [
    (
        RecordingConsent("a", "+48600100200", True, "silence"),
        "+48600100200 knows that the talk is recorded: said nothing against it (a)",
        "+48600100200 wie o nagrywaniu: bez sprzeciwu (a)",
    ),
    (
        RecordingConsent("a", "+48600100200", False, "key"),
        "+48600100200 does not want to be recorded: by a key (a)",
        "+48600100200 nie zgadza się na nagrywanie: klawiszem (a)",
    ),
    (
        STARTED,
        "recording UVWXYZ-1 begins: +48600100200 left, 1001 right (queue sales)",
        "początek nagrania UVWXYZ-1: +48600100200 po lewej, 1001 po prawej (kolejka sales)",
    ),
    (
        RecordingPaused(ID, "secret"),
        "recording UVWXYZ-1 hears nothing: something secret",
        "nagranie UVWXYZ-1 bez dźwięku: dane poufne",
    ),
    (
        RecordingResumed(ID, "asked", "1001"),
        "recording UVWXYZ-1 goes on, no longer asked for (1001)",
        "nagranie UVWXYZ-1 trwa dalej, już nie: na życzenie (1001)",
    ),
    (
        RecordingStopped(ID, "talk_over"),
        "recording UVWXYZ-1 stops: the talk is over",
        "nagranie UVWXYZ-1 zatrzymane: koniec rozmowy",
    ),
    (
        RecordingEnded(ID, "2026/11/22/x.flac", 61.52, 900, "ab"),
        "recording UVWXYZ-1 is done: 61.5 s, 2026/11/22/x.flac",
        "nagranie UVWXYZ-1 gotowe: 61,5 s, 2026/11/22/x.flac",
    ),
    (
        RecordingEnded(ID, "", 0.0, 0, "", reason="the disk is gone"),
        "recording UVWXYZ-1 has no file: the disk is gone",
        "nagranie UVWXYZ-1 nie ma pliku: the disk is gone",
    ),
    (
        RecordingRefused("no_consent", "line"),
        "not recorded, though the whole line wants it: the caller does not agree",
        "bez nagrania, choć ma być (cała linia): brak zgody rozmówcy",
    ),
    (
        RecordingErased(ID, "anna", "asked for by the customer"),
        "recording UVWXYZ-1 is erased (anna): asked for by the customer",
        "nagranie UVWXYZ-1 usunięto (anna): asked for by the customer",
    ),
]


@pytest.mark.parametrize(("event", "english", "polish"), LINES, ids=lambda value: type(value).__name__)
def test_an_event_is_told_in_both_languages(event: Event, english: str, polish: str) -> None:
    assert (told(event), told(event, "pl")) == (english, polish)


def test_every_event_of_recordings_is_told() -> None:
    assert {type(event) for event, _, _ in LINES} == set(get_args(RecordingEvent))


def test_what_people_wrote_is_shown_as_it_is_and_harmless() -> None:
    assert recording_words("customer\x1b[2Jasked") == ("customer·[2Jasked", "customer·[2Jasked")
    assert rule_words("account:1001") == ("account 1001", "konto 1001")
