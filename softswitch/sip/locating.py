"""Where a server is: the questions to ask of DNS and the order to try the answers in (RFC 3263, RFC 2782).

Nothing is asked here. :func:`locate` yields questions and is sent the answers; the shell asks them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Final

DEFAULT_PORTS: Final = {"UDP": 5060, "TCP": 5060, "TLS": 5061}
"""RFC 3261 §19.1.2."""
SERVICES: Final = {"SIP+D2U": "UDP", "SIP+D2T": "TCP", "SIPS+D2T": "TLS"}
"""RFC 3263 §4.1: NAPTR services and the transports they stand for."""
SRV_NAMES: Final = {"UDP": "_sip._udp.", "TCP": "_sip._tcp.", "TLS": "_sips._tcp."}
"""RFC 3263 §4.2."""
MOST_PLACES: Final = 16
"""Places that are tried of one name: whoever lists more would keep a caller waiting for minutes."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is looked for: a host by name or address (IPv6 without brackets); port and transport if known."""

    host: str
    port: int | None = None
    transport: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One address to try, an IP literal; ``name`` is the host it was found for: it stands in certificates."""

    transport: str
    host: str
    port: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class AskNaptr:
    """Ask for the NAPTR records of a name; the answer is a sequence of :class:`Naptr`."""

    name: str


@dataclass(frozen=True, slots=True)
class AskSrv:
    """Ask for the SRV records of a name; the answer is a sequence of :class:`Srv`."""

    name: str


@dataclass(frozen=True, slots=True)
class AskAddresses:
    """Ask for A and AAAA records; the answer is a sequence of IP literals."""

    name: str


@dataclass(frozen=True, slots=True)
class Naptr:
    """A NAPTR record whose flag is "s": ``replacement`` is the name of SRV records."""

    order: int
    preference: int
    service: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Srv:
    """An SRV record."""

    priority: int
    weight: int
    port: int
    target: str


Question = AskNaptr | AskSrv | AskAddresses
Answer = Sequence[Naptr] | Sequence[Srv] | Sequence[str]
Search = Generator[Question, Answer, list[Place]]


def locate(target: Target, *, spoken: Sequence[str], random: Callable[[], float]) -> Search:
    """Find the places of a target: yield questions, be sent answers (empty for none), return what to try.

    ``spoken`` are the transports we have, the preferred one first; ``random`` gives numbers from 0 to 1.
    """
    if is_address(target.host):
        transport = target.transport or "UDP"
        port = target.port or DEFAULT_PORTS[transport]
        return [Place(transport, target.host, port, target.host)]
    if target.port is not None:
        # RFC 3263 §4.2: "a port is present in the URI, the client performs an A or AAAA record lookup".
        return (yield from _addressed(target.transport or "UDP", [(target.host, target.port)], target.host))
    for transport, name in (yield from _srv_names(target, spoken)):
        records = _srv_of((yield AskSrv(name)))
        if records:
            hosts = [(record.target, record.port) for record in in_order(records, random)]
            return (yield from _addressed(transport, hosts, target.host))
    transport = target.transport or "UDP"
    return (yield from _addressed(transport, [(target.host, DEFAULT_PORTS[transport])], target.host))


def _srv_names(target: Target, spoken: Sequence[str]) -> Generator[Question, Answer, list[tuple[str, str]]]:
    """Return the transports to try and the names of their SRV records, best first (RFC 3263 §4.1)."""
    if target.transport is not None:
        return [(target.transport, SRV_NAMES[target.transport] + target.host)]
    records = [record for record in (yield AskNaptr(target.host)) if isinstance(record, Naptr)]
    chosen = sorted(
        (record.order, record.preference, SERVICES[record.service.upper()], record.replacement)
        for record in records
        if SERVICES.get(record.service.upper()) in spoken
    )
    if chosen:
        return [(transport, name) for _, _, transport, name in chosen]
    return [(transport, SRV_NAMES[transport] + target.host) for transport in spoken]


def _srv_of(answer: Answer) -> list[Srv]:
    # RFC 2782: a target of "." says that the service is decidedly not available.
    return [record for record in answer if isinstance(record, Srv) and record.target not in ("", ".")]


def _addressed(transport: str, hosts: Sequence[tuple[str, int]], name: str) -> Search:
    places: list[Place] = []
    for host, port in hosts:
        found = [host] if is_address(host) else (yield AskAddresses(host))
        places += [Place(transport, str(address), port, name) for address in found]
        if len(places) >= MOST_PLACES:
            break
    return list(dict.fromkeys(places))[:MOST_PLACES]


def in_order(records: Sequence[Srv], random: Callable[[], float]) -> list[Srv]:
    """Return SRV records in the order to try them: by priority, and among equals drawn by weight (RFC 2782).

    "The following algorithm SHOULD be used to order the SRV RRs of the same priority": those of weight 0
    first in the list, then one is drawn by its share of the running sum, again and again.
    """
    ordered: list[Srv] = []
    for priority in sorted({record.priority for record in records}):
        left = sorted((one for one in records if one.priority == priority), key=lambda one: one.weight != 0)
        while left:
            point = random() * sum(one.weight for one in left)
            running = 0
            for one in left:
                running += one.weight
                if running >= point:
                    break
            ordered.append(one)
            left.remove(one)
    return ordered


def is_address(host: str) -> bool:
    """Tell whether a host is an IP literal, so that nobody need be asked."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
