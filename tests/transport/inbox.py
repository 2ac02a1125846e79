"""What a transport or a driver hands on, for a test to wait for."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

from tests.fakes.patience import PATIENCE

Thing = TypeVar("Thing")
Kind = TypeVar("Kind")


class Inbox(Generic[Thing]):
    """Keeps what it is given, in order."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Thing] = asyncio.Queue()

    def put(self, thing: Thing) -> None:
        """Take one thing."""
        self._queue.put_nowait(thing)

    @property
    def empty(self) -> bool:
        """Whether nothing waits to be read."""
        return self._queue.empty()

    async def next(self, kind: type[Kind]) -> Kind:
        """Return the next thing; fail when it is not of this kind, or does not come."""
        async with asyncio.timeout(PATIENCE):
            thing = await self._queue.get()
        assert isinstance(thing, kind), thing
        return thing
