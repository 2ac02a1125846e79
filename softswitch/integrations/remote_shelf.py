"""What putting files on servers has in common, whatever is spoken: under a name of its own first."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from pathlib import Path, PurePosixPath
from typing import ClassVar, Final

from softswitch.integrations.drop import Held
from softswitch.outbox.model import NotNow

BLOCK: Final = 1 << 18
"""Octets read from the disk at once, and given to the connection."""
LONGEST_TOLD: Final = 200
"""Letters of what a server says that are passed on."""


class RemoteShelf(ABC):
    """An open connection to a server; ``shown`` is what people call it. A protocol fills in its own steps."""

    faults: ClassVar[tuple[type[BaseException], ...]]
    """What the library raises for servers that refuse, vanish, or break off in the middle of an answer."""

    def __init__(self, shown: str) -> None:
        self._shown = shown

    async def held(self, name: str, size: int, sha256: str) -> Held:
        """Tell what is there under a name; a file of the same size is read back. Raises NotNow."""
        try:
            there = await self._size(name)
            if there is None:
                return Held.NOTHING
            if size >= 0 and there != size:
                return Held.OTHER
            return Held.SAME if await self._digest(name) == sha256 else Held.OTHER
        except self.faults as error:
            raise self._failed("cannot tell what it has", error) from error

    async def put(self, source: Path, name: str, mark: str, *, replace: bool = False) -> None:
        """Upload under a name of its own, compare the size, then rename. Raises NotNow."""
        path = PurePosixPath(name)
        unfinished = str(path.with_name(f"{path.name}.{mark}.part"))
        try:
            await self._make_folder(str(path.parent))
            await self._upload(source, unfinished)
            size = (await asyncio.to_thread(source.stat)).st_size
            there = await self._size(unfinished)
            if there != size:
                raise NotNow(f"{self._shown} has {there} octets of {size}")
            await self._rename(unfinished, name, replace)
        except self.faults as error:
            raise self._failed("does not take the file", error) from error

    async def remove(self, name: str) -> None:
        """Take a file away; one that is not there is no fault. Raises NotNow."""
        try:
            await self._unlink(name)
        except self.faults as error:
            raise self._failed("does not take the file away", error) from error

    @abstractmethod
    async def _size(self, name: str) -> int | None:
        """Return how many octets a file has there, None where there is none."""

    @abstractmethod
    async def _digest(self, name: str) -> str:
        """Read a file back; return its SHA-256."""

    @abstractmethod
    async def _make_folder(self, name: str) -> None:
        """Make a folder with those above it, where they are not there."""

    @abstractmethod
    async def _upload(self, source: Path, name: str) -> None:
        """Write a file."""

    @abstractmethod
    async def _rename(self, unfinished: str, name: str, replace: bool) -> None:
        """Give a file its own name, in the place of another one if ``replace`` says so."""

    @abstractmethod
    async def _unlink(self, name: str) -> None:
        """Remove a file if it is there."""

    @abstractmethod
    def _failed(self, what: str, error: BaseException) -> NotNow:
        """Return what a fault means for the delivery."""


def harmless(text: str) -> str:
    """Return what somebody else says in one line without signs that do something."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(plain.split())[:LONGEST_TOLD]
