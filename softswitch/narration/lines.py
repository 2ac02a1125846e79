"""One readable line for every event: what the console prints while the switch runs.

No secret is ever in a line: no password of a contact, and a masked digit stays a ``*``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from typing import Final

from softswitch.events import DigitPressed, Entry, Event, PromptPlayed, SystemEvent
from softswitch.languages import ENGLISH, POLISH
from softswitch.narration.calls import told_of_call
from softswitch.narration.phrases import printable
from softswitch.narration.system import told_of_switch

TAIL: Final = 6
"""Letters of a call's id that are shown: its random end, a thousand million different ones."""

LONGEST_LINE: Final = 300
"""Letters of a whole phrase, whatever is in it."""


def narrate(entry: Entry, language: str = ENGLISH, *, zone: tzinfo | None = None) -> str:
    """Return one line: time (in ``zone``, else this machine's), end of the call's id, what happened."""
    at = entry.at.astimezone(zone)
    return f"{at:%H:%M:%S}  {entry.call[-TAIL:]:{TAIL}}  {told(entry.event, language)}"


class CauseFirst:
    """Passes entries on, each key before the prompt that it cut short.

    A key is written down when it is read, a moment after it has stopped the prompt; it is passed on with the
    time of that. ``flush`` passes on what is left at the end.
    """

    def __init__(self, pass_on: Callable[[Entry], None]) -> None:
        self._pass_on = pass_on
        self._cut: dict[str, Entry] = {}

    def take(self, entry: Entry) -> None:
        """Take the next entry; a prompt that was cut short waits for the next one of its call."""
        cut = self._cut.pop(entry.call, None)
        if cut is not None and isinstance(entry.event, DigitPressed):
            self._pass_on(replace(entry, at=cut.at))
            self._pass_on(cut)
            return
        if cut is not None:
            self._pass_on(cut)
        if isinstance(entry.event, PromptPlayed) and entry.event.interrupted:
            self._cut[entry.call] = entry
        else:
            self._pass_on(entry)

    def flush(self) -> None:
        """Pass on the prompts that still wait."""
        while self._cut:
            self._pass_on(self._cut.pop(next(iter(self._cut))))


def told(event: Event, language: str = ENGLISH) -> str:
    """Return what happened as a phrase, in English or Polish (``pl``)."""
    english, polish = told_of_switch(event) if isinstance(event, SystemEvent) else told_of_call(event)
    return printable(polish if language == POLISH else english, LONGEST_LINE)
