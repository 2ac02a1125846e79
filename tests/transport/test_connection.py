"""One stream between a socket and its owner: when it is ready, in which order things happen, how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from softswitch.sip.hop import Hop
from softswitch.sip.parser import KEEP_ALIVE
from softswitch.transport import connection as connection_module
from softswitch.transport.connection import BROKEN_OFF, HASTY, MAX_EARLY, SECURE, SILENT, UNREAD, Connection
from softswitch.transport.layers import Over, Passed

HOP = Hop("TLS", "192.0.2.9", 40_000, "192.0.2.1", 5061, connection=1)


class Socket(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.reading = True
        self.ended = ""

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.written.append(data)

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return bool(self.ended)

    def close(self) -> None:
        self.ended = self.ended or "closed"

    def abort(self) -> None:
        self.ended = "aborted"

    def get_write_buffer_size(self) -> int:
        return sum(map(len, self.written))


class Marks:
    """A layer that is ready after ``hello`` and puts its mark before all that goes down."""

    def __init__(self, mark: str, *, pings: bool = False) -> None:
        self.mark = mark.encode()
        self.pings = pings
        self.ready = False

    def start(self) -> bytes:
        return self.mark + b" hello"

    def receive(self, data: bytes) -> Passed:
        if not self.ready:
            self.ready = True
            return Passed(down=self.mark + b" welcome")
        if data == b"fault":
            return Passed(over=Over("spoke nonsense"))
        if data == b"ping":
            return Passed(down=b"pong" * 20)
        said = tuple(part for part in data.split(b"|") if part != b"end")
        return Passed(said, over=Over() if b"end" in data.split(b"|") else None)

    def send(self, data: bytes) -> bytes:
        return self.mark + b"(" + data + b")"

    def ping(self) -> bytes:
        return self.mark + b" ping" if self.pings else b""

    def farewell(self) -> bytes:
        return self.mark + b" bye"


class Owner:
    """Writes down what it hears."""

    def __init__(self, *, room: bool = True) -> None:
        self.room = room
        self.heard: list[object] = []
        self.others_wait = False
        self.counted = 0
        self.then: Callable[[], None] = lambda: None

    def opened(self, connection: Connection, transport: asyncio.Transport) -> Hop | None:
        return HOP if self.room else None

    def crowded(self) -> bool:
        return self.others_wait

    def established(self, connection: Connection) -> None:
        self.heard.append("established")

    def admits(self, hop: Hop) -> bool:
        assert hop == HOP
        self.counted += 1
        return self.counted < 3

    def received(self, hop: Hop, data: bytes) -> None:
        assert hop == HOP
        self.heard.append(data)
        self.then()

    def failed(self, hop: Hop, reason: str) -> None:
        self.heard.append(reason)

    def closed(self, connection: Connection) -> None:
        self.heard.append("closed")


def joined(*layers: Marks, room: bool = True) -> tuple[Connection, Owner, Socket]:
    owner, socket = Owner(room=room), Socket()
    connection = Connection(owner, "TLS" if layers else "TCP", layers)
    connection.connection_made(socket)
    return connection, owner, socket


async def test_without_layers_it_is_ready_at_once() -> None:
    connection, owner, socket = joined()
    connection.data_received(b"INVITE")
    assert connection.send(b"200")
    connection.ping()
    assert owner.heard == ["established", b"INVITE"]
    assert socket.written == [b"200", KEEP_ALIVE]
    assert connection.unsent == 7
    assert connection.settled.is_set()


async def test_one_too_many_is_nobodys() -> None:
    connection, owner, _ = joined(room=False)
    connection.data_received(b"x")
    connection.connection_lost(None)
    assert owner.heard == []
    assert connection.settled.is_set()
    assert (connection.send(b"x"), connection.unsent) == (False, 0)


async def test_nothing_is_read_before_its_turn_and_nothing_sent_before_it_is_ready() -> None:
    connection, owner, socket = joined(Marks("tls"))
    assert not socket.reading
    assert not connection.send(b"early")
    connection.ping()
    connection.begin()
    assert socket.reading
    connection.data_received(b"hi")
    assert owner.heard == ["established"]
    assert socket.written == [b"tls hello", b"tls welcome"]
    assert connection._late is None


async def test_what_passes_two_layers_is_wrapped_by_both() -> None:
    upper, lower = Marks("ws", pings=True), Marks("tls")
    connection, owner, socket = joined(lower, upper)
    connection.begin()
    connection.data_received(b"hi")
    assert owner.heard == []
    connection.data_received(b"hi")
    assert owner.heard == ["established"]
    del socket.written[:]
    connection.data_received(b"one|two")
    connection.send(b"three")
    connection.ping()
    connection.close()
    assert owner.heard[1:] == [b"one", b"two"]
    assert socket.written == [b"tls(ws(three))", b"tls(ws ping)", b"tls(ws bye)", b"tls bye"]
    assert socket.ended == "closed"


async def test_a_layer_without_a_ping_of_its_own_carries_that_of_sip() -> None:
    connection, _, socket = joined(Marks("tls"))
    connection.begin()
    connection.data_received(b"hi")
    connection.ping()
    assert socket.written[-1] == b"tls(" + KEEP_ALIVE + b")"


async def test_what_comes_with_the_end_is_heard_first() -> None:
    connection, owner, socket = joined(Marks("tls"))
    connection.begin()
    connection.data_received(b"hi")
    connection.data_received(b"BYE|end")
    connection.connection_lost(None)
    assert owner.heard == ["established", b"BYE", "closed"]
    assert socket.written[-1] == b"tls bye"


async def test_a_fault_of_a_layer_is_told_and_ends_it() -> None:
    connection, owner, socket = joined(Marks("tls"))
    connection.begin()
    connection.data_received(b"hi")
    connection.data_received(b"REGISTER")
    connection.data_received(b"fault")
    assert owner.heard == ["established", b"REGISTER", "spoke nonsense"]
    assert socket.ended == "closed"


async def test_when_the_owner_closes_it_nothing_more_is_heard() -> None:
    connection, owner, _ = joined(Marks("tls"))
    connection.begin()
    connection.data_received(b"hi")
    owner.then = connection.close
    connection.data_received(b"one|two")
    assert owner.heard == ["established", b"one"]
    connection.close()
    assert not connection.send(b"late")


async def test_who_reads_no_answer_of_a_layer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "MAX_UNSENT", 200)
    connection, owner, socket = joined(Marks("tls"))
    connection.begin()
    connection.data_received(b"hi")
    connection.data_received(b"ping")
    connection.data_received(b"ping")
    assert socket.ended == ""
    connection.data_received(b"ping")
    assert socket.ended == "aborted"
    assert owner.heard == ["established", UNREAD]


async def test_what_brings_nothing_is_counted_too() -> None:
    connection, owner, socket = joined(Marks("tls"))
    connection.begin()
    connection.data_received(b"hi")
    assert owner.counted == 0  # Handshakes have turns instead.
    for said in (b"ping", b"REGISTER", b"ping"):
        connection.data_received(said)
    assert (owner.counted, socket.ended) == (2, "")
    connection.data_received(b"ping")
    assert (owner.counted, socket.ended) == (3, "closed")


async def test_a_handshake_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "HANDSHAKE_SECONDS", 0.001)
    connection, owner, socket = joined(Marks("tls"))
    ended = asyncio.Event()
    monkeypatch.setattr(socket, "abort", ended.set)
    connection.begin()
    await ended.wait()
    assert owner.heard == ["did not finish its handshake in 0.001 s"]


@pytest.mark.parametrize(("others_wait", "said"), [(True, ""), (True, "hello"), (False, "")])
async def test_who_is_silent_leaves_its_turn_to_others(
    monkeypatch: pytest.MonkeyPatch, others_wait: bool, said: str
) -> None:
    monkeypatch.setattr(connection_module, "HELLO_SECONDS", 0.001)
    monkeypatch.setattr(connection_module, "HANDSHAKE_SECONDS", 0.02)
    connection, owner, socket = joined(Marks("tls"), Marks("ws"))
    owner.others_wait = others_wait
    ended = asyncio.Event()
    monkeypatch.setattr(socket, "abort", ended.set)
    connection.begin()
    if said:
        connection.data_received(said.encode())
    await ended.wait()
    silent = others_wait and not said
    reason = (
        "begin its handshake in 0.001 s, while others wait" if silent else "finish its handshake in 0.02 s"
    )
    assert owner.heard == [f"did not {reason}"]


async def test_what_comes_before_its_turn_is_kept_for_it() -> None:
    # As uvloop does: it begins to read after connection_made, whatever that asked for.
    connection, owner, socket = joined(Marks("tls"))
    socket.resume_reading()
    connection.data_received(b"hi")
    assert not socket.reading
    assert (owner.heard, socket.written, connection.ready) == ([], [], False)
    connection.begin()
    assert owner.heard == ["established"]
    assert socket.written == [b"tls hello", b"tls welcome"]
    connection.begin()
    assert connection._late is None


async def test_who_sends_too_much_before_its_turn_is_ended() -> None:
    connection, owner, socket = joined(Marks("tls"))
    connection.data_received(bytes(MAX_EARLY))
    assert socket.ended == ""
    connection.data_received(b"x")
    assert (owner.heard, socket.ended) == ([HASTY], "closed")


async def test_one_that_has_gone_before_its_turn_does_not_begin() -> None:
    connection, owner, socket = joined(Marks("tls"))
    connection.connection_lost(None)
    connection.begin()
    assert (owner.heard, socket.written) == (["closed"], [])
    connection.abort()
    connection.close()


@pytest.mark.parametrize("orderly", [True, False])
async def test_who_leaves_after_the_handshake_without_a_word_is_told_of(orderly: bool) -> None:
    connection, owner, _ = joined(Marks("tls"))
    connection.begin()
    connection.data_received(b"hi")
    if orderly:
        connection.data_received(b"end")
    connection.connection_lost(None)
    assert owner.heard == ["established", SILENT, "closed"]


async def test_who_leaves_during_the_handshake_is_told_of() -> None:
    lower, upper = Marks("tls"), Marks("ws")
    connection, owner, _ = joined(lower, upper)
    connection.begin()
    connection.data_received(b"hi")
    connection.connection_lost(None)
    assert owner.heard == [BROKEN_OFF, "closed"]


async def test_one_that_we_end_is_not_complained_of() -> None:
    connection, owner, _ = joined(Marks("tls"))
    connection.begin()
    connection.data_received(b"hi")
    connection.abort()
    connection.connection_lost(None)
    assert owner.heard == ["established", "closed"]


async def test_who_speaks_tls_to_the_port_for_tcp_is_told_so() -> None:
    connection, owner, socket = joined()
    connection.data_received(b"\x16\x03\x01\x02\x00\x01")
    assert owner.heard == ["established", SECURE]
    assert socket.ended == "closed"
    connection, owner, _ = joined()
    connection.data_received(b"INVITE")
    connection.data_received(b"\x16\x03\x01")  # In the midst of a body.
    assert owner.heard == ["established", b"INVITE", b"\x16\x03\x01"]
