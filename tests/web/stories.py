"""Events of calls, as the log tells them."""

from __future__ import annotations

from datetime import timedelta

from softswitch.events import (
    AgentOffered,
    BranchEntered,
    CallArrived,
    CallEnded,
    CallRouted,
    Entry,
    Event,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegRinging,
    LegsBridged,
    QueueAnswered,
    QueueEntered,
)
from tests.fakes.clock import START

CALLER = "+48600100200"


class Story:
    """Writes a log: each event a second after the one before, unless it is said otherwise."""

    def __init__(self, call: str = "C1", first: int = 1) -> None:
        self.call = call
        self.sequence = first - 1
        self.at = START
        self.entries: list[Entry] = []

    def tell(self, *events: Event, call: str | None = None, after: float = 1.0) -> list[Entry]:
        """Write events down and return their entries."""
        told = []
        for event in events:
            self.sequence += 1
            self.at += timedelta(seconds=after)
            told.append(Entry(self.sequence, self.at, self.call if call is None else call, event))
        self.entries += told
        return told

    def arrives(self, caller: str = CALLER, called: str = "300", trunk: str = "town") -> list[Entry]:
        """Let somebody call."""
        return self.tell(
            CallArrived("caller", caller, "Anna", called, "192.0.2.1", "", trunk=trunk),
            CallRouted("tree", "main"),
            LegAnswered("caller", caller, "PCMA", "events"),
            BranchEntered("main", "welcome"),
        )

    def waits(self, queue: str = "sales") -> list[Entry]:
        """Let the caller wait."""
        return self.tell(QueueEntered(queue, CALLER, 0))

    def rings(self, agent: str = "1001", leg: str = "b1") -> list[Entry]:
        """Let an agent's phone ring."""
        return self.tell(
            AgentOffered("sales", agent, 1.0, 0, 1.0, "longest_idle", (agent,)),
            LegInvited(leg, agent, f"sip:{agent}@192.0.2.9"),
            LegRinging(leg, agent, False),
        )

    def answers(self, agent: str = "1001", leg: str = "b1") -> list[Entry]:
        """Let the agent answer."""
        return self.tell(
            LegAnswered(leg, agent, "PCMA", "events"),
            QueueAnswered("sales", agent, leg, CALLER, 1.0, 1.0),
            LegsBridged("caller", leg),
        )

    def declines(self, agent: str = "1001", leg: str = "b1") -> list[Entry]:
        """Let the agent decline."""
        return self.tell(LegEnded(leg, agent, "declined", "declined", 603, 21))

    def ends(self) -> list[Entry]:
        """Let the call be over."""
        return self.tell(
            LegEnded("caller", CALLER, "completed", "caller_hung_up", 200, 16),
            CallEnded("completed", "caller_hung_up", 200, 16, "caller"),
        )
