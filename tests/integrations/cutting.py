"""A wire between a client and a server that is cut after so many octets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Wire:
    """Passes octets on, both ways, until ``limit`` of them have passed; then it is cut for good."""

    def __init__(self, port: int) -> None:
        self.limit: int | None = None
        self.passed = 0
        self.port = 0
        self._behind = port
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Join one connection with the server behind."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(writer)
        ends = [writer]
        try:
            if self.limit is not None and self.passed >= self.limit:
                return
            other, onward = await asyncio.open_connection("127.0.0.1", self._behind)
            ends.append(onward)
            self._open.add(onward)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass(reader, onward))
                group.create_task(self._pass(other, writer))
        except* (ConnectionError, OSError):
            pass
        finally:
            for end in ends:
                end.transport.abort()
                self._open.discard(end)
            self._tasks.discard(task)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while octets := await reader.read(1 << 16):
            if self.limit is not None:
                octets = octets[: max(self.limit - self.passed, 0)]
            self.passed += len(octets)
            writer.write(octets)
            await writer.drain()
            if self.limit is not None and self.passed >= self.limit:
                raise ConnectionResetError("the wire is cut")
        raise ConnectionResetError("this side has hung up")

    async def end(self) -> None:
        """Cut what is still joined."""
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def wire_to(port: int) -> AsyncIterator[Wire]:
    """Lay a wire to a port of this machine."""
    wire = Wire(port)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        await wire.end()
        await server.wait_closed()
