"""Servers of others in the tests: real ones on this machine, that do what a test says."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl

from aiohttp import web

from softswitch.clock import SystemClock
from softswitch.integrations.addresses import Reach, read_place
from softswitch.integrations.http import HttpClient

LOCAL = Reach((read_place("127.0.0.1"), read_place("::1")))
"""The tests' own servers are allowed, and nothing else inner."""


class Server:
    """An HTTP server that answers as it is told and keeps what it was asked."""

    def __init__(self):
        self.asked = []
        self.bodies = []
        self.answers = []
        """Answers in their order; the last one for good."""
        self.gate = None
        self.port = 0
        self.scheme = "http"
        self.arrived = asyncio.Event()
        self.left = asyncio.Event()
        """Somebody has not waited for the answer."""

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    async def handle(self, request):
        self.asked.append(request)
        self.bodies.append(await request.read())
        self.arrived.set()
        if self.gate is not None:
            try:
                await self.gate.wait()
            except asyncio.CancelledError:
                self.left.set()
                raise
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0] if self.answers else None
        if callable(answer):
            return await answer(request)
        status, body, headers = answer or (200, b"{}", {})
        return web.Response(status=status, body=body, headers=headers)


@contextlib.asynccontextmanager
async def serving(*, tls: ssl.SSLContext | None = None, host="127.0.0.1"):
    """Run a server."""
    server = Server()
    runner = web.ServerRunner(web.Server(server.handle, handler_cancellation=True), shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, host, 0, ssl_context=tls)
    await site.start()
    server.port = site._server.sockets[0].getsockname()[1]
    server.scheme = "https" if tls is not None else "http"
    try:
        yield server
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def raw_serving(answer: bytes, *, hold=False):
    """Run a server that sends ``answer`` to whoever connects, and closes unless it is to hold."""
    visits = []

    async def handle(reader, writer):
        visits.append((asyncio.current_task(), writer))
        with contextlib.suppress(ConnectionError):
            await reader.read(65536)
            writer.write(answer)
            await writer.drain()
            if hold:
                await asyncio.Event().wait()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task, writer in visits:
            task.cancel()
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


class News:
    """What was told of hosts."""

    def __init__(self):
        self.told = []

    def __call__(self, event):
        self.told.append(event)


class Names:
    """A name service that says what a test wants, each time something else if it has more than one answer."""

    def __init__(self, **names):
        self.names = names
        self.asked = []

    async def addresses(self, host):
        self.asked.append(host)
        found = self.names.get(host.replace(".", "_"))
        if found is None:
            raise OSError("no such name")
        current = found.pop(0) if len(found) > 1 else found[0]
        return [ipaddress.ip_address(one) for one in current.split()]

    def close(self):
        pass


@contextlib.asynccontextmanager
async def client(reach=LOCAL, *, news=None, names=None, trust=None, clock=None):
    """Run a client."""
    async with HttpClient(
        reach,
        clock or SystemClock(),
        told=news or News(),
        random=lambda: 0.0,
        trust=trust,
        look_up=names,
    ) as one:
        yield one
