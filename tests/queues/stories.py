"""A floor for stories: seconds pass, phones answer or not, and what it wants done is there to be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from softswitch.events import AgentOffered, CallEvent, QueueAnswered, QueueLeft, SystemEvent
from softswitch.queues.config import QueuesConfig
from softswitch.queues.floor import Floor
from softswitch.queues.model import (
    Arrival,
    DialBack,
    Dismiss,
    Entry,
    Miss,
    Output,
    Refused,
    Ring,
    Stop,
    Told,
    Why,
)

START = 1000.3
"""No round number, so that sums and differences of times lose something."""


class Story:
    """A floor whose agents' phones can all be rung. It carries nothing out but what a story says.

    ``did`` is what the floor wanted done since it was last asked for.
    """

    def __init__(self, queues: Mapping[str, Any], agents: Mapping[str, Any] | None = None) -> None:
        config = QueuesConfig.model_validate({"queues": queues, "agents": agents or {}})
        self.now = START
        self.floor = Floor(config, self.now, random=lambda: 0.0)
        self.events: list[CallEvent | SystemEvent] = []
        self.ringing: dict[str, Ring] = {}
        """By agent."""
        self.rung_first: list[str] = []
        """For whom phones rang, in the order in which they first did."""
        self.first_ring: dict[str, float] = {}
        """After how many seconds each agent's phone rang first."""
        self._did: list[Output] = []
        for agent in self.floor.roster:
            self.floor.phone(self.now, agent.name, reachable=True, engaged=False)
        self._look()
        self.events.clear()

    # What happens

    def enters(self, call: str, queue: str = "sales", **what: Any) -> Entry | Refused:
        """Somebody calls."""
        found = self.floor.enter(self.now, queue, Arrival(call, what.pop("party", f"+{call}"), **what))
        self._look()
        return found

    def waits(self, seconds: float) -> Story:
        """Time passes, and the floor is woken exactly when it wants to be."""
        until = self.now + seconds
        while (at := self.floor.next_deadline()) is not None and at <= until:
            self.now = max(at, self.now)
            self.floor.tick(self.now)
            self._look()
        self.now = until
        return self

    def answers(self, agent: str) -> bool:
        """A phone that rings is answered."""
        done = self.floor.answered(self.now, self.ringing.pop(agent).offer, agent, leg="b1")
        self._look()
        return done

    def misses(self, agent: str, why: Miss = Miss.NO_ANSWER) -> None:
        """A phone that rings is not answered."""
        self.floor.missed(self.now, self.ringing.pop(agent).offer, agent, why)
        self._look()

    def ends(self, agent: str, by: str = "agent") -> None:
        """A talk is over."""
        self.floor.talk_over(self.now, agent, by)
        self._look()

    def hangs_up(self, call: str) -> None:
        """Somebody waits no more."""
        self.floor.leave(self.now, call, Why.ABANDONED)
        self._look()

    def does(self, what: str, *args: Any, **more: Any) -> Any:
        """Any other input of the floor, by name."""
        found = getattr(self.floor, what)(self.now, *args, **more)
        self._look()
        return found

    def _look(self) -> None:
        for output in self.floor.poll():
            match output:
                case Told():
                    self.events.append(output.event)
                    continue
                case Ring():
                    self.ringing.update(dict.fromkeys(output.agents, output))
                    for agent in output.agents:
                        self.first_ring.setdefault(agent, round(self.now - START, 3))
                    if output.entry not in self.rung_first:
                        self.rung_first.append(output.entry)
                case Stop():
                    self.ringing.pop(output.agent, None)
                case Dismiss():
                    self.floor.leave(self.now, output.entry, output.why)
                case _:
                    pass
            self._did.append(output)

    # What there is to see

    @property
    def did(self) -> list[Output]:
        """What was to be done since this was last asked for, but for what is told."""
        did, self._did = self._did, []
        return did

    def told(self, kind: type) -> list[Any]:
        """What was told of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def rings(self) -> dict[str, str]:
        """For whom each phone rings that does."""
        return {agent: ring.entry for agent, ring in sorted(self.ringing.items())}

    @property
    def left(self) -> dict[str, str]:
        """Whose wait ended without an agent, and why."""
        return {event.party.removeprefix("+"): event.why for event in self.told(QueueLeft)}

    @property
    def answered(self) -> list[str]:
        """Who was answered, in order."""
        return [event.party.removeprefix("+") for event in self.told(QueueAnswered)]

    @property
    def last_offer(self) -> AgentOffered:
        """The newest offer, with its reasons."""
        offer = self.told(AgentOffered)[-1]
        assert isinstance(offer, AgentOffered)
        return offer

    @property
    def line(self) -> list[str]:
        """All who wait, in the order of each queue."""
        return [entry.id for post in self.floor.posts.values() for entry in post.line]

    @property
    def dialled(self) -> list[str]:
        """Whom it wanted called back since :attr:`did` was last asked for."""
        return [output.entry for output in self.did if isinstance(output, DialBack)]
