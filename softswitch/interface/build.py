"""The programs' interface of a running switch, built from its parts and taken up at the end of a start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from softswitch import ports
from softswitch.calls.dialling import Dialler
from softswitch.calls.originate import Originator
from softswitch.calls.remote import LeadsTo, RemoteControl
from softswitch.calls.supervision import Supervisors
from softswitch.errors import StartError
from softswitch.interface.behind import Behind
from softswitch.interface.calls import LineControl, StoredCalls
from softswitch.interface.hidden import KINDS_READ as OF_HIDDEN
from softswitch.interface.hidden import HiddenNumbers
from softswitch.interface.kept import LineAudit, LineOutbox
from softswitch.interface.queues import LineQueues
from softswitch.outbox.dispatcher import Dispatcher
from softswitch.queue_verbs import AgentDesk
from softswitch.queues.statistics import Statistics
from softswitch.storage.audit_store import AuditStore
from softswitch.storage.database import excuse
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.replay_store import ReplayStore
from softswitch.storage.token_store import TokenStore
from softswitch.web.api.events import Streaming
from softswitch.web.api.providers import PATH
from softswitch.web.app import make_app
from softswitch.web.audit import Audit
from softswitch.web.config import ApiConfig
from softswitch.web.entrance import Tickets
from softswitch.web.gate import Guards, Limits
from softswitch.web.idempotency import Idempotency
from softswitch.web.live import LiveCalls
from softswitch.web.ringing import KINDS_READ as OF_RINGS
from softswitch.web.ringing import Cards, PopUrls, Rings
from softswitch.web.server import Place, WebServer
from softswitch.web.services import Numbers, Services
from softswitch.web.stream import Hub
from softswitch.web.tokens import Tokens

FURTHER_CONNECTIONS = 100
"""Beside those that ask and those that follow: who asks too much is told so, and not left waiting."""


@dataclass(frozen=True, slots=True)
class LineParts:
    """What programs can ask of a line; ``more`` adds the services of rooms that this line has."""

    originator: Originator
    supervisors: Supervisors
    dialler: Dialler
    leads_to: LeadsTo
    desk: AgentDesk
    statistics: Statistics
    outbox: OutboxStore
    dispatcher: Dispatcher
    is_account: Callable[[str], bool]
    numbers: Numbers | None = None
    """None for those that menus have hidden from agents."""
    cards: Cards | None = None
    more: Callable[[Services], Services] = lambda services: services


class Interface:
    """The interface of a running switch."""

    def __init__(self, server: WebServer, hub: Hub, rings: Rings, audit: AuditStore) -> None:
        self._server = server
        self._hub = hub
        self._rings = rings
        self._audit = audit

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    def renew(self) -> None:
        """Show the certificate as it lies on the disk now. Raises OSError."""
        self._server.renew()

    def close(self) -> None:
        """Let go of the port, where :meth:`run` was never reached."""
        self._server.close()

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(self._audit.run())
            self._rings.open(group)
            try:
                await self._server_until_cancelled()
            finally:
                self._rings.close()
                writing.cancel()

    async def _server_until_cancelled(self) -> None:
        serving = asyncio.get_running_loop().create_task(self._server.run())
        try:
            await asyncio.shield(serving)
        finally:
            self._hub.close()  # First, so that followers are told before their connections end.
            serving.cancel()
            await asyncio.wait({serving})


async def build_interface(config: ApiConfig, behind: Behind, parts: LineParts) -> Interface:
    """Build it and take its port; raise StartError where it cannot be had."""
    clock = behind.clock
    hub = Hub(past=behind.events, most=config.streams_at_once, sequence=await behind.events.last_sequence())
    live, numbers = LiveCalls(), parts.numbers or await _hidden(behind)
    rings = Rings(
        hub,
        live,
        numbers,
        is_account=parts.is_account,
        cards=parts.cards,
        card_timeout=config.card_timeout,
        urls=PopUrls(config.pop_url, config.pop_url_unknown),
    )
    behind.log.subscribe(hub.read)
    behind.log.subscribe(rings.read, OF_RINGS)
    services = parts.more(_services(behind, parts, live, numbers))
    tokens, tickets = Tokens(TokenStore(behind.database), clock), Tickets(clock)
    guards = Guards(
        tokens=tokens,
        audit=Audit(behind.audit.keep, clock),
        idempotency=Idempotency(ReplayStore(behind.database), clock),
        clock=clock,
        by_ticket=tickets.take,
        unguarded=(PATH,) if services.providers is not None else (),
        excuse=excuse,
    )
    app = make_app(services, Streaming(hub, rings, tickets, tokens), guards, _limits(config))
    server = WebServer(app, _place(config))
    try:
        server.open()
    except OSError as error:
        raise StartError(ports.refusal(error, config.bind, config.port, "api.port")) from error
    return Interface(server, hub, rings, behind.audit)


async def _hidden(behind: Behind) -> Numbers:
    """Return which numbers are hidden from agents, of calls from before this start too."""
    numbers = HiddenNumbers()
    await numbers.catch_up(behind.events)
    behind.log.subscribe(numbers.read, OF_HIDDEN)
    return numbers


def _services(behind: Behind, parts: LineParts, live: LiveCalls, numbers: Numbers) -> Services:
    control = LineControl(RemoteControl(parts.originator, parts.dialler, parts.leads_to), parts.supervisors)
    return Services(
        calls=StoredCalls(behind.events, behind.index, is_account=parts.is_account),
        live=live,
        control=control,
        queues=LineQueues(parts.desk, parts.statistics, behind.clock),
        audit=LineAudit(behind.audit),
        numbers=numbers,
        outbox=LineOutbox(parts.outbox, parts.dispatcher),
    )


def _limits(config: ApiConfig) -> Limits:
    return Limits(
        requests_per_second=config.requests_per_second,
        requests_at_once=config.requests_at_once,
        largest_body=config.largest_body,
        request_timeout=config.request_timeout,
    )


def _place(config: ApiConfig) -> Place:
    return Place(
        bind=config.bind,
        port=config.port,
        certificate=config.certificate,
        key=config.key,
        connections=config.requests_at_once + config.streams_at_once + FURTHER_CONNECTIONS,
        proxies=config.proxies,
    )
