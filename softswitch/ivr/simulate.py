"""A call without a phone: the live interpreter in virtual time, a whole call in milliseconds.

What its caller does is a script (:mod:`softswitch.ivr.simulated.script`); what comes of what the tree does
is told by it too (:mod:`softswitch.ivr.simulated.others`), by the scene, and by the line it belongs to.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from softswitch.calls.guise import Guise
from softswitch.calls.keys import UNREAD
from softswitch.calls.tongue import Tongue
from softswitch.events import DigitPressed
from softswitch.ivr.context import (
    AS_USUAL,
    CallFacts,
    DialResult,
    Key,
    Manner,
    Played,
    Prompt,
    QueueEnd,
    QueueWish,
    SayText,
    TalkedWith,
    WaitEnd,
    World,
)
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.ivr.errors import CallerGone, SimulationError
from softswitch.ivr.interpreter import run
from softswitch.ivr.model import Tree
from softswitch.ivr.outcome import Ended
from softswitch.ivr.simulated.line import NO_LINE, LineBeside
from softswitch.ivr.simulated.others import Others
from softswitch.ivr.simulated.outside import kept_promises
from softswitch.ivr.simulated.queues import SimulatedQueues
from softswitch.ivr.simulated.ringing import SimulatedRinging
from softswitch.ivr.simulated.rooms import SimulatedRooms
from softswitch.ivr.simulated.scene import MONDAY_UTC, Scene
from softswitch.ivr.simulated.script import HangUpNow, Input, ScriptedCaller
from softswitch.ivr.simulated.silence import SilenceWatch
from softswitch.ivr.transcript import CALLER_HUNG_UP, Dialled, Effect, Moment, Transcript, Waited

LETTERS_PER_SECOND = 14.0
"""How fast a prompt is read; close to what speech engines do with Polish and English."""

SHORTEST_PROMPT_S = 0.5
FILE_PROMPT_S = 3.0
"""A recording is not opened here; this is a usual length."""

LONGEST_CALL_S = 6 * 3600.0
"""Virtual seconds after which the caller gives up; no tree is meant to hold anybody that long."""


@dataclass(slots=True)
class VirtualClock:
    """A clock that moves only when somebody moves it. ``began`` is when the call began."""

    now: float = 0.0
    began: datetime = MONDAY_UTC

    def monotonic(self) -> float:
        """Return the virtual seconds since the call began."""
        return self.now

    def wall(self) -> datetime:
        """Return the virtual wall time."""
        return self.began + timedelta(seconds=self.now)


class SimulatedLine:
    """A caller's leg in virtual time. See :class:`softswitch.ivr.context.Line`."""

    def __init__(
        self,
        script: Iterable[Input],
        clock: VirtualClock,
        moments: list[Moment],
        scene: Scene,
        line: LineBeside = NO_LINE,
    ) -> None:
        items = list(script)
        self._caller = ScriptedCaller(items)
        self._others = Others(items, scene, clock, line)
        self._clock = clock
        self._scene = scene
        self._moments = moments
        self._ringing = SimulatedRinging(self._others.answers, scene, self._rung)
        self._keys: deque[Key] = deque()
        self._masked = False
        self._tongue = Tongue(scene.spoken)
        self._rooms = SimulatedRooms(scene, self._passing, self._done)
        self._silence = SilenceWatch()
        self.unanswered: list[int] = []
        """How many moments there were at each end of a time in which the tree waited for a key in vain."""
        self.pressed: list[tuple[int, float, str]] = []
        self.answered = False
        """Something was said, asked or joined: a real caller's phone would be answered."""

    @property
    def not_pressed(self) -> tuple[str, ...]:
        """Return the keys of the script that were not pressed yet."""
        return self._caller.not_pressed

    @property
    def not_used(self) -> tuple[str, ...]:
        """Return what the script says of numbers that were not dialled, and of waits that never were."""
        return self._others.not_used

    @property
    def longest_silence(self) -> float:
        """Return how many seconds at most an answered caller heard nothing that was meant to be heard."""
        return self._silence.longest

    @property
    def queues(self) -> SimulatedQueues:
        """Return the queues of the script."""
        return self._others.queues

    @property
    def desks(self) -> Desks:
        """Return the desks, at which everything is as the scene and the script say."""
        return self._others.desks(self._beside, self._done)

    async def play(self, prompts: Sequence[Prompt], *, until_key: bool) -> Played:
        """Let the time of the prompts pass."""
        self.answered = True
        started = self._clock.now
        cut = self._pass(sum(map(_length_of, prompts)), until_key=until_key)
        return Played(self._clock.now - started, cut)

    async def next_key(self, within: float) -> Key | None:
        """Take the next key of the script, if it comes in time."""
        self.answered = self.answered or within > 0
        if not self._keys:
            self._pass(within, until_key=True, listening=within > 0)
        if not self._keys:
            return None
        key = self._keys.popleft()
        self._write_down(key)
        return key

    def flush_keys(self) -> None:
        """Throw away the keys that wait."""
        while self._keys:
            # As on a real line: nobody knows what it was, and it may be of a PIN typed ahead of its question.
            self._write_down(replace(self._keys.popleft(), digit=UNREAD))

    @property
    def guise(self) -> Guise:
        """What phones are shown."""
        return self._ringing.guise

    @property
    def talked_with(self) -> TalkedWith:
        """With whom the caller talked last."""
        return self._ringing.talked_with

    def show(self, guise: Guise) -> None:
        """Have phones shown this."""
        self._ringing.guise = guise

    @property
    def tongue(self) -> Tongue:
        """How the caller is spoken to."""
        return self._tongue

    def speak(self, tongue: Tongue) -> None:
        """Have everything said so."""
        self._tongue = tongue

    async def dial(
        self, targets: Sequence[str], ring_for: float, label: str, manner: Manner = AS_USUAL
    ) -> DialResult:
        """Answer as the script says."""
        return self._ringing.dial(targets, ring_for, label, manner)

    async def extension(self, number: str) -> DialResult:
        """Answer as the script says."""
        return self._ringing.extension(number)

    async def duty(self, name: str, *, alone: bool) -> DialResult:
        """Answer as the script says."""
        return self._ringing.duty(name)

    def _rung(self, dialled: Dialled) -> None:
        self.answered = self.answered or dialled.result is DialResult.ENDED_BY_CALLEE
        self._moments.append(Moment(self._clock.now, dialled))
        self._pass(dialled.seconds)

    async def queue(self, wish: QueueWish) -> QueueEnd:
        """Wait as the script says; unless it says otherwise, an agent answers and hangs up later."""
        told = self._others.next_wait()
        place, began, answered_at = len(self._moments), self._clock.now, None
        end: QueueEnd | None = None
        at_once = wish.answer == "at_once" if wish.answer else self.queues.answers_at_once(wish.queue)
        self.answered = self.answered or (at_once and told.waits_s > 0)
        try:
            key = self._wait(told.waits_s, wish.keys)
            if key:
                end = QueueEnd(WaitEnd.KEY, key)
                return end
            if told.how is WaitEnd.TALK_OVER:
                self.answered, answered_at = True, self._clock.now
                self._ringing.talked_with = TalkedWith(wish.queue, told.agent)
                self._pass(told.talk)
            end = QueueEnd(told.how)
            return end
        finally:
            # Also when the caller gives up, or hangs up on the agent.
            waited = (self._clock.now if answered_at is None else answered_at) - began
            talked = None if answered_at is None else self._clock.now - answered_at
            told_of = Waited(wish.queue, wish.label, end, waited, talked, self.guise.path)
            self._moments.insert(place, Moment(began, told_of))

    def _wait(self, seconds: float, keys: Collection[str]) -> str:
        """Let time pass until one of ``keys`` is pressed, and return it; "" for none."""
        end = self._clock.now + seconds
        while seconds > 0 and self._pass(end - self._clock.now, until_key=True, listening=bool(keys)):
            key = self._keys.popleft()
            self._write_down(key)
            if key.digit in keys:
                return key.digit
        return ""

    async def echo(self, within: float, *, until_key: bool) -> None:
        """Let time pass, until a key where one ends it."""
        self.answered = True
        self._pass(within, until_key=until_key, listening=True)

    def background(self, on: bool) -> None:
        """Note that there is music, and no silence."""
        self._silence.music(on, self._clock.now, answered=self.answered)

    @asynccontextmanager
    async def comfort(self) -> AsyncIterator[None]:
        """Note that music bridges what takes longer than a moment."""
        began = self._clock.now
        try:
            yield
        finally:
            self._silence.comforted(began, self._clock.now, answered=self.answered)

    async def program(self, number: str, values: Mapping[str, str]) -> ProgramEnd:
        """Let the program do as the scene says."""
        self.answered = True
        return await self._rooms.program(number, values)

    async def leave_message(self, box: str, language: str) -> MessageEnd:
        """Leave a message, as the scene says."""
        self.answered = True
        return await self._rooms.leave_message(box)

    async def ask_for_call(self, desk: str, language: str) -> CallbackEnd:
        """Ask to be called back, as the scene says."""
        self.answered = True
        return await self._rooms.ask_for_call(desk, self._scene.caller)

    def _done(self, effect: Effect) -> None:
        self._moments.append(Moment(self._clock.now, effect))

    def mask_keys(self, on: bool) -> None:
        """Show keys taken from now on as masked."""
        self._masked = on

    def _pass(self, seconds: float, *, until_key: bool = False, listening: bool = False) -> bool:
        """Let ``seconds`` pass, or fewer when ``until_key`` and a key comes; return whether one did."""
        self._silence.begin(self._clock.now, answered=self.answered)
        waits = listening and not (until_key and self._keys)
        if waits and self._caller.stays_silent():
            self._clock.now += seconds
            self._caller.was_silent(self._clock.now)
            self._give_up_at_last()
            came = False
        else:
            came = self._passed(seconds, until_key=until_key, listening=listening)
        self._silence.end(self._clock.now)
        if waits and not came:
            self.unanswered.append(len(self._moments))
        return came

    async def _passing(self, seconds: float) -> None:
        """Let time pass while the line is led elsewhere."""
        self._pass(seconds)

    async def _beside(self, seconds: float) -> None:
        """Let time pass at a desk: whoever asks there sees to it that the caller hears something."""
        self._passed(seconds, until_key=False, listening=False)

    def _passed(self, seconds: float, *, until_key: bool, listening: bool) -> bool:
        end = self._clock.now + seconds
        while not (until_key and self._keys):
            due = self._caller.due(self._clock.now, listening=listening)
            if due is None or due > end:
                self._clock.now = end
                self._give_up_at_last()
                return False
            self._clock.now = max(self._clock.now, due)
            item = self._caller.take(self._clock.now)
            if isinstance(item, HangUpNow):
                raise CallerGone(CALLER_HUNG_UP)
            self.pressed.append((len(self._moments), self._clock.now, item.digits))
            self._keys.extend(Key(digit, item.method) for digit in item.digits)
        return True

    def _give_up_at_last(self) -> None:
        if self._clock.now > LONGEST_CALL_S:
            raise CallerGone(CALLER_HUNG_UP)

    def _write_down(self, key: Key) -> None:
        digit = UNREAD if self._masked else key.digit
        self._moments.append(Moment(self._clock.now, DigitPressed("caller", digit, key.method)))


NUMBER = "100"
"""The number that is dialled where neither the tree nor the scene has one."""

DEFAULT_FACTS = Scene().facts(NUMBER)
"""Who calls when nothing is said of it."""


def simulate(
    tree: Tree,
    script: Iterable[Input] = (),
    facts: CallFacts = DEFAULT_FACTS,
    scene: Scene | None = None,
    line: LineBeside = NO_LINE,
) -> Transcript:
    """Walk ``tree`` with a caller who does what ``script`` says, and return everything that happened.

    Who calls is as ``facts`` say, or as the ``scene`` says where one is given, with all that is round the
    call; what it does not say is as the ``line`` has it. Raise :class:`SimulationError` when a step waits for
    something outside the simulated world.
    """
    if scene is not None:
        facts = scene.facts(next(iter(tree.numbers), NUMBER))
    scene = scene or Scene()
    clock = VirtualClock(began=scene.begins(line.zone))
    moments: list[Moment] = []
    leg = SimulatedLine(script, clock, moments, scene, line)
    world = World(
        leg,
        facts,
        clock,
        lambda event: moments.append(Moment(clock.now, event)),
        leg.queues,
        leg.desks,
    )
    try:
        ended = _to_the_end(run(tree, world, tree.entries.get(facts.called, "")))
    except CallerGone:
        ended = None
    moments += [Moment(clock.now, effect) for effect in kept_promises(moments)]
    return Transcript(
        tree.name,
        tuple(moments),
        ended,
        clock.now,
        leg.not_pressed,
        leg.not_used,
        answered=leg.answered,
        longest_silence=leg.longest_silence,
        unanswered=tuple(leg.unanswered),
        pressed=tuple(leg.pressed),
    )


def _to_the_end(walk: Coroutine[object, None, Ended]) -> Ended:
    """Run a coroutine that never really waits, without an event loop."""
    try:
        walk.send(None)
    except StopIteration as stop:
        ended: Ended = stop.value
        return ended
    walk.close()
    raise SimulationError("a step waited for something outside the simulated world")


def _length_of(prompt: Prompt) -> float:
    if isinstance(prompt, SayText):
        return max(SHORTEST_PROMPT_S, len(prompt.text) / LETTERS_PER_SECOND / prompt.rate)
    return FILE_PROMPT_S
