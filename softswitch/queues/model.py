"""What waits and what is offered: plain values that the floor keeps and hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from softswitch.events import CallEvent, SystemEvent


class Why(Enum):
    """Why a wait ended without an agent."""

    ABANDONED = "abandoned"
    """The caller hung up."""
    MAX_WAIT = "max_wait"
    NO_AGENT = "no_agent"
    """Nobody has served the queue for too long."""
    EMPTY = "empty"
    """All agents are what the queue's ``leave_when_all`` names."""
    KEY = "key"
    """The caller left by a key."""
    TAKEN = "taken"
    """Somebody took the call out of the queue: by a transfer, a pickup."""
    CALLBACK_FAILED = "callback_failed"
    """The number was never reached, as often as it was called."""
    CALLBACK_CANCELLED = "callback_cancelled"
    LOST = "lost"
    """Nothing was heard of the caller's phone any more."""
    TOO_LONG = "too_long"
    """The call has lasted for as long as a call may."""
    STOPPED = "stopped"
    """The switch stops."""
    FAULT = "fault"


class Refused(Enum):
    """Why a queue takes nobody in."""

    FULL = "full"
    EMPTY = "empty"


class Miss(Enum):
    """Why an agent did not take an offer."""

    NO_ANSWER = "no_answer"
    REJECT = "reject"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    WITHDRAWN = "withdrawn"
    """It was taken from him: answered by another, the caller gone, a pause. No fault of his."""


class Condition(Enum):
    """What keeps an agent from a queue's calls, if anything; the first that holds counts."""

    LOGGED_OUT = "logged_out"
    PAUSED = "paused"
    UNREGISTERED = "unregistered"
    """No phone of his can be rung, or he is not to be disturbed."""
    RINGING = "ringing"
    IN_USE = "in_use"
    WRAP_UP = "wrap_up"
    READY = "ready"


NOT_SERVING = frozenset({Condition.LOGGED_OUT, Condition.PAUSED, Condition.UNREGISTERED})
"""With these an agent will take no call before something changes; with any other one he soon may."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A skill that a caller needs: at least so much of it, or, if not ``required``, preferably.

    Every ``relax_s`` seconds of waiting one level less is enough; 0 for never.
    """

    level: int = 1
    required: bool = True
    relax_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who wants to wait. ``call`` is his call's id, ``party`` his number, "" for none that is known.

    ``priority`` is a head start in minutes. ``preferred`` is an agent who is asked first, for
    ``preferred_s`` seconds even if he talks; 0: only if he is free at once.
    """

    call: str
    party: str = ""
    name: str = ""
    priority: int = 0
    skills: Mapping[str, Wanted] = field(default_factory=dict)
    preferred: str = ""
    preferred_s: float = 0.0
    waited: float = 0.0
    """Seconds that count from before, whatever the queue says of such."""
    waited_here: float = 0.0
    """Of them those in this queue: its longest wait goes on."""
    returns: bool = False
    """He has had a place already and lost it by no doing of his: he is let in as he was, whoever waits."""


@dataclass(slots=True)
class Callback:
    """The number that is called in place of a caller who has hung up.

    ``ready_at`` is the earliest moment; ``dialling`` while it is being called.
    """

    number: str
    language: str = ""
    attempts: int = 0
    ready_at: float = 0.0
    dialling: bool = False


@dataclass(slots=True)
class Entry:
    """One place in a queue. ``id`` is that of the call it began with, ``call`` of the one it is in now.

    ``since`` is when the wait began, ``entered`` when it came into this queue; ``key`` orders the line.
    """

    id: str
    call: str
    queue: str
    party: str
    name: str
    since: float
    entered: float
    key: float
    number: int
    """Counts entries: of two with one key the earlier comes first."""
    priority: int
    skills: Mapping[str, Wanted]
    preferred: str = ""
    preferred_until: float = 0.0
    callback: Callback | None = None
    offer: Offer | None = None
    dismissed: bool = False
    """It was told to go on elsewhere, and gets nobody any more."""
    missed: dict[str, int] = field(default_factory=dict)
    """How often each agent has missed it."""
    told: tuple[int, int, float] = (-1, -1, -1.0)
    """What was said last of the waiting time: low, high, and after how many seconds."""

    def waited(self, now: float) -> float:
        """Return the whole wait in seconds, rounded for people."""
        return round(max(now - self.since, 0.0), 3)

    @property
    def rank(self) -> tuple[float, int]:
        """By which the line is sorted."""
        return self.key, self.number


@dataclass(slots=True)
class Offer:
    """A reservation: these agents' phones ring for one caller, and for nobody else, until ``deadline``.

    It frees its agents when it ends, whatever became of it.
    """

    id: int
    entry: str
    queue: str
    agents: set[str]
    """Who has neither missed it nor been let go."""
    began: float
    deadline: float
    together: bool
    """Several were asked at once: who does not answer has missed nothing."""


# What outlasts a restart: times are seconds since 1970, as the wall clock had it


@dataclass(frozen=True, slots=True)
class KeptPause:
    """A pause; ``until`` is when it ends by itself, None when the agent ends it."""

    reason: str
    until: float | None = None
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class KeptAgent:
    """What an agent wished for a queue, or with ``queue`` "" for all.

    ``logged_in`` is None as long as he never said it himself, so that the configuration does.
    """

    agent: str
    queue: str = ""
    logged_in: bool | None = None
    pause: KeptPause | None = None


@dataclass(frozen=True, slots=True)
class KeptCallback:
    """A callback that was asked for in ``call``; see :class:`softswitch.events.CallbackAsked`.

    ``place`` counts entries: of two who have the same right the earlier comes first.
    """

    call: str
    queue: str
    number: str
    since: float
    ready_at: float
    place: int
    party: str = ""
    name: str = ""
    language: str = ""
    priority: int = 0
    attempts: int = 0
    skills: tuple[tuple[str, int, bool, float], ...] = ()


@dataclass(frozen=True, slots=True)
class KeptWait:
    """Somebody who waits on the line, or did so until we cut him off.

    ``number`` is where he was reached who was called back, "" for who called. ``told``: the log knows that
    this wait is over. ``cut_at`` is when the switch was first there again.
    """

    call: str
    queue: str
    party: str
    since: float
    place: int
    priority: int = 0
    number: str = ""
    told: bool = False
    cut_at: float | None = None

    @property
    def calls_from(self) -> str:
        """The number by which he is known when he calls again, "" for none."""
        return self.number or self.party


Lasting = KeptAgent | KeptCallback | KeptWait


@dataclass(frozen=True, slots=True)
class Change:
    """``kept`` is to be kept as it is now, or, if it is ``gone``, no more."""

    kept: Lasting
    gone: bool = False


# What the floor wants done


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring these agents for a caller, each for ``ring_s`` seconds, and tell the floor what becomes of it."""

    offer: int
    entry: str
    queue: str
    agents: tuple[str, ...]
    ring_s: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop ringing an agent for this offer."""

    offer: int
    entry: str
    agent: str


@dataclass(frozen=True, slots=True)
class Dismiss:
    """A wait is over; the caller goes on elsewhere."""

    entry: str
    queue: str
    why: Why


@dataclass(frozen=True, slots=True)
class DialBack:
    """An agent is reserved: call the number of a callback, for the ``attempt``-th time."""

    offer: int
    entry: str
    queue: str
    number: str
    language: str
    attempt: int
    agent: str


@dataclass(frozen=True, slots=True)
class StopDialling:
    """It takes too long: call the number of this callback no longer."""

    entry: str


@dataclass(frozen=True, slots=True)
class Told:
    """Something for the event log; ``call`` is "" for what belongs to no call."""

    call: str
    event: CallEvent | SystemEvent


Output = Ring | Stop | Dismiss | DialBack | StopDialling | Told
