import socket
from collections.abc import Iterator

import pytest

from benchmarks.phones import FIRST_REPEAT, PATIENCE, Phones
from benchmarks.sip import Call, Exchange, Stage, make_account
from softswitch.sip.message import Request, response_to
from softswitch.sip.parser import parse_datagram
from tests.fakes.patience import PATIENCE as LIMIT

ACCOUNT = make_account("anna", "realm", "pw")


class Room:
    """Phones, and the socket of a switch that only answers when told to."""

    def __init__(self) -> None:
        self.switch = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.switch.bind(("127.0.0.1", 0))
        self.switch.settimeout(LIMIT)
        self.told: list[Stage] = []
        self.phones = Phones(self.switch.getsockname(), progress=self.progress)

    def progress(self, exchange: Exchange) -> None:
        self.told.append(exchange.stage)

    def call(self) -> Call:
        return self.phones.call(ACCOUNT, "100", 4000, 0.0)

    def take(self) -> Request:
        data, self.phone = self.switch.recvfrom(65535)
        message = parse_datagram(data)
        assert isinstance(message, Request)
        return message

    def answer(self, request: Request, status: int, *, now: float) -> None:
        response = response_to(request, status, to_tag="ours")
        response.fields.add("Contact", "<sip:127.0.0.1>")
        self.switch.sendto(response.to_bytes(), self.phone)
        self.phones.poll(now)

    def is_quiet(self) -> bool:
        self.switch.setblocking(False)
        try:
            self.switch.recv(65535)
        except BlockingIOError:
            return True
        finally:
            self.switch.settimeout(LIMIT)
        return False


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.phones.close()
    room.switch.close()


def test_a_call_is_told_of_when_it_is_up_and_when_it_is_done(room):
    call = room.call()
    room.answer(room.take(), 200, now=0.1)
    assert room.take().method == "ACK"
    room.phones.hang_up(call, 0.2)
    room.answer(room.take(), 200, now=0.3)
    assert room.told == [Stage.UP, Stage.DONE]
    assert len(room.phones) == 0


def test_a_request_is_repeated_until_it_is_answered(room):
    room.call()
    first = room.take()
    room.phones.poll(FIRST_REPEAT - 0.01)
    assert room.is_quiet()
    room.phones.poll(FIRST_REPEAT)
    assert room.take().to_bytes() == first.to_bytes()
    room.answer(first, 100, now=0.6)
    room.phones.poll(FIRST_REPEAT * 2)
    room.phones.poll(FIRST_REPEAT * 4)
    assert room.is_quiet()
    assert room.phones.repeated == 1


def test_a_call_without_an_answer_fails_in_the_end(room):
    room.call()
    for now in (0.5, 1.0, 2.0, 4.0, PATIENCE):
        room.phones.poll(now)
    assert room.told == [Stage.FAILED]
    assert len(room.phones) == 0


def test_a_call_that_is_up_is_not_timed(room):
    room.call()
    room.answer(room.take(), 200, now=0.1)
    for now in (0.5, 1.0, 2.0, 4.0, PATIENCE, 60.0):
        room.phones.poll(now)
    assert room.told == [Stage.UP]


def test_a_call_the_switch_ends_is_a_failure(room):
    call = room.call()
    room.answer(room.take(), 200, now=0.1)
    room.take()
    bye = Request("BYE", "sip:anna@127.0.0.1", parse_datagram(call.begin()).fields)
    room.switch.sendto(bye.to_bytes(), room.phone)
    room.phones.poll(0.2)
    assert call.fault == "the switch hung up"
    assert room.switch.recv(65535).startswith(b"SIP/2.0 200 ")


def test_a_request_that_ends_nothing_is_answered_and_the_call_goes_on(room):
    call = room.call()
    room.answer(room.take(), 200, now=0.1)
    room.take()
    options = Request("OPTIONS", "sip:anna@127.0.0.1", parse_datagram(call.begin()).fields)
    room.switch.sendto(options.to_bytes(), room.phone)
    room.phones.poll(0.2)
    assert call.stage is Stage.UP
    assert room.switch.recv(65535).startswith(b"SIP/2.0 200 ")


def test_the_phones_know_the_address_they_are_reached_at(room):
    assert room.phones.host == "127.0.0.1"
