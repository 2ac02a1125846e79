"""Events of queues: who waits, whom it is offered to and why, who answers, and what agents do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueueEntered:
    """``party`` waits in a queue from now on, behind ``ahead`` others.

    ``waited`` seconds are counted from before: another queue, a transfer, an earlier call. Exactly one
    :class:`QueueAnswered` or :class:`QueueLeft` follows.
    """

    queue: str
    party: str
    ahead: int
    priority: int = 0
    waited: float = 0.0


@dataclass(frozen=True, slots=True)
class QueueRefused:
    """A queue did not take ``party`` in: it was ``full``, or ``empty`` of agents."""

    queue: str
    party: str
    why: str


@dataclass(frozen=True, slots=True)
class QueueLeft:
    """``party`` waits no more and was not answered; ``why`` is a :class:`softswitch.queues.model.Why`.

    ``waited`` is the whole wait in seconds, ``ahead`` who was still before it. ``to`` is the number that a
    key leads to; where the others go on is told when they do (:class:`CallForwarded`, a tree's steps).
    """

    queue: str
    party: str
    why: str
    waited: float
    ahead: int
    to: str = ""


@dataclass(frozen=True, slots=True)
class QueueHandedOver:
    """``party`` has the place of whoever waited there before: it came to them by a transfer."""

    queue: str
    party: str


@dataclass(frozen=True, slots=True)
class QueuePromoted:
    """Somebody gave ``party`` another head start, of ``priority`` minutes; now ``ahead`` are before it."""

    queue: str
    party: str
    priority: int
    ahead: int


@dataclass(frozen=True, slots=True)
class PlaceTold:
    """The caller was told how many are ahead, and a waiting time in seconds; -1 for what was not said."""

    queue: str
    waited: float
    ahead: int = -1
    low_s: int = -1
    high_s: int = -1


@dataclass(frozen=True, slots=True)
class AgentOffered:
    """The caller is offered to an agent, whose phone is to ring.

    ``score`` is the caller's own among all who wait, ``candidates`` are the free agents as ``strategy`` ranks
    them, the chosen one first. ``overtook`` counts who has waited longer in a queue of this agent and was
    passed over, ``because`` says by what: priority, weight, skill, tier, preferred, callback.
    """

    queue: str
    agent: str
    waited: float
    ahead: int
    score: float
    strategy: str
    candidates: tuple[str, ...]
    overtook: int = 0
    because: str = ""


@dataclass(frozen=True, slots=True)
class AgentMissed:
    """An agent did not take what was offered; ``why`` is a :class:`softswitch.queues.model.Miss`."""

    queue: str
    agent: str
    why: str
    seconds: float


@dataclass(frozen=True, slots=True)
class AgentPinRefused:
    """A wrong PIN was typed behind an agent's code, for the ``tries``-th time in this call."""

    agent: str
    leg: str
    tries: int


@dataclass(frozen=True, slots=True)
class QueueAnswered:
    """An agent has the caller: the wait of ``waited`` seconds is over. ``rang`` is how long his phone rang.

    What was said of the wait stands beside the truth: ``low_s`` to ``high_s`` seconds more, told when
    ``told_at`` seconds had been waited; -1 where nothing was said.
    """

    queue: str
    agent: str
    leg: str
    party: str
    waited: float
    rang: float
    low_s: int = -1
    high_s: int = -1
    told_at: float = -1.0


@dataclass(frozen=True, slots=True)
class QueueTalkEnded:
    """An agent's part in the talk is over, ``by`` agent, caller, transfer or switch."""

    queue: str
    agent: str
    seconds: float
    by: str


@dataclass(frozen=True, slots=True)
class CallbackAsked:
    """The caller hangs up and keeps the place: ``number`` is called when it is its turn.

    It has waited for ``waited`` seconds and is not called before ``after_s`` more. ``skills`` are what an
    agent needs who serves it, where that is not what the queue asks of all: name, level, whether required,
    and in how many seconds of waiting one level less is enough.
    """

    queue: str
    number: str
    ahead: int
    party: str = ""
    name: str = ""
    language: str = ""
    priority: int = 0
    waited: float = 0.0
    after_s: float = 0.0
    skills: tuple[tuple[str, int, bool, float], ...] = ()


@dataclass(frozen=True, slots=True)
class CallbackRefused:
    """The callback that was asked for is not taken on after all: the caller waits on the line as before."""

    queue: str
    number: str
    why: str


@dataclass(frozen=True, slots=True)
class CallbackTried:
    """It is its turn: ``agent`` is reserved, and the number is called for the ``attempt``-th time."""

    queue: str
    number: str
    attempt: int
    agent: str


@dataclass(frozen=True, slots=True)
class CallbackMissed:
    """Nobody was reached at the number; it is tried ``again_s`` seconds later, -1 for no more."""

    queue: str
    number: str
    attempt: int
    why: str
    again_s: float


@dataclass(frozen=True, slots=True)
class CallbackReached:
    """Somebody answered at the number and is in the place that was kept, in the call ``by_call``."""

    queue: str
    number: str
    attempt: int
    by_call: str


@dataclass(frozen=True, slots=True)
class AgentLoggedIn:
    """An agent serves a queue from now on."""

    agent: str
    queue: str


@dataclass(frozen=True, slots=True)
class AgentLoggedOut:
    """An agent serves a queue no more."""

    agent: str
    queue: str


@dataclass(frozen=True, slots=True)
class AgentPaused:
    """An agent takes no calls, of ``queue`` or of any (""), for ``reason``.

    ``automatic``: it was done to him, for what he missed. It ends by itself after ``seconds``, 0 for never.
    """

    agent: str
    reason: str
    queue: str = ""
    automatic: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class AgentReturned:
    """A pause is over, that of ``queue`` or the one of all ("")."""

    agent: str
    queue: str = ""


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """An agent is in another :class:`softswitch.queues.agents.State`; ``seconds`` after the last change."""

    agent: str
    state: str
    before: str
    seconds: float
