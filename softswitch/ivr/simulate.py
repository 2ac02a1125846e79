"""A call without a phone: the live interpreter in virtual time, a whole call in milliseconds.

A script is what the caller does, in order. ``press("1")`` presses at the first moment the tree waits
for a key in silence; ``press("1", after=2.0)`` presses two seconds after the script's last event,
prompt or not; ``wait(8)`` lets time pass before what follows; ``hang_up()`` hangs up there.
``answer(...)`` says what comes of the next number the tree dials, whenever that is; ``queued(...)`` the same
of the next wait in a queue, and ``Figures(...)`` how many agents and callers a queue has.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from softswitch.events import DigitPressed
from softswitch.ivr.context import (
    CallFacts,
    DialResult,
    Key,
    Played,
    Prompt,
    QueueEnd,
    QueueWish,
    SayText,
    WaitEnd,
    World,
)
from softswitch.ivr.errors import CallerGone, SimulationError
from softswitch.ivr.interpreter import run
from softswitch.ivr.model import Tree
from softswitch.ivr.outcome import Ended
from softswitch.ivr.simulated_desks import Identified, Pays, SimulatedGate, SimulatedTill
from softswitch.ivr.simulated_queues import Figures, Queued, SimulatedQueues
from softswitch.ivr.transcript import CALLER_HUNG_UP, Dialled, Moment, Transcript, Waited

LETTERS_PER_SECOND = 14.0
"""How fast a prompt is read; close to what speech engines do with Polish and English."""

SHORTEST_PROMPT_S = 0.5
FILE_PROMPT_S = 3.0
"""A recording is not opened here; this is a usual length."""

TALK_S = 30.0
"""How long a talk lasts when the script does not say."""

ANSWER_AFTER_S = 5.0
"""How long a phone rings before it is answered or declined when the script does not say."""

LONGEST_CALL_S = 6 * 3600.0
"""Virtual seconds after which the caller gives up; no tree is meant to hold anybody that long."""

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
"""When simulated calls begin: a Monday morning, so that transcripts repeat to the letter."""


@dataclass(frozen=True, slots=True)
class Press:
    """Keys pressed together: when the tree waits (``after`` is None) or at a fixed time."""

    digits: str
    after: float | None = None
    method: str = "rfc4733"


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds that pass before the next item of the script."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HangUpNow:
    """The caller hangs up."""


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


Input = Press | Wait | HangUpNow | Answer | Queued | Figures | Pays | Identified


def press(digits: str, after: float | None = None, method: str = "rfc4733") -> Press:
    """Press keys: when the tree waits for one, or ``after`` seconds from the script's last event."""
    return Press(digits, after, method)


def wait(seconds: float) -> Wait:
    """Let time pass before the next item."""
    return Wait(seconds)


def hang_up() -> HangUpNow:
    """Hang up."""
    return HangUpNow()


def answer(result: DialResult, after: float = ANSWER_AFTER_S, talk: float = TALK_S) -> Answer:
    """Say what comes of the next dialled number."""
    return Answer(result, after, talk)


@dataclass(slots=True)
class VirtualClock:
    """A clock that moves only when somebody moves it."""

    now: float = 0.0

    def monotonic(self) -> float:
        """Return the virtual seconds since the call began."""
        return self.now

    def wall(self) -> datetime:
        """Return the virtual wall time."""
        return START + timedelta(seconds=self.now)


class _Caller:
    """Plays the script: what the caller does next, and when."""

    def __init__(self, script: Iterable[Input], clock: VirtualClock) -> None:
        items = list(script)
        self.till = SimulatedTill((item for item in items if isinstance(item, Pays)), clock.monotonic)
        self.gate = SimulatedGate(item for item in items if isinstance(item, Identified))
        self.answers = deque(item for item in items if isinstance(item, Answer))
        self.waits = deque(item for item in items if isinstance(item, Queued))
        self.queues = SimulatedQueues(item for item in items if isinstance(item, Figures))
        aside = Answer | Queued | Figures | Pays | Identified
        self._items = deque(item for item in items if not isinstance(item, aside))
        self._ready = 0.0

    def due(self, now: float, *, listening: bool) -> float | None:
        """Return when the next item happens, or None while it waits for the tree to listen."""
        item = self._items[0] if self._items else None
        while isinstance(item, Wait):
            self._ready += item.seconds
            self._items.popleft()
            item = self._items[0] if self._items else None
        if item is None:
            return None
        if isinstance(item, Press) and item.after is None:
            return max(now, self._ready) if listening else None
        return self._ready + (item.after or 0.0 if isinstance(item, Press) else 0.0)

    @property
    def not_pressed(self) -> tuple[str, ...]:
        """Return the keys that are still to be pressed."""
        return tuple(item.digits for item in self._items if isinstance(item, Press))

    def take(self, now: float) -> Press | HangUpNow:
        """Return the next item, which happens now."""
        item = self._items.popleft()
        if not isinstance(item, Press | HangUpNow):
            raise SimulationError(f"the script has no action at {now:.1f} s")
        self._ready = now
        return item


class SimulatedLine:
    """A caller's leg in virtual time. See :class:`softswitch.ivr.context.Line`."""

    def __init__(self, script: Iterable[Input], clock: VirtualClock, moments: list[Moment]) -> None:
        self._caller = _Caller(script, clock)
        self._clock = clock
        self._moments = moments
        self._keys: deque[Key] = deque()
        self._masked = False
        self.answered = False
        """Something was said, asked or joined: a real caller's phone would be answered."""

    @property
    def not_pressed(self) -> tuple[str, ...]:
        """Return the keys of the script that were not pressed yet."""
        return self._caller.not_pressed

    @property
    def not_used(self) -> tuple[str, ...]:
        """Return what the script says of numbers that were not dialled, and of waits that never were."""
        caller = self._caller
        return tuple(map(str, (*caller.answers, *caller.waits, *caller.till.script, *caller.gate.script)))

    @property
    def queues(self) -> SimulatedQueues:
        """Return the queues of the script."""
        return self._caller.queues

    @property
    def till(self) -> SimulatedTill:
        """Return where payments end as the script says."""
        return self._caller.till

    @property
    def gate(self) -> SimulatedGate:
        """Return where identity checks end as the script says."""
        return self._caller.gate

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
            self._write_down(self._keys.popleft())

    async def dial(self, targets: Sequence[str], ring_for: float, label: str) -> DialResult:
        """Answer as the script says; unless it says otherwise, somebody answers and hangs up later."""
        answers = self._caller.answers
        told = answers.popleft() if answers else Answer(DialResult.ENDED_BY_CALLEE)
        reached = told.result is DialResult.ENDED_BY_CALLEE
        result = DialResult.NO_ANSWER if reached and told.after > ring_for else told.result
        seconds = ring_for if result is DialResult.NO_ANSWER else min(told.after, ring_for)
        if result is DialResult.ENDED_BY_CALLEE:
            seconds += told.talk
            self.answered = True
        dialled = Dialled(tuple(targets), label, result, seconds)
        self._moments.append(Moment(self._clock.now, dialled))
        self._pass(seconds)
        return result

    async def queue(self, wish: QueueWish) -> QueueEnd:
        """Wait as the script says; unless it says otherwise, an agent answers and hangs up later."""
        told = self._caller.waits.popleft() if self._caller.waits else Queued(WaitEnd.TALK_OVER)
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
                self._pass(told.talk)
            end = QueueEnd(told.how)
            return end
        finally:
            # Also when the caller gives up, or hangs up on the agent.
            waited = (self._clock.now if answered_at is None else answered_at) - began
            talked = None if answered_at is None else self._clock.now - answered_at
            self._moments.insert(place, Moment(began, Waited(wish.queue, wish.label, end, waited, talked)))

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
        """Nobody hears music here."""

    def mask_keys(self, on: bool) -> None:
        """Show keys taken from now on as masked."""
        self._masked = on

    def _pass(self, seconds: float, *, until_key: bool = False, listening: bool = False) -> bool:
        """Let ``seconds`` pass, or fewer when ``until_key`` and a key comes; return whether one did."""
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
            self._keys.extend(Key(digit, item.method) for digit in item.digits)
        return True

    def _give_up_at_last(self) -> None:
        if self._clock.now > LONGEST_CALL_S:
            raise CallerGone(CALLER_HUNG_UP)

    def _write_down(self, key: Key) -> None:
        digit = "*" if self._masked else key.digit
        self._moments.append(Moment(self._clock.now, DigitPressed("caller", digit, key.method)))


DEFAULT_FACTS = CallFacts(
    call="simulated", caller="1001", caller_name="Jan Kowalski", called="100", account="1001", codec="PCMA"
)
"""Who calls when the script does not say."""


def simulate(tree: Tree, script: Iterable[Input] = (), facts: CallFacts = DEFAULT_FACTS) -> Transcript:
    """Walk ``tree`` with a caller who does what ``script`` says, and return everything that happened.

    Raise :class:`SimulationError` when a step waits for something outside the simulated world.
    """
    clock = VirtualClock()
    moments: list[Moment] = []
    line = SimulatedLine(script, clock, moments)
    world = World(
        line,
        facts,
        clock,
        lambda event: moments.append(Moment(clock.now, event)),
        line.queues,
        line.till,
        line.gate,
    )
    try:
        ended = _to_the_end(run(tree, world, tree.entries.get(facts.called, "")))
    except CallerGone:
        ended = None
    return Transcript(
        tree.name, tuple(moments), ended, clock.now, line.not_pressed, line.not_used, answered=line.answered
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
        return max(SHORTEST_PROMPT_S, len(prompt.text) / LETTERS_PER_SECOND)
    return FILE_PROMPT_S
