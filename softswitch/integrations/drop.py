"""Recordings dropped on a server: a channel of the outbox, whatever the server speaks.

A file has its name only once it is whole; one of the same name and content that is there already counts as
delivered, so that a try whose end nobody saw does no harm. What the server refuses is tried again, since an
operator can mend a full disk or a wrong password: a recording is never given up for it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Final, Protocol, TypeVar

from softswitch.clock import Clock
from softswitch.integrations.drop_config import DropConfig
from softswitch.integrations.drop_names import another, filled
from softswitch.integrations.local_files import inside
from softswitch.integrations.manifest import HEAD, Manifest
from softswitch.integrations.verification import digest
from softswitch.outbox.messages import Dropped, ManifestDue, Withdrawn, read_drop
from softswitch.outbox.model import Delivery, NotNow, Receipt, Refused

LATE_AT_MOST: Final = timedelta(days=1)
"""Lists of the day before are put there again, too: lines may have come to it at midnight."""

Result = TypeVar("Result")


class Held(Enum):
    """What a server has under a name."""

    NOTHING = "nothing"
    SAME = "same"
    OTHER = "other"


class Shelf(Protocol):
    """An open connection to a server. Every method raises NotNow where it fails."""

    async def held(self, name: str, size: int, sha256: str) -> Held:
        """Tell what is there under a name, compared with a file of this size and hash."""
        ...

    async def put(self, source: Path, name: str, mark: str, *, replace: bool = False) -> None:
        """Put a file there under ``name``, which it has only once it is whole.

        ``mark`` tells this upload from others; ``replace`` means that what is there makes way.
        """
        ...

    async def remove(self, name: str) -> None:
        """Take a file away; one that is not there is no fault."""
        ...


class Place(Protocol):
    """A server that files are put on."""

    def opened(self) -> AbstractAsyncContextManager[Shelf]:
        """Connect; raises NotNow where that fails."""
        ...

    def close(self) -> None:
        """End what is kept open between deliveries; blocks."""
        ...


class DropChannel:
    """Puts recordings on one server. They lie below ``files``; ``manifest`` lists what is there.

    Deliveries of one drop belong into one lane, so that its manifest is written in order.
    """

    def __init__(
        self, config: DropConfig, place: Place, *, files: Path, manifest: Manifest | None, clock: Clock
    ) -> None:
        self._config = config
        self._place = place
        self._files = files
        self._manifest = manifest
        self._clock = clock
        self._lock = asyncio.Lock()

    async def deliver(self, delivery: Delivery, attempt: int) -> Receipt:
        """Put it there; raise NotNow where the server fails, Refused where the file is gone or changed."""
        message = read_drop(delivery.body)
        mark = hashlib.sha256(delivery.key.encode()).hexdigest()[:12]
        async with self._lock:
            match message:
                case Dropped():
                    return await self._dropped(message, mark)
                case Withdrawn():
                    return await self._withdrawn(message, mark)
                case ManifestDue(day=day):
                    return await self._listed(day, mark)

    async def close(self) -> None:
        """End what the place keeps open between deliveries."""
        await asyncio.to_thread(self._place.close)

    async def _dropped(self, message: Dropped, mark: str) -> Receipt:
        source, size, sha256 = await _blocking(lambda: self._measured(message))
        async with self._place.opened() as shelf:
            name = await self._put(shelf, source, message, size, mark)
            manifest = self._manifest
            if manifest is not None:
                await _blocking(lambda: manifest.add(name, size, sha256, self._clock.wall()))
                await self._list_if_late(shelf, message.listed_by, mark)
        return Receipt(self._whole(name))

    async def _put(self, shelf: Shelf, source: Path, message: Dropped, size: int, mark: str) -> str:
        """Return the name under which the file is there now."""
        wanted = filled(self._config.name, message.values)
        for name in (wanted, another(wanted, message.sha256)):
            held = await shelf.held(self._whole(name), size, message.sha256)
            if held is Held.NOTHING:
                await shelf.put(source, self._whole(name), mark)
            if held is not Held.OTHER:
                return name
        raise Refused(f"{wanted} is taken by another file, and so is the name beside it")

    async def _withdrawn(self, message: Withdrawn, mark: str) -> Receipt:
        wanted = filled(self._config.name, message.values)
        gone: list[str] = []
        async with self._place.opened() as shelf:
            for name in (wanted, another(wanted, message.sha256)):
                # The size is not known any more: it is compared by its content alone.
                if await shelf.held(self._whole(name), -1, message.sha256) is Held.SAME:
                    await shelf.remove(self._whole(name))
                    gone.append(name)
            manifest = self._manifest
            if manifest is not None:
                now = self._clock.wall()
                names = gone or [wanted]

                def erase() -> None:
                    for name in names:
                        manifest.erase(name, message.why, now)

                await _blocking(erase)
                await self._list_if_late(shelf, message.listed_by, mark)
        return Receipt(", ".join(self._whole(name) for name in gone))

    async def _list_if_late(self, shelf: Shelf, listed_by: str, mark: str) -> None:
        """Bring the list along where the delivery of it that was planned is over."""
        now = self._clock.wall()
        if listed_by and now >= datetime.fromisoformat(listed_by):
            await self._list(shelf, (now - LATE_AT_MOST).date().isoformat(), mark)

    async def _listed(self, day: str, mark: str) -> Receipt:
        async with self._place.opened() as shelf:
            await self._list(shelf, day, mark)
        return Receipt(self._whole(HEAD))

    async def _list(self, shelf: Shelf, day: str, mark: str) -> None:
        """Put the lists since a day there, and then the head, which says where they end."""
        manifest = self._manifest
        if manifest is None:
            return
        files = await _blocking(manifest.files)
        head = manifest.folder / f"{mark}.{HEAD}"

        def write_head() -> None:
            head.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            head.write_bytes(manifest.head(self._clock.wall()))

        await _blocking(write_head)
        try:
            for path in files:
                if path.stem.removeprefix("manifest-") >= day:
                    await shelf.put(path, self._whole(path.name), mark, replace=True)
            await shelf.put(head, self._whole(HEAD), mark, replace=True)
        finally:
            await _blocking(lambda: head.unlink(missing_ok=True))

    def _measured(self, message: Dropped) -> tuple[Path, int, str]:
        source = inside(self._files, message.path)
        sha256 = digest(source)
        if sha256 != message.sha256:
            raise Refused(f"the file '{message.path}' is not what was recorded: its hash is another")
        return source, source.stat().st_size, sha256

    def _whole(self, name: str) -> str:
        folder = self._config.folder
        return f"{folder.rstrip('/')}/{name}" if folder else name


async def _blocking(work: Callable[[], Result]) -> Result:
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise NotNow(f"a file of the line's own cannot be used: {error.strerror or error}") from error
