"""What the interface asks of the line: calls, queues, agents, hours. All raise WebError."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from softswitch.web.paging import Part
from softswitch.web.resources.line import (
    AgentAct,
    AgentState,
    CallDetail,
    CallSummary,
    LiveCall,
    Message,
    MessageTemplate,
    NewMessage,
    QueueState,
    Schedule,
    ScheduleDay,
    Supervised,
    SwitchTo,
)


class Calls(Protocol):
    """The calls that were."""

    async def find(
        self, *, since: datetime | None, until: datetime | None, party: str, after: str, limit: int
    ) -> Part[CallSummary]:
        """Return calls, the newest first; ``party`` took part in them, as account or number, "" for any."""
        ...

    async def get(self, call: str) -> CallDetail:
        """Return one with every step; NotThere."""
        ...

    def rows(self, *, since: datetime | None, until: datetime | None) -> AsyncIterator[CallSummary]:
        """Yield calls, the newest first, a few at a time from the disk."""
        ...


class LiveCalls(Protocol):
    """The calls that are."""

    def all(self) -> Sequence[LiveCall]:
        """Return all, the oldest first."""
        ...

    def get(self, call: str) -> LiveCall:
        """Return one; NotThere."""
        ...


class CallControl(Protocol):
    """What can be done with calls from outside."""

    def begin(self, account: str, number: str, *, ring_s: float, by: str) -> str:
        """Ring an account and connect it with a number; return the call's id. Conflict, NotThere."""
        ...

    def hang_up(self, call: str) -> None:
        """End a call; NotThere."""
        ...

    async def transfer(self, call: str, number: str, *, by: str) -> None:
        """Hand over whoever is served in a call; ``by`` is the account in the talk that does, "" for ours.

        Returns once it has begun. NotThere, Conflict.
        """
        ...

    def supervise(self, call: str, *, by: str, mode: str) -> Supervised:
        """Let an account hear the talk of a call; Conflict where nobody talks."""
        ...


class Queues(Protocol):
    """Queues and agents."""

    def queues(self) -> Sequence[QueueState]:
        """Return all queues."""
        ...

    def agents(self) -> Sequence[AgentState]:
        """Return all agents."""
        ...

    def act(self, agent: str, act: AgentAct) -> AgentState:
        """Do something for an agent; Conflict where it cannot be done, NotThere."""
        ...


class Schedules(Protocol):
    """Opening hours."""

    def all(self) -> Sequence[Schedule]:
        """Return all, as they stand now."""
        ...

    def preview(self, schedule: str, *, days: int) -> Sequence[ScheduleDay]:
        """Return the days from today on; NotThere."""
        ...

    async def switch(self, schedule: str, to: SwitchTo, *, by: str) -> Schedule:
        """Switch one by hand; NotThere."""
        ...

    async def release(self, schedule: str, *, by: str) -> Schedule:
        """Let it go by its hours again; NotThere."""
        ...

    async def switch_all(self, to: SwitchTo, *, by: str) -> Sequence[Schedule]:
        """Switch all by hand, beside what each is switched to itself; NotThere where there is none."""
        ...

    async def release_all(self, *, by: str) -> Sequence[Schedule]:
        """Take back what all were switched to; NotThere where there is none."""
        ...


class Messages(Protocol):
    """Text messages (SMS)."""

    async def send(self, number: str, new: NewMessage, *, agent: str, by: str) -> Message:
        """Have one sent, by an account or by none (""); Unacceptable for a number that takes none."""
        ...

    async def of_call(self, call: str) -> Sequence[Message]:
        """Return those that belong to a call, the oldest first."""
        ...

    def templates(self) -> Sequence[MessageTemplate]:
        """Return the texts that can be sent by name."""
        ...

    async def get(self, message: str) -> Message:
        """Return what became of one; NotThere."""
        ...


class Numbers(Protocol):
    """Which number stands behind a call, and which is shown in its place."""

    def hidden(self, call: str) -> str | None:
        """Return the number that agents see in place of the caller's own, None where they see that."""
        ...
