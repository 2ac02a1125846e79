from collections import deque

import pytest

from softswitch.sip.parser import NotSip
from softswitch.sip.signals import CloseStream
from softswitch.sip.streams import IDLE_SECONDS, MESSAGE_SECONDS, STREAM, Streams
from softswitch.sip.timers import Alarms
from tests.sip.messages import text_of

LATE = CloseStream(3, "no whole message in 30 s")
IDLE = CloseStream(3, "nothing came for 300 s", idle=True)


class Bench(Streams):
    """Streams with their alarms and what they put out at hand."""

    def __init__(self):
        self.alarms = Alarms()
        self.outputs = deque()
        self.needed = set()
        super().__init__(self.alarms, self.outputs.append, self.needed.__contains__)

    def got(self, now, data):
        return [message.method for message in self.messages(now, 3, data)]

    def until(self, end):
        """Let time pass; return when which stream was to be closed."""
        while (at := self.alarms.next()) is not None and at <= end:
            kind, connection = self.alarms.due(at)
            assert kind == STREAM
            self.alarm(at, connection)
            yield from ((at, output) for output in self.outputs)
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
    assert [list(streams.messages(0.0, number, data[:50])) for number in (3, 4)] == [[], []]
    assert [message.method for message in streams.messages(1.0, 4, data[50:])] == ["OPTIONS"]
    assert list(streams.until(100)) == [(30.0, LATE)]
    assert streams.take_pings(5) == 0


def test_what_is_no_sip(streams):
    streams.opened(0.0, 3)
    with pytest.raises(NotSip):
        streams.got(0.0, b"GET / HTTP/1.1\r\n\r\n")
