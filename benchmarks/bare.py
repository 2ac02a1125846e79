"""What the system calls alone cost: a socket for each call, one ``recv_into`` and one ``sendto`` a tick.

Run as a process of its own on the worker's core, fed by the same phones as the switch. The difference to
the worker's cost is what the engine adds.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import time
from typing import Final

from benchmarks.processes import allow_many_files, pin, take_precedence
from benchmarks.talk import PACKET, PERIOD, Talk

WARM_UP_SECONDS: Final = 1.0
HOST: Final = "127.0.0.1"


def measure(talk: Talk, *, core: int, seconds: float) -> float:
    """Return the processor time of one call and tick in µs; the phones of ``talk`` speak meanwhile."""
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
        result = json.loads(process.stdout.readline())
    cost: float = result["cpu"] / (result["ticks"] * calls) * 1e6
    return cost


def exchange(ports: list[int], *, seconds: float, warm_up: float = WARM_UP_SECONDS) -> tuple[float, int]:
    """Read and send once a tick on a socket for each port; return processor seconds and ticks.

    The sockets' own ports are printed first, for who feeds them. The first ``warm_up`` seconds are not
    counted.
    """
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in ports]
    for one in sockets:
        one.setblocking(False)
        one.bind((HOST, 0))
    print(json.dumps([one.getsockname()[1] for one in sockets]), flush=True)
    packet, buffer = bytes(PACKET), memoryview(bytearray(4 * PACKET))
    readers = [one.recv_into for one in sockets]
    senders = [(one.sendto, (HOST, port)) for one, port in zip(sockets, ports, strict=True)]
    ticks, start, used = 0, time.monotonic(), 0.0
    warm = round(warm_up / PERIOD)
    while ticks < warm + round(seconds / PERIOD):
        time.sleep(max(start + ticks * PERIOD - time.monotonic(), 0))
        if ticks == warm:
            used = time.process_time()
        for read in readers:
            try:
                read(buffer)
            except BlockingIOError:
                continue  # This phone's packet comes a moment later.
        for send, address in senders:
            send(packet, address)
        ticks += 1
    used = time.process_time() - used
    for one in sockets:
        one.close()
    return used, ticks - warm


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
    used, ticks = exchange(json.loads(sys.stdin.readline())[: options.calls], seconds=options.seconds)
    print(json.dumps({"cpu": used, "ticks": ticks}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
