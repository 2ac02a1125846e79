"""After a start: recordings whose end nobody wrote down are completed from the files that there are.

The process that writes recordings finishes them also when signalling is killed. What the log knows of them as
begun gets its end; a file of which the log knows nothing, as it began in the last moment before the kill, is
taken into the catalogue by its name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from softswitch.bus import EventLog
from softswitch.clock import Clock
from softswitch.events import CallArrived, Entry, RecordingEnded, RecordingStarted
from softswitch.recordings.catalogue import Catalogue
from softswitch.recordings.errors import RecordingError
from softswitch.recordings.found import CONVERTED, WAV
from softswitch.recordings.model import Recorded, State
from softswitch.recordings.rules import ALWAYS, LINE

logger = logging.getLogger(__name__)

FELL: Final = "the switch ended during the recording; the file holds what was written before"
FIRST_SECONDS: Final = 3.0
"""After a start, until it is looked for: by then who follows the log has read what the last process wrote."""
AGAIN_SECONDS: Final = 3600.0
"""How often it is tidied up after that."""
DAYS_LOOKED_AT: Final = (-2, -1, 0, 1)
"""Whose folders are looked into for files of which nothing is known: a recording lasts some hours, and the
days of a zone begin up to half a day earlier or later than those of UTC."""


LookFor = Callable[[str, str, Path, str], Awaitable[None]]
"""Waits until a recording's file is finished, and tells of its end: call, recording, growing file, reason."""


class Events(Protocol):
    """The log on the disk; see :class:`softswitch.storage.event_store.EventStore`."""

    async def entries(self, part: str) -> Sequence[Entry]:
        """Return the entries of a call."""
        ...


class CatchingUp:
    """Completes what the last process left, and tidies up from then on. :meth:`run` is for a task."""

    def __init__(
        self,
        catalogue: Catalogue,
        events: Events,
        log: EventLog,
        clock: Clock,
        *,
        look_for: LookFor,
        keep_days: int,
    ) -> None:
        self._catalogue = catalogue
        self._events = events
        self._log = log
        self._clock = clock
        self._look_for = look_for
        self._keep_days = keep_days
        self._begun: set[str] = set()
        """Recordings of this process, by what is told and not by the time: a clock that was wrong when the
        machine started is put right in just these seconds."""
        self._hears_no_more = log.subscribe(self._note, (RecordingStarted,))

    def _note(self, entry: Entry) -> None:
        if isinstance(entry.event, RecordingStarted):
            self._begun.add(entry.event.recording)

    async def run(self) -> None:
        """Catch up once, then tidy up every hour, until cancelled."""
        await asyncio.sleep(FIRST_SECONDS)
        await self._safely(self.catch_up)
        self._hears_no_more()
        self._begun.clear()
        while True:
            await self._safely(self._tidy)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _tidy(self) -> None:
        if count := await self._catalogue.tidy():
            logger.info("%d recordings were erased", count)

    async def _safely(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except RecordingError as error:
            logger.warning("recordings: %s", error)
        except Exception:
            logger.exception("recordings cannot be tidied up")

    async def catch_up(self) -> None:
        """Complete everything that began before this process did; returns when all of it is done."""
        store, shelf = self._catalogue.store, self._catalogue.shelf
        left = [one for one in await store.in_state(State.RUNNING) if one.id not in self._begun]
        work = [self._complete(one) for one in left if not await self._has_ended(one)]
        files = await shelf.off_loop(_files, shelf.folder, self._clock.wall())
        known = self._begun | await store.known([path.stem for path in files])
        work += [self._adopt(path) for path in files if path.stem not in known]
        await asyncio.gather(*work)

    async def _has_ended(self, recorded: Recorded) -> bool:
        """Tell whether its end is in the log, and the catalogue has only not read it yet."""
        return await self._is_told(recorded.call, recorded.id, RecordingEnded)

    async def _is_told(
        self, call: str, recording: str, kind: type[RecordingStarted] | type[RecordingEnded]
    ) -> bool:
        entries = await self._events.entries(call)
        return any(isinstance(one.event, kind) and one.event.recording == recording for one in entries)

    async def _complete(self, recorded: Recorded) -> None:
        growing = self._catalogue.shelf.file(recorded.path)
        await self._look_for(recorded.call, recorded.id, growing, FELL)

    async def _adopt(self, path: Path) -> None:
        """Take in a file of which the catalogue knows nothing, if it bears the name of a recording."""
        call, _, part = path.stem.rpartition("-")
        if not call or not part.isdigit() or await self._is_told(call, path.stem, RecordingStarted):
            return
        entries = await self._events.entries(call)
        arrived = next((one.event for one in entries if isinstance(one.event, CallArrived)), None)
        started = RecordingStarted(
            recording=path.stem,
            part=int(part),
            leg=arrived.leg if arrived is not None else "",
            caller=arrived.caller if arrived is not None else "",
            agent="",
            called=arrived.called if arrived is not None else "",
            queue="",
            trunk=arrived.trunk if arrived is not None else "",
            mode=ALWAYS,
            because=LINE,
            by="",
            consent="",
            path=self._catalogue.shelf.below(path.with_suffix(".wav")),
            keep_days=self._keep_days,
        )
        self._log.append(started, call=call, at=entries[-1].at if entries else self._clock.wall())
        await self._look_for(call, path.stem, path.with_suffix(".wav"), FELL)


def _files(folder: Path, now: datetime) -> list[Path]:
    """Return the files of the last days, one of each recording."""
    days = (now.astimezone(UTC) + timedelta(days=offset) for offset in DAYS_LOOKED_AT)
    folders = [folder / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}" for day in days]
    files = (path for one in folders if one.is_dir() for path in one.iterdir())
    found = {path.stem: path for path in files if path.suffix in (WAV, *CONVERTED)}
    return [path for _, path in sorted(found.items())]
