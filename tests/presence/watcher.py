"""An exchange with the room of presence, and phones that subscribe by hand, so that they can err."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from typing import cast

from softswitch.calls.dialling import Dialler
from softswitch.calls.switchboard import Switchboard
from softswitch.presence.build import build_presence
from softswitch.presence.config import PresenceConfig, QualifyConfig
from softswitch.registrar.accounts import Accounts
from softswitch.registrar.bindings import Binding
from softswitch.registrar.credentials import Authenticator
from softswitch.registrar.service import Registrar
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response, response_to
from softswitch.sip.parser import parse_datagram
from softswitch.sip.signals import DatagramReceived, Transmit, WireInput
from softswitch.sip.stack import SipStack
from softswitch.sip.uri import parse_uri
from tests.fakes.exchange import NAMES, SWITCH, Exchange, Trusting
from tests.fakes.virtual_time import passes

ANNA, BARTEK, CELINA = "192.0.2.11", "192.0.2.12", "192.0.2.13"


class WatchedExchange(Exchange):
    """An exchange whose phones may subscribe, write to each other, and are asked whether they are there."""

    def __init__(self, tasks: asyncio.TaskGroup, presence: PresenceConfig, qualify: QualifyConfig) -> None:
        super().__init__(tasks, longest=14_400, sound_timeout=30, per_account=1000)
        trusting = cast(Authenticator, Trusting(self.accounts))
        self.presence = build_presence(
            presence,
            qualify,
            signaller=self.wires,
            clock=self.clock,
            log=self.log,
            accounts=Accounts(self.accounts.values()),
            bindings_of=self.bindings,
        )
        self.registrar = Registrar(clock=self.clock, log=self.log, save=self.presence.follow)
        self.dialler = Dialler(self.presence.qualifier.ringable, NAMES.get)
        self.board = Switchboard(
            self.around,
            registrar=self.registrar,
            authenticator=trusting,
            router=self._route,
            accounts=self.accounts.get,
            log=self.log,
            services=self.presence.services,
        )
        self.board.open(tasks)
        self.network.join(SWITCH, self.stack, self.board.handle)

    def watcher(self, user: str, host: str) -> Watcher:
        """Plug in a phone that subscribes."""
        return Watcher(self, user, host)

    async def nothing_is_left(self) -> None:
        """Wait for the last timers; assert that nothing is left of any subscription or message either."""
        self.presence.close()
        await super().nothing_is_left()
        assert len(self.presence.notifier) == 0
        assert len(self.presence.messages) == 0


@contextlib.asynccontextmanager
async def watched(
    presence: PresenceConfig | None = None, qualify: QualifyConfig | None = None
) -> AsyncIterator[WatchedExchange]:
    """Run it. Nobody is asked whether he is there unless ``qualify`` says so."""
    async with asyncio.TaskGroup() as tasks:
        switch = WatchedExchange(tasks, presence or PresenceConfig(), qualify or QualifyConfig(enabled=False))
        yield switch
        await switch.nothing_is_left()
        switch.network.close()


class Watcher:
    """A phone of one socket. It takes the place of a stack on the network and remembers what it was sent."""

    def __init__(self, switch: WatchedExchange, user: str, host: str) -> None:
        self.switch = switch
        self.user = user
        self.address = (host, 5060)
        self.contact = f"sip:{user}@{host}:5060"
        self.answers: list[Response] = []
        self.asked: list[Request] = []
        self.at: list[float] = []
        """When each request came."""
        self.status: dict[str, int | None] = {"NOTIFY": 200, "OPTIONS": 200, "MESSAGE": 200}
        """What it answers to each method, None for nothing."""
        self._out: deque[Transmit] = deque()
        self._count = 0
        switch.network.join(self.address, cast(SipStack, self), lambda output: None)

    # What the network sees of a stack

    def handle(self, now: float, what: WireInput) -> None:
        """Take a datagram."""
        assert isinstance(what, DatagramReceived)
        message = parse_datagram(what.data)
        if isinstance(message, Response):
            self.answers.append(message)
            return
        repeat = any(one.via.branch == message.via.branch for one in self.asked)
        if not repeat:
            self.asked.append(message)
            self.at.append(now)
        status = self.status.get(message.method, 405)
        if status is not None:
            answer = response_to(message, status, to_tag="w")
            self._out.append(Transmit(what.hop, answer.to_bytes()))

    def poll(self) -> Transmit | None:
        """Give what is to be sent."""
        return self._out.popleft() if self._out else None

    def tick(self, now: float) -> None:
        """Nothing is repeated."""

    def next_deadline(self) -> None:
        """Nothing is waited for."""

    # What it does

    async def ask(
        self,
        method: str,
        target: str,
        *lines: str,
        body: str = "",
        call_id: str = "",
        to_tag: str = "",
        contact: bool = True,
        forwards: int | None = 70,
    ) -> int:
        """Send a request about ``target``, a user or a URI; return the status of the last answer.

        ``lines`` are whole header fields.
        """
        self._count += 1
        host, port = self.address
        uri = target if ":" in target else f"sip:{target}@{SWITCH[0]}"
        tag = f";tag={to_tag}" if to_tag else ""
        head = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};rport;branch=z9hG4bK{self.user}{self._count}{host}",
            f"From: <sip:{self.user}@{SWITCH[0]}>;tag={self.user}",
            f"To: <{uri}>{tag}",
            f"Call-ID: {call_id or f'{method}-{self.user}-{host}-{self._count}'}",
            f"CSeq: {self._count} {method}",
            *([f"Max-Forwards: {forwards}"] if forwards is not None else []),
            *([f"Contact: <{self.contact}>"] if contact else []),
            *lines,
            f"Content-Length: {len(body.encode())}",
        ]
        data = ("\r\n".join(head) + "\r\n\r\n" + body).encode()
        before = len(self.answers)
        self._out.append(Transmit(Hop("UDP", *SWITCH, *self.address), data))
        self.switch.network.flush()
        await passes(0.3)
        return self.answers[-1].status if len(self.answers) > before else 0

    async def subscribe(
        self, event: str, user: str, *lines: str, expires: int | None = 600, again: bool = False
    ) -> int:
        """Subscribe, or refresh the last subscription; return the status."""
        fields = [f"Event: {event}", *lines] + ([f"Expires: {expires}"] if expires is not None else [])
        if not again:
            return await self.ask("SUBSCRIBE", user, *fields)
        last = next(one for one in reversed(self.answers) if one.status == 200)
        return await self.ask("SUBSCRIBE", user, *fields, call_id=last.call_id, to_tag=last.to.tag)

    async def register(self) -> None:
        """Register for ten minutes."""
        uri = f"sip:{self.user}@{SWITCH[0]}"
        assert await self.ask("REGISTER", uri, "Expires: 600") == 200

    def bind(self, *, nat: bool = False) -> None:
        """Be registered without having said so."""
        hop = Hop("UDP", *self.address, *SWITCH)
        one = Binding(self.user, parse_uri(self.contact), hop, f"r-{hop.host}", 1, 2e9, behind_nat=nat)
        self.switch.places.setdefault(self.user, []).append(one)

    # What it saw

    def got(self, method: str) -> list[Request]:
        """Return the requests of one method."""
        return [one for one in self.asked if one.method == method]

    @property
    def notifies(self) -> list[Request]:
        """The NOTIFYs that came."""
        return self.got("NOTIFY")

    @property
    def states(self) -> list[str]:
        """Their Subscription-States, without how long they last."""
        return [(one.fields.get("Subscription-State") or "").split(";expires")[0] for one in self.notifies]

    @property
    def bodies(self) -> list[str]:
        """What they told."""
        return [one.body.decode() for one in self.notifies]
