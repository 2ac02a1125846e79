from collections import deque
from dataclasses import replace

import pytest

from softswitch.sip.hop import Hop
from softswitch.sip.parser import BrokenRequest, NotSip
from softswitch.sip.signals import CloseStream, PingStream
from softswitch.sip.streams import IDLE_SECONDS, MESSAGE_SECONDS, PING_SECONDS, STREAM, Streams
from softswitch.sip.timers import Alarms
from tests.sip.messages import text_of

TCP = Hop("TCP", "192.0.2.9", 40_000, "192.0.2.1", 5060, 3)
WSS = replace(TCP, transport="WSS")
LATE = CloseStream(3, "no whole message in 30 s")
IDLE = CloseStream(3, "nothing came for 300 s", idle=True)


class Bench(Streams):
    """Streams with their alarms and what they put out at hand."""

    def __init__(self):
        self.alarms = Alarms()
        self.outputs = deque()
        self.needed = set()
        super().__init__(self.alarms, self.outputs.append, self.needed.__contains__)

    def got(self, now, data, hop=TCP):
        return [message.method for message in self.messages(now, hop, data)]

    def until(self, end, kind=CloseStream):
        """Let time pass; return when which stream was to be closed, or pinged."""
        while (at := self.alarms.next()) is not None and at <= end:
            key, connection = self.alarms.due(at)
            assert key == STREAM
            self.alarm(at, connection)
            yield from ((at, output) for output in self.outputs if isinstance(output, kind))
            self.outputs.clear()


@pytest.fixture
def streams():
    return Bench()


def test_who_opens_a_stream_and_says_nothing(streams):
    streams.opened(0.0, 3)
    assert list(streams.until(1000)) == [(MESSAGE_SECONDS, LATE)]
    # It is said once; the stream lives until it is told to be closed.
    assert len(streams) == 1
    streams.closed(3)
    streams.closed(3)
    assert (len(streams), len(streams.alarms)) == (0, 0)


def test_half_a_message_is_waited_for_as_long(streams):
    data = text_of()
    streams.opened(0.0, 3)
    assert streams.got(10.0, data) == ["OPTIONS"]
    assert list(streams.until(40.0)) == []
    # The end of one and the beginning of the next; drop by drop it comes no nearer.
    assert streams.got(40.0, data + data[:10]) == ["OPTIONS"]
    assert list(streams.until(69.9)) == []
    assert streams.got(69.9, data[10:20]) == []
    assert list(streams.until(1000)) == [(70.0, LATE)]


def test_a_body_is_part_of_its_message(streams):
    data = text_of(body="x" * 100)
    streams.opened(0.0, 3)
    assert streams.got(0.0, data[:-1]) == []
    assert list(streams.until(29.9)) == []
    assert streams.got(29.9, data[-1:]) == ["OPTIONS"]
    assert list(streams.until(300)) == []


def test_a_stream_that_has_gone_quiet(streams):
    streams.opened(0.0, 3)
    streams.got(10.0, text_of())
    assert list(streams.until(1000)) == [(at, IDLE) for at in (310.0, 610.0, 910.0)]


def test_keep_alives_and_whoever_needs_it_keep_a_stream(streams):
    streams.opened(0.0, 3)
    streams.got(10.0, text_of())
    for at in range(110, 1010, 100):
        assert list(streams.until(at)) == []
        assert streams.got(float(at), b"\r\n\r\n") == []
        assert streams.take_pings(3) == 1
    streams.needed.add(3)
    assert list(streams.until(5000)) == []
    streams.needed.clear()
    assert [output for _, output in streams.until(5000 + IDLE_SECONDS)] == [IDLE]


def test_messages_cost_no_alarms(streams):
    streams.opened(0.0, 3)
    for number in range(1000):
        streams.got(number / 1000, text_of())
    assert len(streams.alarms._heap) == 1


def test_two_streams_are_two(streams):
    data = text_of()
    assert [streams.got(0.0, data[:50], replace(TCP, connection=number)) for number in (3, 4)] == [[], []]
    assert streams.got(1.0, data[50:], replace(TCP, connection=4)) == ["OPTIONS"]
    assert list(streams.until(100)) == [(30.0, LATE)]
    assert streams.take_pings(5) == 0


def test_what_is_no_sip(streams):
    streams.opened(0.0, 3)
    with pytest.raises(NotSip):
        streams.got(0.0, b"GET / HTTP/1.1\r\n\r\n")


def test_a_quiet_stream_is_pinged_and_what_is_heard_of_it_puts_that_off(streams):
    streams.opened(0.0, 3)
    streams.needed.add(3)
    streams.got(10.0, text_of())
    pinged = [at for at, _ in streams.until(170.0, PingStream)]
    assert pinged == [10.0 + PING_SECONDS, 10.0 + 2 * PING_SECONDS, 10.0 + 3 * PING_SECONDS]
    streams.got(180.0, b"\r\n\r\n")
    assert list(streams.until(229.9, PingStream)) == []
    assert list(streams.until(230.0, PingStream)) == [(230.0, PingStream(3))]


def test_who_opens_a_stream_and_says_nothing_is_not_pinged(streams):
    streams.opened(0.0, 3)
    assert list(streams.until(1000.0, PingStream)) == []


def test_a_message_of_a_websocket_needs_no_length(streams):
    # RFC 7118 §5.
    data = text_of().replace(b"Content-Length: 0\r\n", b"")
    streams.opened(0.0, 3)
    assert streams.got(1.0, data, WSS) == ["OPTIONS"]
    assert streams.got(2.0, text_of(body="x" * 100), WSS) == ["OPTIONS"]
    assert list(streams.until(300.0)) == []


def test_a_keep_alive_of_a_websocket_is_a_message_of_its_own(streams):
    # RFC 7118 §6; it is no first message.
    streams.opened(0.0, 3)
    assert streams.got(1.0, b"\r\n\r\n", WSS) == []
    assert streams.take_pings(3) == 1
    assert streams.got(2.0, b"\r\n", WSS) == []
    assert streams.take_pings(3) == 0
    assert list(streams.until(100.0)) == [(MESSAGE_SECONDS, LATE)]


def test_what_breaks_a_message_of_a_websocket_breaks_no_other(streams):
    short = text_of(body="x" * 100)[:-50]
    with pytest.raises(BrokenRequest):
        streams.got(0.0, short, WSS)
    with pytest.raises(NotSip):
        streams.got(0.0, b"GET / HTTP/1.1\r\n\r\n", WSS)
    assert streams.got(1.0, text_of(), WSS) == ["OPTIONS"]
    assert (3 in streams, 4 in streams) == (True, False)
