from __future__ import annotations

import heapq
import socket
from collections.abc import Callable, Iterator
from itertools import count

import numpy as np
import pytest

from benchmarks.agent_phones import AgentPhones
from benchmarks.callers import BenchmarkFailed
from benchmarks.queue_journal import Ears, Journal
from benchmarks.queue_plan import Plan
from benchmarks.sip import make_account
from benchmarks.talk import Talk
from softswitch.sip.message import Message, Request, Response, response_to
from softswitch.sip.parser import parse_datagram
from tests.fakes.patience import PATIENCE

HOST = "127.0.0.1"
FRAMES = np.zeros((3, 160), np.uint8)


class World:
    """Agents' phones, the switch they are connected to, and a clock that is turned by hand."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.settimeout(PATIENCE)
        self.talk, self.journal = Talk(3, HOST, FRAMES), Journal()
        self.ears = Ears(3, FRAMES, FRAMES)
        self.due: list[tuple[float, int, Callable[[], None]]] = []
        self.order = count()
        self.now = 0.0
        self.ends_by_caller = False
        self.told: list[tuple[str, str]] = []
        self.phones = AgentPhones(
            self.socket.getsockname(), [make_account("b7", "realm", "pw")], plan=Plan(), talk=self.talk,
            ears=self.ears, journal=self.journal, later=self.later,
        )  # fmt: skip
        self.phones.floor = self
        self.phones.register()
        self.register, self.address = self.socket.recvfrom(65535)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self.due, (self.now + seconds, next(self.order), action))

    def wait(self, seconds: float) -> None:
        self.now += seconds
        while self.due and self.due[0][0] <= self.now:
            heapq.heappop(self.due)[2]()

    def wait_long(self) -> None:
        for _ in range(40):
            self.wait(1.0)

    def rung(self, caller: str, agent: str) -> None:
        self.told.append((caller, agent))

    def answered(self, caller: str, at: int) -> None:
        self.told.append((caller, "answered"))

    def talks(self, caller: str) -> bool:
        self.told.append((caller, "talks"))
        return self.ends_by_caller

    def say(self, data: bytes) -> None:
        self.socket.sendto(data, self.address)
        self.phones.poll()

    def ask(self, method: str, *, call: str = "c1", number: int = 1) -> None:
        body = f"v=0\r\nc=IN IP4 {HOST}\r\nm=audio 20000 RTP/AVP 8\r\n" if method == "INVITE" else ""
        self.say(
            f"{method} sip:b7@{HOST} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST};branch=z9hG4bK{method}{call}\r\n"
            f"From: <sip:b3@{HOST}>;tag=s\r\nTo: <sip:b7@{HOST}>\r\nCall-ID: {call}\r\nMax-Forwards: 70\r\n"
            f"CSeq: {number} {method}\r\nContact: <sip:{HOST}:5060>\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )

    def heard(self) -> Message:
        return parse_datagram(self.socket.recv(65535))

    def status(self) -> int:
        message = self.heard()
        assert isinstance(message, Response)
        return message.status

    def talking(self) -> None:
        self.ask("INVITE")
        assert self.status() == 180
        self.wait(1.0)
        assert self.status() == 200
        self.ask("ACK")

    def close(self) -> None:
        self.socket.close()
        self.phones.close()
        self.talk.close()


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.close()


def test_they_register(world):
    request = parse_datagram(world.register)
    assert isinstance(request, Request)
    assert not world.phones.registered
    world.say(response_to(request, 200, to_tag="x").to_bytes())
    assert world.phones.registered


def test_who_cannot_register_ends_the_run(world):
    request = parse_datagram(world.register)
    assert isinstance(request, Request)
    with pytest.raises(BenchmarkFailed, match="answered with 403"):
        world.say(response_to(request, 403, to_tag="x").to_bytes())


def test_an_agent_answers_talks_and_hangs_up_and_is_free_by_that(world):
    world.talking()
    assert world.phones.talking == 1
    assert world.told == [("b3", "b7"), ("b3", "answered"), ("b3", "talks")]
    assert [row for row, _ in world.ears.waiting] == [0]
    world.wait(8.0)
    bye = world.heard()
    assert isinstance(bye, Request)
    assert bye.method == "BYE"
    assert set(world.journal.freed) == {"b7"}
    # Unanswered it is said again; the answer ends that, and the place of sound is free.
    world.wait(1.0)
    assert parse_datagram(world.socket.recv(65535)).cseq == bye.cseq
    world.say(response_to(bye, 200).to_bytes())
    assert list(world.ears.waiting) == []
    world.ask("INVITE", call="c2")
    assert world.status() == 180
    assert len(world.journal.hand_outs) == 1
    assert world.journal.counts == {"offered": 2, "answered": 1, "repeated": 1}


def test_a_caller_who_hangs_up_frees_the_agent(world):
    world.ends_by_caller = True
    world.talking()
    world.wait(60.0)
    assert world.phones.talking == 1
    world.ask("BYE", number=2)
    assert world.status() == 200
    assert world.phones.talking == 0
    assert set(world.journal.freed) == {"b7"}


def test_ringing_that_is_cancelled_frees_him_too_and_nobody_is_rung_twice(world):
    world.ask("INVITE")
    assert world.status() == 180
    world.ask("INVITE", call="c2")
    assert world.status() == 486
    assert world.journal.counts["rung twice"] == 1
    world.ask("CANCEL")
    assert [world.status(), world.status()] == [200, 487]
    assert set(world.journal.freed) == {"b7"}


def test_an_answer_that_nobody_acknowledges_ends_the_run(world):
    world.ask("INVITE")
    with pytest.raises(BenchmarkFailed, match="no answer to"):
        world.wait_long()
