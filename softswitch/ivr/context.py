"""The world as a tree sees it: Protocols and plain values, nothing of SIP or audio.

The live line lives in the calls room, the simulated one in :mod:`softswitch.ivr.simulate`; the
interpreter cannot tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from softswitch.calls.guise import Guise
from softswitch.calls.tongue import Tongue
from softswitch.clock import Clock
from softswitch.events import CallEvent
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.ivr.errors import NoSuchQueue


@dataclass(frozen=True, slots=True)
class SayText:
    """A text to be spoken. ``private`` texts hold a caller's secret: never log or keep them on disk.

    ``rate`` is the pace, 1.0 being the voice's own.
    """

    text: str
    language: str
    voice: str | None = None
    private: bool = False
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class PlayFile:
    """A recorded prompt to be played."""

    path: Path


Prompt = SayText | PlayFile


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a prompt: seconds really heard, and whether a key cut it short."""

    seconds: float
    interrupted: bool


@dataclass(frozen=True, slots=True)
class Key:
    """One key press. ``digit`` is one of ``0-9*#A-D``; ``method`` is rfc4733, info or inband."""

    digit: str
    method: str


class DialResult(StrEnum):
    """What came of calling somebody for the caller."""

    ENDED_BY_CALLEE = "ended_by_callee"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody is rung for a caller.

    ``in_turn`` rings one after another, each for the whole time; who is in a call is passed over at once.
    With ``confirm`` whoever answers outside presses 1 first, asked in ``language``: no mailbox does.
    With ``music`` the caller hears that in place of ringing. ``by`` is the account with whose rights numbers
    outside are called, "" for those of who calls; ``agent`` is whom the talk counts for, "" for who answers.
    ``spoken`` is the language of the caller, in which he is told that the talk will be recorded.
    """

    in_turn: bool = False
    confirm: bool = False
    music: bool = False
    language: str = ""
    by: str = ""
    agent: str = ""
    spoken: str = ""


AS_USUAL: Final = Manner()
"""All together, and the first who answers has the caller."""


@dataclass(frozen=True, slots=True)
class TalkedWith:
    """With whom a caller talked last, and in which queue; "" for nobody, and for none."""

    queue: str = ""
    agent: str = ""


class WaitEnd(StrEnum):
    """How a wait in a queue ended, other than by the caller's hanging up."""

    TALK_OVER = "talk_over"
    """An agent answered, they talked, and the agent hung up."""
    FULL = "full"
    """As many wait as the queue allows."""
    EMPTY = "empty"
    """No agent is in a condition to serve it."""
    MAX_WAIT = "max_wait"
    NO_AGENT = "no_agent"
    """Nobody has served the queue for too long."""
    KEY = "key"
    """One of the tree's that leaves the queue, or one of the queue's own that has led away."""
    CALLBACK = "callback"
    """The caller has asked to be called back, and keeps the place."""


@dataclass(frozen=True, slots=True)
class NeededSkill:
    """A skill an agent needs for this caller: at least so much of it, or, if not ``required``, preferably.

    Every ``relax_s`` seconds of waiting one level less is enough; 0 for never.
    """

    level: int = 1
    required: bool = True
    relax_s: float = 0.0


@dataclass(frozen=True, slots=True)
class QueueWish:
    """How a caller is to wait in ``queue``; what is empty is as the queue has it.

    ``answer`` is ``at_once`` or ``when_agent``. ``label`` is what the agent's phone shows. ``priority`` is a
    head start in minutes. Each of ``keys`` ends the wait at any instant.
    """

    queue: str
    answer: str = ""
    language: str = ""
    label: str = ""
    priority: int = 0
    skills: Mapping[str, NeededSkill] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class QueueEnd:
    """How a wait ended; ``key`` is the one that was pressed, of the tree or of the queue."""

    how: WaitEnd
    key: str = ""


class Queues(Protocol):
    """The queues as a tree may look at them. All raise a SoftswitchError for a name that none has."""

    @property
    def names(self) -> Collection[str]:
        """The names of all queues."""
        ...

    def knows(self, name: str) -> bool:
        """Tell whether there is such a queue."""
        ...

    def agents(self, name: str, *, free: bool) -> int:
        """Return how many agents are logged in, on a break or not; or how many could take a call now."""
        ...

    def waiting(self, name: str) -> int:
        """Return how many callers wait on the line."""
        ...

    def answers_at_once(self, name: str) -> bool:
        """Tell whether the queue's own way is to answer with music, and not only with an agent."""
        ...


class NoQueues:
    """The :class:`Queues` of a switch that has none."""

    @property
    def names(self) -> Collection[str]:
        """None."""
        return ()

    def knows(self, name: str) -> bool:
        """No."""
        return False

    def agents(self, name: str, *, free: bool) -> int:
        """Raise NoSuchQueue."""
        raise NoSuchQueue(name)

    def waiting(self, name: str) -> int:
        """Raise NoSuchQueue."""
        raise NoSuchQueue(name)

    def answers_at_once(self, name: str) -> bool:
        """Raise NoSuchQueue."""
        raise NoSuchQueue(name)


class Line(Protocol):
    """The caller's leg, as far as a tree may touch it.

    There is one stream of keys for the whole call, with type-ahead: a key waits in it until it is
    taken by :meth:`next_key` or thrown away by :meth:`flush_keys`. A caller who hangs up ends every
    method here: by cancellation of the task (live) or by ``CallerGone`` (simulated).
    """

    @property
    def answered(self) -> bool:
        """Whether the caller was answered already."""
        ...

    async def play(self, prompts: Sequence[Prompt], *, until_key: bool) -> Played:
        """Play ``prompts`` one after another without a gap; return when the last sound has left.

        With ``until_key`` return at once when a key waits or comes; the key stays in the stream.
        Without, every prompt is played to its end and keys gather in the stream meanwhile.
        Raise :class:`~softswitch.ivr.errors.PromptFailed` when a prompt cannot be made audible.
        """
        ...

    async def next_key(self, within: float) -> Key | None:
        """Take the next key; return None when none came ``within`` seconds.

        With 0 return at once: a key only if one already waits.
        """
        ...

    def flush_keys(self) -> None:
        """Throw away the keys that wait in the stream."""
        ...

    @property
    def guise(self) -> Guise:
        """What phones of ours are shown of the caller."""
        ...

    @property
    def talked_with(self) -> TalkedWith:
        """With whom the caller talked last in this call."""
        ...

    def show(self, guise: Guise) -> None:
        """Have phones of ours shown this of the caller from now on."""
        ...

    @property
    def tongue(self) -> Tongue:
        """What the caller has chosen in this call of how to be spoken to, in this tree or before."""
        ...

    def speak(self, tongue: Tongue) -> None:
        """Have everything said so from now on, in queues and trees that follow, too."""
        ...

    async def dial(
        self, targets: Sequence[str], ring_for: float, label: str, manner: Manner = AS_USUAL
    ) -> DialResult:
        """Ring ``targets``, at most ``ring_for`` seconds, and join the first that answers.

        Return when the called party hung up or when nobody was reached. The caller hears ringing or
        music meanwhile, never silence. ``label`` is what the called phone shows ("" for nothing).
        """
        ...

    async def extension(self, number: str) -> DialResult:
        """Ring an extension as if the caller had dialled it inside, and join who answers.

        UNKNOWN where there is none of that number; nothing that costs anything is ever one.
        """
        ...

    async def duty(self, name: str, *, alone: bool) -> DialResult:
        """Ring who is on duty, round after round, and join who answers.

        Where nobody does, the duty's own configuration leads the caller on, unless this is to be ``alone``.
        """
        ...

    async def queue(self, wish: QueueWish) -> QueueEnd:
        """Let the caller wait in a queue and talk with the agent who answers; return how it ended.

        The queue takes keys meanwhile. Raise a SoftswitchError where there is none of that name.
        """
        ...

    async def echo(self, within: float, *, until_key: bool) -> None:
        """Send the caller's own voice back for at most ``within`` seconds.

        With ``until_key`` a key ends it and stays in the stream; without, keys gather meanwhile.
        """
        ...

    def background(self, on: bool) -> None:
        """Let the caller hear music behind and between prompts while ``on``, and silence again after."""
        ...

    def comfort(self) -> AbstractAsyncContextManager[None]:
        """Let the caller hear music while something is waited for, unless it comes within an instant."""
        ...

    async def program(self, number: str, values: Mapping[str, str]) -> ProgramEnd:
        """Let the program behind a number drive the call; ``values`` are handed to it."""
        ...

    async def leave_message(self, box: str, language: str) -> MessageEnd:
        """Let the caller leave a message in a box, whose own words are said in a language."""
        ...

    async def ask_for_call(self, desk: str, language: str) -> CallbackEnd:
        """Let the caller ask to be called back by a desk, and hear what came of it."""
        ...

    def mask_keys(self, on: bool) -> None:
        """Keep digits out of every log while ``on``.

        It counts when a key is taken or thrown away, not when it arrives: a secret typed ahead of
        its prompt must not be written down either.
        """
        ...


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of a call when it enters a tree.

    ``account`` is empty for callers from outside; ``language`` is the account's own language, empty
    when nobody set one. ``is_first`` tells that nothing else of the line has served the caller in this call.
    """

    call: str
    caller: str
    caller_name: str
    called: str
    account: str = ""
    codec: str = ""
    behind_nat: bool = False
    language: str = ""
    is_first: bool = True


def _unnoticed(tree: str, branch: str, step: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class World:
    """Everything a walk through a tree may use. ``record`` appends to the call's event log."""

    line: Line
    facts: CallFacts
    clock: Clock
    record: Callable[[CallEvent], None]
    queues: Queues = field(default_factory=NoQueues)
    desks: Desks = field(default_factory=Desks)
    comes_to: Callable[[str, str, str], None] = _unnoticed
    """Told of each step before it is done: its tree, its branch, and itself, ``2 request``."""
