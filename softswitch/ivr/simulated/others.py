"""Everybody round a simulated call but its caller: what comes of what the tree does, by script and scene.

``answer(...)`` says what comes of the next number the tree dials, whenever that is; ``queued(...)`` the same
of the next wait in a queue, ``pays(...)`` of the next payment, ``identified(...)`` of the next identity
check, and ``Figures(...)`` how many agents and callers a queue has.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

from softswitch.clock import Clock
from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.desks.post import Letter
from softswitch.ivr.expressions import Lookup
from softswitch.ivr.simulated.customers import customer_desks
from softswitch.ivr.simulated.hours import SimulatedHours
from softswitch.ivr.simulated.line import NO_LINE, LineBeside
from softswitch.ivr.simulated.memory import SimulatedMemory
from softswitch.ivr.simulated.outside import outside_desks
from softswitch.ivr.simulated.passing import Done, Passing
from softswitch.ivr.simulated.queues import Figures, Queued, SimulatedQueues
from softswitch.ivr.simulated.ringing import ANSWER_AFTER_S, TALK_S, Answer
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.staff import SimulatedStaff
from softswitch.ivr.simulated.till import Identified, Pays, SimulatedGate, SimulatedTill

Told = Answer | Queued | Figures | Pays | Identified
"""What a script tells of others than the caller."""


def answer(result: DialResult, after: float = ANSWER_AFTER_S, talk: float = TALK_S) -> Answer:
    """Say what comes of the next dialled number."""
    return Answer(result, after, talk)


class Others:
    """What the others do, each thing when it is asked for, on the call's ``clock``.

    What neither script nor scene say is as the ``line`` has it.
    """

    def __init__(
        self, script: Iterable[object], scene: Scene, clock: Clock, line: LineBeside = NO_LINE
    ) -> None:
        items = list(script)
        self._scene = scene
        self._clock = clock
        self._line = line
        self._till = SimulatedTill((item for item in items if isinstance(item, Pays)), clock.monotonic)
        self._gate = SimulatedGate(item for item in items if isinstance(item, Identified))
        self._waits = deque(item for item in items if isinstance(item, Queued))
        self.answers = deque(item for item in items if isinstance(item, Answer))
        """What comes of the numbers that are dialled from now on."""
        given = (queue.figures(name) for name, queue in scene.queues.items())
        self.queues = SimulatedQueues((*given, *(item for item in items if isinstance(item, Figures))))
        """The queues, as they stand throughout the call."""

    def next_wait(self) -> Queued:
        """Return what comes of a wait that begins; an agent answers, unless something was said."""
        return self._waits.popleft() if self._waits else Queued(WaitEnd.TALK_OVER)

    @property
    def not_used(self) -> tuple[str, ...]:
        """Return what the script says of numbers that were not dialled, and of waits that never were."""
        left = (*self.answers, *self._waits, *self._till.script, *self._gate.script)
        return tuple(map(str, left))

    def desks(self, passing: Passing, done: Done) -> Desks:
        """Return the desks, at which everything is as the scene and the script say."""
        scene = self._scene
        desks = replace(
            outside_desks(scene.post, scene.replies, passing, done, self._template),
            till=self._till,
            gate=self._gate,
            hours=SimulatedHours(
                scene.hours, scene.outage, self._line.hours(self._clock), self._clock.monotonic
            ),
            staff=SimulatedStaff(scene.staff, passing),
        )
        desks = customer_desks(desks, scene, passing, done, self._line.own)
        return replace(desks, memory=SimulatedMemory(scene.remembered, desks.book.number, done))

    def _template(self, kind: str, letter: Letter, variables: Lookup) -> Mapping[str, str]:
        return self._line.template(kind, letter, variables, self._clock.wall())
