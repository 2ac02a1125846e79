"""A real call in a world that is played: what a test of a tree says of it is so while the call lasts.

The caller's leg is real: prompts are heard, keys are pressed and heard, phones of accounts ring. Customers,
opening hours, payments, queues and whatever else lies round the call are those of the simulator, so that the
same test can be run both ways. Time that only passes in the played world is not waited for, unless the caller
does something meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from softswitch.calls.guise import Guise
from softswitch.calls.tongue import Tongue
from softswitch.clock import Clock
from softswitch.events import CallEvent
from softswitch.ivr.context import (
    AS_USUAL,
    DialResult,
    Key,
    Line,
    Manner,
    Played,
    Prompt,
    QueueEnd,
    QueueWish,
    TalkedWith,
    WaitEnd,
    World,
)
from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.ivr.interpreter import run
from softswitch.ivr.model import Tree
from softswitch.ivr.outcome import Ended
from softswitch.ivr.proof.live import LiveCall, is_mark
from softswitch.ivr.proof.model import TreeTest
from softswitch.ivr.simulate import NUMBER
from softswitch.ivr.simulated.line import NO_LINE, LineBeside
from softswitch.ivr.simulated.others import Others
from softswitch.ivr.simulated.outside import kept_promises
from softswitch.ivr.simulated.ringing import SimulatedRinging
from softswitch.ivr.simulated.rooms import SimulatedRooms
from softswitch.ivr.transcript import Dialled, Effect, Moment, Transcript, Waited

NO_TIME: Final = 0.0
"""So long a caller hears himself who is only to be answered."""


class StagedClock:
    """The switch's clock since a call began, ahead by the time that was only played."""

    def __init__(self, clock: Clock, began: datetime) -> None:
        self._clock = clock
        self._zero = clock.monotonic()
        self._began = began
        self._ahead = 0.0

    def monotonic(self) -> float:
        """Return the seconds since the call began, with those that were played."""
        return self._clock.monotonic() - self._zero + self._ahead

    def wall(self) -> datetime:
        """Return the time on the wall of the scene."""
        return self._began + timedelta(seconds=self.monotonic())

    def skip(self, seconds: float) -> None:
        """Let time pass in the played world alone."""
        self._ahead += max(seconds, 0.0)


class Cues:
    """Where caller and stage meet: what the caller is to do next, and whether the stage waits for it."""

    def __init__(self, call: LiveCall) -> None:
        self._acts = deque(call.acts)
        self._marks = 0
        self._held = asyncio.Event()
        self._acted = asyncio.Event()

    @property
    def left(self) -> int:
        """How much the caller has not done."""
        return len(self._acts)

    def marked(self) -> None:
        """The tree has come to its next mark."""
        self._marks += 1

    @property
    def due(self) -> bool:
        """Whether the caller does something before the tree's next mark."""
        return bool(self._acts) and self._acts[0].marks <= self._marks

    def hold(self) -> None:
        """Tell the caller that the played world stands still until the next thing is done."""
        self._acted.clear()
        self._held.set()

    async def held(self, seconds: float) -> None:
        """Wait until the played world stands still for the caller, but no longer than so many seconds."""
        await _came(self._held, seconds)

    async def acted(self, seconds: float) -> None:
        """Wait until the caller has done the next thing, but no longer than so many seconds."""
        await _came(self._acted, seconds)

    def did(self) -> None:
        """The caller has done the next thing. Nothing comes behind hanging up: the stage waits there."""
        act = self._acts.popleft()
        self._held.clear()
        if act.digits:
            self._acted.set()


async def _came(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but no longer than so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


class Performance:
    """One test on the stage: the world it says there is, and what became of the call in it."""

    def __init__(
        self, tree: Tree, test: TreeTest, call: LiveCall, clock: Clock, line: LineBeside = NO_LINE
    ) -> None:
        self.cues = Cues(call)
        self._tree = tree
        self._test = test
        self._call = call
        self._clock = StagedClock(clock, test.given.begins(line.zone))
        script = [item.input() for item in test.do]
        self._others = Others(script, test.given, self._clock, line)
        self._moments: list[Moment] = []
        self._ended: Ended | None = None
        self._answered = False

    async def walk(self, tree: Tree, world: World, start: str) -> Ended:
        """Walk a real caller through a tree in the world of the test. See Walk of the interpreter."""
        facts = self._test.given.facts(next(iter(tree.numbers), NUMBER))
        line = StagedLine(world.line, self._test, self._call, self._others, self)

        def record(event: CallEvent) -> None:
            self._answered = self._answered or line.answered
            self.note(event)
            world.record(event)

        staged = replace(
            world,
            line=line,
            facts=replace(facts, call=world.facts.call),
            clock=self._clock,
            record=record,
            queues=self._others.queues,
            desks=self._others.desks(self.passing, self.note),
        )
        try:
            self._ended = await run(tree, staged, start)
        finally:
            self._answered = self._answered or line.answered
        return self._ended

    @property
    def now(self) -> float:
        """Return the seconds since the call began, with those that were played."""
        return self._clock.monotonic()

    def note(self, event: CallEvent | Dialled | Waited | Effect) -> None:
        """Keep what happened."""
        self._moments.append(Moment(self.now, event))
        if is_mark(event, self._tree.name):
            self.cues.marked()

    async def passing(self, seconds: float) -> None:
        """Let time pass: for nothing, unless the caller does something meanwhile."""
        end = self.now + seconds
        while self.cues.due and (left := end - self.now) > 0:
            self.cues.hold()
            await self.cues.acted(left)
        self._clock.skip(end - self.now)

    def transcript(self) -> Transcript:
        """Return the call as the simulator would; what the caller did and heard of it is in the real log."""
        moments = [*self._moments]
        moments += [Moment(self.now, effect) for effect in kept_promises(moments)]
        return Transcript(
            self._tree.name,
            tuple(moments),
            self._ended,
            self.now,
            not_pressed=tuple("…" for _ in range(self.cues.left)),
            not_used=self._others.not_used,
            answered=self._answered,
        )


class StagedLine:
    """A caller's real leg, on which others do as a test says. See :class:`softswitch.ivr.context.Line`."""

    def __init__(
        self, line: Line, test: TreeTest, call: LiveCall, others: Others, performance: Performance
    ) -> None:
        self._line = line
        self._test = test
        self._others = others
        self._performance = performance
        self._dials = deque(call.dials)
        self._waits = deque(call.waits)
        self._ringing = SimulatedRinging(others.answers, test.given, self._rung)
        self._rooms = SimulatedRooms(test.given, self._in_there, performance.note)
        self._tongue = Tongue(test.given.spoken)
        self._seconds = 0.0
        """How long the ringing and talk last that was played last."""

    @property
    def answered(self) -> bool:
        """Whether the caller was answered already."""
        return self._line.answered

    async def play(self, prompts: Sequence[Prompt], *, until_key: bool) -> Played:
        """Play them to the caller."""
        return await self._line.play(prompts, until_key=until_key)

    async def next_key(self, within: float) -> Key | None:
        """Take the caller's next key."""
        return await self._line.next_key(within)

    def flush_keys(self) -> None:
        """Throw away the keys that wait."""
        self._line.flush_keys()

    @property
    def guise(self) -> Guise:
        """What phones of ours are shown of the caller."""
        return self._ringing.guise

    @property
    def talked_with(self) -> TalkedWith:
        """With whom the caller talked last."""
        return self._ringing.talked_with

    def show(self, guise: Guise) -> None:
        """Have phones shown this, real ones too."""
        self._ringing.guise = guise
        self._line.show(guise)

    @property
    def tongue(self) -> Tongue:
        """How the caller is spoken to."""
        return self._tongue

    def speak(self, tongue: Tongue) -> None:
        """Have everything said so, in real queues too."""
        self._tongue = tongue
        self._line.speak(tongue)

    async def dial(
        self, targets: Sequence[str], ring_for: float, label: str, manner: Manner = AS_USUAL
    ) -> DialResult:
        """Ring real phones where the test could put some there, and play the others."""
        real = self._next_is_real()
        result = self._ringing.dial(targets, ring_for, label, manner)
        if real:
            return await self._line.dial(targets, ring_for, label, manner)
        return await self._played(result)

    async def extension(self, number: str) -> DialResult:
        """Ring a real phone where the test could put one there, and play it elsewhere."""
        real = self._next_is_real()
        result = self._ringing.extension(number)
        return await (self._line.extension(number) if real else self._played(result))

    async def duty(self, name: str, *, alone: bool) -> DialResult:
        """Play who is on duty."""
        return await self._played(self._ringing.duty(name))

    def _next_is_real(self) -> bool:
        return bool(self._dials) and self._dials[0].is_real

    def _rung(self, dialled: Dialled) -> None:
        if self._dials:
            self._dials.popleft()
        self._seconds += dialled.seconds
        self._performance.note(dialled)

    async def _played(self, result: DialResult) -> DialResult:
        seconds, self._seconds = self._seconds, 0.0
        if result is DialResult.ENDED_BY_CALLEE:
            await self._answer()
        async with self._line.comfort():
            await self._performance.passing(seconds)
        return result

    async def queue(self, wish: QueueWish) -> QueueEnd:
        """Let the caller wait; in the real queue where a key is to end that, else in a played one."""
        told = self._others.next_wait()
        wait = self._waits.popleft() if self._waits else None
        at_once = wish.answer == "at_once" if wish.answer else self._others.queues.answers_at_once(wish.queue)
        began = self._performance.now
        end: QueueEnd | None = None
        talked: float | None = None
        try:
            if wait is not None and wait.is_real:
                self._performance.cues.hold()
                end = await self._line.queue(wish)
                return end
            if at_once and told.waits_s > 0:
                await self._answer()
            async with self._music():
                key = await self._key_among(wish.keys, wait is not None and wait.by_key, told.waits_s)
                if key:
                    end = QueueEnd(WaitEnd.KEY, key)
                    return end
                if told.how is WaitEnd.TALK_OVER:
                    await self._answer()
                    talked = told.talk
                    self._ringing.talked_with = TalkedWith(wish.queue, told.agent)
                    await self._performance.passing(told.talk)
            end = QueueEnd(told.how)
            return end
        finally:
            waited = self._performance.now - began - (talked or 0.0)
            self._performance.note(Waited(wish.queue, wish.label, end, waited, talked, self.guise.path))

    async def _key_among(self, keys: Collection[str], awaited: bool, seconds: float) -> str:
        """Let a wait pass, or the time until one of ``keys`` where one is to come; return it, "" for none."""
        if not awaited:
            await self._performance.passing(seconds)
            return ""
        self._performance.cues.hold()
        while (key := await self._line.next_key(seconds)) is not None:
            if key.digit in keys:
                return key.digit
        return ""

    async def echo(self, within: float, *, until_key: bool) -> None:
        """Send the caller's own voice back."""
        await self._line.echo(within, until_key=until_key)

    def background(self, on: bool) -> None:
        """Let the caller hear music, or silence again."""
        self._line.background(on)

    def comfort(self) -> AbstractAsyncContextManager[None]:
        """Let the caller hear music while something is waited for."""
        return self._line.comfort()

    @asynccontextmanager
    async def _music(self) -> AsyncIterator[None]:
        self._line.background(True)
        try:
            yield
        finally:
            self._line.background(False)

    async def program(self, number: str, values: Mapping[str, str]) -> ProgramEnd:
        """Play the program."""
        await self._answer()
        return await self._rooms.program(number, values)

    async def leave_message(self, box: str, language: str) -> MessageEnd:
        """Play the voice box."""
        await self._answer()
        return await self._rooms.leave_message(box)

    async def ask_for_call(self, desk: str, language: str) -> CallbackEnd:
        """Play the request for a call."""
        await self._answer()
        return await self._rooms.ask_for_call(desk, self._test.given.caller)

    async def _in_there(self, seconds: float) -> None:
        async with self._music():
            await self._performance.passing(seconds)

    async def _answer(self) -> None:
        """Answer the caller, to whom nothing is said yet: a played wait is heard like a real one."""
        await self._line.echo(NO_TIME, until_key=True)

    def mask_keys(self, on: bool) -> None:
        """Keep digits out of every log."""
        self._line.mask_keys(on)
