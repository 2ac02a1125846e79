"""The back office stands on the database and the log, and does nothing where nothing is set up."""

from __future__ import annotations

import asyncio
from pathlib import Path

from softswitch.back_office import Ground, build_back_office
from softswitch.bus import EventLog
from softswitch.config import Config
from softswitch.crm.service import KeeperBy
from softswitch.events import CallEnded
from softswitch.integrations.http_messages import Request, Response
from softswitch.integrations.webhook_signing import make_secret
from softswitch.outbox.model import Delivery
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock
from tests.fakes.offline import Offline
from tests.fakes.patience import PATIENCE
from tests.integrations.servers import client, serving


async def test_it_runs_and_ends_with_the_switch(tmp_path: Path) -> None:
    clock = FakeClock()
    database = await Database.open(blank(tmp_path / "switch.db"))
    config = Config.model_validate({"home": tmp_path})
    office = await build_back_office(
        Ground(config, database, EventStore(database, clock), clock, EventLog(clock), Offline())
    )
    await office.outbox.post([Delivery("a", "mail:nobody", "{}")])
    async with asyncio.TaskGroup() as group:
        tasks: list[asyncio.Task[None]] = []
        office.run(lambda job: tasks.append(group.create_task(job)))
        await asyncio.sleep(0)
        office.dispatcher.wake()
        for task in tasks:
            task.cancel()
    # A channel that is not set up takes nothing, and nothing is lost of what waits for it.
    assert [one.delivery.key for one in await office.outbox.due("mail:nobody")] == ["a"]
    await database.close()


class Listening(Offline):
    """A network with nobody in it, that tells when somebody is asked."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[Request] = asyncio.Queue()

    async def ask(self, request: Request) -> Response:
        """See Http."""
        self.asked.put_nowait(request)
        return await super().ask(request)


async def test_what_follows_from_the_log_goes_out_at_once(tmp_path: Path) -> None:
    clock, network = FakeClock(), Listening()
    database = await Database.open(blank(tmp_path / "switch.db"))
    hook = {"url": "https://crm.example/hook", "secrets": [make_secret(bytes(24))]}
    config = Config.model_validate({"home": tmp_path, "webhooks": {"crm": hook}})
    events, log = EventStore(database, clock), EventLog(clock)
    log.subscribe(events.store)
    office = await build_back_office(Ground(config, database, events, clock, log, network))
    async with asyncio.TaskGroup() as group:
        tasks: list[asyncio.Task[None]] = [group.create_task(events.run())]
        office.run(lambda job: tasks.append(group.create_task(job)))
        await office.following.caught_up()
        log.append(CallEnded("completed", "caller_hung_up", 200, 16, "caller"), call="A" * 26)
        # The dispatcher's own look would come half a minute later.
        async with asyncio.timeout(PATIENCE):
            request = await network.asked.get()
        for task in tasks:
            task.cancel()
    assert b"call.ended" in request.body
    await database.close()


async def test_another_system_names_the_keeper_of_a_customer(tmp_path: Path) -> None:
    async with serving() as server, client() as http:
        server.answers = [(200, b'{"login": "a.nowak"}', {}), (500, b"", {})]
        ask = {"url": f"{server.url}/?n={{{{CALL.SRC_NUMBER}}}}", "answer": {"KEEPER": "$.login"}}
        config = Config.model_validate(
            {
                "home": tmp_path,
                "accounts": {"1001": {"password": "x"}},
                "connections": {"crm": ask},
                "customers": {"keeper": {"connection": "crm", "accounts": {"a.nowak": "1001"}}},
            }
        )
        clock = FakeClock()
        database = await Database.open(blank(tmp_path / "switch.db"))
        ground = Ground(config, database, EventStore(database, clock), clock, EventLog(clock), http)
        customers = (await build_back_office(ground)).customers.customers
        assert await customers.keeper("600 100 200", KeeperBy.EXTERNAL) == "1001"
        assert server.asked[0].query["n"] == "+48600100200"
        # It breaks, and nobody is named; a withheld number is not even asked about.
        assert await customers.keeper("600 100 200", KeeperBy.EXTERNAL) == ""
        assert await customers.keeper("anonymous", KeeperBy.EXTERNAL) == ""
        assert len(server.asked) == 2
        await database.close()
