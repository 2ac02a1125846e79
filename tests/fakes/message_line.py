"""A back office with a sender of text messages at a real gateway, and a call that can be written about."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from softswitch.back_office import BackOffice, Ground, build_back_office
from softswitch.bus import EventLog
from softswitch.config import AccountConfig, Config
from softswitch.events import CallArrived, CallEnded, QueueAnswered, QueueEntered
from softswitch.outbox.model import State
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock
from tests.integrations.servers import Server, client, serving
from tests.storage.conftest import running

CALL = "01CALLA"
CALLER = "+48600100200"


@dataclass
class MessageLine:
    """The office, its gateway, its log."""

    office: BackOffice
    gateway: Server
    events: EventStore
    log: EventLog
    clock: FakeClock
    config: Config

    async def call(self, call: str = CALL, caller: str = CALLER, *, ends: bool = True) -> None:
        """Let somebody call, and be answered."""
        told = (
            CallArrived("a", caller, "Anna", "300", "", "", trunk="provider"),
            QueueEntered("cards", caller, 0),
            QueueAnswered("cards", "1001", "b", caller, 3.0, 1.0),
            *((CallEnded("answered", "caller_hung_up", 200, 16, "caller"),) if ends else ()),
        )
        for event in told:
            self.log.append(event, call=call)
        await self.events.flush()

    async def settled(self) -> None:
        """Wait until the outbox has nothing that is open."""
        while await self.office.outbox.latest(states=[State.WAITING, State.SENDING]):
            self.office.dispatcher.wake()
            await self.turn()

    async def turn(self) -> None:
        """Let everybody have turns of the loop: the gateway answers over a real socket."""
        for _ in range(100):
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def message_line(
    home: Path, clock: FakeClock | None = None, parts: Mapping[str, object] | None = None, **sms: object
) -> AsyncIterator[MessageLine]:
    """Run it. ``parts`` are further parts of the configuration, ``sms`` further settings of the sender."""
    clock = clock or FakeClock()
    async with contextlib.AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(serving())
        http = await stack.enter_async_context(client(clock=clock))
        database = await Database.open(blank(home / "switch.db"))
        stack.push_async_callback(database.close)
        request = {"to": "{{SMS.NUMBER}}", "text": "{{SMS.TEXT}}", "id": "{{SMS.REFERENCE}}"}
        config = Config.model_validate(
            {
                "home": home,
                "country": "PL",
                "accounts": {"1001": AccountConfig(password="x", name="Ewa")},
                "shops": {"paper": {}},
                "sms": {"default": {"http": {"url": f"{gateway.url}/send", "body": request}, **sms}},
                "templates": {
                    "manual": {
                        "sms": '{{CUSTOMER.FULL_NAME|default:"Klient"}}: https://f.pl/m. {{AGENT.NAME}}'
                    },
                    "order": {"sms": "Zamowienie {{ORDER.NUMBER}}: {{ORDER.STATUS}} {{CALL.DST_NUMBER}}"},
                    "letter": {"subject": "S", "text": "only a mail"},
                },
                **(parts or {}),
            }
        )
        events = EventStore(database, clock)
        log = EventLog(clock, first_sequence=await events.last_sequence() + 1)
        log.subscribe(events.store)
        office = await build_back_office(Ground(config, database, events, clock, log, http))
        for job in (events.run, office.following.run, office.dispatcher.run, *office.jobs):
            await stack.enter_async_context(running(job))
        yield MessageLine(office, gateway, events, log, clock, config)
