"""The shell round the SIP stack: feed, drain, send, arm one timer. No protocol decision is made here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from softswitch.clock import Clock
from softswitch.errors import SoftswitchError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.signals import (
    CloseStream,
    DialogId,
    PingStream,
    SendFailed,
    StreamClosed,
    StreamReceived,
    TransactionKey,
    Transmit,
    UserOutput,
    WireInput,
)
from softswitch.sip.stack import SipStack
from softswitch.transport.addresses import LocalAddresses
from softswitch.transport.stream import MakeLayers, StreamTransport
from softswitch.transport.tls import Trust
from softswitch.transport.trace import Traced, untraced
from softswitch.transport.udp import Admits, UdpTransport, bind_udp, everybody

logger = logging.getLogger(__name__)

FREE_PORT_TRIES: Final = 20
"""A port free for UDP may be taken for TCP: with thousands of connections on the machine some are."""


class SipDriver:
    """A stack with its sockets. ``user`` gets every user event; it may call back at once.

    ``stream_wanted`` tells whether a stream that has gone quiet is needed by a registered phone, ``admits``
    whether what comes from a socket is to be read, ``known`` whether somebody has proved himself over a
    stream; ``trust`` says to whom TLS is opened. ``trace`` gets all
    that comes and goes; it must return at once.
    """

    def __init__(
        self,
        stack: SipStack,
        clock: Clock,
        *,
        user: Callable[[UserOutput], None],
        addresses: LocalAddresses,
        stream_closed: Callable[[int], None] = lambda connection: None,
        stream_wanted: Callable[[int], bool] = lambda connection: True,
        admits: Admits = everybody,
        known: Callable[[Hop], bool] = lambda hop: True,
        trust: Trust | None = None,
        trace: Traced = untraced,
    ) -> None:
        self.stack = stack
        self._clock = clock
        self._user = user
        self._addresses = addresses
        self._stream_closed = stream_closed
        self._stream_wanted = stream_wanted
        self._admits = admits
        self._trace = trace
        self._udp: UdpTransport | None = None
        self._streams = StreamTransport(addresses, self.receive, trust=trust, admits=admits, known=known)
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: float | None = None
        self._draining = False

    async def listen(self, host: str, port: int) -> int:
        """Take UDP and TCP on one port, 0 for any free one, and return it; raise OSError when it is taken."""
        tries = FREE_PORT_TRIES if port == 0 else 1
        while True:
            bound = bind_udp(host, port)
            self._udp = UdpTransport(bound, self._addresses, self.receive, self._admits)
            try:
                await self._streams.listen("TCP", host, self._udp.port)
            except OSError:
                self._udp.close()
                tries -= 1
                if not tries:
                    raise
            else:
                return self._udp.port

    async def listen_for(self, transport: str, host: str, port: int, layers: MakeLayers) -> int:
        """Take a port for TLS, WS or WSS, 0 for any free one, and return it; raise OSError if taken."""
        return await self._streams.listen(transport, host, port, layers)

    async def close(self) -> None:
        """Close all sockets. Connections that end by it are not reported: their phones come back."""
        self._stream_closed = lambda connection: None
        if self._udp is not None:
            self.stack.depart(self._clock.monotonic())
            self._drain()
        if self._timer is not None:
            self._timer.cancel()
        if self._udp is not None:
            self._udp.close()
        await self._streams.close()

    def hop(self, transport: str, host: str, port: int, *, name: str = "") -> Hop:
        """Return the hop to an address (an IP literal) over UDP, TCP or TLS.

        For TLS ``name`` is what the other side's certificate must be for; see :class:`Trust`.
        """
        assert self._udp is not None
        if transport == "UDP":
            return self._udp.hop(host, port)
        return self._streams.hop(transport, host, port, name=name)

    def receive(self, what: WireInput) -> None:
        """Feed the stack and carry out what it wants."""
        if isinstance(what, StreamReceived) and not self._admits(what.hop.host, what.hop.port):
            # A stream cannot lose a message and go on.
            assert what.hop.connection is not None
            self._streams.close_connection(what.hop.connection)
            return
        now = self._clock.monotonic()
        self._trace(now, what, True)
        try:
            self.stack.handle(now, what)
        except Exception:
            # Whatever a datagram can do to us, it ends that datagram and nothing else.
            logger.exception("a message could not be handled")
        if isinstance(what, StreamClosed):
            self._stream_closed(what.connection)
        self._drain()

    # The user's verbs: the stack's own, followed by a drain.

    def respond(
        self,
        key: TransactionKey,
        response: Response,
        *,
        contact: NameAddr | None = None,
        reliable: bool = False,
    ) -> DialogId | None:
        """See :meth:`SipStack.respond`."""
        now = self._clock.monotonic()
        dialog = self.stack.respond(now, key, response, contact=contact, reliable=reliable)
        self._drain()
        return dialog

    def dismiss(
        self, key: TransactionKey, status: int, *, reason: str = "", fields: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """See :meth:`SipStack.dismiss`."""
        self.stack.dismiss(key, status, reason=reason, fields=fields)
        self._drain()

    def send(self, request: Request, hop: Hop) -> TransactionKey:
        """See :meth:`SipStack.send`."""
        key = self.stack.send(self._clock.monotonic(), request, hop)
        self._drain()
        return key

    def send_in_dialog(
        self, name: DialogId, method: str, *, body: bytes = b"", content_type: str = "",
        fields: tuple[tuple[str, str], ...] = (),
    ) -> TransactionKey:  # fmt: skip
        """See :meth:`SipStack.send_in_dialog`."""
        key = self.stack.send_in_dialog(
            self._clock.monotonic(), name, method, body=body, content_type=content_type, fields=fields
        )
        self._drain()
        return key

    def acknowledge(self, name: DialogId, cseq: int, *, body: bytes = b"", content_type: str = "") -> None:
        """See :meth:`SipStack.acknowledge`."""
        self.stack.acknowledge(self._clock.monotonic(), name, cseq, body=body, content_type=content_type)
        self._drain()

    def cancel(self, key: TransactionKey, *, reason: str = "") -> None:
        """See :meth:`SipStack.cancel`."""
        self.stack.cancel(self._clock.monotonic(), key, reason=reason)
        self._drain()

    def _drain(self) -> None:
        if self._draining:
            return  # The loop below is running already and will see what was added.
        self._draining = True
        try:
            while (output := self.stack.poll()) is not None:
                match output:
                    case Transmit():
                        self._transmit(output)
                    case CloseStream(connection, _, idle):
                        if not idle or not self._stream_wanted(connection):
                            self._streams.close_connection(connection)
                    case PingStream(connection):
                        if self._stream_wanted(connection):
                            self._streams.ping(connection)
                    case _:
                        self._tell(output)
        finally:
            self._draining = False
        self._arm()

    def _transmit(self, what: Transmit) -> None:
        assert self._udp is not None
        if what.hop.transport == "UDP":
            sent = self._udp.send(what.hop, what.data)
        else:
            sent = self._streams.send(what)
        self._trace(self._clock.monotonic(), what, sent)
        if not sent and what.transaction is not None:
            # Later, as if it had come from the wire: whoever is sending does not know its transaction yet.
            asyncio.get_running_loop().call_soon(self.receive, SendFailed(what.transaction))

    def _tell(self, output: UserOutput) -> None:
        try:
            self._user(output)
        except SoftswitchError as error:
            logger.warning("%s: %s", type(output).__name__, error)
        except Exception:
            # A fault in one call's handling ends that call at most, never the switch.
            logger.exception("%s could not be handled", type(output).__name__)

    def _arm(self) -> None:
        deadline = self.stack.next_deadline()
        # A timer that rings too early finds nothing due and arms the next: cheaper than moving it each time.
        if deadline is None or (self._timer_at is not None and self._timer_at <= deadline):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = deadline
        wait = max(deadline - self._clock.monotonic(), 0.0)
        self._timer = asyncio.get_running_loop().call_later(wait, self._ring)

    def _ring(self) -> None:
        self._timer = self._timer_at = None
        try:
            self.stack.tick(self._clock.monotonic())
        except Exception:
            # It ends one transaction's or dialog's waiting; the timers of all others must go on.
            logger.exception("a timer could not be carried out")
        self._drain()
