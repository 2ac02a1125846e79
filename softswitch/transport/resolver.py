"""Where servers are, known ahead: names are looked up in the background and never while a message waits.

What was found last stays good until something else is found: a name server that is down takes no trunk away.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import dns.asyncresolver
import dns.exception
import dns.rdatatype
import dns.resolver

from softswitch.errors import SoftswitchError
from softswitch.sip.locating import (
    Answer,
    AskAddresses,
    AskNaptr,
    AskSrv,
    Naptr,
    Place,
    Question,
    Srv,
    Target,
    locate,
)

logger = logging.getLogger(__name__)

ASK_SECONDS: Final = 5.0
"""How long one question may take, with its repeats: servers that take longer are as good as down."""
SHORTEST_SECONDS: Final = 30.0
"""How soon a name is looked up again at the earliest, however short its records say they live."""
LONGEST_SECONDS: Final = 1800.0
"""And at the latest: a provider that moves is found within half an hour."""
RETRY_SECONDS: Final = 20.0
"""How soon after a failure."""


class Unanswered(SoftswitchError):
    """A question got no answer: the name server is down. It is not the same as that there is no record."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Records, and how many seconds they are good for."""

    records: Answer
    seconds: float


class NameService(Protocol):
    """Asks one question; raises Unanswered when nobody answers."""

    async def ask(self, question: Question) -> Answered:
        """Return the records, none if there are none."""
        ...


class DnsService:
    """DNS by dnspython; addresses that DNS does not know are looked for in the machine's own files too.

    ``servers`` are asked in place of those that the machine is set up with (an IP literal each); ``patience``
    is how many seconds one question may take, with its repeats.
    """

    def __init__(self, servers: Sequence[str] = (), *, port: int = 53, patience: float = ASK_SECONDS) -> None:
        self._patience = patience
        self._servers = list(servers)
        self._port = port
        self._made: dns.asyncresolver.Resolver | None = None

    def _resolver(self) -> dns.asyncresolver.Resolver:
        """Return the resolver, made when first asked: who has addresses alone needs no name server."""
        if self._made is None:
            self._made = dns.asyncresolver.Resolver(configure=not self._servers)
            if self._servers:
                self._made.nameservers = list(self._servers)
                self._made.port = self._port
            self._made.lifetime = self._patience
        return self._made

    async def ask(self, question: Question) -> Answered:
        """See :class:`NameService`."""
        match question:
            case AskNaptr(name):
                return await self._naptr(name)
            case AskSrv(name):
                return await self._srv(name)
            case AskAddresses(name):
                return await self._addresses(name)

    async def _records(self, name: str, kind: dns.rdatatype.RdataType) -> dns.resolver.Answer | None:
        try:
            return await self._resolver().resolve(name, kind)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return None
        except (dns.exception.DNSException, OSError) as error:
            raise Unanswered(f"{name}: {error}") from error

    async def _naptr(self, name: str) -> Answered:
        answer = await self._records(name, dns.rdatatype.NAPTR)
        if answer is None:
            return Answered((), LONGEST_SECONDS)
        found = [
            Naptr(one.order, one.preference, one.service.decode("latin-1"), _plain(one.replacement))
            for one in answer
            if one.flags.lower() == b"s"
        ]
        return Answered(found, _life(answer))

    async def _srv(self, name: str) -> Answered:
        answer = await self._records(name, dns.rdatatype.SRV)
        if answer is None:
            return Answered((), LONGEST_SECONDS)
        found = [Srv(one.priority, one.weight, one.port, _plain(one.target)) for one in answer]
        return Answered(found, _life(answer))

    async def _addresses(self, name: str) -> Answered:
        found: list[str] = []
        seconds, failure = LONGEST_SECONDS, None
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            try:
                answer = await self._records(name, kind)
            except Unanswered as error:
                failure = error
                continue
            if answer is not None:
                found += [str(one.address) for one in answer]
                seconds = min(seconds, _life(answer))
        if not found:
            found, seconds = await _of_this_machine(name), RETRY_SECONDS
        if not found and failure is not None:
            raise failure
        return Answered(found, seconds)


def _plain(name: object) -> str:
    return str(name).rstrip(".") or "."


def _life(answer: dns.resolver.Answer) -> float:
    return float(answer.rrset.ttl) if answer.rrset is not None else LONGEST_SECONDS


async def _of_this_machine(name: str) -> list[str]:
    """Return what the machine's own files (/etc/hosts) say; looked up in a thread, as they may be slow."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except OSError:
        return []
    addresses = dict.fromkeys(str(one[4][0]) for one in found)
    return [address for address in addresses if not ipaddress.ip_address(address).is_link_local]


NO_NAME_SERVER: Final = "no name server"
NO_ADDRESS: Final = "no address"


class Resolver:
    """Keeps the places of every target it watches.

    ``changed`` hears that something new was found, ``troubled`` of a target that cannot be found, and why
    (NO_NAME_SERVER or NO_ADDRESS): once, and not every time it is tried again; "" when it is found again.
    """

    def __init__(
        self,
        service: NameService,
        *,
        spoken: Sequence[str],
        random: Callable[[], float],
        usable: Callable[[str], bool] = lambda address: True,
        changed: Callable[[], None] = lambda: None,
        troubled: Callable[[Target, str], None] = lambda target, why: None,
    ) -> None:
        self._service = service
        self._spoken = tuple(spoken)
        self._random = random
        self._usable = usable
        self._changed = changed
        self._tell_trouble = troubled
        self._known: dict[Target, tuple[Place, ...]] = {}
        self._watched: set[Target] = set()
        self._troubled: dict[Target, str] = {}
        """What was said last of targets that cannot be found."""

    def places(self, target: Target) -> tuple[Place, ...]:
        """Return where a target is, as far as it is known at this moment; nothing is asked."""
        return self._known.get(target, ())

    async def run(self, targets: Sequence[Target]) -> None:
        """Look all targets up, now and again whenever their records run out. Ends only by cancellation."""
        async with asyncio.TaskGroup() as group:
            for target in dict.fromkeys(targets):
                if target not in self._watched:
                    self._watched.add(target)
                    group.create_task(self._watch(target), name=f"look up {target.host}")

    async def _watch(self, target: Target) -> None:
        while True:
            seconds = await self.look_up(target)
            if seconds is None:
                return
            # A little earlier or later each time, so that all trunks' questions do not stay together.
            await asyncio.sleep(seconds * (0.9 + 0.1 * self._random()))

    async def look_up(self, target: Target) -> float | None:
        """Look a target up once; return after how many seconds to do so again, None for never."""
        lives: list[float] = []
        try:
            places = await self._search(target, lives)
        except Unanswered as error:
            # Bound to happen where the network goes and comes: what was known stays.
            logger.info("%s", error)
            self._complain(target, NO_NAME_SERVER)
            return RETRY_SECONDS
        usable = tuple(place for place in places if self._usable(place.host))
        if usable and usable != self._known.get(target):
            self._known[target] = usable
            self._changed()
        if not lives:
            return None  # An address: nobody was asked.
        if not usable:
            self._complain(target, NO_ADDRESS)
            return RETRY_SECONDS
        if self._troubled.pop(target, ""):
            self._tell_trouble(target, "")
        return min(max(min(lives), SHORTEST_SECONDS), LONGEST_SECONDS)

    def _complain(self, target: Target, trouble: str) -> None:
        """Say what is wrong once, and not every time it is tried again."""
        if self._troubled.get(target) != trouble:
            self._troubled[target] = trouble
            self._tell_trouble(target, trouble)

    async def _search(self, target: Target, lives: list[float]) -> list[Place]:
        search = locate(target, spoken=self._spoken, random=self._random)
        with contextlib.closing(search):
            try:
                question = next(search)
                while True:
                    answered = await self._service.ask(question)
                    lives.append(answered.seconds)
                    question = search.send(answered.records)
            except StopIteration as end:
                places: list[Place] = end.value
                return places
