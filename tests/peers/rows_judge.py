"""Judge calls to a line with rows: what the caller heard, the branches it went through, how it ended."""

from __future__ import annotations

import time

from softswitch.events import BranchEntered, CallEnded, StepTaken
from tests.peers import hearing
from tests.peers.ears import Ear
from tests.peers.prompts import spoken
from tests.peers.queue_callers import Caller, Outside
from tests.peers.rows_line import KNOWN, OTHER, STRANGER, VOICE, WAYS, Firm
from tests.peers.sounds import RATE

ALIKE = 0.9
"""A syllable through G.711 fits by 0.99, a wrong one by 0.5."""
LISTEN_SECONDS = 20.0
BREATH_SECONDS, BETWEEN_KEYS_SECONDS = 0.3, 0.1
"""How soon somebody presses the first key, and how fast all others."""


def place_of(text: str, ear: Ear, firm: Firm, *, language: str = "pl", voice: str | None = None) -> float:
    """Demand every syllable of a text in what was heard; return where it begins (seconds)."""
    sound = spoken(text, language, folder=firm.line.home / "judged", voice=voice, config=VOICE)
    pieces = hearing.syllables(sound, ear.samples)
    assert pieces
    assert min(piece.score for piece in pieces) > ALIKE, f"{text!r} was not heard: {pieces}"
    return pieces[0].offset


def said_by(text: str, ear: Ear, firm: Firm) -> float:
    """Demand a text in what was heard; return where it ends (seconds)."""
    sound = spoken(text, "pl", folder=firm.line.home / "judged", config=VOICE)
    return place_of(text, ear, firm) + len(sound) / RATE


def ended(firm: Firm, call: str) -> CallEnded:
    """Wait for the end of a call and return it."""
    return firm.line.wait_event(CallEnded, call=call, seconds=LISTEN_SECONDS)


def path(firm: Firm, call: str) -> list[str]:
    """Return the branches that a call went through, in order."""
    return [one.branch for one in firm.line.of_kind(BranchEntered, call=call)]


def exits(firm: Firm, call: str) -> list[tuple[str, str]]:
    """Return the steps of a call, each with the exit it took."""
    return [(one.step.split()[-1], one.exit) for one in firm.line.of_kind(StepTaken, call=call)]


def leads(firm: Firm, outside: Outside, row: str, **callers: str) -> dict[str, Caller]:
    """Let several call a row at once; each must come to the branch named, and hear what is said there."""
    numbers = {"known": KNOWN, "other": OTHER, "stranger": STRANGER}
    calling = {who: outside.calls_as(numbers[who], row) for who in callers}
    for who, branch in callers.items():
        call = firm.line.call_to(row, numbers[who])
        ended(firm, call)
        assert path(firm, call)[-1] == branch, (who, exits(firm, call))
        place_of(WAYS[branch], calling[who].ear, firm)
    return calling


def lead(firm: Firm, outside: Outside, *calls: tuple[str, str, str]) -> None:
    """Let several call at once, each a number, a row and the branch that is led to and heard.

    Nobody calls the same row twice.
    """
    callers = [outside.calls_as(number, row) for number, row, _ in calls]
    for caller, (number, row, branch) in zip(callers, calls, strict=True):
        call = firm.line.call_to(row, number)
        ended(firm, call)
        assert path(firm, call)[-1] == branch, (number, row, exits(firm, call))
        place_of(WAYS[branch], caller.ear, firm)


def press(caller: Caller, keys: str) -> None:
    """Press keys one after another, once something is heard."""
    caller.ear.wait_until(lambda _: True)
    time.sleep(BREATH_SECONDS)
    for key in keys:
        caller.ear.press(key)
        time.sleep(BETWEEN_KEYS_SECONDS)
