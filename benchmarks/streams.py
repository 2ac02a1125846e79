"""What a stream costs: opening it, and holding it while nothing is said. TCP next to TLS.

A switch of its own (``softswitch run``) takes connections as fast as they come; each asks one OPTIONS and
then stays. The difference of the two rows is what TLS adds: the handshake's processor time, and memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, cast

import uvloop

from benchmarks.processes import (
    allow_many_files,
    available_cores,
    choose_cores,
    cpu_seconds,
    pin,
    processor,
    resident_kib,
)
from benchmarks.switch import HOST, SwitchFailed, SwitchUnderTest
from softswitch.transport.tls import TlsLayer

CONNECTIONS: Final = 1_000
AT_ONCE: Final = 32
"""Connections that are being opened at the same time."""
FROM_ONE: Final = 400
"""Connections from one address of ours: the switch lets no address have more than 500."""
IDLE_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 10.0
WARM_UP: Final = 50
"""Connections opened and closed first, so that what is only made once counts for none."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many connections, and for how many seconds they are held."""

    connections: int = CONNECTIONS
    idle_seconds: float = IDLE_SECONDS


@dataclass(frozen=True, slots=True)
class Row:
    """What one transport has cost. ``opening_ms`` and ``idle_percent`` are processor time of signalling."""

    transport: str
    connections: int
    opened_per_second: float
    opening_ms: float
    kib_each: float
    idle_percent: float


class Phone(asyncio.Protocol):
    """One connection: it shakes hands, asks OPTIONS, and stays."""

    def __init__(self, name: int, layer: TlsLayer | None) -> None:
        self._name = name
        self._layer = layer
        self._got = b""
        self.transport: asyncio.Transport | None = None
        self.answered = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast(asyncio.Transport, transport)
        if self._layer is None:
            self.transport.write(options(self._name, "TCP"))
        else:
            self.transport.write(self._layer.start())

    def data_received(self, data: bytes) -> None:
        """Take the handshake's answers, then that of OPTIONS."""
        assert self.transport is not None
        if self._layer is not None:
            was_ready = self._layer.ready
            passed = self._layer.receive(data)
            self.transport.write(passed.down)
            data = b"".join(passed.up)
            if self._layer.ready and not was_ready:
                self.transport.write(self._layer.send(options(self._name, "TLS")))
        self._got += data
        if self._got.startswith(b"SIP/2.0 200 ") and not self.answered.done():
            self.answered.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail, if it was too early."""
        if not self.answered.done():
            self.answered.set_exception(SwitchFailed("the switch closed a connection"))


def options(name: int, transport: str) -> bytes:
    """Return a request that anybody may ask."""
    return (
        f"OPTIONS sip:{HOST} SIP/2.0\r\nVia: SIP/2.0/{transport} {HOST}:9;branch=z9hG4bK{name}\r\n"
        f"From: <sip:x@{HOST}>;tag={name}\r\nTo: <sip:{HOST}>\r\nCall-ID: {name}\r\nCSeq: 1 OPTIONS\r\n"
        "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    ).encode()


async def open_all(count: int, port: int, context: ssl.SSLContext | None) -> list[Phone]:
    """Open so many connections, some at a time. Raises SwitchFailed or OSError when one is not taken."""
    turns = asyncio.Semaphore(AT_ONCE)
    phones: list[Phone] = []

    async def one(name: int) -> None:
        async with turns, asyncio.timeout(ANSWER_SECONDS):
            layer = None if context is None else TlsLayer(context, server=False, name=HOST)
            own = (f"127.0.0.{2 + name // FROM_ONE}", 0)
            _, phone = await asyncio.get_running_loop().create_connection(
                lambda: Phone(name, layer), HOST, port, local_addr=own
            )
            phones.append(phone)
            await phone.answered

    await asyncio.gather(*(one(name) for name in range(count)))
    return phones


async def close_all(phones: list[Phone]) -> None:
    """Close them, and let the other side see it."""
    for phone in phones:
        if phone.transport is not None:
            phone.transport.abort()
    await asyncio.sleep(1.0)


async def measure(
    switch: SwitchUnderTest, transport: str, port: int, context: ssl.SSLContext | None, load: Load
) -> Row:
    """Open, hold and close."""
    await close_all(await open_all(WARM_UP, port, context))
    process = switch.signalling
    memory, cpu, begun = resident_kib(process), cpu_seconds(process), time.monotonic()
    phones = await open_all(load.connections, port, context)
    seconds, used = time.monotonic() - begun, cpu_seconds(process) - cpu
    held = resident_kib(process) - memory
    cpu = cpu_seconds(process)
    await asyncio.sleep(load.idle_seconds)
    idle = cpu_seconds(process) - cpu
    await close_all(phones)
    return Row(
        transport,
        load.connections,
        round(load.connections / seconds, 1),
        round(1000 * used / load.connections, 3),
        round(held / load.connections, 1),
        round(100 * idle / load.idle_seconds, 1),
    )


def run(load: Load) -> list[Row]:
    """Measure both transports, each on a switch of its own; raise SwitchFailed or OSError."""
    cores = choose_cores(available_cores())
    allow_many_files()
    pin(cores.generator)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    rows = []
    for transport in ("TCP", "TLS"):
        with SwitchUnderTest(
            accounts=1, prompt_seconds=1.0, signalling=cores.worker, worker=cores.generator, tls=True
        ) as switch:
            port, shown = (switch.address[1], None) if transport == "TCP" else (switch.secure_port, context)
            rows.append(uvloop.run(measure(switch, transport, port, shown, load)))
    return rows


def table(rows: Sequence[Row]) -> str:
    """Return the figures for people."""
    lines = [
        processor(),
        f"{'':6}{'open':>7}{'opened/s':>10}{'CPU each':>11}{'memory each':>14}{'CPU idle':>10}",
    ]
    lines += [
        f"{row.transport:6}{row.connections:>7}{row.opened_per_second:>10.0f}{row.opening_ms:>8.2f} ms"
        f"{row.kib_each:>10.1f} KiB{row.idle_percent:>8.1f} %"
        for row in rows
    ]
    plain, secure = rows
    more = secure.opening_ms - plain.opening_ms
    if more > 0:
        lines.append(f"a handshake costs {more:.2f} ms: {1000 / more:.0f} a second on one core")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 when the switch did not do its part."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.streams", description=__doc__)
    parser.add_argument("--connections", type=int, default=CONNECTIONS, help="how many are held at once")
    parser.add_argument("--seconds", type=float, default=IDLE_SECONDS, help="how long they are held")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args(arguments)
    try:
        rows = run(Load(options.connections, options.seconds))
    except (SwitchFailed, OSError) as failed:
        print(failed, file=sys.stderr)
        return 1
    print(json.dumps([asdict(row) for row in rows]) if options.json else table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
