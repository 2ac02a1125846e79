"""Recordings that are erased are not sent any more, and taken back from where they were sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from softswitch.channels import recording_drops
from softswitch.config import Config
from softswitch.outbox.dispatcher import Dispatcher
from softswitch.outbox.messages import ERASURES, Withdrawn, read_drop
from softswitch.outbox.model import Outlet, State
from softswitch.storage.database import Database
from softswitch.storage.outbox_store import OutboxStore, posting
from softswitch.withdrawing import ERASED, Withdrawals
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock
from tests.recordings.archive import Archive, archive
from tests.storage.conftest import running

FTP = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password": "p"}


@asynccontextmanager
async def line(home: Path) -> AsyncIterator[tuple[Archive, OutboxStore, Dispatcher]]:
    """Run an archive whose recordings are dropped at two servers, of which one follows erasures."""
    clock = FakeClock()
    drops = {"follows": {"ftp": FTP, "erase_too": True}, "keeps": {"ftp": FTP}}
    config = Config.model_validate({"home": home, "drops": drops})
    async with archive(home, clock) as here:
        database = await Database.open(blank(home / "switch.db"))
        outbox = OutboxStore(database, clock)
        here.store.when_done(posting(recording_drops(config, clock), clock))
        outlets = {ERASURES: Outlet(Withdrawals(config, database, clock))}
        dispatcher = Dispatcher(outbox, outlets, clock, lambda event: None, lambda: 0.5)
        async with running(dispatcher.run):
            yield here, outbox, dispatcher
        await database.close()


async def settled(outbox: OutboxStore, dispatcher: Dispatcher) -> None:
    """Wait until erasures have been told."""
    while any(one.settled is None for one in await outbox.latest(channel=ERASURES)):
        dispatcher.wake()
        await asyncio.sleep(0)


async def test_what_was_not_sent_yet_is_not_sent(tmp_path: Path) -> None:
    async with line(tmp_path) as (here, outbox, dispatcher):
        name = (await here.record()).recording
        assert {one.state for one in await outbox.latest(channel="drop:keeps")} == {State.WAITING}
        await here.catalogue.erase(name, by="1001", why="asked")
        await settled(outbox, dispatcher)
        for drop in ("follows", "keeps"):
            gone = await outbox.find(f"drop:{drop}:{name}")
            assert gone is not None
            assert (gone.state, gone.trouble, gone.delivery.body) == (State.REFUSED, ERASED, "")
            # Nothing was tried, so nothing is there to be taken back.
            assert await outbox.find(f"drop:{drop}:{name}:erased") is None


async def test_what_was_sent_is_taken_back_where_that_is_wanted(tmp_path: Path) -> None:
    async with line(tmp_path) as (here, outbox, dispatcher):
        name = (await here.record()).recording
        for drop in ("follows", "keeps"):
            posted = await outbox.find(f"drop:{drop}:{name}")
            assert posted is not None
            assert await outbox.claim(posted)
            if drop == "follows":
                await outbox.settle(posted, State.DELIVERED)
        await here.catalogue.erase(name, by="1001", why="asked")
        await settled(outbox, dispatcher)
        back = await outbox.find(f"drop:follows:{name}:erased")
        assert back is not None
        message = read_drop(back.delivery.body)
        assert isinstance(message, Withdrawn)
        assert (message.why, message.values["caller"], message.values["recording"]) == (
            "asked",
            "+48600100200",
            name,
        )
        kept = await outbox.find(f"drop:keeps:{name}")
        assert kept is not None
        assert (kept.state, await outbox.find(f"drop:keeps:{name}:erased")) == (State.REFUSED, None)


async def test_who_talked_is_forgotten_everywhere(tmp_path: Path) -> None:
    async with line(tmp_path) as (here, outbox, dispatcher):
        name = (await here.record()).recording
        await here.catalogue.erase(name, by="1001", why="asked")
        await settled(outbox, dispatcher)
        assert not [one for one in await outbox.latest() if "600100200" in one.delivery.body]
        # An erasure that is told again, as after a fall, changes nothing.
        await here.store.erased(name)
        assert len(await outbox.latest(channel=ERASURES)) == 1
