"""Which agent talks on which leg, and when that is over: a reader of the event log.

An agent's part ends with his leg, or when somebody else has its place. Where the leg goes over into another
call he talks on: to somebody else, but he is not free.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from softswitch.calls.hangup import Reason
from softswitch.events import (
    CallEnded,
    Entry,
    Event,
    LegEnded,
    LegJoined,
    LegLeft,
    LegTookPlace,
    QueueAnswered,
    TransferDone,
)

AGENT: Final = "agent"
CALLER: Final = "caller"
TRANSFER: Final = "transfer"
SWITCH: Final = "switch"

_BY: Final = {
    Reason.CALLEE_HUNG_UP.value: AGENT,
    Reason.CALLER_HUNG_UP.value: CALLER,
    Reason.TRANSFERRED.value: TRANSFER,
}

Seat = tuple[str, str]
"""A call and a leg of it."""


KINDS_READ: Final[tuple[type[Event], ...]] = (
    QueueAnswered,
    LegLeft,
    LegTookPlace,
    LegJoined,
    TransferDone,
    LegEnded,
    CallEnded,
)
"""All that is looked at: who subscribes need be told of nothing else."""


@dataclass(frozen=True, slots=True)
class Over:
    """An agent's part in a talk is over, ``by`` agent, caller, transfer or switch."""

    agent: str
    by: str


class Talks:
    """Follows every agent who has answered a caller.

    ``rung_at`` names the account whose phones ring for an agent, where that is not his own.
    """

    def __init__(self, rung_at: Mapping[str, str] | None = None) -> None:
        self._rung_at = rung_at or {}
        self._agents: dict[Seat, str] = {}
        self._on_the_way: dict[tuple[str, str], str] = {}
        """Agents whose leg has left a call, by that call and who is on the leg."""

    def __len__(self) -> int:
        return len(self._agents) + len(self._on_the_way)

    def __contains__(self, agent: str) -> bool:
        return agent in self._agents.values() or agent in self._on_the_way.values()

    def lost(self, live: AbstractSet[str]) -> Iterator[Over]:
        """Yield whose part is over without a word of it in the log: their call is none of those that live."""
        calls = {call for call, _ in (*self._agents, *self._on_the_way)}
        for call in sorted(calls - live):
            yield from self._all_over(call)

    def read(self, entry: Entry) -> Iterator[Over]:
        """Take an entry of the log; yield whose part is over by it."""
        call, event = entry.call, entry.event
        match event:
            case QueueAnswered(agent=agent, leg=leg):
                self._agents[call, leg] = agent
            case LegLeft(leg=leg, party=party) if (call, leg) in self._agents:
                self._on_the_way[call, party] = self._agents.pop((call, leg))
            case LegTookPlace(leg=leg, party=party, of=of, from_call=from_call):
                yield from self._replaced((call, of), (call, leg), party)
                self._arrived((call, leg), party, from_call)
            case LegJoined(leg=leg, party=party, from_call=from_call):
                self._arrived((call, leg), party, from_call)
            case TransferDone(leg=leg, done=True):
                yield from self._over((call, leg), TRANSFER)
            case LegEnded(leg=leg, reason=reason):
                yield from self._over((call, leg), _BY.get(reason, SWITCH))
            case CallEnded():
                yield from self._all_over(call)
            case _:
                pass

    def _arrived(self, seat: Seat, party: str, from_call: str) -> None:
        agent = self._on_the_way.pop((from_call, party), None)
        if agent is not None:
            self._agents[seat] = agent

    def _replaced(self, place: Seat, newcomer: Seat, party: str) -> Iterator[Over]:
        agent = self._agents.pop(place, None)
        if agent is None:
            return
        if party in (agent, self._rung_at.get(agent)):
            self._agents[newcomer] = agent  # By another phone of his own.
        else:
            yield Over(agent, TRANSFER)

    def _over(self, seat: Seat, by: str) -> Iterator[Over]:
        agent = self._agents.pop(seat, None)
        if agent is not None:
            yield Over(agent, by)

    def _all_over(self, call: str) -> Iterator[Over]:
        """End what a call leaves behind: whatever went wrong in it, no agent stays in it."""
        for seat in [seat for seat in self._agents if seat[0] == call]:
            yield from self._over(seat, SWITCH)
        for key in [key for key in self._on_the_way if key[0] == call]:
            yield Over(self._on_the_way.pop(key), SWITCH)
