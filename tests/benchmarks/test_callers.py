from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import count

import numpy as np
import pytest

from benchmarks.callers import BenchmarkFailed, Callers
from benchmarks.sip import make_account
from benchmarks.talk import Talk
from softswitch.sip.message import Request, response_to
from softswitch.sip.parser import parse_datagram
from tests.fakes.patience import PATIENCE

HOST = "127.0.0.1"


class Switch(Callers):
    """Callers, and a switch of one socket that answers whenever they take a turn."""

    def __init__(self, status: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.setblocking(False)
        self.status = status
        self.media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.media.bind((HOST, 0))
        self.media.settimeout(PATIENCE)
        self.asked: list[str] = []
        self._numbers = count()
        super().__init__(self.socket.getsockname(), [make_account("anna", "realm", "pw")], "100")

    def turn(self, talk: Talk) -> None:
        super().turn(talk)
        try:
            data, phone = self.socket.recvfrom(65535)
        except BlockingIOError:
            return
        request = parse_datagram(data)
        assert isinstance(request, Request)
        self.asked.append(request.method)
        if request.method == "ACK":
            return
        status = self.status if request.method == "INVITE" else 200
        response = response_to(request, status, to_tag=f"ours{next(self._numbers)}")
        response.fields.add("Contact", f"<sip:{HOST}>")
        if request.method == "INVITE" and status == 200:
            port = self.media.getsockname()[1]
            response.put_body(f"c=IN IP4 {HOST}\r\nm=audio {port} RTP/AVP 8\r\n".encode(), "application/sdp")
        self.socket.sendto(response.to_bytes(), phone)

    def close(self) -> None:
        self.phones.close()
        self.socket.close()
        self.media.close()


@pytest.fixture
def talk() -> Iterator[Talk]:
    talk = Talk(2, HOST, np.zeros((3, 160), np.uint8))
    yield talk
    talk.close()


def test_callers_register_dial_talk_and_hang_up(talk):
    switch = Switch(200)
    switch.register(talk)
    switch.dial(talk, 2)
    for _ in range(4):
        switch.turn(talk)
    heard = {switch.media.recvfrom(2048)[1][1] for _ in range(2)}
    assert heard <= {talk.port(0), talk.port(1)}
    switch.hang_up(talk)
    switch.turn(talk)
    assert switch.asked.count("REGISTER") == 1
    assert switch.asked.count("INVITE") == switch.asked.count("BYE") == 2
    switch.close()


def test_a_refused_call_is_said(talk):
    switch = Switch(486)
    with pytest.raises(BenchmarkFailed, match="after 0 calls: INVITE was answered with 486"):
        switch.dial(talk, 1)
    switch.close()
