"""An exchange with queues: callers who wait on real calls, and agents whose phones ring. Time is virtual."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from media import commands as ask
from softswitch.calls.call import Call, Destination
from softswitch.calls.called_leg import Invitation
from softswitch.calls.dialling import AccountDestination, Dialler, OutsideDestination
from softswitch.calls.engaged import Engaged
from softswitch.calls.hangup import Reason
from softswitch.calls.lines import Way
from softswitch.calls.originate import Originator
from softswitch.calls.speaking import Speaking
from softswitch.events import (
    AgentMissed,
    AgentOffered,
    CallbackMissed,
    CallbackTried,
    Event,
    QueueLeft,
)
from softswitch.queues.config import QueuesConfig
from softswitch.queues.queues import Means, Queues
from softswitch.queues.voice import QueueVoice
from softswitch.registrar.accounts import Account
from softswitch.registrar.bindings import Binding
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.signals import Incoming, UserOutput
from softswitch.sip.uri import SipUri
from tests.fakes.exchange import SWITCH, Exchange, Phone, exchange
from tests.fakes.speaker import FakeSpeaker, let_prompts_end
from tests.fakes.virtual_time import passes

CALLERS = tuple(str(number) for number in range(2001, 2010))
AGENTS = tuple(str(number) for number in range(1001, 1007))
NUMBER = "600"


class Recordings:
    """Recorded messages without sound: each has a number of its own."""

    def __init__(self) -> None:
        self.files: list[Path] = []

    async def file(self, path: Path) -> int:
        """See Recordings."""
        self.files.append(path)
        return 900 + len(self.files)


class RingingPhone(Phone):
    """A phone that says by itself that it rings, as phones do."""

    def hear(self, output: UserOutput) -> None:
        """Take a message."""
        super().hear(output)
        if isinstance(output, Incoming) and output.request.method == "INVITE" and output.dialog is None:
            self.answer(output, 180)


class Free:
    """Counts nothing. Implements Ledger."""

    def began(self) -> Reason | None:
        """See Ledger."""

    def answered(self) -> float | None:
        """See Ledger."""

    def left(self) -> float | None:
        """See Ledger."""

    def ended(self) -> None:
        """See Ledger."""

    def failed(self) -> None:
        """See Ledger."""


class Town:
    """Numbers outside, each with a phone on the network. Implements Exits."""

    def __init__(self) -> None:
        self.hosts: dict[str, str] = {}
        self.broken = False
        """Looking for a way is a fault of ours."""

    def ways(self, call: Call, number: str, by: str | None = None) -> list[Way] | None:
        """See Exits."""
        host = self.hosts.get(self.comparable(number))
        if self.broken:
            raise RuntimeError("the town is gone")
        if host is None:
            return None
        invitation = Invitation(
            party=number,
            target=f"sip:{number}@{host}",
            hop=Hop("UDP", host, 5060, *SWITCH),
            caller=NameAddr(SipUri(SWITCH[0], call.caller.party)),
            called=NameAddr(SipUri(host, number)),
        )
        return [Way("town", invitation, 30.0, Free())]

    def reaches(self, number: str, by: str) -> bool:
        """See Exits."""
        return self.comparable(number) in self.hosts

    def comparable(self, number: str) -> str:
        """See Exits."""
        return number.removeprefix("+48").removeprefix("0048")


@dataclass
class Hall:
    """The exchange, its queues, and what is said in them."""

    switch: Exchange
    queues: Queues
    speaker: FakeSpeaker
    town: Town = field(default_factory=Town)
    undisturbed: set[str] = field(default_factory=set)
    languages: dict[str, str] = field(default_factory=dict)
    stored: list[str] = field(default_factory=list)
    disk_works: bool = True
    last_talk: dict[str, str] = field(default_factory=dict)

    @property
    def desk(self):
        """Where agents log in and out."""
        return self.queues.desk

    def phone(self, user: str) -> Phone:
        """Plug in a phone, and let the agents' desk know of it."""
        host = f"192.0.2.{int(user) % 1000 + (10 if user in AGENTS else 40)}"
        phone = RingingPhone(self.switch, user, host)
        hop = Hop("UDP", host, 5060, *self.switch.address)
        binding = Binding(user, phone.uri, hop, f"reg-{host}", 1, 2e9)
        self.switch.places.setdefault(user, []).append(binding)
        self.desk.look_at_phones()
        return phone

    def phone_outside(self, number: str) -> Phone:
        """Plug in a phone in the town."""
        host = f"203.0.113.{10 + len(self.town.hosts)}"
        self.town.hosts[self.town.comparable(number)] = host
        return RingingPhone(self.switch, number, host)

    def second_phone(self, user: str) -> Phone:
        """Plug in another phone of an account, that does not register."""
        return RingingPhone(self.switch, user, f"192.0.2.{int(user) % 1000 + 100}")

    def lose(self, user: str) -> None:
        """Let all phones of an account be gone."""
        self.switch.places.pop(user, None)
        self.desk.look_at_phones()

    def phones(self, *users: str) -> list[Phone]:
        """Plug in several."""
        return [self.phone(user) for user in users]

    async def dials(self, phone: Phone, number: str = NUMBER, seconds: float = 0.5) -> Phone:
        """Let a phone dial and some time pass."""
        phone.call(number)
        await passes(seconds)
        return phone

    async def callers(self, *users: str) -> list[Phone]:
        """Let several call the queue, one after another."""
        return [await self.dials(self.phone(user)) for user in users]

    async def types(self, phone: Phone, keys: str, pause: float = 0.3) -> None:
        """Press keys, one after another."""
        for key in keys:
            self.switch.client.digit(phone.sound, key)
            await passes(pause)

    def told(self, kind: type[Event]) -> list:
        """Return all events of a kind."""
        return self.switch.events(kind)

    def rests(self) -> bool:
        """Tell that nobody waits, rings or talks."""
        floor = self.desk.floor
        return not floor.entries and not floor.offers and all(agent.talk is None for agent in floor.roster)


def rang(phone: Phone) -> int:
    """Return how many calls have rung at a phone."""
    return len([one for one in phone.incoming("INVITE") if one.dialog is None])


def pick_up(phone: Phone) -> None:
    """Answer the last call that rang."""
    invite = [one for one in phone.incoming("INVITE") if one.dialog is None][-1]
    phone.dialog = phone.answer(invite, 200, body=phone.body)


def refuse(phone: Phone, status: int) -> None:
    """Refuse the last call that rang."""
    phone.answer([one for one in phone.incoming("INVITE") if one.dialog is None][-1], status)


def label_of(phone: Phone) -> str:
    """Return the name that the last call showed on the display."""
    return [one for one in phone.incoming("INVITE") if one.dialog is None][-1].request.from_.display


def played(phone: Phone) -> list[tuple[int, ...]]:
    """Return the prompts a phone was to hear, one tuple for each time."""
    return [one.prompts for one in phone.sound.asked(ask.Play)]


@contextlib.asynccontextmanager
async def hall(
    queue: Mapping[str, object] | None = None,
    *,
    agents: Mapping[str, Mapping[str, object]] | None = None,
    queues: Mapping[str, Mapping[str, object]] | None = None,
    routes: Mapping[str, Destination] | None = None,
    longest: float = 4 * 3600.0,
    **parts: object,
) -> AsyncIterator[Hall]:
    """Run an exchange with the queue ``sales`` at :data:`NUMBER`, or with ``queues``.

    No call lasts more than ``longest`` seconds.
    """
    sales = {"number": NUMBER, "members": ["1001"], **(queue or {})}
    config = QueuesConfig.model_validate(
        {"queues": queues or {"sales": sales}, "agents": agents or {}, **parts}
    )
    names = {user: f"name of {user}" for user in (*CALLERS, *AGENTS)}
    async with exchange(longest=longest) as switch:
        switch.accounts.clear()
        switch.accounts.update({user: Account(user, name) for user, name in names.items()})
        speaker, recordings, engaged = FakeSpeaker(), Recordings(), Engaged()
        switch.log.subscribe(engaged.read)
        town = Town()
        dialler = Dialler(switch.bindings, names.get, town)
        switch.dialler = dialler
        # A callback is told of under the call in which it was asked for.
        switch.afterwards = frozenset({CallbackTried, CallbackMissed, AgentOffered, AgentMissed, QueueLeft})
        switch.routes.update(routes or {})

        def leads_to(number: str, by: str | None) -> Destination | None:
            return route(number, switch.accounts.get(by or "", Account("")))

        def route(number: str, account: Account) -> Destination | None:
            found = switch.routes.get(number) or here.queues.numbers.get(number)
            found = found or here.queues.personal(number, account)
            if found is None and town.reaches(number, account.user):
                return OutsideDestination(dialler, number, account.user)
            return found or (AccountDestination(dialler, number) if number in names else None)

        async def stored(call: str) -> bool:
            here.stored.append(call)
            return here.disk_works

        means = Means(
            log=switch.log,
            clock=switch.clock,
            random=lambda: 0.5,
            dialler=dialler,
            engaged=engaged,
            voice=QueueVoice(Speaking(speaker), recordings, switch.media, {}),
            undisturbed=lambda user: user in here.undisturbed,
            language_of=lambda user: here.languages.get(user, ""),
            leads_to=leads_to,
            stored=stored,
            last_talk=lambda party, within_s: here.last_talk.get(party, ""),
        )
        here = Hall(switch, Queues(config, means), speaker, town)
        switch.router = route
        let_prompts_end(switch)
        here.queues.open(Originator(switch.board))
        try:
            yield here
        finally:
            await here.queues.close()
