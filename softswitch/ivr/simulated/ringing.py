"""People rung on simulated calls: who answers, after how long, and for how long they talk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from softswitch.calls.guise import AS_KNOWN
from softswitch.ivr.context import AS_USUAL, DialResult, Manner, TalkedWith
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.transcript import Dialled

TALK_S = 30.0
"""How long a talk lasts when the script does not say."""

ANSWER_AFTER_S = 5.0
"""How long a phone rings before it is answered or declined when the script does not say."""

EXTENSION_RINGS_S = 30.0
"""How long an extension rings that nobody answers."""

DUTY_RINGS_S = 600.0
"""How long a duty is rung for that nobody answers."""

MOST_TELLING = (
    DialResult.ENDED_BY_CALLEE,
    DialResult.DECLINED,
    DialResult.BUSY,
    DialResult.NO_ANSWER,
    DialResult.UNREACHABLE,
    DialResult.UNKNOWN,
)
"""Of several who were rung in turn the first of these is what came of it, as on real calls."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes of the next dialled number, after how many seconds of ringing, and talk if answered."""

    result: DialResult
    after: float = ANSWER_AFTER_S
    talk: float = TALK_S

    def __str__(self) -> str:
        reached = self.result is DialResult.ENDED_BY_CALLEE
        talk = f", talking {self.talk:g} s" if reached else ""
        return f"{'answered' if reached else self.result.value} after {self.after:g} s{talk}"


class SimulatedRinging:
    """Rings by the script, one answer after another; unless it says otherwise, somebody answers.

    ``rung`` gets what was dialled, and lets the time of it pass.
    """

    def __init__(self, answers: deque[Answer], scene: Scene, rung: Callable[[Dialled], None]) -> None:
        self._answers = answers
        self._extensions = scene.extensions
        self._rung = rung
        self.guise = AS_KNOWN
        self.talked_with = TalkedWith(scene.talked_with.queue, scene.talked_with.agent)

    def dial(
        self, targets: Sequence[str], ring_for: float, label: str, manner: Manner = AS_USUAL
    ) -> DialResult:
        """Ring all together, or in turn, each turn with an answer of its own."""
        turns = [(target,) for target in targets] if manner.in_turn else [tuple(targets)]
        results = []
        for turn in turns:
            results.append(self._ring(turn, ring_for, label, manner.agent))
            if results[-1] is DialResult.ENDED_BY_CALLEE:
                break
        return min(results, key=MOST_TELLING.index)

    def extension(self, number: str) -> DialResult:
        """Ring an extension, where there is such a one."""
        there = self._extensions is None or number in self._extensions
        return self._ring((number,), EXTENSION_RINGS_S, self.guise.label) if there else DialResult.UNKNOWN

    def duty(self, name: str) -> DialResult:
        """Ring who is on duty, for as long as a duty rings."""
        return self._ring((f"duty {name}",), DUTY_RINGS_S, self.guise.label)

    def _ring(self, targets: tuple[str, ...], ring_for: float, label: str, agent: str = "") -> DialResult:
        told = self._answers.popleft() if self._answers else Answer(DialResult.ENDED_BY_CALLEE)
        reached = told.result is DialResult.ENDED_BY_CALLEE
        result = DialResult.NO_ANSWER if reached and told.after > ring_for else told.result
        seconds = ring_for if result is DialResult.NO_ANSWER else min(told.after, ring_for)
        if result is DialResult.ENDED_BY_CALLEE:
            seconds += told.talk
            self.talked_with = TalkedWith("", agent or targets[0])
        self._rung(Dialled(targets, label, result, seconds, self.guise.path))
        return result
