"""The loopback: phones as sockets, ports that are free on it, and the pairs of ports of a worker."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from media.sockets import Ports
from tests.fakes.patience import PATIENCE

HOST = "127.0.0.1"
FIRST = 31_000 + 200 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
"""Where free ports are looked for: below those that the kernel chooses, and apart from tests beside these."""


class Phone:
    """A socket that speaks RTP, or RTCP, to ports."""

    def __init__(self, host: str = HOST) -> None:
        self.host = host
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.settimeout(PATIENCE)
        self.address = self.socket.getsockname()[:2]

    def say(self, data: bytes, port: int) -> None:
        self.socket.sendto(data, (self.host, port))

    def hears(self) -> bytes:
        return self.socket.recv(2048)

    def hears_from(self) -> tuple[bytes, int]:
        """Return a packet and the port it came from."""
        data, source = self.socket.recvfrom(2048)
        return data, source[1]

    def hears_nothing(self) -> bool:
        return not select.select([self.socket], [], [], 0)[0]


def free_ports(count: int, host: str = HOST) -> int:
    """Return the first of some pairs of ports in a row that are free just now; even."""
    for first in range(FIRST, 60_000, 2 * count):
        with ExitStack() as taken:
            try:
                for number in range(first, first + 2 * count):
                    taken.enter_context(bound(number, host))
            except OSError:
                continue
            return first
    raise AssertionError("no free ports on this machine")


def bound(number: int, host: str = HOST) -> socket.socket:
    """Take a port; raise OSError when it is not free."""
    one = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        one.bind((host, number))
    except OSError:
        one.close()
        raise
    return one


def in_order(numbers: list[int]) -> None:
    """Shuffle nothing, so that tests know which port comes next."""


@contextmanager
def four_pairs(host: str = HOST) -> Iterator[Ports]:
    """Lend the ports of a worker that may have four legs, in ascending order."""
    first = free_ports(4, host)
    made = Ports(first, first + 7, shuffle=in_order)
    try:
        yield made
    finally:
        made.close_all()
