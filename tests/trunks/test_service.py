"""Trunks on a network in memory: they register, are asked whether they live, and know who calls by them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TypeVar

import pytest

from softswitch.bus import EventLog
from softswitch.events import (
    Entry,
    Event,
    TrunkLost,
    TrunkNotFound,
    TrunkReachable,
    TrunkRegistered,
    TrunkUnreachable,
)
from softswitch.sip.hop import Hop
from softswitch.sip.locating import Place, Target
from softswitch.sip.message import Request
from softswitch.sip.signals import UserOutput
from softswitch.sip.stack import SipStack
from softswitch.trunks.config import TrunkConfig
from softswitch.trunks.health import State
from softswitch.trunks.service import MAX_UNKNOWN_EDGES, Trunks
from tests.fakes.exchange import SWITCH, LiveNetwork, Wires
from tests.fakes.party import counted
from tests.fakes.provider import PASSWORD, USER, Provider
from tests.fakes.virtual_time import LoopClock, in_virtual_time, passes

Kind = TypeVar("Kind", bound=Event)
FIRST, SECOND = "203.0.113.1", "203.0.113.2"
LOGIN = {"username": USER, "password": PASSWORD}


class Office:
    """The switch, as far as trunks go."""

    def __init__(self, **trunks: dict[str, object]) -> None:
        self.network = LiveNetwork()
        self.stack = SipStack(token=counted("s"), agent="softswitch")
        self.entries: list[Entry] = []
        clock = LoopClock(asyncio.get_running_loop())
        self.log = EventLog(clock)
        self.log.subscribe(self.entries.append)
        self.known: dict[Target, tuple[Place, ...]] = {}
        self.strays: list[UserOutput] = []
        self.trunks = Trunks(
            {name: TrunkConfig.model_validate(parts) for name, parts in trunks.items()},
            Wires(self.network, self.stack),
            clock=clock,
            log=self.log,
            hop_to=lambda place: Hop(place.transport, place.host, place.port, *SWITCH),
            places=self._places,
            token=counted("t"),
            random=lambda: 1.0,
        )
        self.network.join(SWITCH, self.stack, self._hear)

    def _hear(self, output: UserOutput) -> None:
        if not self.trunks.take(output):
            self.strays.append(output)

    def _places(self, target: Target) -> tuple[Place, ...]:
        if target in self.known or not target.host[0].isdigit():
            return self.known.get(target, ())
        return (Place("UDP", target.host, target.port or 5060, target.host),)

    def told(self, kind: type[Kind]) -> list[Kind]:
        return [entry.event for entry in self.entries if isinstance(entry.event, kind)]

    def state(self, trunk: str = "a", server: int = 0) -> State:
        found = self.trunks.get(trunk)
        assert found is not None
        return found.servers[server].health.state


@contextlib.asynccontextmanager
async def office(**trunks: dict[str, object]) -> AsyncIterator[Office]:
    made = Office(**trunks)
    running = asyncio.ensure_future(made.trunks.run())
    try:
        yield made
    finally:
        running.cancel()
        made.network.close()


@in_virtual_time
async def test_a_line_registers_is_refreshed_and_leaves() -> None:
    async with office(a={"host": FIRST, "register": True, **LOGIN}) as line:
        provider = Provider(line.network, FIRST)
        await passes(1)
        assert line.told(TrunkRegistered) == [TrunkRegistered("a", f"{FIRST}:5060", 600)]
        contact = provider.lines[USER]
        assert str(contact.uri).startswith(f"sip:{USER}@192.0.2.1:5060;line=t")
        await passes(900)
        requests = [one.request for one in provider.incoming("REGISTER")]
        # Challenged at each, one Call-ID, every number higher (RFC 3261 §10.2.4).
        assert len(requests) == 8
        assert len({one.call_id for one in requests}) == 1
        numbers = [one.cseq.number for one in requests]
        assert numbers == sorted(set(numbers))
        assert str(requests[0].uri) == f"sip:{FIRST}"
        assert len(line.told(TrunkRegistered)) == 1
        closing = asyncio.ensure_future(line.trunks.close())
        await passes(0.5)
        assert closing.done()
        assert provider.lines == {}


@in_virtual_time
async def test_a_registrar_that_calls_every_nonce_stale_is_satisfied() -> None:
    async with office(a={"host": FIRST, "register": True, **LOGIN}) as line:
        provider = Provider(line.network, FIRST)
        provider.nonce_serves = 0
        await passes(1)
        assert provider.statuses_sent() == [401, 401, 200]
        assert len(line.told(TrunkRegistered)) == 1


@in_virtual_time
async def test_a_wrong_password_is_told_and_not_hammered() -> None:
    async with office(a={"host": FIRST, "register": True, "username": USER, "password": "wrong"}) as line:
        provider = Provider(line.network, FIRST)
        await passes(50)
        assert line.told(TrunkLost) == [TrunkLost("a", "wrong user name or password", 60)]
        assert len(provider.incoming("REGISTER")) == 2
        assert "wrong" not in repr(provider.incoming("REGISTER")[1].request.fields).replace("wrong user", "")


@in_virtual_time
async def test_an_outage_of_the_first_server_moves_the_line_to_the_second_and_back() -> None:
    parts = {"host": FIRST, "failover": [SECOND], "register": True, "qualify": 0, **LOGIN}
    async with office(a=parts) as line:
        first, second = Provider(line.network, FIRST), Provider(line.network, SECOND)
        await passes(1)
        first.silent = True
        await passes(320)
        assert [one.server for one in line.told(TrunkRegistered)] == [f"{FIRST}:5060", f"{SECOND}:5060"]
        assert USER in second.lines
        assert line.told(TrunkLost) == []
        first.silent, second.silent = False, True
        await passes(400)
        assert line.told(TrunkRegistered)[-1].server == f"{FIRST}:5060"


@in_virtual_time
async def test_a_server_that_is_seen_to_be_gone_is_left_before_its_time() -> None:
    parts = {"host": FIRST, "failover": [SECOND], "register": True, "qualify": 10, **LOGIN}
    async with office(a=parts) as line:
        first, second = Provider(line.network, FIRST), Provider(line.network, SECOND)
        await passes(1)
        first.silent = True
        await passes(30)
        assert line.told(TrunkUnreachable) == [TrunkUnreachable("a", f"{FIRST}:5060", "no answer")]
        assert line.told(TrunkRegistered)[-1].server == f"{SECOND}:5060"
        assert USER in second.lines


@in_virtual_time
async def test_when_all_are_gone_it_is_told_and_tried_again() -> None:
    async with office(a={"host": FIRST, "register": True, **LOGIN}) as line:
        await passes(9)
        assert line.told(TrunkLost) == [TrunkLost("a", "no answer", 60)]
        Provider(line.network, FIRST)
        await passes(61)
        assert len(line.told(TrunkRegistered)) == 1


@in_virtual_time
async def test_a_server_is_asked_and_judged() -> None:
    async with office(a={"host": FIRST, "qualify": 30}) as line:
        provider = Provider(line.network, FIRST)
        await passes(1)
        (there,) = line.told(TrunkReachable)
        assert (there.server, line.state()) == (f"{FIRST}:5060", State.UP)
        assert 15 < there.round_trip_ms < 40
        provider.options_status = 404  # Who does not know us lives all the same.
        await passes(100)
        assert line.told(TrunkUnreachable) == []
        provider.options_status = 503
        await passes(60)
        assert line.told(TrunkUnreachable) == [
            TrunkUnreachable("a", f"{FIRST}:5060", "503 Service Unavailable")
        ]
        provider.silent = True
        await passes(100)
        assert len(line.told(TrunkUnreachable)) == 1
        provider.silent, provider.options_status = False, 200
        await passes(60)
        assert (len(line.told(TrunkReachable)), line.state()) == (2, State.UP)


@in_virtual_time
async def test_a_call_that_found_no_answer_has_the_server_asked_at_once() -> None:
    async with office(a={"host": FIRST, "qualify": 3600}) as line:
        provider = Provider(line.network, FIRST)
        await passes(1)
        provider.silent = True
        trunk = line.trunks.get("a")
        assert trunk is not None
        line.trunks.call_failed(trunk, trunk.servers[0])
        await passes(14)
        assert line.state() is State.DOWN
        line.trunks.call_worked(trunk, trunk.servers[0])
        assert line.state() is State.UP
        assert len(line.told(TrunkReachable)) == 2


@in_virtual_time
async def test_where_a_name_leads_may_be_known_later_and_change() -> None:
    parts = {"host": "sip.provider.example", "register": True, **LOGIN}
    async with office(a=parts) as line:
        Provider(line.network, FIRST)
        second = Provider(line.network, SECOND)
        await passes(5)
        assert line.entries == []
        target = Target("sip.provider.example")
        line.known[target] = (Place("UDP", FIRST, 5060, target.host),)
        line.trunks.located()
        await passes(1)
        assert line.told(TrunkRegistered)[0].server == f"{FIRST}:5060"
        line.known[target] = (Place("UDP", SECOND, 5060, target.host),)
        line.trunks.located()
        await passes(1)
        assert USER in second.lines
        assert str(second.incoming("REGISTER")[0].request.uri) == "sip:sip.provider.example"


@in_virtual_time
async def test_a_server_that_dns_does_not_know_is_told_with_the_name_of_its_trunk() -> None:
    async with office(
        a={"host": "sip.example.test", "failover": "other.example.test"}, b={"host": FIRST}
    ) as line:
        found, other = line.trunks.get("a"), line.trunks.get("b")
        assert found is not None
        assert other is not None
        main, backup = found.targets()
        line.trunks.troubled(main, "no address")
        line.trunks.troubled(backup, "no name server")
        assert line.told(TrunkNotFound) == [
            TrunkNotFound("a", "sip.example.test", "no address"),
            TrunkNotFound("a", "other.example.test", "no name server"),
        ]
        assert (found.trouble, other.trouble) == ("no address", "")
        line.trunks.troubled(main, "")
        assert found.trouble == "no name server"
        line.trunks.troubled(backup, "")
        assert found.trouble == ""
        assert len(line.told(TrunkNotFound)) == 2


def invite(target: str = "sip:+48221234567@192.0.2.1") -> Request:
    return Request("INVITE", target)


@in_virtual_time
async def test_who_calls_by_a_trunk(caplog: pytest.LogCaptureFixture) -> None:
    trunks = {
        "a": {"host": FIRST, "register": True, **LOGIN},
        "b": {"host": SECOND, "addresses": ["198.51.100.0/28", "2001:db8::/64"]},
    }
    async with office(**trunks) as line:
        await passes(0.1)

        def owner(host: str, port: int = 5060, target: str = "sip:x@192.0.2.1") -> str:
            found = line.trunks.owner(invite(target), Hop("UDP", host, port, *SWITCH))
            return found.name if found is not None else ""

        assert line.trunks.has_server_at(FIRST)
        assert not line.trunks.has_server_at("198.51.100.15")
        assert owner(FIRST) == "a"
        # The same address with another port may be anybody behind the same NAT.
        assert owner(FIRST, 5070) == ""
        assert owner(SECOND) == owner("198.51.100.15", 33000) == owner("2001:db8::7") == "b"
        assert owner("198.51.100.16") == owner("2001:db8:1::7") == owner("192.0.2.50") == ""
        trunk = line.trunks.get("a")
        assert trunk is not None
        marked = f"sip:line1@192.0.2.1;line={trunk.line}"
        # Our registered Contact, called from another port of the server's.
        assert owner(FIRST, 5070, marked) == "a"
        assert owner(FIRST, 5070, "sip:line1@192.0.2.1;line=guessed") == ""
        assert owner(FIRST, 5070, "sip:line1@192.0.2.1;line") == ""
        assert caplog.messages == []
        # Whoever has seen a trace knows the mark: from elsewhere it opens nothing, and the operator is told.
        assert owner("192.0.2.50", 5060, marked) == owner("192.0.2.50", 5062, marked) == ""
        assert owner(SECOND, 5060, marked) == "b"
        (told,) = caplog.messages
        assert told.startswith("trunk a: 192.0.2.50 calls our line there")
        assert trunk.line not in told
        for number in range(200):
            owner(f"192.0.2.{number}", 5060, marked)
        assert len(caplog.messages) == MAX_UNKNOWN_EDGES


@in_virtual_time
async def test_a_stream_that_is_lost_has_its_line_register_anew() -> None:
    async with office(a={"host": FIRST, "transport": "tcp", "register": True, **LOGIN}) as line:
        line.known[Target(FIRST, None, "TCP")] = (Place("TCP", FIRST, 5060, FIRST),)
        line.trunks.located()
        await passes(1)
        trunk = line.trunks.get("a")
        assert trunk is not None
        trunk.servers[0].connection = 7
        assert line.trunks.over_stream(7)
        assert not line.trunks.over_stream(8)
        assert line.trunks.owner(invite(), Hop("TCP", FIRST, 40_000, *SWITCH, connection=7)) is trunk
        line.trunks.connection_closed(8)
        assert trunk.servers[0].connection == 7
        line.trunks.connection_closed(7)
        assert trunk.servers[0].connection is None
        assert ";transport=tcp;line=" in str(trunk.contact(trunk.servers[0].hop))


@in_virtual_time
async def test_what_is_not_ours_goes_to_who_it_is_for() -> None:
    async with office(a={"host": FIRST}) as line:
        provider = Provider(line.network, FIRST)
        await passes(1)
        provider.call("+48221234567")
        await passes(0.1)
        assert [type(one).__name__ for one in line.strays] == ["Incoming"]
