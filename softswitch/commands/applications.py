"""Playing a call against a program in the terminal: without a phone, by the same protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.applications import steps as say
from softswitch.applications.errors import ProgramFailed
from softswitch.applications.program import Program
from softswitch.applications.protocol import About, Result, name_of
from softswitch.applications.steps import Step

MOST_TURNS: Final = 100
ENDS: Final = ("talk_over", "busy", "no_answer", "unreachable", "declined", "unknown")
"""What can come of dialling."""
WAIT_ENDS: Final = ("talk_over", "full", "empty", "max_wait", "no_agent", "callback")
"""What can come of a wait in a queue."""
FAILED: Final = 1

Ask = Callable[[str], str]
"""Asks the person at the terminal; returns what was typed, "" for nothing."""
Show = Callable[[str], None]


@dataclass(slots=True)
class Trial:
    """One call that is played. ``about`` is what the program is told of it."""

    program: Program
    about: About
    ask: Ask
    show: Show

    async def play(self) -> int:
        """Play the call to its end; return the exit code: 1 where the program failed."""
        results: Sequence[Result] = ()
        for turn in range(1, MOST_TURNS + 1):
            try:
                steps = await self.program.ask(turn, self.about, results)
            except ProgramFailed as error:
                self.show(f"the program failed at question {turn}, the fallback would follow: {error.detail}")
                return FAILED
            self.show(f"question {turn}: {len(steps)} step{'' if len(steps) == 1 else 's'}")
            followed = self._follow(steps)
            if followed is None:
                return 0
            results = followed
        self.show(f"it goes on after {MOST_TURNS} questions: a real call would be led to the fallback")
        return FAILED

    def _follow(self, steps: Sequence[Step]) -> list[Result] | None:
        """Do a list of steps; return what came of them, None when the call is over."""
        results: list[Result] = []
        for number, step in enumerate(steps, start=1):
            done = self._do(number, step)
            if done is None:
                return None
            results.append(done)
            if not done.well:
                break
        return results

    def _do(self, number: int, step: Step) -> Result | None:
        match step:
            case say.Say():
                self.show(f"  says: {step.text}")
                return _result(number, step, "heard")
            case say.Play():
                self.show(f"  plays: {step.file.name}")
                return _result(number, step, "heard")
            case say.Gather():
                return self._gather(number, step)
            case say.Menu():
                return self._menu(number, step)
            case say.Queue():
                self.show(f"  waits in the queue {step.name}")
                return self._ending(number, step, WAIT_ENDS)
            case say.Dial():
                self.show(f"  rings {', '.join(step.to)}")
                return self._ending(number, step, ENDS)
            case say.Record():
                self.show(f"  records, at most {step.max_s:g} s; nothing is recorded here")
                return _result(number, step, "recorded", file="trial-1.wav", seconds=1.0)
            case say.Transfer():
                self.show(f"  the call goes on at {step.to}, the program is asked no more")
                return None
            case say.HangUp():
                self.show("  hangs up" if step.reason == "normal" else "  hangs up with a busy tone")
                return None
            case say.SetLanguage():
                self.show(f"  goes on in {step.language}")
                return _result(number, step, "set")
            case say.Label():
                self.show(f"  phones show: {step.text}")
                return _result(number, step, "next")
        raise AssertionError(f"a step that cannot be played: {name_of(step)}")

    def _gather(self, number: int, step: say.Gather) -> Result:
        for attempt in range(step.repeat + 1):
            if step.prompt is not None:
                self.show(f"  asks: {step.prompt[min(attempt, len(step.prompt) - 1)]}")
            digits = self.ask("digits").strip().removesuffix(step.terminator or "#")
            fits = digits.isdecimal() and step.min <= len(digits) <= step.max
            if fits and (not step.choices or digits in step.choices):
                return _result(number, step, "entered", digits=digits)
            if step.wrong is not None and attempt < step.repeat:
                self.show(f"  says: {step.wrong}")
        return _result(number, step, "not_entered")

    def _menu(self, number: int, step: say.Menu) -> Result:
        key = ""
        for attempt in range(step.repeat + 1):
            self.show(f"  asks: {step.prompt[min(attempt, len(step.prompt) - 1)]}")
            key = self.ask(f"key, of {' '.join(step.keys)}").strip()
            if key in step.keys:
                return _result(number, step, "key", key=key)
            if key and step.wrong is not None and attempt < step.repeat:
                self.show(f"  says: {step.wrong}")
        return _result(number, step, "no_match" if key else "no_input")

    def _ending(self, number: int, step: Step, ends: Sequence[str]) -> Result:
        end = self.ask(f"how it ends, of {' '.join(ends)}").strip()
        return _result(number, step, end if end in ends else ends[0])


def _result(number: int, step: Step, exit_name: str, **told: str | float) -> Result:
    well = exit_name in ("heard", "entered", "key", "talk_over", "recorded", "set", "next")
    return Result(name_of(step), number, exit_name, well, told)
