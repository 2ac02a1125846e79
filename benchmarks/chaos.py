"""Random things on a floor, and what must hold after each: nobody lost, nobody served twice, nobody stuck.

``python -m benchmarks.queue --chaos N`` and the tests let it run.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Final

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
from softswitch.queues.patience import over

CONFIG: Final = QueuesConfig.model_validate(
    {
        "queues": {
            "sales": {"members": ["1001", "1002", "1003"], "wrap_up_s": 10, "max_wait_s": 120},
            "help": {
                "members": {"1002": {"tier": 1}, "1004": {"tier": 2}, "1005": {"tier": 3}},
                "strategy": "ring_all",
                "tiers": {"wait_s": 10},
                "may_join": ["1006"],
                "no_agent_wait_s": 30,
                "callback": {"by": "1001"},
            },
            "claims": {
                "members": ["1003", "1004", "1006"],
                "strategy": "weighted_random",
                "weight": 2,
                "most_talks": 2,
                "leave_when_all": ["logged_out", "paused"],
                "skills": {"law": {"level": 2, "relax_s": 20}, "english": {"required": False}},
                "missed": {"pause": "queue", "reject": {"times": 1, "pause_s": 20}},
            },
            "night": {"members": ["1005"], "no_agent_wait_s": 15},
            "bank": {"members": ["1007"], "leave_when_all": ["logged_out", "unregistered", "wrap_up"]},
        },
        "agents": {"1003": {"skills": {"law": 3}}, "1004": {"skills": {"law": 1, "english": 1}}},
    }
)
"""Queues that use next to everything a queue can be told."""


class Broken(Exception):
    """Something that must always hold does not."""


def must(holds: bool, otherwise: object) -> None:
    """Raise :class:`Broken` unless it holds."""
    if not holds:
        raise Broken(otherwise)


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
        self.entered: set[str] = set()
        """All of whom the log says so."""
        self.done: Counter[str] = Counter()
        """Calls that were answered, or left."""
        self.ended: set[str] = set()
        """Entries that were: one that was called back ends in the call that called it."""
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
                    must(output.entry not in self.dialling, "dialled twice")
                    self.dialling[output.entry] = output
                case StopDialling():
                    del self.dialling[output.entry]
                case Told():
                    self.read(output.call, output.event)

    def read(self, call: str, event: Event) -> None:
        """Take what is told."""
        self.events.append((call, event))
        match event:
            case QueueEntered():
                must(call not in self.entered, f"{call} entered twice")
                self.entered.add(call)
            case QueueAnswered(agent=agent):
                self.end(call)
                must(agent not in self.talks, f"{agent} has two callers")
                self.talks[agent] = call
            case QueueLeft():
                self.end(call)
            case QueueTalkEnded(agent=agent):
                must(self.talks.pop(agent) == call, f"{agent} talked to somebody else")
            case _:
                pass

    def end(self, call: str) -> None:
        """Take that a wait is over."""
        must(not self.done[call], f"{call} served twice")
        self.done[call] += 1
        self.ended.add(call.partition("+")[0])

    def step(self) -> None:
        """Let one thing happen."""
        things = (
            (8, self.arrive), (3, self.hang_up), (10, self.pick_up), (4, self.miss), (8, self.end_talk),
            (2, self.wish), (2, self.phone), (6, self.wait), (1, self.ask_callback), (3, self.call_back),
            (1, self.promote), (1, self.cancel),
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
            taken = self.floor.answered(self.now, rung.offer, rung.agent, leg="b1")
            must(taken, f"{rung.agent} rings for nobody")

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

    def promote(self) -> None:
        """Somebody is put ahead, or back."""
        if self.floor.entries:
            entry = self.luck.choice([*self.floor.entries])
            self.floor.promote(self.now, entry, self.luck.choice([0, 1, 10]))

    def cancel(self) -> None:
        """A callback is wanted no more, or could not be taken on."""
        callbacks = [entry.id for entry in self.floor.entries.values() if entry.callback is not None]
        if callbacks:
            entry = self.luck.choice(callbacks)
            if self.luck.random() < 0.5:
                self.floor.leave(self.now, entry, Why.CALLBACK_CANCELLED)
            else:
                self.floor.refuse_callback(self.now, entry, "not stored")

    # What must hold

    def check(self) -> None:
        """Look at everything that must hold now; raise :class:`Broken` where it does not."""
        self._check_agents()
        self._check_offers()
        self._check_lines()
        posts, agents = [*self.floor.posts.values()], [*self.floor.roster]
        again = matches(posts, self.now, ready=agents, tally=self.floor.tally, random=lambda: 0.0)
        must(next(again, None) is None, "somebody waits for nothing while an agent is free")
        for post in posts:
            for entry in post.line:
                late = entry.dismissed or over(post, entry, self.now) is not None
                must(not late, f"{entry.id} is still here and should have gone on")

    def _check_agents(self) -> None:
        held = Counter(name for offer in self.floor.offers.values() for name in offer.agents)
        must(all(times == 1 for times in held.values()), "an agent is rung twice")
        for agent in self.floor.roster:
            rings, talks = agent.state is State.RINGING, agent.state is State.TALKING
            must(rings == (agent.name in held) == (agent.offer is not None), agent)
            must(talks == (agent.talk is not None) == (agent.name in self.talks), agent)
            must(rings or talks or agent.state in (State.WRAP_UP, agent.resting_state), agent)
            stuck = agent.state is State.WRAP_UP and agent.wrap_up_until <= self.now
            must(not stuck, f"{agent.name} never stops wrapping up")
        ready = [agent for agent in self.floor.roster if agent.state is State.READY]
        must({*map(id, ready)} == {*map(id, self.floor.roster.ready)}, "not all are known who are ready")

    def _check_offers(self) -> None:
        for offer in self.floor.offers.values():
            must(bool(offer.agents), "an offer to nobody")
            must(self.floor.entries[offer.entry].offer is offer, "an offer for nobody")
            must(offer.deadline >= self.now, "an offer that never ends")
        for rung in self.ringing.values():
            must(rung.agent in self.floor.offers[rung.offer].agents, "a phone rings for nobody")

    def _check_lines(self) -> None:
        entries = self.floor.entries
        for post in self.floor.posts.values():
            line = list(post.line)
            must(line == sorted(line, key=lambda one: one.rank), "a line is out of order")
            must(all(entries.get(entry.id) is entry for entry in line), "a line has a stranger in it")
        must(len(entries) == sum(len(post.line) for post in self.floor.posts.values()), "not all are in line")
        must(self.entered == self.asked, "the log does not know all who came")
        must(self.ended.isdisjoint(entries), "somebody is served and still waits")
        must(len(self.ended) + len(entries) == len(self.asked), "somebody is lost")

    def check_order(self) -> None:
        """See that whoever was overtaken was so for a reason that is written down."""
        for _, event in self.events:
            if isinstance(event, AgentOffered):
                must(not event.overtook or bool(event.because), event)

    def check_counts(self) -> None:
        """See that what the floor counts is what the log tells."""
        answered = Counter(
            (event.queue, event.agent) for _, event in self.events if isinstance(event, QueueAnswered)
        )
        for (queue, agent), times in answered.items():
            must(self.floor.tally.calls(queue, agent) == times, f"calls of {agent} in {queue}")
        states: dict[str, str] = {}
        for _, event in self.events:
            if isinstance(event, AgentChanged):
                must(states.get(event.agent, event.before) == event.before, event)
                states[event.agent] = event.state
        for one in self.floor.roster:
            must(states.get(one.name, one.state.value) == one.state.value, one)


def run(things: int, seed: int, config: QueuesConfig = CONFIG) -> Chaos:
    """Let so many random things happen, and look at everything after each. Raises :class:`Broken`."""
    chaos = Chaos(config, seed)
    for _ in range(things):
        chaos.step()
        chaos.check()
    chaos.check_counts()
    chaos.check_order()
    return chaos
