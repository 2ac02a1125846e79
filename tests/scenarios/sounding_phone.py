"""A phone over TCP with real sound: it speaks a tone all the time, and presses keys as RTP events."""

from __future__ import annotations

import asyncio
import contextlib
import re
import struct
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import Final, cast

import numpy as np

from media.g711 import ULAW, decode, encode
from media.telephone_event import OutgoingEvent, press
from media.tones import sine
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.signals import Acknowledged, DialogId, Incoming, Reply, StreamOpened, Transmit
from softswitch.sip.uri import SipUri
from tests.fakes.patience import PATIENCE
from tests.scenarios.wire_phone import WirePhone

TICK_S: Final = 0.02
FRAME: Final = 160
"""Samples of a packet."""
EVENT_TYPE: Final = 101
LATEST_S: Final = 0.1
"""How late a packet is sent at most: more is left out."""
PAUSE_TICKS: Final = 3
"""Between two keys."""
HEADER: Final = struct.Struct("!BBHII")
"""RFC 3550 §5.1, without sources that contribute."""
CONNECTION: Final = 1
_FINAL: Final = re.compile(rb"SIP/2\.0 ([2-6]\d\d)")


class _Sound(asyncio.DatagramProtocol):
    """RTP both ways. What is heard are the payloads of PCMU, in the order of their coming."""

    def __init__(self, hertz: float) -> None:
        tone = encode(sine(hertz, FRAME * 50 / 8000, -12.0), ULAW).tobytes()
        self._frames = [tone[place : place + FRAME] for place in range(0, len(tone), FRAME)]
        self._pressing: deque[OutgoingEvent | None] = deque()
        self._sequence = self._time = self._event_time = 0
        self._transport: asyncio.DatagramTransport | None = None
        self.remote: tuple[str, int] | None = None
        self.heard: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Keep sound."""
        if len(data) == HEADER.size + FRAME and data[1] & 0x7F == 0:
            self.heard.append(data[HEADER.size :])

    def error_received(self, exc: Exception) -> None:
        """Take that nobody is there: the switch has fallen, which is what is tried here."""

    def press(self, digits: str) -> float:
        """Press keys; return after how many seconds that is done."""
        for digit in digits:
            self._pressing.extend(press(digit, milliseconds=80))
            self._pressing.extend([None] * PAUSE_TICKS)
        return TICK_S * len(self._pressing)

    async def run(self) -> None:
        """Send until cancelled."""
        due = time.monotonic()
        while True:
            # Held up by the machine, it goes on from now: no phone sends seconds of sound and keys at once.
            due = max(due + TICK_S, time.monotonic() - LATEST_S)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if self.remote is not None and self._transport is not None:
                self._transport.sendto(self._packet(), self.remote)

    def _packet(self) -> bytes:
        frame = self._frames[self._sequence % len(self._frames)]
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._time += FRAME
        event = self._pressing.popleft() if self._pressing else None
        if event is None:
            return HEADER.pack(0x80, 0, self._sequence, self._time, 0x5EED) + frame
        if event.marker:
            self._event_time = self._time
        kind = EVENT_TYPE | (0x80 if event.marker else 0)
        return HEADER.pack(0x80, kind, self._sequence, self._event_time, 0x5EED) + event.payload


class SoundingPhone(WirePhone):
    """A phone that does by itself what every phone does: it answers, gives way, and hears of transfers."""

    def __init__(
        self, user: str, password: str, writer: asyncio.StreamWriter, sound: _Sound, rtp_port: int
    ) -> None:
        host, port = writer.get_extra_info("peername")[:2]
        own_host, own_port = writer.get_extra_info("sockname")[:2]

        async def send(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        super().__init__(user, password, Hop("TCP", host, port, own_host, own_port, CONNECTION), send)
        self.contact = NameAddr(SipUri(own_host, user, own_port, params=(("transport", "tcp"),)))
        self.sound = sound
        self._rtp_port = rtp_port
        self.dialog: DialogId | None = None
        self.talking = asyncio.Event()
        """Somebody has called, and is answered."""
        self.over = asyncio.Event()
        """The other side has hung up."""
        self.transferred: asyncio.Queue[int] = asyncio.Queue()
        """The ends of transfers, as status codes."""
        self.stack.handle(time.monotonic(), StreamOpened(CONNECTION))

    async def flush(self) -> None:
        """Send what the stack wants sent, and do what others ask for."""
        while (output := self.stack.poll()) is not None:
            match output:
                case Transmit():
                    await self._send(output.data)
                case Incoming():
                    self._serve(output)
                case Reply():
                    self.heard.put_nowait(output)
                case Acknowledged():
                    self.dialog = output.dialog
                    self.talking.set()
                case _:
                    pass

    def _serve(self, incoming: Incoming) -> None:
        request = incoming.request
        response = self.stack.response(incoming.transaction, 200)
        match request.method:
            case "INVITE":
                self._hear(request)
                self._describe(response)
                self.stack.respond(time.monotonic(), incoming.transaction, response, contact=self.contact)
                return
            case "BYE":
                self.sound.remote = None
                self.over.set()
            case "NOTIFY":
                if found := _FINAL.match(request.body):
                    self.transferred.put_nowait(int(found[1]))
        self.stack.respond(time.monotonic(), incoming.transaction, response)

    async def begin(self, number: str) -> None:
        """Call a number, and speak as soon as it answers."""
        reply = await self.call(number)
        self.dialog = reply.dialog
        self._hear(reply.response)

    async def press(self, digits: str) -> None:
        """Press keys."""
        await asyncio.sleep(self.sound.press(digits))

    async def transfer(self, number: str) -> None:
        """Hand the call over (RFC 3515), and hang up when that is done."""
        assert self.dialog is not None
        target = f"<{SipUri(self.hop.host, number, self.hop.port)}>"
        self.stack.send_in_dialog(time.monotonic(), self.dialog, "REFER", fields=(("Refer-To", target),))
        await self.flush()
        assert (await self.next(Reply)).response.status == 202
        async with asyncio.timeout(PATIENCE):
            assert await self.transferred.get() == 200
        if not self.over.is_set():
            self.stack.send_in_dialog(time.monotonic(), self.dialog, "BYE")
            await self.flush()

    def heard_share(self, hertz: float) -> float:
        """Return for how many seconds a tone was heard that was nearly all there was."""
        codes = np.frombuffer(b"".join(self.sound.heard), np.uint8).reshape(-1, FRAME)
        samples = decode(codes, ULAW).astype(np.float64)
        wave = np.exp(-2j * np.pi * hertz * np.arange(FRAME) / 8000)
        power = (samples**2).sum(axis=1)
        share = 2 * np.abs(samples @ wave) ** 2 / FRAME / np.maximum(power, 1.0)
        return TICK_S * float(((share > 0.9) & (power > FRAME * 100.0**2)).sum())

    def _hear(self, message: Request | Response) -> None:
        (media,) = parse_sdp(message.body).media
        host = media.host or "127.0.0.1"
        self.sound.remote = (host, media.port)

    def _describe(self, message: Request | Response) -> None:
        here = "IN IP4 127.0.0.1"
        lines = ["v=0", f"o=- 1 1 {here}", "s=-", f"c={here}", "t=0 0"]
        lines.append(f"m=audio {self._rtp_port} RTP/AVP 0 {EVENT_TYPE}")
        lines.append(f"a=rtpmap:{EVENT_TYPE} telephone-event/8000")
        message.put_body("\r\n".join([*lines, ""]).encode(), "application/sdp")


@contextlib.asynccontextmanager
async def sounding_phone(user: str, password: str, port: int, hertz: float) -> AsyncIterator[SoundingPhone]:
    """Be a phone of a switch on this machine."""
    loop = asyncio.get_running_loop()
    transport, sound = await loop.create_datagram_endpoint(lambda: _Sound(hertz), local_addr=("127.0.0.1", 0))
    with contextlib.closing(transport):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        phone = SoundingPhone(user, password, writer, sound, transport.get_extra_info("sockname")[1])
        tasks = [asyncio.ensure_future(_read(reader, phone)), asyncio.ensure_future(sound.run())]
        try:
            yield phone
        finally:
            # Closed before anything is waited for: the switch may fall, and end this, while the call ends.
            for task in tasks:
                task.cancel()
            transport.close()
            writer.close()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


async def _read(reader: asyncio.StreamReader, phone: SoundingPhone) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            phone.take(data)
            await phone.flush()
