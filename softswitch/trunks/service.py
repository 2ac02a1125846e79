"""The trunks while the line runs: they register, are asked whether they live, and say who calls by them.

The shell round :mod:`registration` and :mod:`health`: it sends, arms one timer, and writes the log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from softswitch.bus import EventLog, keepable
from softswitch.clock import Clock
from softswitch.events import TrunkLost, TrunkNotFound, TrunkReachable, TrunkRegistered, TrunkUnreachable
from softswitch.sip.digest import authorize
from softswitch.sip.hop import Hop
from softswitch.sip.locating import Place, Target
from softswitch.sip.message import Request, Response
from softswitch.sip.signals import Failed, Reply, TransactionKey, UserOutput
from softswitch.sip.stack import SipStack
from softswitch.trunks.config import TrunkConfig
from softswitch.trunks.health import State as Life
from softswitch.trunks.registration import Action, Ask, Lost, Registered
from softswitch.trunks.trunk import Server, Trunk

logger = logging.getLogger(__name__)

FAREWELL_SECONDS: Final = 1.0
"""How long the end of the line waits for registrars to note that we leave."""
OVERLOADED: Final = 503
MAX_UNKNOWN_EDGES: Final = 100
"""Addresses told of that call our lines and are not known: who has stolen a mark shall not fill the log."""


class Wires(Protocol):
    """What trunks need of SIP."""

    @property
    def stack(self) -> SipStack:
        """The stack, for making messages."""
        ...

    def send(self, request: Request, hop: Hop) -> TransactionKey:
        """Send a request outside dialogs."""
        ...


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request of ours that waits for its answer."""

    trunk: Trunk
    server: Server
    registers: bool


class Trunks:
    """All trunks. ``places`` tells where a target is, as far as it is known; ``token`` makes secrets."""

    def __init__(
        self,
        configs: Mapping[str, TrunkConfig],
        wires: Wires,
        *,
        clock: Clock,
        log: EventLog,
        hop_to: Callable[[Place], Hop],
        places: Callable[[Target], tuple[Place, ...]],
        token: Callable[[], str],
        random: Callable[[], float],
    ) -> None:
        self._wires = wires
        self._clock = clock
        self._log = log
        self._places = places
        self._token = token
        self._trunks = {
            name: Trunk(name, config, line=token() + token(), hop_to=hop_to, random=random)
            for name, config in configs.items()
        }
        self._sent: dict[TransactionKey, _Sent] = {}
        self._wake = asyncio.Event()
        self._all_left = asyncio.Event()
        self._closed = False
        self._unknown_edges: set[tuple[str, str]] = set()

    def __iter__(self) -> Iterator[Trunk]:
        return iter(self._trunks.values())

    def get(self, name: str) -> Trunk | None:
        """Return a trunk by its name."""
        return self._trunks.get(name)

    def targets(self) -> list[Target]:
        """Return everything that is to be looked up."""
        return [target for trunk in self for target in trunk.targets()]

    def owner(self, request: Request, hop: Hop) -> Trunk | None:
        """Return the trunk that a request from outside comes by, None for a stranger's."""
        owner = next((trunk for trunk in self if trunk.owns(request, hop)), None)
        if owner is None:
            for trunk in self:
                if trunk.is_marked(request):
                    self._note_unknown_edge(trunk, hop.host)
        return owner

    def _note_unknown_edge(self, trunk: Trunk, host: str) -> None:
        """Tell the operator, once of each, whence calls would come if the configuration named it."""
        if (trunk.name, host) not in self._unknown_edges and len(self._unknown_edges) < MAX_UNKNOWN_EDGES:
            self._unknown_edges.add((trunk.name, host))
            logger.warning(
                "trunk %s: %s calls our line there, but is none of its servers: it is not let in by it. "
                "If it is the provider's, name it in addresses of the trunk",
                trunk.name, host,
            )  # fmt: skip

    def has_server_at(self, host: str) -> bool:
        """Tell whether an address (an IP literal) is that of a trunk's server."""
        return any(trunk.has_server_at(host) for trunk in self)

    # The course of time

    async def run(self) -> None:
        """Keep all trunks alive until cancelled."""
        self.located()
        while True:
            self._tick()
            deadline = min((at for at in self._deadlines()), default=None)
            wait = None if deadline is None else max(deadline - self._clock.monotonic(), 0.0)
            self._wake.clear()
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def located(self) -> None:
        """Take where the servers are now: names were looked up."""
        now = self._clock.monotonic()
        for trunk in self:
            places = [place for target in trunk.targets() for place in self._places(target)]
            if places and trunk.place(places, now) and trunk.registration is not None:
                self._carry_out(trunk, trunk.registration.start(now))
        self._wake.set()

    def troubled(self, target: Target, reason: str) -> None:
        """Take that DNS does not say where a target is, or says it again: then ``reason`` is empty."""
        for trunk in self:
            if target not in trunk.targets():
                continue
            trunk.unfound.pop(target, None)
            if reason:
                trunk.unfound[target] = reason
                self._log.append(TrunkNotFound(trunk.name, target.host, reason))

    async def close(self) -> None:
        """Take leave of all registrars, and wait a moment for their answers."""
        self._closed = True
        now = self._clock.monotonic()
        for trunk in self:
            if trunk.registration is not None:
                self._carry_out(trunk, trunk.registration.leave(now))
        if any(sent.registers for sent in self._sent.values()):
            try:
                async with asyncio.timeout(FAREWELL_SECONDS):
                    await self._all_left.wait()
            except TimeoutError:
                return

    def _deadlines(self) -> Iterator[float]:
        for trunk in self:
            if trunk.registration is not None and (at := trunk.registration.next_deadline()) is not None:
                yield at
            for server in trunk.servers:
                if (at := server.health.next_deadline()) is not None:
                    yield at

    def _tick(self) -> None:
        now = self._clock.monotonic()
        for trunk in self:
            if trunk.registration is not None:
                self._carry_out(trunk, trunk.registration.tick(now))
            for server in trunk.servers:
                if server.health.overdue(now):
                    self._forget(server)
                    self._judge(trunk, server, server.health.missed(now), "no answer")
                if server.health.due(now):
                    server.health.asked(now)
                    self._send(trunk, server, trunk.options_request(self._wires.stack, server))

    # What comes back

    def take(self, output: UserOutput) -> bool:
        """Take an event of the stack, if it is about a request of ours; tell whether it was."""
        if not isinstance(output, Reply | Failed) or output.transaction not in self._sent:
            return False
        if isinstance(output, Reply):
            if output.response.final:
                self._replied(self._sent.pop(output.transaction), output)
            return True
        sent = self._sent.pop(output.transaction)
        now = self._clock.monotonic()
        if sent.registers and sent.trunk.registration is not None:
            self._carry_out(sent.trunk, sent.trunk.registration.failed(now, output.cause.value))
        else:
            self._judge(sent.trunk, sent.server, sent.server.health.missed(now), output.cause.value)
        self._wake.set()
        return True

    def connection_closed(self, connection: int) -> None:
        """Take that a stream is gone: who is registered by it registers anew, else no call would come."""
        if self._closed:
            return
        now = self._clock.monotonic()
        for trunk in self:
            for server in trunk.servers:
                if server.connection == connection:
                    server.connection = None
                    if trunk.registration is not None and trunk.registration.is_registered:
                        self._carry_out(trunk, trunk.registration.start(now))
        self._wake.set()

    def over_stream(self, connection: int) -> bool:
        """Tell whether a stream is a trunk's, and so is wanted also when it is quiet."""
        return any(server.connection == connection for trunk in self for server in trunk.servers)

    def call_failed(self, trunk: Trunk, server: Server) -> None:
        """Take that a call found no answer at a server."""
        server.health.suspect(self._clock.monotonic())
        self._wake.set()

    def call_worked(self, trunk: Trunk, server: Server) -> None:
        """Take that a call was answered there."""
        if trunk.config.qualify:
            self._judge(trunk, server, server.health.worked(), "")

    def _replied(self, sent: _Sent, reply: Reply) -> None:
        now, trunk, response = self._clock.monotonic(), sent.trunk, reply.response
        if reply.hop.connection is not None:
            sent.server.connection = reply.hop.connection
        if sent.registers and trunk.registration is not None:
            contact = str(trunk.contact(sent.server.hop).uri)
            self._carry_out(trunk, trunk.registration.replied(now, response, contact))
        elif not sent.registers:
            # Whatever else it says, it is there: many refuse OPTIONS of those they do not know.
            alive = response.status != OVERLOADED
            changed = sent.server.health.answered(now) if alive else sent.server.health.missed(now)
            self._judge(trunk, sent.server, changed, f"{response.status} {response.reason}")
        if self._closed and not any(one.registers for one in self._sent.values()):
            self._all_left.set()
        self._wake.set()

    def _judge(self, trunk: Trunk, server: Server, changed: bool, reason: str) -> None:
        """Write down that a server has come or gone."""
        health = server.health
        if not changed or self._closed:
            return
        server.trouble = "" if health.state is Life.UP else keepable(reason)
        if health.state is Life.UP:
            self._log.append(TrunkReachable(trunk.name, server.address, health.round_trip_ms))
        elif health.state is Life.DOWN:
            self._log.append(TrunkUnreachable(trunk.name, server.address, keepable(reason)))
            if trunk.registration is not None:
                now = self._clock.monotonic()
                self._carry_out(trunk, trunk.registration.unreachable(now, trunk.servers.index(server)))

    # What goes out

    def _carry_out(self, trunk: Trunk, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Ask(number, expires, challenge):
                    self._register(trunk, number, expires, challenge)
                case Registered(number, seconds):
                    trunk.lost = ""
                    self._log.append(TrunkRegistered(trunk.name, trunk.servers[number].address, seconds))
                case Lost(reason, seconds):
                    trunk.lost = keepable(reason)
                    self._log.append(TrunkLost(trunk.name, keepable(reason), seconds))

    def _register(self, trunk: Trunk, number: int, expires: int, challenge: Response | None) -> None:
        if number >= len(trunk.servers):
            return  # Nobody knows yet where it is; it begins when DNS has spoken.
        server = trunk.servers[number]
        request = trunk.register_request(self._wires.stack, server, expires)
        if challenge is not None:
            config = trunk.config
            user = config.auth_username or config.username
            if not authorize(request, challenge, user=user, password=config.password, cnonce=self._token()):
                registration = trunk.registration
                assert registration is not None
                reason = "it asks for a kind of proof that is not known here"
                self._carry_out(trunk, registration.failed(self._clock.monotonic(), reason))
                return
        for key in [key for key, sent in self._sent.items() if sent.trunk is trunk and sent.registers]:
            del self._sent[key]  # Its answer would come too late to mean anything.
        self._send(trunk, server, request, registers=True)

    def _send(self, trunk: Trunk, server: Server, request: Request, *, registers: bool = False) -> None:
        self._sent[self._wires.send(request, server.hop)] = _Sent(trunk, server, registers)

    def _forget(self, server: Server) -> None:
        for key in [key for key, sent in self._sent.items() if sent.server is server and not sent.registers]:
            del self._sent[key]
