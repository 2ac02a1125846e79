"""All queues of a switch: by number, for menus, and as plain methods."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from softswitch.bus import EventLog
from softswitch.calls.call import Call, Destination
from softswitch.calls.dialling import Dialler
from softswitch.calls.engaged import Engaged
from softswitch.calls.hangup import Termination
from softswitch.calls.origin import ANONYMOUS, known_party
from softswitch.calls.originate import Originator
from softswitch.clock import Clock
from softswitch.queues.asked import KINDS_READ, Asked
from softswitch.queues.callbacks import Callbacks
from softswitch.queues.codes import AgentCodes
from softswitch.queues.config import QueueConfig, QueuesConfig
from softswitch.queues.desk import Desk, Handset
from softswitch.queues.destination import Onward, QueueDestination
from softswitch.queues.model import Arrival, Condition, Entry
from softswitch.queues.offers import AgentPhones
from softswitch.queues.outlook import Outlook
from softswitch.queues.strategies import Random
from softswitch.queues.voice import QueueVoice
from softswitch.queues.waiting import Room, Wait
from softswitch.queues.wish import WaitEnded, Wish
from softswitch.registrar.accounts import Account

SECONDS_A_DAY: Final = 86_400.0
REAL_WAIT_SECONDS: Final = 1.0
"""A wait that was none: who is sent on sooner has not waited, and may be going round between full queues."""

LastTalk = Callable[[str, float], str]
"""Returns which agent last talked with a party within so many seconds, "" for none."""


@dataclass(frozen=True, slots=True)
class Means:
    """What queues stand on.

    ``leads_to`` tells where a number leads with the rights of an account, or with the switch's own for None;
    ``undisturbed`` whether an account wants no calls; ``language_of`` its language, "" for none; ``stored``
    tells whether a callback asked for in a call is on the disk; ``last_talk`` knows who
    talked with a party.
    """

    log: EventLog
    clock: Clock
    random: Random
    dialler: Dialler
    engaged: Engaged
    voice: QueueVoice
    undisturbed: Callable[[str], bool]
    language_of: Callable[[str], str]
    leads_to: Callable[[str, str | None], Destination | None]
    stored: Callable[[str], Awaitable[bool]]
    last_talk: LastTalk = lambda party, within_s: ""


class Queues:
    """The queues of a switch. ``desk`` is where agents log in and out; :meth:`open` begins."""

    def __init__(self, config: QueuesConfig, means: Means) -> None:
        self._config = config
        self._means = means
        self._phones = AgentPhones(means.dialler, config.agents)
        self.desk = Desk(config, log=means.log, clock=means.clock, random=means.random, handset=self._handset)
        self.outlook = Outlook(self.desk, means.log)
        self.asked = Asked(means.dialler.exits.comparable)
        means.log.subscribe(self.asked.read, KINDS_READ)
        self._onward = Onward(means.voice, self._leads_to, means.language_of)
        self._codes = AgentCodes(config, self.desk, means.voice, means.language_of)
        self._callbacks: Callbacks
        self._room: Room

    def open(self, originator: Originator) -> None:
        """Begin: callbacks are made by ``originator``, and agents' phones are looked at."""
        means = self._means
        self._callbacks = Callbacks(
            self.desk,
            originator,
            means.voice,
            clock=means.clock,
            stored=means.stored,
            can_be_called=self._can_be_called,
            asked=self.asked,
            comparable=means.dialler.exits.comparable,
            resume=self._resume,
        )
        self._room = Room(
            desk=self.desk,
            phones=self._phones,
            voice=means.voice,
            outlook=self.outlook,
            bookings=self._callbacks,
            clock=means.clock,
            language_of=means.language_of,
            leads_to=self._leads_to,
        )
        self.desk.open()

    async def close(self) -> None:
        """Stop: no callback is made any more."""
        self.desk.close()
        await self._callbacks.close()

    # By number

    @property
    def numbers(self) -> Mapping[str, Destination]:
        """Where the queues' own numbers lead."""
        return {
            queue.number: QueueDestination(self, name)
            for name, queue in self._config.queues.items()
            if queue.number is not None
        }

    @property
    def named(self) -> Mapping[str, Destination]:
        """Where the queues' names lead: what numbers outside may name."""
        return {name: QueueDestination(self, name) for name in self._config.queues}

    def personal(self, number: str, account: Account) -> Destination | None:
        """Return where a code for agents leads that ``account`` dials, None where it is none."""
        return self._codes.find(number, account)

    # For menus

    @property
    def names(self) -> Collection[str]:
        """All queues."""
        return self._config.queues

    def waiting(self, queue: str) -> int:
        """Return how many wait on the line. Raises QueueError."""
        return sum(entry.callback is None for entry in self.desk.floor.post(queue).line)

    def agents(self, queue: str, *, free: bool) -> int:
        """Return how many agents are logged in, paused or not, or how many could take a call at once."""
        post = self.desk.floor.post(queue)
        if free:
            return sum(agent.is_free(queue, self.desk.now) for agent in post.agents)
        return sum(agent.condition(queue) is not Condition.LOGGED_OUT for agent in post.agents)

    def owner(self, number: str) -> str:
        """Return the agent whose number was dialled, "" where it is nobody's."""
        agents = self._config.agents.items()
        return next((name for name, agent in agents if number in agent.numbers), "")

    def could_take_a_call(self, agent: str) -> bool | None:
        """Tell whether an agent is at work, on no pause and in no call; None for who is no agent."""
        roster = self.desk.floor.roster
        return roster.agent(agent).is_at_hand(self.desk.now) if agent in roster else None

    def rung_at(self, agent: str) -> str:
        """Return the account or the number outside at which an agent is rung."""
        return self._phones.number(agent)

    def answers_at_once(self, queue: str) -> bool:
        """Tell whether callers are answered before an agent is there for them. Raises QueueError."""
        return self.desk.floor.post(queue).config.answer == "at_once"

    async def wait(self, call: Call, queue: str, wish: Wish) -> WaitEnded:
        """Let the caller wait and talk with the agent who answers; return how that ended.

        The caller's hanging up cancels. Raises QueueError for no such queue, and otherwise as
        :func:`~softswitch.calls.bridge.talk`.
        """
        config = self.desk.floor.post(queue).config
        spoken = wish.language or self._means.language_of(call.caller.party) or config.language
        await call.audience.witness.before("queue", queue, spoken)
        party = known_party(call.caller.party)
        preferred, seconds = self._preferred(call, config, party)
        arrival = Arrival(
            call=call.facts.id,
            party=party,
            name=call.caller.display,
            priority=wish.priority,
            skills=wish.skills,
            preferred=preferred,
            preferred_s=seconds,
        )
        call.caller.keys.flush()  # What was typed ahead was meant for a menu.
        began = self.desk.now
        ended = await Wait(self._room, call, queue, config, wish).enter(arrival)
        self._count_rounds_anew(call, began)
        return replace(ended, language=wish.language, answer=wish.answer)

    async def go_on(self, call: Call, queue: str, ended: WaitEnded) -> Termination:
        """Lead the caller on as the queue's own configuration has it; return how the call ends.

        Raises SentOn where a menu or another queue serves the caller from here on.
        """
        return await self._onward.go_on(call, queue, self.desk.floor.post(queue).config, ended)

    async def _resume(self, call: Call, entry: Entry, *, reached: Callable[[], None]) -> Termination:
        name = entry.queue
        config = self.desk.floor.post(name).config
        language = entry.callback.language if entry.callback is not None else ""
        wait = Wait(self._room, call, name, config, Wish(language=language), is_callback=True)
        began = self.desk.now
        ended = await wait.resume(entry, reached)
        self._count_rounds_anew(call, began)
        return await self.go_on(call, name, replace(ended, language=language))

    def _count_rounds_anew(self, call: Call, began: float) -> None:
        """Let a call that has really waited be sent on as often as a new one.

        Queues that take each other's callers every few minutes are no circle: the longest call ends it.
        """
        if self.desk.now - began >= REAL_WAIT_SECONDS:
            call.forwarded.clear()

    # What agents and callers are like

    def _handset(self, agent: str) -> Handset:
        means, phones = self._means, self._phones
        accounts = {agent} if phones.is_outside(agent) else {agent, phones.number(agent)}
        return Handset(
            reachable=phones.has_any(agent) and not any(map(means.undisturbed, accounts)),
            engaged=any(map(means.engaged.engaged, accounts)),
        )

    def _preferred(self, call: Call, config: QueueConfig, party: str) -> tuple[str, float]:
        """Return the agent a caller is offered to first, and how long the caller waits for that one."""
        part = config.preferred
        if part is None:
            return "", 0.0
        found = {
            "number": lambda: self.owner(call.facts.called),
            "keeper": lambda: self._config.keepers.get(party, ""),
            "last_talked": lambda: self._means.last_talk(party, part.days * SECONDS_A_DAY) if party else "",
        }
        agents = (found[rule]() for rule in part.by)
        return next((agent for agent in agents if agent), ""), part.wait_s

    def _leads_to(self, queue: str, number: str) -> Destination | None:
        return self._means.leads_to(number, self._config.queues[queue].by)

    def _can_be_called(self, number: str, by: str, party: str) -> bool:
        dialler = self._means.dialler
        if not number or number == ANONYMOUS:
            return False
        if dialler.name_of(number) is not None:
            # Nobody from outside rings our phones by naming them.
            return dialler.name_of(party) is not None
        return dialler.exits.reaches(number, by)
