"""A simulated call at the terminal: the transcript scrolls until something is asked, and goes on from there.

A call takes milliseconds and always goes the same way, so it is simply made again with each answer and shown
from where it had stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from softswitch.ivr.errors import SimulationError
from softswitch.ivr.faults_polish import error_in
from softswitch.ivr.loader import load_tree
from softswitch.ivr.model import Tree
from softswitch.ivr.rehearsal import (
    KEYS,
    Rehearsal,
    parse_answer,
    parse_wait,
    scene_of,
    script_of,
    warnings,
)
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.line import NO_LINE, LineBeside
from softswitch.ivr.simulated.queues import Queued
from softswitch.ivr.simulated.ringing import Answer
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import HangUpNow, Input, Silent, press, silent
from softswitch.ivr.transcript import Dialled, Transcript, Waited
from softswitch.ivr.transcript_lines import end_line, moment_lines
from softswitch.languages import ENGLISH, POLISH
from softswitch.words import Both

HANG_UP: Final = "h"
QUESTIONS: Final[Mapping[type[Input], Both]] = {
    Silent: ("keys (Enter: none, h: hang up)", "klawisze (Enter: żadne, h: odkłada słuchawkę)"),
    Answer: (
        "what comes of it (Enter: answered; busy, no_answer, unreachable, declined, unknown)",
        "co z tego wynika (Enter: answered, czyli odbiera; busy, no_answer, unreachable, declined, unknown)",
    ),
    Queued: (
        "how the wait ends (Enter: answered; full, empty, max_wait, no_agent, callback, own_key)",
        "jak kończy się czekanie (Enter: answered, czyli ktoś odbiera; full, empty, max_wait, no_agent, "
        "callback, own_key)",
    ),
}
"""What is asked where the tree waits for a key, dials, or leads into a queue."""


@dataclass(slots=True)
class Session:
    """One call that is asked for as it goes. ``script`` is what was said so far."""

    tree: Tree
    scene: Scene
    script: list[Input] = field(default_factory=list)
    line: LineBeside = NO_LINE
    language: str = ENGLISH
    _shown: int = 0

    def turn(self) -> tuple[list[str], type[Input] | None]:
        """Return the lines that are new, and the kind of what is asked next; None when the call is over."""
        call = simulate(self.tree, self.script, scene=self.scene, line=self.line)
        asked = min(self._open(call), default=None, key=lambda one: one[0])
        end = len(call.moments) if asked is None else asked[0]
        lines = moment_lines(call.moments[self._shown : end], self.language)
        self._shown = max(self._shown, end)
        if asked is None:
            return [*lines, end_line(call, self.language)], None
        return lines, asked[1]

    def take(self, kind: type[Input], answer: str) -> None:
        """Take an answer; raise SimulationError where it means nothing, and ask again."""
        said = answer.strip()
        if kind is Answer:
            self.script.append(parse_answer(said or "answered"))
        elif kind is Queued:
            self.script.append(parse_wait(said or "answered"))
        elif said == HANG_UP:
            self.script.append(HangUpNow(when_asked=True))
        else:
            if strange := sorted(set(said) - set(KEYS)):
                raise SimulationError(f"no phone has the key {', '.join(strange)}: press 0-9, * and #")
            self.script.append(press(said) if said else silent())

    def _open(self, call: Transcript) -> Iterator[tuple[int, type[Input]]]:
        """Yield what the script does not say, each with how many moments come before it."""
        if any(isinstance(item, HangUpNow) for item in self.script):
            return
        for kind, event in ((Answer, Dialled), (Queued, Waited)):
            places = [at for at, moment in enumerate(call.moments) if isinstance(moment.event, event)]
            known = sum(isinstance(item, kind) for item in self.script)
            yield from ((at, kind) for at in places[known : known + 1])
        silences = sum(isinstance(item, Silent) for item in self.script)
        yield from ((at, Silent) for at in call.unanswered[silences : silences + 1])


def begun(path: Path, how: Rehearsal, line: LineBeside = NO_LINE, language: str = ENGLISH) -> Session:
    """Return a call to the tree at ``path``, on its ``line``, that begins as ``how`` says.

    Raise ConfigError or SimulationError for files and words that are wrong.
    """
    script: Sequence[Input] = script_of(how)
    tree = load_tree(path)
    return Session(tree, scene_of(how, tree), list(script), line, language)


def play(session: Session, say: Callable[[str], None], ask: Callable[[str], str | None]) -> None:
    """Lead through a call; ``ask`` returns what was typed, None when nobody is there, who then hangs up."""
    lines, kind = session.turn()
    for line in warnings(session.tree, session.line, session.language):
        say(line)
    while True:
        for line in lines:
            say(line)
        if kind is None:
            return
        answer = ask(QUESTIONS[kind][session.language == POLISH])
        try:
            # Nobody is there to hear what comes of a call or a wait; whoever is asked for a key has left.
            gone = HANG_UP if kind is Silent else ""
            session.take(kind, gone if answer is None else answer)
        except SimulationError as error:
            lines = [error_in(session.language)(error)]
            continue
        lines, kind = session.turn()
