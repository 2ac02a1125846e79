"""What the system calls alone cost: a socket for each call, one receive and one send a tick.

Run as a process of its own on the worker's core, fed by the same phones as the switch. The difference to
the worker's cost is what the engine adds. Measured twice: with ``sendto``, and on sockets connected to
their phones with ``send``, which is what the worker does once it has locked a call's source.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

from benchmarks.arrivals import PERIOD
from benchmarks.processes import allow_many_files, pin, take_precedence
from benchmarks.talk import PACKET, Talk

WARM_UP_SECONDS: Final = 1.0
HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class BareCost:
    """Processor time of one call and tick in µs: by ``recv_into`` and ``sendto``, and connected."""

    sendto_us: float
    connected_us: float


def measure(talk: Talk, *, core: int, seconds: float) -> BareCost:
    """Return the bare cost, each way of it measured so long; the phones of ``talk`` speak meanwhile."""
    calls = len(talk.sockets)
    command = [sys.executable, "-m", "benchmarks.bare", "--calls", str(calls), "--seconds", str(seconds)]
    with subprocess.Popen(
        [*command, "--core", str(core)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([talk.port(row) for row in range(calls)]) + "\n")
        process.stdin.flush()
        for row, port in enumerate(json.loads(process.stdout.readline())):
            talk.connect(row, (HOST, port))
        while process.poll() is None:
            talk.pause()
            talk.step()
        return BareCost(**json.loads(process.stdout.readline()))


def mean(costs: list[BareCost]) -> BareCost:
    """Return the mean of several measurements."""
    return BareCost(
        sum(one.sendto_us for one in costs) / len(costs), sum(one.connected_us for one in costs) / len(costs)
    )


def exchange(
    ports: list[int], *, ticks: int, warm_up: float = WARM_UP_SECONDS, clock: Callable[[], float]
) -> tuple[float, float]:
    """Read and send once a tick on a socket for each port; return what ``clock`` counts, for both ways.

    The sockets' own ports are printed first, for who feeds them. The first ``warm_up`` seconds of each way
    are not counted.
    """
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in ports]
    for one in sockets:
        one.setblocking(False)
        one.bind((HOST, 0))
    print(json.dumps([one.getsockname()[1] for one in sockets]), flush=True)
    packet = bytes(PACKET)
    addressed = [(one.sendto, (HOST, port)) for one, port in zip(sockets, ports, strict=True)]

    def to_addresses() -> None:
        for send, address in addressed:
            send(packet, address)

    def to_peers() -> None:
        for send in connected:
            send(packet)

    spent = _ticks(sockets, to_addresses, ticks, warm_up, clock)
    for one, port in zip(sockets, ports, strict=True):
        one.connect((HOST, port))
    connected = [one.send for one in sockets]
    spent_connected = _ticks(sockets, to_peers, ticks, warm_up, clock)
    for one in sockets:
        one.close()
    return spent, spent_connected


def _ticks(
    sockets: list[socket.socket],
    write: Callable[[], None],
    ticks: int,
    warm_up: float,
    clock: Callable[[], float],
) -> float:
    buffer = memoryview(bytearray(4 * PACKET))
    readers = [one.recv_into for one in sockets]
    start, used, warm = time.monotonic(), 0.0, round(warm_up / PERIOD)
    for tick in range(warm + ticks):
        time.sleep(max(start + tick * PERIOD - time.monotonic(), 0))
        if tick == warm:
            used = clock()
        for read in readers:
            try:
                read(buffer)
            except BlockingIOError:
                continue  # This phone's packet comes a moment later.
        write()
    return clock() - used


def main() -> int:
    """Run the bare exchange: ports come in on a line, own ports and the result go out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bare", description=__doc__)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--core", type=int, required=True)
    options = parser.parse_args()
    allow_many_files()
    pin(options.core)
    take_precedence()
    ports = json.loads(sys.stdin.readline())[: options.calls]
    ticks = max(round(options.seconds / PERIOD), 1)
    spent = exchange(ports, ticks=ticks, clock=time.process_time)
    each = [used / (ticks * len(ports)) * 1e6 for used in spent]
    print(json.dumps(asdict(BareCost(*each))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
