"""Two stacks with real sockets between them; and what hostile bytes and faults of ours may not do."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from softswitch.clock import SystemClock
from softswitch.errors import SoftswitchError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request
from softswitch.sip.signals import (
    Acknowledged,
    Cause,
    DatagramReceived,
    Failed,
    Incoming,
    Reply,
    StreamReceived,
    Transmit,
    UserOutput,
    WireInput,
)
from softswitch.sip.stack import SipStack
from softswitch.sip.streams import IDLE_SECONDS, PING_SECONDS
from softswitch.sip.timers import Timings
from softswitch.sip.uri import SipUri
from softswitch.transport import strangers
from softswitch.transport.addresses import LocalAddresses
from softswitch.transport.driver import SipDriver
from softswitch.transport.tls import Trust
from tests.fakes.party import counted
from tests.fakes.patience import PATIENCE
from tests.transport.inbox import Inbox
from tests.transport.shown import made, shown

QUICK = Timings(t1=0.002, t2=0.008, t4=0.01)
"""A whole transaction that finds no answer takes 0.13 s."""


class End:
    """A driver that answers every request outside a dialog with 200, and what it heard."""

    def __init__(self, name: str, timings: Timings | None = None, trust: Trust | None = None) -> None:
        self.inbox: Inbox[UserOutput] = Inbox()
        self.closed: Inbox[int] = Inbox()
        self.fault: Callable[[UserOutput], Exception | None] = lambda output: None
        stack = SipStack(token=counted(name), agent=name, timings=timings)
        self.wanted = True
        self.driver = SipDriver(
            stack,
            SystemClock(),
            user=self.hear,
            addresses=LocalAddresses("127.0.0.1"),
            stream_closed=self.closed.put,
            stream_wanted=lambda connection: self.wanted,
            trust=trust,
            trace=lambda now, what, sent: self.traced.append((what, sent)),
            admits=lambda host, port: self.open,
            known=lambda hop: self.wanted,
        )
        self.traced: list[tuple[WireInput | Transmit, bool]] = []
        self.open = True
        self.dismisses = False
        self.name = name
        self.port = 0

    def hear(self, output: UserOutput) -> None:
        self.inbox.put(output)
        if (fault := self.fault(output)) is not None:
            raise fault
        if isinstance(output, Incoming) and self.dismisses:
            self.driver.dismiss(output.transaction, 401, fields=(("Accept", "x"),))
        elif isinstance(output, Incoming) and output.request.method != "INVITE":
            self.driver.respond(output.transaction, self.driver.stack.response(output.transaction, 200))

    def hop_to(self, other: End, transport: str = "UDP") -> Hop:
        return self.driver.hop(transport, "127.0.0.1", other.port)

    def request(self, method: str) -> Request:
        own = NameAddr(SipUri("127.0.0.1", self.name))
        request = self.driver.stack.request(method, target="sip:127.0.0.1", local=own, remote=own)
        request.fields.add("Contact", NameAddr(SipUri("127.0.0.1", self.name, self.port)))
        return request

    async def exchange(self, other: End, hop: Hop, method: str = "OPTIONS") -> Incoming:
        """Send a request, see it arrive and be answered; return how it arrived."""
        self.driver.send(self.request(method), hop)
        incoming = await other.inbox.next(Incoming)
        assert incoming.request.method == method
        assert (await self.inbox.next(Reply)).response.status == 200
        return incoming


@contextlib.asynccontextmanager
async def listening(name: str, timings: Timings | None = None) -> AsyncIterator[End]:
    end = End(name, timings)
    end.port = await end.driver.listen("127.0.0.1", 0)
    try:
        yield end
    finally:
        await end.driver.close()


@pytest.fixture
async def ends() -> AsyncIterator[tuple[End, End]]:
    async with listening("a") as one, listening("b") as two:
        yield one, two


@pytest.mark.parametrize("transport", ["UDP", "TCP"])
async def test_a_request_is_answered(ends, transport):
    one, two = ends
    incoming = await one.exchange(two, one.hop_to(two, transport))
    assert incoming.hop.transport == incoming.request.via.transport == transport
    assert (incoming.hop.connection is not None) == (transport == "TCP")


@pytest.mark.parametrize(("transport", "kind"), [("UDP", DatagramReceived), ("TCP", StreamReceived)])
async def test_all_that_passes_is_traced_on_both_sides(ends, transport, kind):
    one, two = ends
    await one.exchange(two, one.hop_to(two, transport))
    sent = [what.data for what, sent in one.traced if isinstance(what, Transmit) and sent]
    came = [what.data for what, _ in two.traced if isinstance(what, kind)]
    assert sent == came
    assert sent[0].startswith(b"OPTIONS ")
    back = [what.data for what, _ in one.traced if isinstance(what, kind)]
    assert back == [what.data for what, _ in two.traced if isinstance(what, Transmit)]


async def test_what_cannot_be_sent_is_traced_as_such(ends):
    one, two = ends
    one.driver.send(one.request("OPTIONS"), replace(one.hop_to(two, "TCP"), connection=4711))
    assert (await one.inbox.next(Failed)).cause is Cause.BROKEN
    unsent = [what.data for what, sent in one.traced if isinstance(what, Transmit) and not sent]
    assert [data[:8] for data in unsent] == [b"OPTIONS "]


async def test_a_phone_that_registered_over_tcp_is_called_over_its_own_connection(ends):
    phone, switch = ends
    register = await phone.exchange(switch, phone.hop_to(switch, "TCP"), "REGISTER")
    # Back over the stream the phone opened: a phone behind a NAT can be reached in no other way.
    called = await switch.exchange(phone, register.hop)
    # And the phone's next request, once more to the switch's address, takes the same stream.
    again = await phone.exchange(switch, phone.hop_to(switch, "TCP"))
    assert (again.hop, called.hop.port) == (register.hop, switch.port)


async def test_the_end_of_a_stream_is_told_with_its_number(ends):
    phone, switch = ends
    register = await phone.exchange(switch, phone.hop_to(switch, "TCP"), "REGISTER")
    await phone.driver.close()
    assert await switch.closed.next(int) == register.hop.connection
    # Who closes by itself is not told: the phones come back to the next start.
    assert phone.closed.empty
    switch.driver.send(switch.request("OPTIONS"), register.hop)
    assert (await switch.inbox.next(Failed)).cause is Cause.BROKEN


async def test_both_transports_have_one_port_and_give_it_back():
    async with listening("a") as one:
        port = one.port
        with pytest.raises(OSError, match="in use"):
            await End("b").driver.listen("127.0.0.1", port)
    again = End("a")
    assert await again.driver.listen("127.0.0.1", port) == port
    await again.driver.close()


async def test_a_port_that_only_tcp_finds_taken_leaves_no_datagram_socket():
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            await End("a").driver.listen("127.0.0.1", port)
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
            probe.bind(("127.0.0.1", port))


async def test_any_free_port_is_one_that_is_free_for_both(monkeypatch):
    end = End("a")
    listen, asked = end.driver._streams.listen, []

    async def taken_twice(transport: str, host: str, port: int) -> None:
        asked.append(port)
        if len(asked) <= 2:
            raise OSError("address already in use")
        await listen(transport, host, port)

    monkeypatch.setattr(end.driver._streams, "listen", taken_twice)
    try:
        # A third one may be taken by somebody else on this machine.
        assert await end.driver.listen("127.0.0.1", 0) == asked[-1]
        assert len(asked) >= 3
    finally:
        await end.driver.close()


async def test_a_machine_without_a_free_port_says_so(monkeypatch):
    end = End("a")

    async def taken(transport: str, host: str, port: int) -> None:
        raise OSError("address already in use")

    monkeypatch.setattr(end.driver._streams, "listen", taken)
    with pytest.raises(OSError, match="in use"):
        await end.driver.listen("127.0.0.1", 0)


# Keep-alives and garbage


@contextlib.asynccontextmanager
async def stream_to(end: End) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", end.port)
    try:
        async with asyncio.timeout(PATIENCE):
            yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


OPTIONS = (
    "OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:5999;branch=z9hG4bK{0}\r\n"
    "From: <sip:x@127.0.0.1>;tag=1\r\nTo: <sip:127.0.0.1>\r\nCall-ID: {0}\r\nCSeq: 1 OPTIONS\r\n"
    "Content-Length: 0\r\n\r\n"
)


async def test_a_ping_has_its_pong_over_a_stream(ends):
    one, _ = ends
    async with stream_to(one) as (reader, writer):
        writer.write(b"\r\n\r\n")
        assert await reader.readexactly(2) == b"\r\n"
        # Also in the midst of messages.
        writer.write(b"\r\n\r\n" + OPTIONS.format("m").encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        assert b"SIP/2.0 200 OK" in answer


async def test_messages_cut_anywhere_are_whole_again(ends):
    one, _ = ends
    data = (OPTIONS.format("c1") + OPTIONS.format("c2")).encode()
    async with stream_to(one) as (reader, writer):
        for at in range(0, len(data), 97):
            writer.write(data[at : at + 97])
            await writer.drain()
            await asyncio.sleep(0)
        for _ in range(2):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 200 OK")


@pytest.mark.parametrize(
    ("garbage", "answer"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b""),
        (bytes(range(128, 256)) * 3 + b"\r\n\r\n", b""),
        (b"x" * 100_000, b""),
        (OPTIONS.format("g").replace("Content-Length: 0\r\n", "").encode(), b"SIP/2.0 400 "),
        (OPTIONS.format("g").replace("Length: 0", "Length: 99999999").encode(), b"SIP/2.0 513 "),
    ],
)
async def test_garbage_closes_its_own_stream_alone(ends, garbage, answer):
    one, two = ends
    await two.exchange(one, two.hop_to(one, "TCP"))
    async with stream_to(one) as (reader, writer):
        writer.write(garbage)
        with contextlib.suppress(ConnectionError):
            assert (await reader.read())[: len(answer)] == answer
        await one.closed.next(int)
    await two.exchange(one, two.hop_to(one, "TCP"))
    assert one.driver.stack.sizes()["streams"] == 1


async def test_ten_thousand_random_datagrams_change_nothing(ends):
    one, two = ends
    dice = random.Random(2)
    whole = OPTIONS.format("r").encode()
    before = one.driver.stack.sizes()
    hop = two.hop_to(one)
    for number in range(10_000):
        if number % 2:
            data = dice.randbytes(dice.randrange(200))
        else:
            at = dice.randrange(len(whole))
            # Cut short within the start line or the Via, so that nobody can be answered.
            data = whole[: at % 60] + dice.randbytes(3)
        two.driver._udp.send(hop, data)
        if number % 500 == 499:
            # Sent no faster than read: nothing of it may be lost in the kernel.
            await two.exchange(one, hop)
    after = one.driver.stack.sizes()
    assert after["dialogs"] == before["dialogs"]
    # The requests between, waiting for repeats.
    assert after["transactions"] == 20
    assert one.inbox.empty


async def test_a_ping_by_datagram_is_answered_too(ends):
    one, _ = ends
    loop = asyncio.get_running_loop()
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as phone:
        phone.setblocking(False)
        phone.connect(("127.0.0.1", one.port))
        await loop.sock_sendall(phone, b"\r\n\r\n")
        async with asyncio.timeout(PATIENCE):
            assert await loop.sock_recv(phone, 100) == b"\r\n"


# What cannot be sent


async def test_a_refused_connection_fails_the_request_at_once(ends):
    one, _ = ends
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as gone:
        port = gone.getsockname()[1]
    key = one.driver.send(one.request("INVITE"), one.driver.hop("TCP", "127.0.0.1", port))
    failed = await one.inbox.next(Failed)
    assert (failed.transaction, failed.cause) == (key, Cause.BROKEN)


async def test_a_datagram_too_long_for_the_network_fails_its_request(ends):
    one, two = ends
    request = one.request("MESSAGE")
    request.put_body(b"x" * 70_000, "text/plain")
    # Whoever sends knows the transaction before it hears of its end.
    key = one.driver.send(request, one.hop_to(two))
    assert one.inbox.empty
    assert (await one.inbox.next(Failed)).transaction == key


async def test_a_talk_goes_on_and_ends_though_its_stream_was_lost(ends):
    # The phone names its own port in Via and Contact, and there is no NAT: RFC 3261 §18.2.2.
    phone, switch = ends
    phone.driver.send(phone.request("INVITE"), phone.hop_to(switch, "TCP"))
    invite = await switch.inbox.next(Incoming)
    phone.driver._streams.close_connection(1)
    await switch.closed.next(int)
    # Our answer finds the phone by the port of its Via.
    answer = switch.driver.stack.response(invite.transaction, 200)
    contact = NameAddr(SipUri("127.0.0.1", port=switch.port))
    dialog = switch.driver.respond(invite.transaction, answer, contact=contact)
    reply = await phone.inbox.next(Reply)
    phone.driver.acknowledge(reply.dialog, 1)
    await switch.inbox.next(Acknowledged)
    phone.driver._streams.close_connection(reply.hop.connection)
    await switch.closed.next(int)
    # Our BYE by that of its Contact.
    switch.driver.send_in_dialog(dialog, "BYE")
    assert (await phone.inbox.next(Incoming)).request.method == "BYE"
    assert (await switch.inbox.next(Reply)).response.status == 200
    assert not switch.driver.stack.has_dialog(dialog)


# Timers


async def test_a_request_without_an_answer_is_repeated_and_given_up():
    async with listening("a", QUICK) as one:
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as silent:
            silent.bind(("127.0.0.1", 0))
            silent.setblocking(False)
            one.driver.send(one.request("OPTIONS"), one.driver.hop("UDP", *silent.getsockname()))
            assert (await one.inbox.next(Failed)).cause is Cause.EXPIRED
            copies = 0
            with contextlib.suppress(BlockingIOError):
                while silent.recv(5000):
                    copies += 1
        # RFC 3261 §17.1.2.2: at once, then after 1, 2, 4, 4, … times T1 until 64*T1. Fewer when the machine
        # is busy: a timer that rings late is not made up for.
        assert 4 <= copies <= 18
        assert one.driver.stack.sizes()["transactions"] == 0


async def test_a_nearer_deadline_takes_the_place_of_a_farther_one(ends):
    one, two = ends
    await one.exchange(two, one.hop_to(two))
    # The request it has answered waits for repeats for 32 s; its own is repeated after half a second.
    farther = two.driver._timer_at
    two.driver.send(two.request("OPTIONS"), two.hop_to(one))
    assert two.driver._timer_at == two.driver.stack.next_deadline()
    assert two.driver._timer_at < farther - 30


async def test_a_timer_that_fails_stops_no_other(monkeypatch, caplog):
    async with listening("a", QUICK) as one:
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as silent:
            silent.bind(("127.0.0.1", 0))
            tick, faults = one.driver.stack.tick, [RuntimeError("a bug of ours")]

            def faulty(now: float) -> None:
                if faults:
                    raise faults.pop()
                tick(now)

            monkeypatch.setattr(one.driver.stack, "tick", faulty)
            one.driver.send(one.request("OPTIONS"), one.driver.hop("UDP", *silent.getsockname()))
            assert (await one.inbox.next(Failed)).cause is Cause.EXPIRED
    assert "a timer could not be carried out" in caplog.text


async def test_who_closes_says_the_bye_that_waited(ends):
    phone, _ = ends
    async with listening("c") as switch:
        phone.driver.send(phone.request("INVITE"), phone.hop_to(switch))
        invite = await switch.inbox.next(Incoming)
        answer = switch.driver.stack.response(invite.transaction, 200)
        contact = NameAddr(SipUri("127.0.0.1", port=switch.port))
        dialog = switch.driver.respond(invite.transaction, answer, contact=contact)
        await phone.inbox.next(Reply)
        # The phone's ACK is on the way for ever.
        switch.driver.send_in_dialog(dialog, "BYE")
    assert (await phone.inbox.next(Incoming)).request.method == "BYE"


@pytest.mark.parametrize("wanted", [True, False])
async def test_a_quiet_stream_is_closed_unless_a_phone_registered_over_it(ends, monkeypatch, wanted):
    one, two = ends
    two.wanted = wanted
    await one.exchange(two, one.hop_to(two, "TCP"))
    late = SystemClock().monotonic() + IDLE_SECONDS
    two.driver.stack.tick(late)
    two.driver.stack.tick(late + 1)
    await two.exchange(one, two.hop_to(one))  # What the stack wants is carried out with whatever comes next.
    if wanted:
        await one.exchange(two, one.hop_to(two, "TCP"))
        assert two.closed.empty
    else:
        await two.closed.next(int)


@pytest.mark.parametrize("wanted", [True, False])
async def test_a_quiet_stream_is_pinged_if_a_phone_registered_over_it(ends, wanted):
    switch, _ = ends
    switch.wanted = wanted
    async with stream_to(switch) as (reader, writer):
        writer.write(OPTIONS.format("p").encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 200")
        switch.driver.stack.tick(SystemClock().monotonic() + PING_SECONDS)
        # What the stack wants is carried out with whatever comes next.
        writer.write(OPTIONS.format("q").encode())
        said = await reader.readuntil(b"SIP/2.0 200 OK\r\n")
        assert said.startswith(b"\r\n\r\n") is wanted


async def test_tls_is_listened_for_beside_and_opened_to_whom_we_believe(ends, tmp_path):
    switch, _ = ends
    files = made(tmp_path)
    certificates = shown(files)
    port = await switch.driver.listen_for("TLS", "127.0.0.1", 0, lambda: (certificates.layer(),))
    trust = Trust()
    trust.add("pbx.test", authorities=files.certificate)
    trunk = End("trunk", trust=trust)
    trunk.port = await trunk.driver.listen("127.0.0.1", 0)
    hop = trunk.driver.hop("TLS", "127.0.0.1", port, name="pbx.test")
    incoming = await trunk.exchange(switch, hop)
    assert (incoming.request.via.transport, incoming.hop.local_port) == ("TLS", port)
    # And back over the same stream, as nobody listens for TLS there.
    assert (await switch.exchange(trunk, incoming.hop)).hop.name == "pbx.test"
    # Whom we were not told of is not called, and the request hears of it.
    key = trunk.driver.send(
        trunk.request("INVITE"), trunk.driver.hop("TLS", "127.0.0.1", port, name="x.test")
    )
    failed = await trunk.inbox.next(Failed)
    assert (failed.transaction, failed.cause) == (key, Cause.BROKEN)
    await trunk.driver.close()


async def test_what_is_dismissed_is_answered_and_nothing_is_kept(ends):
    one, two = ends
    two.dismisses = True
    one.driver.send(one.request("OPTIONS"), one.hop_to(two))
    reply = await one.inbox.next(Reply)
    assert (reply.response.status, reply.response.fields.get("Accept")) == (401, "x")
    assert two.driver.stack.sizes()["transactions"] == 0


async def test_nothing_rings_after_the_end():
    async with listening("a") as one:
        one.driver.send(one.request("OPTIONS"), one.hop_to(one))
        timer = one.driver._timer
        assert timer is not None
    assert timer.cancelled()


# Faults of ours


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (RuntimeError("a bug"), "Incoming could not be handled"),
        (SoftswitchError("the line is cut"), "Incoming: the line is cut"),
    ],
)
async def test_a_fault_in_one_handling_is_told_and_ends_nothing_else(ends, caplog, fault, words):
    one, two = ends
    two.fault = lambda output: fault
    one.driver.send(one.request("OPTIONS"), one.hop_to(two))
    await two.inbox.next(Incoming)
    two.fault = lambda output: None
    await one.exchange(two, one.hop_to(two))
    assert words in caplog.text


async def test_a_fault_in_the_stack_ends_one_datagram(ends, caplog, monkeypatch):
    one, two = ends
    handle = two.driver.stack.handle
    broken = asyncio.Event()

    def faulty(now, what):
        if not broken.is_set():
            broken.set()
            raise RuntimeError("a bug")
        handle(now, what)

    monkeypatch.setattr(two.driver.stack, "handle", faulty)
    one.driver.send(one.request("OPTIONS"), one.hop_to(two))
    async with asyncio.timeout(PATIENCE):
        await broken.wait()
    await one.exchange(two, one.hop_to(two))
    assert "a message could not be handled" in caplog.text


async def test_what_a_handler_sends_at_once_keeps_its_order(ends):
    one, two = ends
    both = [one.request("OPTIONS"), one.request("OPTIONS")]

    def chain(output: UserOutput) -> None:
        if isinstance(output, Reply) and both:
            one.driver.send(both.pop(), one.hop_to(two))

    one.fault = chain
    await one.exchange(two, one.hop_to(two))
    for _ in range(2):
        await two.inbox.next(Incoming)
        await one.inbox.next(Reply)


async def test_who_is_not_admitted_gets_no_answer_and_loses_his_stream(ends):
    one, two = ends
    hop = one.hop_to(two, "TCP")
    await one.exchange(two, hop)
    two.open = False
    for unheard in (hop, one.hop_to(two)):
        one.driver.send(one.request("OPTIONS"), unheard)
    await two.closed.next(int)
    assert two.inbox.empty
    # The first one's transaction waits for its answer still; nothing of it is held here.
    assert two.driver.stack.sizes()["streams"] == 0
    two.open = True
    await one.exchange(two, one.hop_to(two))


async def test_a_stream_of_nobody_known_ends_though_it_brings_messages(ends, monkeypatch):
    monkeypatch.setattr(strangers, "STRANGER_SECONDS", 0.1)
    one, two = ends
    two.wanted = False
    incoming = await one.exchange(two, one.hop_to(two, "TCP"))
    assert await two.closed.next(int) == incoming.hop.connection
    await one.closed.next(int)
    # Who opened it ends nothing: it knows where that leads.
    two.wanted, one.wanted = True, False
    again = await one.exchange(two, one.hop_to(two, "TCP"))
    assert again.hop.connection != incoming.hop.connection
    assert len(one.driver._streams._strangers) == 0
