"""A line's back office as it is composed, with real servers of others, and walks through written trees."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from softswitch.back_office import BackOffice, Ground, build_back_office
from softswitch.bus import EventLog
from softswitch.config import Config
from softswitch.events import CallEvent, PromptPlayed, StepTaken
from softswitch.ivr.context import CallFacts, World
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.interpreter import run
from softswitch.ivr.outcome import Ended
from softswitch.ivr.simulate import SimulatedLine, VirtualClock
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import Input
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock
from tests.fakes.patience import PATIENCE
from tests.integrations.post import Post, post_office
from tests.integrations.servers import Server, client, serving
from tests.ivr.written import tree_of

CALLER = "+48600100200"
OFFER = '%%number%%, {{CALL.DATE}}: {{VARIABLE.TOPIC}} {{VARIABLE.PIN|default:"-"}}'


@dataclass
class Line:
    """The back office and the servers of others."""

    office: BackOffice
    config: Config
    database: Database
    clock: FakeClock
    post: Post
    gateway: Server
    other: Server


@contextlib.asynccontextmanager
async def line(home: Path, more: Callable[[str], dict[str, object]] = lambda url: {}) -> AsyncIterator[Line]:
    """Run the back office of a line with a mailbox, a gateway, and what ``more`` says of another server."""
    clock = FakeClock()
    async with post_office(Post()) as post, serving() as gateway, serving() as other, client() as http:
        config = Config.model_validate(
            {
                "home": home,
                "mail": {
                    "office": {
                        "host": "127.0.0.1",
                        "port": post.port,
                        "security": "none",
                        "from": "biuro@firma.pl",
                    }
                },
                "sms": {
                    "main": {
                        "http": {
                            "url": f"{gateway.url}/send",
                            "body": {"to": "{{SMS.NUMBER}}", "text": "{{SMS.TEXT}}"},
                        }
                    }
                },
                "templates": {
                    "offer": {
                        "subject": "Oferta dla {{CUSTOMER.NAME}}",
                        "text": OFFER,
                    },
                    "link": {"sms": "{{VARIABLE.TOPIC}}: https://example.com/{{CALL.ID}}"},
                },
                "tickets": {"missed": {"categories": ["sale"]}},
                **more(other.url),
            }
        )
        database = await Database.open(blank(home / "switch.db"))
        async with contextlib.AsyncExitStack() as end:
            end.push_async_callback(database.close)
            ground = Ground(config, database, EventStore(database, clock), clock, EventLog(clock), http)
            office = await build_back_office(ground)
            async with asyncio.TaskGroup() as group:
                tasks: list[asyncio.Task[None]] = []
                office.run(lambda job: tasks.append(group.create_task(job)))
                try:
                    yield Line(office, config, database, clock, post, gateway, other)
                finally:
                    for task in tasks:
                        task.cancel()


@dataclass
class Walk:
    """One call into a tree: how it ended, and what was written down of it."""

    ended: Ended
    events: list[CallEvent] = field(default_factory=list)

    @property
    def exits(self) -> list[str]:
        """The exits of all steps."""
        return [one.exit for one in self.events if isinstance(one, StepTaken)]

    @property
    def heard(self) -> list[str]:
        """What was heard."""
        return [one.text for one in self.events if isinstance(one, PromptPlayed)]


async def walk(desks: Desks, branches: str, *script: Input, call: str = "C1", caller: str = CALLER) -> Walk:
    """Call a tree; the caller is simulated, and the desks are real."""
    scene = Scene(caller=caller)
    clock = VirtualClock(began=scene.begins())
    events: list[CallEvent] = []
    facts: CallFacts = replace(scene.facts("100"), call=call)
    world = World(SimulatedLine(script, clock, [], scene), facts, clock, events.append, desks=desks)
    return Walk(await run(tree_of(branches), world), events)


async def until(happened: Callable[[], bool]) -> None:
    """Wait until something has happened, with patience."""
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
