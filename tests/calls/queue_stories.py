"""Calls that came through a queue, as lists of events."""

from __future__ import annotations

from softswitch.events import (
    AgentMissed,
    AgentOffered,
    CallRouted,
    LegAnswered,
    LegInvited,
    QueueAnswered,
    QueueEntered,
)
from tests.calls.stories import Story, arrived


def offered(agent: str, at: float, *candidates: str, overtook: int = 0, because: str = "") -> AgentOffered:
    return AgentOffered(
        "sales", agent, at, 0, at, "longest_idle", (agent, *candidates), overtook=overtook, because=because
    )


def waiting() -> Story:
    """Somebody waits behind two others."""
    return (
        arrived("500")
        .at(0.01, CallRouted("queue", "sales"))
        .at(0.02, LegAnswered("a", "1001", "PCMA", "rfc4733"), QueueEntered("sales", "1001", 2))
    )


def answered() -> Story:
    """The first agent misses it, the second has the caller after 30 s."""
    return (
        waiting()
        .at(10, offered("1002", 10, "1003"), LegInvited("b1", "1002", "sip:1002@192.0.2.8"))
        .at(25, AgentMissed("sales", "1002", "no_answer", 15.0))
        .at(25, offered("1003", 25, overtook=1, because="skill"))
        .at(25, LegInvited("b2", "1003", "sip:1003@192.0.2.9"))
        .at(30, LegAnswered("b2", "1003", "PCMA", ""))
        .at(30, QueueAnswered("sales", "1003", "b2", "1001", 30.0, 5.0))
    )
