"""What is done with recordings that there are: found, given out, held, erased by wish and by time."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from softswitch.clock import Clock
from softswitch.events import RecordingErased
from softswitch.recordings.errors import NoSuchRecording, OnLegalHold, RecordingError
from softswitch.recordings.found import CONVERTED, PART
from softswitch.recordings.model import Access, Deed, Recorded, Search, State
from softswitch.recordings.shelf import Shelf

logger = logging.getLogger(__name__)

RETENTION: Final = "retention"
"""Why something was erased whose time was over."""
PORTION: Final = 100
"""Recordings erased before others may write to the database: a second's work."""
PORTION_PAUSE_SECONDS: Final = 0.2
BLOCK: Final = 1 << 20
GIVEN_OUT_MODE: Final = 0o600


class Store(Protocol):
    """Where the catalogue is kept; see :class:`softswitch.storage.recording_store.RecordingStore`."""

    async def get(self, recording: str) -> Recorded:
        """Return one recording."""
        ...

    async def matching(self, part: str) -> tuple[str, ...]:
        """Return the ids that a part of one may mean."""
        ...

    async def search(self, wanted: Search) -> list[Recorded]:
        """Return the recordings that are looked for."""
        ...

    async def in_state(self, state: State, *, limit: int = ...) -> list[Recorded]:
        """Return the recordings in a state, oldest first."""
        ...

    async def overdue(self, now: datetime, *, limit: int) -> list[str]:
        """Return whose time is over."""
        ...

    async def known(self, ids: Sequence[str]) -> set[str]:
        """Return which of these there are."""
        ...

    async def hold(self, recording: str, *, by: str, why: str) -> Recorded:
        """Keep one whatever its time."""
        ...

    async def release(self, recording: str, *, by: str, why: str) -> Recorded:
        """Keep it so no longer."""
        ...

    async def mark_for_erasing(self, recording: str, *, by: str, why: str) -> Recorded:
        """Let one be erased."""
        ...

    async def erasure(self, recording: str) -> tuple[str, str]:
        """Return who had one erased, and why."""
        ...

    async def erased(self, recording: str) -> None:
        """Take that its file is gone."""
        ...

    async def note(self, recording: str, *, by: str, deed: Deed, why: str = "") -> None:
        """Write down what somebody did with one."""
        ...

    async def accesses(self, recording: str) -> list[Access]:
        """Return who did what with one."""
        ...


@dataclass(frozen=True, slots=True)
class Erasure:
    """What came of erasing several: the ids of those that are gone, and why each of the others is not."""

    erased: tuple[str, ...]
    kept: tuple[str, ...]


def _untold(event: RecordingErased, call: str) -> None:
    """Tell nobody: the access log has it."""


class Catalogue:
    """The recordings of a line. ``told`` writes into the log of a call what was erased of it."""

    def __init__(
        self,
        store: Store,
        shelf: Shelf,
        clock: Clock,
        *,
        told: Callable[[RecordingErased, str], None] = _untold,
    ) -> None:
        self.store = store
        self.shelf = shelf
        self._clock = clock
        self._told = told

    async def find(self, part: str) -> Recorded:
        """Return the one recording that an id, its beginning or its end means; raise NoSuchRecording."""
        ids = await self.store.matching(part)
        if len(ids) != 1:
            several = f"{part} can mean {', '.join(ids)}" if ids else f"there is no recording {part}"
            raise NoSuchRecording(several)
        return await self.store.get(ids[0])

    async def open_file(self, recording: str, *, by: str, deed: Deed = Deed.LISTENED, why: str = "") -> Path:
        """Return the file of a recording for somebody, which is written down. Raises NoSuchRecording."""
        found = await self.store.get(recording)
        if not found.is_there:
            raise NoSuchRecording(f"the recording {recording} has no file ({found.state.value})")
        path = self.shelf.file(found.path)
        if not await self.shelf.off_loop(path.is_file):
            raise NoSuchRecording(f"the file of the recording {recording} is not there: {found.path}")
        await self.store.note(recording, by=by, deed=deed, why=why)
        return path

    async def give_out(self, recording: str, target: Path, *, by: str, why: str) -> Recorded:
        """Copy a recording into a new file, checked against its hash. Raises RecordingError."""
        path = await self.open_file(recording, by=by, deed=Deed.EXPORTED, why=why)
        found = await self.store.get(recording)
        try:
            digest = await self.shelf.off_loop(_copy, path, target)
        except OSError as error:
            raise RecordingError(f"{target} cannot be written: {error.strerror}") from error
        if digest != found.sha256:
            raise RecordingError(f"{found.path} is not what was recorded: its hash is {digest}")
        return found

    async def erase(self, recording: str, *, by: str, why: str) -> None:
        """Erase one recording for good. Raises NoSuchRecording, OnLegalHold, RecordingError."""
        found = await self.store.mark_for_erasing(recording, by=by, why=why)
        await self._erase_file(found, by, why)

    async def erase_all(self, wanted: Search, *, by: str, why: str) -> Erasure:
        """Erase all that a search finds: a person's by the numbers, a call's by its id."""
        gone: list[str] = []
        kept: list[str] = []
        found = await self.store.search(wanted)
        while found:
            for one in found:
                try:
                    await self.erase(one.id, by=by, why=why)
                    gone.append(one.id)
                except RecordingError as error:
                    kept.append(str(error))
            last = min(one.id for one in found)
            found = await self.store.search(_after(wanted, last))
        return Erasure(tuple(gone), tuple(kept))

    async def tidy(self) -> int:
        """Erase what is overdue, and what was to be erased when the switch ended; return how many."""
        count = 0
        for one in await self.store.in_state(State.ERASING):
            await self._erase_file(one, *await self.store.erasure(one.id))
            count += 1
        while ids := await self.store.overdue(self._clock.wall(), limit=PORTION):
            for recording in ids:
                try:
                    await self.erase(recording, by="", why=RETENTION)
                    count += 1
                except (OnLegalHold, NoSuchRecording) as error:
                    logger.info("the recording %s stays: %s", recording, error)
            await asyncio.sleep(PORTION_PAUSE_SECONDS)
        return count

    async def _erase_file(self, found: Recorded, by: str, why: str) -> None:
        if found.path:
            try:
                await self.shelf.off_loop(_unlink, self.shelf.file(found.path))
            except OSError as error:
                # It stays marked, so that it goes as soon as the disk lets it.
                raise RecordingError(f"{found.path} cannot be erased now: {error.strerror}") from error
        await self.store.erased(found.id)
        self._told(RecordingErased(found.id, by, why), found.call)


def _after(wanted: Search, last: str) -> Search:
    return Search(
        wanted.since, wanted.until, wanted.queue, wanted.agent, wanted.numbers, wanted.call, wanted.customer,
        wanted.trunk, wanted.held, wanted.also_erased, last, wanted.limit,
    )  # fmt: skip


def _copy(source: Path, target: Path) -> str:
    """Copy a file into one that is not there yet; return the hash of what was copied."""
    digest = hashlib.sha256()
    place = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, GIVEN_OUT_MODE)
    with open(place, "wb") as into, source.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            into.write(block)
    return digest.hexdigest()


def _unlink(path: Path) -> None:
    """Take a file away, with all that converting it may have left."""
    for suffix in (path.suffix, ".wav", *CONVERTED, *(f"{one}{PART}" for one in CONVERTED)):
        path.with_suffix(suffix).unlink(missing_ok=True)
