"""The interface on its port: an HTTP server inside the signalling process's own loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from softswitch.web.gate import App

BACKLOG: Final = 128
LONGEST_HEAD: Final = 16_384
"""Octets of a request's head: ours have a token and a few words."""
HEAD_SECONDS: Final = 10.0
"""How long a connection may take until its first request is there: one that says nothing holds a place."""
KEEP_ALIVE_SECONDS: Final = 15
PING_SECONDS: Final = 20.0
"""Between two pings of a WebSocket; one that does not answer in that time again is gone."""
LONGEST_WORD: Final = 4096
"""Octets of what may come in over a WebSocket: nothing that is said there matters."""
STOPPING_SECONDS: Final = 2
"""How long requests that run may go on when the switch stops."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it listens, and with which certificate; ``proxies`` are believed about whom they ask for."""

    bind: str = "127.0.0.1"
    port: int = 0
    certificate: Path | None = None
    key: Path | None = None
    connections: int = 500
    proxies: Sequence[str] = ()
    head_seconds: float = HEAD_SECONDS


class WebServer:
    """Serves an application until it is cancelled."""

    def __init__(self, app: App, place: Place) -> None:
        self._place = place
        self._config = _Settings(
            app,
            http=_Impatient,
            ws="websockets-sansio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=BACKLOG,
            limit_concurrency=place.connections,
            h11_max_incomplete_event_size=LONGEST_HEAD,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=STOPPING_SECONDS,
            ws_max_size=LONGEST_WORD,
            ws_ping_interval=PING_SECONDS,
            ws_ping_timeout=PING_SECONDS,
            proxy_headers=bool(place.proxies),
            forwarded_allow_ips=list(place.proxies),
            ssl_certfile=place.certificate,
            ssl_keyfile=place.key,
        )
        self._config.head_seconds = place.head_seconds
        self._listening: socket.socket | None = None
        self.port = 0

    def open(self) -> None:
        """Take the port; raise OSError (ssl.SSLError is one) when it or the certificate cannot be had."""
        self._config.load()
        family = socket.AF_INET6 if ":" in self._place.bind else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((self._place.bind, self._place.port))
            listening.listen(BACKLOG)
            listening.setblocking(False)
        except OSError:
            listening.close()
            raise
        self._listening = listening
        self.port = listening.getsockname()[1]

    def renew(self) -> None:
        """Show the certificate as it lies on the disk now; connections go on. Raises OSError."""
        if self._config.ssl is not None and self._place.certificate is not None:
            self._config.ssl.load_cert_chain(self._place.certificate, self._place.key)

    async def run(self) -> None:
        """Serve until cancelled, on the port that :meth:`open` has taken; what runs then may end."""
        listening, self._listening = self._listening, None
        if listening is None:
            return  # It was closed before it could begin.
        server = _Server(self._config)
        serving = asyncio.get_running_loop().create_task(server.serve([listening]), name="api")
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await asyncio.wait({serving}, timeout=STOPPING_SECONDS + 1)
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving
            listening.close()

    def close(self) -> None:
        """Let go of the port, where :meth:`run` was never reached."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None


class _Settings(uvicorn.Config):
    """The server's settings, and one of ours."""

    head_seconds = HEAD_SECONDS


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to the switch."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class _Impatient(H11Protocol):
    """HTTP/1.1 for whom a connection is not open for ever that does not come to its request's end.

    The first request is waited for, and so is every later one from its first octet on, and the rest of a
    request that has its answer already: while any of these is there in part, the server itself waits for
    nothing.
    """

    _wait: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        """Take octets, and wait for the others where these are a part."""
        super().data_received(data)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _look(self) -> None:
        # Between two requests, of which nothing is there, the server has a limit of its own.
        is_idle = self.timeout_keep_alive_task is not None
        is_websocket = self.transport.get_protocol() is not self
        if is_websocket or is_idle or self._is_answering:
            self._stop_waiting()
        elif self._wait is None:
            assert isinstance(self.config, _Settings)
            self._wait = self.loop.call_later(self.config.head_seconds, self._waited)

    @property
    def _is_answering(self) -> bool:
        # None until a request's head has been read, which uvicorn's annotation does not say.
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _waited(self) -> None:
        self._wait = None
        if not self._is_answering and self.timeout_keep_alive_task is None:
            self.transport.close()

    def _stop_waiting(self) -> None:
        if self._wait is not None:
            self._wait.cancel()
            self._wait = None
