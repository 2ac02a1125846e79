"""Names are looked up ahead, and what was found last stays good. A name server of our own answers here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import cast

import dns.message
import dns.rcode
import dns.rrset
import pytest

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
)
from softswitch.transport.resolver import (
    NO_ADDRESS,
    NO_NAME_SERVER,
    RETRY_SECONDS,
    SHORTEST_SECONDS,
    Answered,
    DnsService,
    Resolver,
    Unanswered,
)
from tests.fakes.patience import PATIENCE
from tests.fakes.virtual_time import in_virtual_time, passes

PROVIDER = Target("provider.example", 5060)
ADDRESSES = AskAddresses("provider.example")


class Zone:
    """Answers from a table; without it nobody answers. Implements NameService."""

    def __init__(self, records: Mapping[Question, Answer], seconds: float = 60.0) -> None:
        self.records = dict(records)
        self.seconds = seconds
        self.works = True
        self.asked: list[Question] = []

    async def ask(self, question: Question) -> Answered:
        self.asked.append(question)
        if not self.works:
            raise Unanswered("provider.example: down")
        return Answered(self.records.get(question, ()), self.seconds)


def resolver(
    zone: Zone,
    *,
    changed: list[int] | None = None,
    ipv6: bool = True,
    troubles: list[tuple[str, str]] | None = None,
) -> Resolver:
    return Resolver(
        zone,
        spoken=("UDP", "TCP"),
        random=lambda: 1.0,
        usable=lambda address: ipv6 or ":" not in address,
        changed=lambda: changed.append(1) if changed is not None else None,
        troubled=lambda target, why: troubles.append((target.host, why)) if troubles is not None else None,
    )


def hosts(found: tuple[Place, ...]) -> list[str]:
    return [place.host for place in found]


@in_virtual_time
async def test_nothing_is_asked_while_somebody_waits() -> None:
    zone = Zone({ADDRESSES: ["192.0.2.1"]})
    made = resolver(zone)
    assert made.places(PROVIDER) == ()
    assert zone.asked == []


@in_virtual_time
async def test_what_was_found_is_known_until_it_changes() -> None:
    changed: list[int] = []
    zone = Zone({ADDRESSES: ["192.0.2.1"]})
    made = resolver(zone, changed=changed)
    watching = asyncio.ensure_future(made.run([PROVIDER, PROVIDER]))
    await passes(1)
    assert hosts(made.places(PROVIDER)) == ["192.0.2.1"]
    await passes(61)
    assert (len(zone.asked), len(changed)) == (2, 1)
    zone.records[ADDRESSES] = ["192.0.2.2", "2001:db8::1"]
    await passes(60)
    assert hosts(made.places(PROVIDER)) == ["192.0.2.2", "2001:db8::1"]
    assert len(changed) == 2
    watching.cancel()


@in_virtual_time
async def test_a_name_server_that_is_down_takes_nothing_away() -> None:
    zone = Zone({ADDRESSES: ["192.0.2.1"]})
    told: list[tuple[str, str]] = []
    made = resolver(zone, troubles=told)
    assert await made.look_up(PROVIDER) == 60
    zone.works = False
    assert await made.look_up(PROVIDER) == RETRY_SECONDS
    assert await made.look_up(PROVIDER) == RETRY_SECONDS
    zone.works, zone.records = True, {}
    assert await made.look_up(PROVIDER) == RETRY_SECONDS
    assert hosts(made.places(PROVIDER)) == ["192.0.2.1"]
    zone.records = {ADDRESSES: ["192.0.2.1"]}
    assert await made.look_up(PROVIDER) == 60
    assert told == [
        ("provider.example", NO_NAME_SERVER),
        ("provider.example", NO_ADDRESS),
        ("provider.example", ""),
    ]


@in_virtual_time
async def test_records_of_a_short_life_do_not_make_us_hurry() -> None:
    assert await resolver(Zone({ADDRESSES: ["192.0.2.1"]}, seconds=1)).look_up(PROVIDER) == SHORTEST_SECONDS


@in_virtual_time
async def test_an_address_is_never_looked_up_again() -> None:
    made = resolver(Zone({}))
    target = Target("192.0.2.7")
    await made.run([target])
    assert hosts(made.places(target)) == ["192.0.2.7"]


@in_virtual_time
async def test_addresses_that_cannot_be_used_are_left_out() -> None:
    made = resolver(Zone({ADDRESSES: ["2001:db8::1", "192.0.2.1"]}), ipv6=False)
    await made.look_up(PROVIDER)
    assert hosts(made.places(PROVIDER)) == ["192.0.2.1"]


class NameServer(asyncio.DatagramProtocol):
    """A name server on loopback with a few records; silent when told so."""

    RECORDS = (
        'example.test. 30 IN NAPTR 10 0 "s" "SIP+D2T" "" _sip._tcp.example.test.',
        'example.test. 30 IN NAPTR 20 0 "u" "E2U+sip" "!.*!sip:a@b!" .',
        "_sip._tcp.example.test. 40 IN SRV 0 5 5070 one.example.test.",
        "one.example.test. 50 IN A 192.0.2.1",
        "one.example.test. 90 IN AAAA 2001:db8::1",
    )

    def __init__(self) -> None:
        self.broken = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        query = dns.message.from_wire(data)
        answer, question = dns.message.make_response(query), query.question[0]
        for record in self.RECORDS:
            name, ttl, _, kind, rest = record.split(" ", 4)
            if str(question.name) == name and question.rdtype.name == kind:
                answer.answer.append(dns.rrset.from_text(name, int(ttl), "IN", kind, rest))
        answer.set_rcode(dns.rcode.SERVFAIL if self.broken else dns.rcode.NOERROR)
        self.transport.sendto(answer.to_wire(), addr)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def name_server() -> AsyncIterator[tuple[NameServer, DnsService]]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    yield server, DnsService(["127.0.0.1"], port=port, patience=PATIENCE)
    transport.close()
    for _ in range(3):
        await asyncio.sleep(0)  # Closing takes the loop a turn.


async def test_questions_go_over_the_wire() -> None:
    async with name_server() as (_, service):
        naptr = await service.ask(AskNaptr("example.test"))
        assert naptr == Answered([Naptr(10, 0, "SIP+D2T", "_sip._tcp.example.test")], 30)
        srv = await service.ask(AskSrv("_sip._tcp.example.test"))
        assert srv == Answered([Srv(0, 5, 5070, "one.example.test")], 40)
        found = await service.ask(AskAddresses("one.example.test"))
        assert found == Answered(["192.0.2.1", "2001:db8::1"], 50)
        assert (await service.ask(AskSrv("_sip._udp.example.test"))).records == ()
        assert (await service.ask(AskNaptr("none.example.test"))).records == ()
        made = Resolver(service, spoken=("UDP", "TCP"), random=lambda: 0.5)
        await made.look_up(Target("example.test"))
        assert made.places(Target("example.test")) == (
            Place("TCP", "192.0.2.1", 5070, "example.test"),
            Place("TCP", "2001:db8::1", 5070, "example.test"),
        )


async def test_a_broken_name_server_is_told_from_a_missing_record() -> None:
    async with name_server() as (server, service):
        server.broken = True
        with pytest.raises(Unanswered, match=r"example\.test"):
            await service.ask(AskSrv("_sip._tcp.example.test"))


async def test_this_machine_knows_its_own_names() -> None:
    async with name_server() as (_, service):
        found = await service.ask(AskAddresses("localhost"))
        assert "127.0.0.1" in found.records
