"""A phone over a stream that a library of others has opened: signalling only, its sound is silence."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from websockets.asyncio.client import connect

from softswitch.sip.digest import authorize
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop, host_port, uri_host
from softswitch.sip.message import Request, Response
from softswitch.sip.sdp import address_type
from softswitch.sip.signals import Acknowledged, Incoming, Reply, StreamReceived, Transmit, UserOutput
from softswitch.sip.stack import SipStack
from softswitch.sip.uri import SipUri
from tests.fakes.party import counted
from tests.fakes.patience import PATIENCE

Send = Callable[[bytes], Awaitable[None]]
Kind = TypeVar("Kind", bound=UserOutput)


class WirePhone:
    """A SIP stack on a stream."""

    def __init__(self, user: str, password: str, hop: Hop, send: Send) -> None:
        self.user, self._password = user, password
        self.hop = hop
        self._send = send
        self.stack = SipStack(token=counted(f"{user}x"), agent="page")
        self.heard: asyncio.Queue[UserOutput] = asyncio.Queue()
        self.pongs: asyncio.Queue[bytes] = asyncio.Queue()
        params = {"TLS": "tls"}.get(hop.transport, "ws")
        port = hop.local_port if hop.transport == "TLS" else None
        self.contact = NameAddr(SipUri(uri_host(hop.local_host), user, port, params=(("transport", params),)))

    def take(self, data: bytes) -> None:
        """Take what came over the stream."""
        if not data.strip(b"\r\n"):
            self.pongs.put_nowait(data)
        self.stack.handle(time.monotonic(), StreamReceived(self.hop, data))

    async def flush(self) -> None:
        """Send what the stack wants sent, and keep what it tells."""
        while (output := self.stack.poll()) is not None:
            if isinstance(output, Transmit):
                await self._send(output.data)
            elif isinstance(output, Reply | Incoming | Acknowledged):
                self.heard.put_nowait(output)

    async def next(self, kind: type[Kind]) -> Kind:
        """Return the next report, which must be of this kind."""
        async with asyncio.timeout(PATIENCE):
            found = await self.heard.get()
        assert isinstance(found, kind), found
        return found

    async def _final(self, request: Request) -> Reply:
        """Send a request, with credentials when they are asked for; return its final response."""
        self.stack.send(time.monotonic(), request, self.hop)
        await self.flush()
        while not (reply := await self.next(Reply)).response.final:
            pass
        if reply.response.status == 401 and request.fields.get("Authorization") is None:
            again = request.again()
            login = {"user": self.user, "password": self._password, "cnonce": "c"}
            assert authorize(again, reply.response, **login)
            return await self._final(again)
        return reply

    def _request(self, method: str, number: str) -> Request:
        domain = host_port(self.hop.host, self.hop.port)
        own = NameAddr(SipUri(domain, self.user))
        target = SipUri(domain, number) if method == "INVITE" else SipUri(domain)
        remote = NameAddr(target) if method == "INVITE" else own
        request = self.stack.request(method, target=str(target), local=own, remote=remote)
        request.fields.add("Contact", self.contact)
        return request

    def _describe(self, message: Request | Response) -> None:
        host = "::1" if ":" in self.hop.host else "127.0.0.1"
        here = f"IN {address_type(host)} {host}"
        lines = ["v=0", f"o=- 1 1 {here}", "s=-", f"c={here}", "t=0 0", "m=audio 9 RTP/AVP 0", ""]
        message.put_body("\r\n".join(lines).encode(), "application/sdp")

    async def register(self) -> Response:
        """Register; return the 200."""
        reply = await self._final(self._request("REGISTER", ""))
        assert reply.response.status == 200
        return reply.response

    async def call(self, number: str) -> Reply:
        """Call a number and acknowledge the answer; return it."""
        request = self._request("INVITE", number)
        self._describe(request)
        reply = await self._final(request)
        assert reply.response.status == 200, reply.response.status
        assert reply.dialog is not None
        self.stack.acknowledge(time.monotonic(), reply.dialog, reply.response.cseq.number)
        await self.flush()
        return reply

    async def pick_up(self) -> Incoming:
        """Wait for a call and answer it; return its INVITE.

        SRTP is refused as phones do that have none (RFC 4568 §7.1.2): the switch asks again without.
        """
        incoming = await self._invited()
        if b"RTP/SAVP" in incoming.request.body:
            refusal = self.stack.response(incoming.transaction, 488)
            self.stack.respond(time.monotonic(), incoming.transaction, refusal)
            await self.flush()
            incoming = await self._invited()
            assert b"RTP/SAVP" not in incoming.request.body
        response = self.stack.response(incoming.transaction, 200)
        self._describe(response)
        self.stack.respond(time.monotonic(), incoming.transaction, response, contact=self.contact)
        await self.flush()
        return incoming

    async def _invited(self) -> Incoming:
        incoming = await self.next(Incoming)
        assert incoming.request.method == "INVITE"
        return incoming

    async def acknowledged(self) -> None:
        """Wait for the ACK of an answer."""
        await self.next(Acknowledged)

    async def hang_up(self, reply: Reply) -> None:
        """Say BYE and wait for its answer."""
        assert reply.dialog is not None
        self.stack.send_in_dialog(time.monotonic(), reply.dialog, "BYE")
        await self.flush()
        assert (await self.next(Reply)).response.status == 200

    async def hung_up(self) -> None:
        """Wait for a BYE and answer it."""
        incoming = await self.next(Incoming)
        assert incoming.request.method == "BYE"
        response = self.stack.response(incoming.transaction, 200)
        self.stack.respond(time.monotonic(), incoming.transaction, response)
        await self.flush()


@contextlib.asynccontextmanager
async def _reading(phone: WirePhone, read: Callable[[], Awaitable[bytes]]) -> AsyncIterator[None]:
    async def run() -> None:
        while data := await read():
            phone.take(data)
            await phone.flush()

    task = asyncio.ensure_future(run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def page(
    user: str, password: str, host: str, port: int, context: ssl.SSLContext | None = None
) -> AsyncIterator[WirePhone]:
    """Be a page with a WebSocket, over TLS when there is a context."""
    scheme, transport = ("ws", "WS") if context is None else ("wss", "WSS")
    url = f"{scheme}://{host_port(host, port)}/"
    async with connect(url, subprotocols=["sip"], ssl=context, proxy=None) as socket:  # type: ignore[list-item]

        async def read() -> bytes:
            data = await socket.recv()
            return data.encode() if isinstance(data, str) else data

        # RFC 7118 §8.1: a page knows no address of its own.
        hop = Hop(transport, host, port, f"{user}df7jal23ls0d.invalid", 5060, 1)
        phone = WirePhone(user, password, hop, lambda data: socket.send(data.decode()))
        async with _reading(phone, read):
            yield phone


@contextlib.asynccontextmanager
async def desk_phone(
    user: str, password: str, host: str, port: int, context: ssl.SSLContext
) -> AsyncIterator[WirePhone]:
    """Be a desk phone over TLS."""
    reader, writer = await asyncio.open_connection(host, port, ssl=context)

    async def send(data: bytes) -> None:
        writer.write(data)
        await writer.drain()

    own_host, own_port = writer.get_extra_info("sockname")[:2]
    phone = WirePhone(user, password, Hop("TLS", host, port, own_host, own_port, 1), send)
    try:
        async with _reading(phone, lambda: reader.read(65_536)):
            yield phone
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()
