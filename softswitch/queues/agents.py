"""What an agent does, as a machine in a table: one state for all queues, and every way from one to another.

Where an agent is when he does nothing for a caller follows from what he wishes: logged in nowhere he is
offline, on a pause he is paused, else he is ready. :data:`REST` stands for that in the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from softswitch.queues.config import AgentConfig
from softswitch.queues.model import Condition, Miss, Offer


class State(Enum):
    """What an agent does."""

    OFFLINE = "offline"
    READY = "ready"
    RINGING = "ringing"
    """A caller is offered to him, or he is kept for one who is being called back."""
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"


class Input(Enum):
    """What happens to an agent."""

    WISHED = "wished"
    """He logged in or out, paused or returned."""
    OFFERED = "offered"
    GIVEN_BACK = "given_back"
    """The offer is over without him."""
    ANSWERED = "answered"
    TALK_OVER = "talk_over"
    WRAPPED_UP = "wrapped_up"


REST: Final = None

TABLE: Final[Mapping[State, Mapping[Input, State | None]]] = {
    State.OFFLINE: {Input.WISHED: REST},
    State.READY: {Input.WISHED: REST, Input.OFFERED: State.RINGING},
    State.PAUSED: {Input.WISHED: REST},
    State.RINGING: {
        Input.WISHED: State.RINGING,
        Input.GIVEN_BACK: REST,
        Input.ANSWERED: State.TALKING,
    },
    State.TALKING: {Input.WISHED: State.TALKING, Input.TALK_OVER: State.WRAP_UP},
    State.WRAP_UP: {Input.WISHED: State.WRAP_UP, Input.WRAPPED_UP: REST},
}
"""Every transition. An input that is not here is a fault of ours."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause, for a reason; ``until`` is when it ends by itself, None when the agent ends it."""

    reason: str
    until: float | None = None
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """What an agent talks for: an entry of a queue that is answered."""

    queue: str
    call: str
    began: float


@dataclass(slots=True)
class Agent:
    """One agent. ``logged_in`` names queues; ``paused`` is his pause from all, ``paused_in`` from some."""

    name: str
    config: AgentConfig
    state: State = State.OFFLINE
    changed: float = 0.0
    """When the state began."""
    idle_since: float = 0.0
    """When he last had something to do with a caller, or logged in."""
    logged_in: set[str] = field(default_factory=set)
    paused: Pause | None = None
    paused_in: dict[str, Pause] = field(default_factory=dict)
    reachable: bool = False
    engaged: bool = False
    """He talks to somebody by himself."""
    rest_until: float = 0.0
    wrap_up_until: float = 0.0
    offer: Offer | None = None
    talk: Talk | None = None
    missed: dict[Miss, int] = field(default_factory=dict)
    """How often in a row, by how."""

    @property
    def resting_state(self) -> State:
        """Where he is when he does nothing for a caller."""
        if not self.logged_in:
            return State.OFFLINE
        return State.PAUSED if self.paused is not None else State.READY

    def pause_ends(self) -> list[float]:
        """Return when his pauses end that end by themselves."""
        pauses = [self.paused, *self.paused_in.values()]
        return [one.until for one in pauses if one is not None and one.until is not None]

    def take(self, given: Input) -> State:
        """Return the state that follows on an input; raises KeyError for one that cannot be."""
        follows = TABLE[self.state][given]
        return self.resting_state if follows is REST else follows

    def condition(self, queue: str) -> Condition:
        """Return what keeps him from the calls of a queue."""
        if queue not in self.logged_in:
            return Condition.LOGGED_OUT
        if self.paused is not None or queue in self.paused_in:
            return Condition.PAUSED
        if self.state is State.TALKING:
            return Condition.IN_USE
        if not self.reachable:
            return Condition.UNREGISTERED
        if self.state is State.RINGING:
            return Condition.RINGING
        if self.state is State.WRAP_UP:
            return Condition.WRAP_UP
        return Condition.IN_USE if self.engaged else Condition.READY

    def is_at_hand(self, now: float) -> bool:
        """Tell whether he may be offered a caller now, of one queue or another."""
        at_desk = self.state is State.READY and self.reachable and not self.engaged
        return at_desk and self.paused is None and self.rest_until <= now

    def takes(self, queue: str) -> bool:
        """Tell whether he takes the calls of a queue while he is at hand."""
        return queue in self.logged_in and queue not in self.paused_in

    def is_free(self, queue: str, now: float) -> bool:
        """Tell whether he may be offered a caller of a queue now."""
        return self.is_at_hand(now) and self.takes(queue)
