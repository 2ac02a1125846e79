"""What happened in a simulated call, to be asked by tests; :mod:`transcript_lines` shows it to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from softswitch.events import BranchEntered, CallEvent, PromptPlayed, StepTaken
from softswitch.ivr.context import DialResult, QueueEnd
from softswitch.ivr.outcome import Ended

CALLER_HUNG_UP = "the caller hung up"


@dataclass(frozen=True, slots=True)
class Dialled:
    """A number the tree called for the caller, as the transcript shows it."""

    targets: tuple[str, ...]
    label: str
    result: DialResult
    seconds: float
    path: tuple[str, ...] = ()
    """The way through the menus, as the phone that rings is told."""


@dataclass(frozen=True, slots=True)
class Waited:
    """A wait in a queue, as the transcript shows it. ``end`` is None when the caller hung up first.

    ``talked`` is how many seconds the caller talked with an agent, None when nobody answered.
    """

    queue: str
    label: str
    end: QueueEnd | None
    waited: float
    talked: float | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step did outside the call, such as a text message or a ticket: its kind, and what it held."""

    kind: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, ``at`` seconds after the call began."""

    at: float
    event: CallEvent | Dialled | Waited | Effect


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything of one simulated call. ``ended`` is None when the caller hung up first.

    ``not_pressed`` are keys of the script for which the call was over too soon, ``not_used`` are answers
    and waits for which too few numbers were dialled and too few queues entered. ``answered`` tells whether a
    real caller's phone would be. ``longest_silence`` is how many seconds at most such a caller heard nothing
    that was meant to be heard. ``unanswered`` tells of each time the tree waited for a key in vain how many
    moments there were at its end, and ``pressed`` of keys that were pressed together how many there were
    then, when that was, and which keys; those may be secret and are not shown.
    """

    tree: str
    moments: tuple[Moment, ...]
    ended: Ended | None
    seconds: float
    not_pressed: tuple[str, ...] = ()
    not_used: tuple[str, ...] = ()
    answered: bool = True
    longest_silence: float = 0.0
    unanswered: tuple[int, ...] = ()
    pressed: tuple[tuple[int, float, str], ...] = field(default=(), repr=False)

    @property
    def path(self) -> tuple[str, ...]:
        """Return the branches in the order they were entered."""
        return tuple(m.event.branch for m in self.moments if isinstance(m.event, BranchEntered))

    @property
    def heard(self) -> tuple[str, ...]:
        """Return the texts of all prompts, in order, as the log shows them."""
        return tuple(m.event.text for m in self.moments if isinstance(m.event, PromptPlayed))

    @property
    def exits(self) -> tuple[tuple[str, str, str], ...]:
        """Return (branch, step, exit) of every step, in order."""
        events = (m.event for m in self.moments)
        return tuple((e.branch, e.step, e.exit) for e in events if isinstance(e, StepTaken))

    @property
    def dialled(self) -> tuple[Dialled, ...]:
        """Return the numbers that were called, in order."""
        return tuple(m.event for m in self.moments if isinstance(m.event, Dialled))

    @property
    def waited(self) -> tuple[Waited, ...]:
        """Return the waits in queues, in order."""
        return tuple(m.event for m in self.moments if isinstance(m.event, Waited))

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Return what was done outside the call, in order."""
        return tuple(m.event for m in self.moments if isinstance(m.event, Effect))

    @property
    def reason(self) -> str:
        """Return why the call ended, as a sentence."""
        return CALLER_HUNG_UP if self.ended is None else self.ended.reason.value
