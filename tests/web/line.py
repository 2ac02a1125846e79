"""The whole interface over services in memory, asked without a network."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from softswitch.errors import Excuse, no_excuse
from softswitch.events import Entry, Event
from softswitch.web.api.events import Streaming
from softswitch.web.api.providers import PATH
from softswitch.web.app import make_app
from softswitch.web.audit import Audit
from softswitch.web.entrance import Tickets
from softswitch.web.gate import Gate, Guards, Limits
from softswitch.web.idempotency import Idempotency
from softswitch.web.live import LiveCalls
from softswitch.web.model import Token
from softswitch.web.ringing import Rings
from softswitch.web.scopes import SCOPES, parse_scopes
from softswitch.web.services import Services
from softswitch.web.stream import Hub
from softswitch.web.tokens import Tokens, issue
from tests.fakes.clock import FakeClock
from tests.web import services as fakes
from tests.web.stores import MemoryAudit, MemoryReplays, MemoryTokens

BASE = "http://line.test"


class NoPast:
    """A log on the disk with what a test puts there. Implements Past."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def after(
        self, sequence: int, kinds: Collection[type[Event]], *, limit: int
    ) -> tuple[list[Entry], int]:
        """See Past."""
        end = self.entries[-1].sequence if self.entries else 0
        found = [one for one in self.entries if one.sequence > sequence and type(one.event) in kinds][:limit]
        return found, found[-1].sequence if len(found) == limit else end


@dataclass
class Line:
    """The interface and everything behind it."""

    app: Gate
    services: Services
    clock: FakeClock
    tokens: MemoryTokens
    audit: MemoryAudit
    replays: MemoryReplays
    numbers: fakes.Numbers
    control: fakes.Control
    hub: Hub
    rings: Rings
    past: NoPast
    proofs: Tokens
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    async def token(
        self, *scopes: str, agent: str = "", name: str = "test", lasts: timedelta | None = None
    ) -> str:
        """Make a token and return its text; all scopes unless some are given."""
        chosen = parse_scopes(scopes or ("*:*",), agent=agent)
        made, text = issue(name, chosen, self.clock.wall(), agent=agent, lasts=lasts)
        await self.tokens.add(made)
        return text

    async def client(self, *scopes: str, agent: str = "", **more: Any) -> httpx.AsyncClient:
        """Return a client with a token of its own; all scopes unless some are given."""
        text = await self.token(*scopes, agent=agent, **more)
        return self.with_token(text)

    def with_token(self, text: str, source: str = "192.0.2.7") -> httpx.AsyncClient:
        """Return a client that sends this token, "" for none."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=True, client=(source, 40_000))
        headers = {"Authorization": f"Bearer {text}"} if text else {}
        client = httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers)
        self.clients.append(client)
        return client

    def kept_token(self, text: str) -> Token:
        """Return what is kept of a token."""
        return self.tokens.kept[text.split("_")[1]]


@contextlib.asynccontextmanager
async def line(
    folder: Path,
    *,
    limits: Limits | None = None,
    change: Callable[[Services], Services] = lambda services: services,
    excuse: Excuse = no_excuse,
    **rings: Any,
) -> AsyncIterator[Line]:
    """Run the interface; ``change`` may put other services in the place of some."""
    clock = FakeClock()
    tokens, audit, replays, numbers = MemoryTokens(), MemoryAudit(), MemoryReplays(), fakes.Numbers()
    control, past = fakes.Control(), NoPast()
    services = change(
        Services(
            calls=fakes.Calls(),
            live=fakes.Live(),
            control=control,
            queues=fakes.Queues(),
            audit=audit,
            numbers=numbers,
            customers=fakes.Customers(),
            tickets=fakes.Tickets(),
            orders=fakes.Orders(),
            schedules=fakes.Schedules(),
            recordings=fakes.Recordings(folder),
            voicemail=fakes.Voicemail(folder),
            messages=fakes.Messages(),
            ratings=fakes.Ratings(),
            outbox=fakes.Outbox(),
            providers=fakes.Providers(),
        )
    )
    hub = Hub(past=past, most=20)
    asked = {
        "cards": None,
        "card_timeout": 1.0,
        "is_account": lambda party: party in ("1001", "1002"),
        **rings,
    }
    ringing = Rings(hub, LiveCalls(), numbers, **asked)
    proofs, tickets = Tokens(tokens, clock), Tickets(clock)
    guards = Guards(
        tokens=proofs,
        audit=Audit(audit.keep, clock),
        idempotency=Idempotency(replays, clock),
        clock=clock,
        by_ticket=tickets.take,
        unguarded=(PATH,),
        excuse=excuse,
    )
    limits = limits or Limits(requests_per_second=1000.0)
    app = make_app(services, Streaming(hub, ringing, tickets, proofs), guards, limits)
    here = Line(app, services, clock, tokens, audit, replays, numbers, control, hub, ringing, past, proofs)
    try:
        yield here
    finally:
        hub.close()
        for client in here.clients:
            await client.aclose()


ALL_SCOPES = tuple(SCOPES)
