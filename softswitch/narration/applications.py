"""What programs do with calls, in words."""

from __future__ import annotations

from typing import assert_never

from softswitch.events import ApplicationAsked, ApplicationFailed, ApplicationRecorded
from softswitch.narration.phrases import LONGEST_TEXT, both_seconds, printable, words
from softswitch.words import Both

ApplicationEvent = ApplicationAsked | ApplicationFailed | ApplicationRecorded


def told_of_application(event: ApplicationEvent) -> Both:
    """Return what a program did with a call, in both languages."""
    who = printable(event.application)
    match event:
        case ApplicationAsked(_, turn, milliseconds, steps):
            return (
                f"application {who} answered question {turn} within {milliseconds} ms, steps: {steps}",
                f"aplikacja {who} odpowiedziała na pytanie {turn} w {milliseconds} ms, kroków: {steps}",
            )
        case ApplicationFailed(_, turn, why, detail, to):
            english, polish = words(why)
            more = printable(detail, LONGEST_TEXT)
            where = printable(to) or "the menu"
            onward = printable(to) or "menu"
            return (
                f"application {who} failed at question {turn}, on to {where}: {english} ({more})",
                f"aplikacja {who} zawiodła przy pytaniu {turn}, dalej do {onward}: {polish} ({more})",
            )
        case ApplicationRecorded(_, file, seconds):
            english, polish = both_seconds(seconds)
            name = printable(file, LONGEST_TEXT)
            return (
                f"application {who} recorded {english} into {name}",
                f"aplikacja {who} nagrała {polish} do {name}",
            )
        case _:
            assert_never(event)
