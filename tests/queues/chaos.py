"""Random things on a floor, and what must hold after each: nobody lost, nobody served twice, nobody stuck."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from softswitch.events import (
    AgentChanged,
    AgentOffered,
    Event,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    QueueTalkEnded,
)
from softswitch.queues.agents import State
from softswitch.queues.config import QueuesConfig
from softswitch.queues.floor import Floor
from softswitch.queues.matching import matches
from softswitch.queues.model import (
    Arrival,
    DialBack,
    Dismiss,
    Miss,
    Refused,
    Ring,
    Stop,
    StopDialling,
    Told,
    Why,
)


@dataclass(slots=True)
class Rung:
    """A phone that rings."""

    offer: int
    entry: str
    agent: str


class Chaos:
    """A floor in the hands of chance. ``floor`` and what it told are there to be looked at."""

    def __init__(self, config: QueuesConfig, seed: int) -> None:
        self.luck = random.Random(seed)
        self.config = config
        self.now = 1000.0
        self.floor = Floor(config, self.now, random=self.luck.random)
        self.ringing: dict[tuple[int, str], Rung] = {}
        self.dialling: dict[str, DialBack] = {}
        self.events: list[tuple[str, Event]] = []
        self.asked: set[str] = set()
        """All who were let in."""
        self.done: Counter[str] = Counter()
        self.calls = 0
        self.talks: dict[str, str] = {}
        """Agent and the call he talks in."""
        for agent in self.floor.roster:
            self.floor.phone(self.now, agent.name, reachable=True, engaged=False)
        self.drain()

    def drain(self) -> None:
        """Carry out what the floor wants, as far as chance does not."""
        for output in self.floor.poll():
            match output:
                case Ring():
                    for agent in output.agents:
                        self.ringing[output.offer, agent] = Rung(output.offer, output.entry, agent)
                    self.dialling.pop(output.entry, None)
                case Stop():
                    self.ringing.pop((output.offer, output.agent), None)
                case Dismiss():
                    self.floor.leave(self.now, output.entry, output.why)
                case DialBack():
                    assert output.entry not in self.dialling, "dialled twice"
                    self.dialling[output.entry] = output
                case StopDialling():
                    del self.dialling[output.entry]
                case Told():
                    self.read(output.call, output.event)

    def read(self, call: str, event: Event) -> None:
        """Take what is told."""
        self.events.append((call, event))
        match event:
            case QueueAnswered(agent=agent):
                self.done[call] += 1
                assert agent not in self.talks, "an agent with two callers"
                self.talks[agent] = call
            case QueueLeft():
                self.done[call] += 1
            case QueueTalkEnded(agent=agent):
                assert self.talks.pop(agent) == call
            case _:
                pass

    def step(self) -> None:
        """Let one thing happen."""
        things = (
            (8, self.arrive), (3, self.hang_up), (10, self.pick_up), (4, self.miss), (8, self.end_talk),
            (2, self.wish), (2, self.phone), (6, self.wait), (1, self.ask_callback), (3, self.call_back),
        )  # fmt: skip
        (thing,) = self.luck.choices([one for _, one in things], [weight for weight, _ in things])
        thing()
        self.drain()
        deadline = self.floor.next_deadline()
        while deadline is not None and deadline <= self.now:
            self.floor.tick(self.now)
            self.drain()
            deadline = self.floor.next_deadline()

    def arrive(self) -> None:
        """Somebody calls."""
        self.calls += 1
        call = f"c{self.calls}"
        party = f"+48600{self.luck.randrange(50):03}"
        preferred = (
            self.luck.choice([agent.name for agent in self.floor.roster]) if self.luck.random() < 0.2 else ""
        )
        arrival = Arrival(
            call, party, priority=self.luck.choice([0, 0, 0, 5]), preferred=preferred,
            preferred_s=self.luck.choice([0.0, 10.0]),
        )  # fmt: skip
        if not isinstance(
            self.floor.enter(self.now, self.luck.choice([*self.config.queues]), arrival), Refused
        ):
            self.asked.add(call)

    def hang_up(self) -> None:
        """Somebody who waits gives up."""
        waiting = [entry.id for entry in self.floor.entries.values() if entry.callback is None]
        if waiting:
            self.floor.leave(self.now, self.luck.choice(waiting), Why.ABANDONED)

    def pick_up(self) -> None:
        """A phone that rings is answered."""
        if self.ringing:
            rung = self.luck.choice([*self.ringing.values()])
            del self.ringing[rung.offer, rung.agent]
            assert self.floor.answered(self.now, rung.offer, rung.agent, leg="b1")

    def miss(self) -> None:
        """A phone that rings is not."""
        if self.ringing:
            rung = self.luck.choice([*self.ringing.values()])
            del self.ringing[rung.offer, rung.agent]
            why = self.luck.choice([Miss.NO_ANSWER, Miss.REJECT, Miss.BUSY, Miss.UNREACHABLE])
            self.floor.missed(self.now, rung.offer, rung.agent, why)

    def end_talk(self) -> None:
        """Somebody hangs up."""
        if self.talks:
            self.floor.talk_over(
                self.now, self.luck.choice([*self.talks]), self.luck.choice(["agent", "caller"])
            )

    def wish(self) -> None:
        """An agent logs in or out, pauses, returns, or has wrapped up."""
        agent = self.luck.choice([*self.floor.roster])
        queues = [name for name, queue in self.config.queues.items() if agent.name in queue.agents]
        queue = self.luck.choice(queues)
        match self.luck.randrange(6):
            case 0:
                self.floor.log_out(self.now, agent.name, queue)
            case 1 | 2:
                self.floor.log_in(self.now, agent.name, queue)
            case 3:
                where = self.luck.choice(["", queue])
                self.floor.pause(
                    self.now, agent.name, "lunch", queue=where, seconds=self.luck.choice([0.0, 30.0])
                )
            case 4:
                self.floor.resume(self.now, agent.name)
            case _:
                self.floor.finish_wrap_up(self.now, agent.name)

    def phone(self) -> None:
        """An agent's phone comes or goes, or is used for something else."""
        agent = self.luck.choice([*self.floor.roster])
        self.floor.phone(
            self.now, agent.name, reachable=self.luck.random() < 0.9, engaged=self.luck.random() < 0.1
        )

    def wait(self) -> None:
        """Time passes."""
        self.now += self.luck.choice([0.1, 1.0, 5.0, 20.0])

    def ask_callback(self) -> None:
        """Somebody who waits wants to be called back."""
        waiting = [entry for entry in self.floor.entries.values() if entry.callback is None]
        if waiting:
            entry = self.luck.choice(waiting)
            self.floor.ask_callback(
                self.now, entry.id, entry.party, ready_at=self.now + self.luck.choice([0.0, 30.0])
            )

    def call_back(self) -> None:
        """A number that is called answers, or not."""
        if self.dialling:
            entry = self.luck.choice([*self.dialling])
            dialled = self.dialling.pop(entry)
            if self.luck.random() < 0.5:
                self.floor.called_back(self.now, entry, f"{entry}+{dialled.attempt}")
            else:
                ready_at = self.now + 30.0 if dialled.attempt < 3 else None
                self.floor.callback_missed(self.now, entry, "no_answer", ready_at=ready_at)

    # What must hold

    def check(self) -> None:
        """Assert all invariants."""
        floor = self.floor
        held = Counter(name for offer in floor.offers.values() for name in offer.agents)
        assert all(times == 1 for times in held.values()), "rung twice"
        for agent in floor.roster:
            assert (agent.state is State.RINGING) == (agent.name in held) == (agent.offer is not None), agent
            assert (agent.state is State.TALKING) == (agent.talk is not None) == (agent.name in self.talks), (
                agent
            )
            assert agent.state in (State.RINGING, State.TALKING, State.WRAP_UP, agent.resting_state), agent
        for offer in floor.offers.values():
            assert offer.agents, "an offer to nobody"
            assert floor.entries[offer.entry].offer is offer
            assert offer.deadline >= self.now, "an offer that never ends"
        rung = {(one.offer, one.agent) for one in self.ringing.values()}
        for offer_id, agent_name in rung:
            assert agent_name in floor.offers[offer_id].agents, "a phone rings for nobody"
        for post in floor.posts.values():
            line = list(post.line)
            assert line == sorted(line, key=lambda one: one.rank)
            assert all(floor.entries[entry.id] is entry for entry in line)
        assert len(floor.entries) == sum(len(post.line) for post in floor.posts.values())
        entered = Counter(call for call, event in self.events if isinstance(event, QueueEntered))
        assert all(times == 1 for times in entered.values())
        assert all(times == 1 for times in self.done.values()), "served twice"
        assert set(entered) == self.asked
        # An entry that was called back ends in the call that called it.
        ended = {call.partition("+")[0] for call in self.done}
        assert ended | set(floor.entries) == self.asked, "somebody is lost"
        assert not ended & set(floor.entries)

        again = matches(
            [*floor.posts.values()], self.now, ready=[*floor.roster], tally=floor.tally, random=lambda: 0.0,
        )  # fmt: skip
        assert next(again, None) is None, "somebody waits for nothing while an agent is free"

    def check_order(self) -> None:
        """Assert that whoever was overtaken was so for a reason that is written down."""
        for _, event in self.events:
            if isinstance(event, AgentOffered):
                assert not event.overtook or event.because, event

    def check_counts(self) -> None:
        """Assert that what the floor counts is what the log tells."""
        answered = Counter(
            (event.queue, event.agent) for _, event in self.events if isinstance(event, QueueAnswered)
        )
        for (queue, agent), times in answered.items():
            assert self.floor.tally.calls(queue, agent) == times
        states: dict[str, str] = {}
        for _, event in self.events:
            if isinstance(event, AgentChanged):
                assert states.get(event.agent, event.before) == event.before
                states[event.agent] = event.state
        for one in self.floor.roster:
            assert states.get(one.name, one.state.value) == one.state.value
