"""An archive of recordings on a real disk and a real database, with the log that leads to it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import soundfile

from softswitch.bus import EventLog
from softswitch.events import Event, RecordingEnded, RecordingErased, RecordingStarted
from softswitch.ids import make_id
from softswitch.recordings.catalogue import Catalogue
from softswitch.recordings.shelf import Shelf
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import Follower, Following
from softswitch.storage.recording_store import FOLLOWED, RecordingStore
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock, at_once


@dataclass
class Archive:
    """A catalogue, and the log that writes it."""

    log: EventLog
    events: EventStore
    following: Following
    store: RecordingStore
    shelf: Shelf
    catalogue: Catalogue
    clock: FakeClock
    erased: list[tuple[RecordingErased, str]]

    async def settled(self) -> None:
        """Wait until the catalogue knows all that was told."""
        await self.events.flush()
        await self.following.caught_up()

    def call_of(self, at: datetime, number: int = 1) -> str:
        """Return the id of a call that began then."""
        return make_id(at, lambda bits: number)

    def write(self, path: str, *, seconds: float = 1.0) -> Path:
        """Write a recording's file, and return it."""
        file = self.shelf.file(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(file, np.zeros((round(8000 * seconds), 2), np.int16), 8000)
        return file

    async def begin(self, number: int = 1, **changes: object) -> RecordingStarted:
        """Let a recording begin, with a file that is there."""
        call = self.call_of(self.clock.wall(), number)
        name = f"{call}-1"
        started = replace(
            RecordingStarted(
                name, 1, "a", "+48600100200", "1001", "600", "sales", "office", "always", "queue:sales", "",
                "notice", f"2026/01/05/{name}.wav", 90,
            ),
            **changes,  # type: ignore[arg-type]
        )  # fmt: skip
        self.log.append(started, call=call)
        await asyncio.to_thread(self.write, started.path)
        return started

    async def record(self, number: int = 1, **changes: object) -> RecordingStarted:
        """Let a recording begin and end."""
        started = await self.begin(number, **changes)
        data = await asyncio.to_thread(self.shelf.file(started.path).read_bytes)
        digest = hashlib.sha256(data).hexdigest()
        self.log.append(
            RecordingEnded(started.recording, started.path, 1.0, len(data), digest),
            call=started.recording[:-2],
        )
        await self.settled()
        return started

    def told(self, *kinds: type[Event]) -> list[Event]:
        """Return what was written into the log, of these kinds."""
        return [event for event in self._seen if isinstance(event, kinds)]

    def __post_init__(self) -> None:
        self._seen: list[Event] = []
        self.log.subscribe(lambda entry: self._seen.append(entry.event))


@contextlib.asynccontextmanager
async def archive(folder: Path, clock: FakeClock) -> AsyncIterator[Archive]:
    """Open one; opened again in the same folder it is what was left there."""
    database = await Database.open(blank(folder / "switch.db"))
    events = EventStore(database, clock)
    log = EventLog(clock, first_sequence=await events.last_sequence() + 1)
    log.subscribe(events.store)
    store = RecordingStore(database, clock)
    following = Following(database, events, pause=at_once)
    await following.add(Follower("recordings", FOLLOWED, store.follow, all_there_is=True))
    shelf = Shelf(folder / "recordings", least_free=1, zone=UTC)
    await shelf.look(clock.wall())
    erased: list[tuple[RecordingErased, str]] = []
    catalogue = Catalogue(store, shelf, clock, told=lambda event, call: erased.append((event, call)))
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(events.run()), tasks.create_task(following.run())]
        try:
            yield Archive(log, events, following, store, shelf, catalogue, clock, erased)
        finally:
            for task in running:
                task.cancel()
    await database.close()
