"""``softswitch listen``, ``whisper`` and ``barge``: what came of asking to hear a talk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
from rich.console import RenderableType
from rich.text import Text

from softswitch.calls.audience import Mode
from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.narration.phrases import printable
from softswitch.words import Both

HELP: Final[dict[Mode, str]] = {
    Mode.LISTEN: "Let somebody hear a talk, heard by nobody: their phone rings.",
    Mode.WHISPER: "Let somebody hear a talk and speak to the agent alone: their phone rings.",
    Mode.BARGE: "Let somebody hear a talk and speak to both sides: their phone rings.",
}
"""What each command is for; with the supervision running, it changes how it goes on."""
DOES: Final[dict[str, Both]] = {
    Mode.LISTEN.value: ("listens in on the talk of {}", "słucha rozmowy {}"),
    Mode.WHISPER.value: ("whispers to {}", "podpowiada {}"),
    Mode.BARGE.value: ("speaks in the talk of {}", "mówi w rozmowie {}"),
}


@dataclass(frozen=True, slots=True)
class Supervised:
    """A supervision as the running switch tells of it, in its ``call``; ``rings`` if it begins only now."""

    call: str
    by: str
    agent: str
    mode: str
    rings: bool


def show_supervised(told: Supervised, *, view: View) -> RenderableType:
    """Return what came of it; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()
    polish = view.language == POLISH
    by, does = printable(told.by), DOES[told.mode][polish].format(printable(told.agent))
    if not told.rings:
        return Text(f"{by} {does}.")
    return Text(
        f"Dzwoni telefon {by}: kto odbierze, {does}. Klawisze: 1 słucha, 2 podpowiada, 3 mówi do obu stron."
        if polish
        else f"{by} is rung: who answers {does}. Keys: 1 listens, 2 whispers, 3 speaks to both."
    )
