"""Addresses of hosts, of which only those that are allowed are ever connected to.

The check stands where the connection is made: the answer of the name service that was checked is the very one
that is used, and each socket is checked once more. A name that leads elsewhere a second later gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

from softswitch.integrations.addresses import Address, Reach, comparable, literal
from softswitch.integrations.http_errors import NotAllowed

THREADS: Final = 4
"""Names that are looked up at once. The system's look-up blocks a thread, for half a minute where the name
service is down; these are threads of their own, so that nothing else waits behind it."""
MOST_ADDRESSES: Final = 8
"""Of one host that are tried."""
MOST_REMEMBERED: Final = 1000
"""Inner addresses that were let through by their host's name."""


class LookUp(Protocol):
    """Finds the addresses of a name."""

    async def addresses(self, host: str) -> list[Address]:
        """Return them; raise OSError where there is none."""
        ...

    def close(self) -> None:
        """Look nothing up any more."""
        ...


class SystemNames:
    """The names as this machine knows them: its hosts file, then its name service."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, "names")

    async def addresses(self, host: str) -> list[Address]:
        """See LookUp."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _found, host)
        return list(dict.fromkeys(ipaddress.ip_address(one) for one in found))

    def close(self) -> None:
        """See LookUp."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _found(host: str) -> list[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


class AddressForbidden(OSError):
    """An address is connected to that is not allowed."""


REASON: Final = "its address is an inner one that the configuration does not allow (http: allow)"


class Guard(AbstractResolver):
    """Finds addresses for aiohttp and opens its sockets: only to where ``reach`` allows."""

    def __init__(self, reach: Reach, names: LookUp) -> None:
        self._reach = reach
        self._names = names
        self._let_through: dict[tuple[Address, int], None] = {}

    def check(self, host: str, port: int, *, shown: str) -> None:
        """Raise NotAllowed for a host that is written as an address that is not allowed.

        aiohttp asks no resolver for these.
        """
        address = literal(host)
        if address is not None and not self._allows(host, port, address):
            raise NotAllowed(shown, REASON)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return those addresses of a host that may be asked; raise AddressForbidden where none may."""
        found = await self._names.addresses(comparable(host))
        if not found:
            raise OSError(f"no address of {host}")
        allowed = [one for one in found if self._allows(host, port, one)]
        if not allowed:
            raise AddressForbidden(REASON)
        return [_result(host, port, one) for one in allowed[:MOST_ADDRESSES]]

    def socket(self, info: AddrInfoType) -> socket.socket:
        """Open a socket for a connection; raise AddressForbidden where it may not lead there."""
        family, kind, protocol, _, place = info
        address, port = literal(str(place[0])), int(place[1])
        let_through = address is not None and (address, port) in self._let_through
        if address is None or not (let_through or self._reach.allows("", port, address)):
            raise AddressForbidden(REASON)
        return socket.socket(family, kind, protocol)

    async def close(self) -> None:
        """Look nothing up any more."""
        self._names.close()

    def _allows(self, host: str, port: int, address: Address) -> bool:
        if not self._reach.allows(host, port, address):
            return False
        if len(self._let_through) >= MOST_REMEMBERED:
            self._let_through.pop(next(iter(self._let_through)))
        self._let_through[address, port] = None
        return True


def _result(host: str, port: int, address: Address) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=str(address),
        port=port,
        family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )


def forbidden(error: BaseException | None) -> str | None:
    """Return why a connection was not allowed, None where something else went wrong."""
    return REASON if isinstance(error, AddressForbidden) or REASON in str(error) else None
