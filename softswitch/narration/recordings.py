"""What happens to recordings of talks, in words: who agreed, what is written down, what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from softswitch.events import (
    RecordingConsent,
    RecordingEnded,
    RecordingErased,
    RecordingPaused,
    RecordingRefused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)
from softswitch.narration.phrases import LONGEST_TEXT, both_seconds, printable
from softswitch.words import Both

RecordingEvent = (
    RecordingConsent
    | RecordingStarted
    | RecordingPaused
    | RecordingResumed
    | RecordingStopped
    | RecordingEnded
    | RecordingRefused
    | RecordingErased
)

RECORDING_WORDS: Final[Mapping[str, Both]] = {
    # How somebody came to know of it (RecordingConsent.by).
    "notice": ("heard the notice", "komunikat wysłuchany"),
    "silence": ("said nothing against it", "bez sprzeciwu"),
    "key": ("by a key", "klawiszem"),
    # By which kind of rule (because), as narrow as they come.
    "account": ("account", "konto"),
    "queue": ("queue", "kolejka"),
    "trunk": ("trunk", "trunk"),
    "line": ("the whole line", "cała linia"),
    # Why nothing is heard of the talk (RecordingPaused.why).
    "hold": ("on hold", "zawieszenie"),
    "asked": ("asked for", "na życzenie"),
    "secret": ("something secret", "dane poufne"),
    # Why no more is written (RecordingStopped.why).
    "talk_over": ("the talk is over", "koniec rozmowy"),
    "handed_over": ("somebody else is recorded from here on", "dalej nagrywany jest kto inny"),
    "rule": ("who talks now is not to be recorded", "obecnej rozmowy nie wolno nagrywać"),
    "moved": ("the sound moved to another worker", "dźwięk przeszedł do innego procesu"),
    # Why nothing is recorded (RecordingRefused.why).
    "no_consent": ("the caller does not agree", "brak zgody rozmówcy"),
    "disk_full": ("too little room on the disk", "za mało miejsca na dysku"),
    "no_folder": ("its folder cannot be made", "nie da się utworzyć folderu"),
    "not_told": ("the caller could not be told", "nie udało się odtworzyć komunikatu"),
    "no_sound": ("there is no sound to record", "nie ma dźwięku"),
    # Why a file was erased (RecordingErased.why), where it was nobody's wish.
    "retention": ("its time is over", "minął czas przechowywania"),
}
"""What codes of recordings mean; what is not among them was written by people."""

TAIL_OF_ID: Final = 8
"""Letters of a recording's id: the end of its call's, and which of the call's it is."""


def recording_words(code: str) -> Both:
    """Return what a code of recordings means, in both languages; what people wrote as it is."""
    shown = printable(code, LONGEST_TEXT)
    return RECORDING_WORDS.get(code, (shown, shown))


def rule_words(because: str) -> Both:
    """Return a rule, ``queue:sales``, in both languages."""
    kind, _, name = because.partition(":")
    english, polish = recording_words(kind)
    more = f" {printable(name)}" if name else ""
    return f"{english}{more}", f"{polish}{more}"


def told_of_recording(event: RecordingEvent) -> Both:
    """Return what happened to a recording, in both languages."""
    match event:
        case RecordingConsent():
            return _consent(event)
        case RecordingStarted():
            return _started(event)
        case RecordingRefused(why, because):
            (english, polish), (rule, regula) = recording_words(why), rule_words(because)
            return (
                f"not recorded, though {rule} wants it: {english}",
                f"bez nagrania, choć ma być ({regula}): {polish}",
            )
        case RecordingEnded():
            return _ended(event)
        case _:
            return _course(event)


def _tail(recording: str) -> str:
    return printable(recording[-TAIL_OF_ID:])


def _consent(event: RecordingConsent) -> Both:
    who, (english, polish) = printable(event.party), recording_words(event.by)
    if event.agreed:
        return (
            f"{who} knows that the talk is recorded: {english} ({event.leg})",
            f"{who} wie o nagrywaniu: {polish} ({event.leg})",
        )
    return (
        f"{who} does not want to be recorded: {english} ({event.leg})",
        f"{who} nie zgadza się na nagrywanie: {polish} ({event.leg})",
    )


def _started(event: RecordingStarted) -> Both:
    which, (rule, regula) = _tail(event.recording), rule_words(event.because)
    caller, agent = printable(event.caller), printable(event.agent)
    asked, prosba = "", ""
    if event.by:
        asked, prosba = f", asked for by {printable(event.by)}", f", na życzenie {printable(event.by)}"
    return (
        f"recording {which} begins: {caller} left, {agent} right ({rule}{asked})",
        f"początek nagrania {which}: {caller} po lewej, {agent} po prawej ({regula}{prosba})",
    )


def _ended(event: RecordingEnded) -> Both:
    which, (time, czas) = _tail(event.recording), both_seconds(event.seconds)
    path, reason = printable(event.path, LONGEST_TEXT), printable(event.reason, LONGEST_TEXT)
    if not event.sha256:
        return f"recording {which} has no file: {reason}", f"nagranie {which} nie ma pliku: {reason}"
    more = f"; {reason}" if reason else ""
    return (
        f"recording {which} is done: {time}, {path}{more}",
        f"nagranie {which} gotowe: {czas}, {path}{more}",
    )


def _course(event: RecordingPaused | RecordingResumed | RecordingStopped | RecordingErased) -> Both:
    which, (english, polish) = _tail(event.recording), recording_words(event.why)
    by = f" ({printable(event.by)})" if event.by else ""
    match event:
        case RecordingPaused():
            return (
                f"recording {which} hears nothing: {english}{by}",
                f"nagranie {which} bez dźwięku: {polish}{by}",
            )
        case RecordingResumed():
            return (
                f"recording {which} goes on, no longer {english}{by}",
                f"nagranie {which} trwa dalej, już nie: {polish}{by}",
            )
        case RecordingStopped():
            return (
                f"recording {which} stops: {english}{by}",
                f"nagranie {which} zatrzymane: {polish}{by}",
            )
        case RecordingErased():
            return f"recording {which} is erased{by}: {english}", f"nagranie {which} usunięto{by}: {polish}"
        case _:
            assert_never(event)
