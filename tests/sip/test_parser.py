import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.errors import NotSip, RemoteProtocolError
from softswitch.sip.grammar import MAX_BODY, MAX_DATAGRAM, MAX_FIELDS, MAX_HEAD
from softswitch.sip.message import Request
from softswitch.sip.parser import BrokenRequest, StreamParser, parse_datagram, parse_head
from tests.sip.messages import DATA, request_of, response_of, text_of

VALID = sorted((DATA / "rfc4475").glob("*.dat"))


def messages_of(parser):
    found = []
    while (message := parser.next()) is not None:
        found.append(message.to_bytes())
    return found


def test_folded_lines_are_one():
    request = request_of(b"OPTIONS sip:b SIP/2.0\r\nSubject: a \t\r\n  b\r\n\tc\r\nTo :\r\n <sip:b>\r\n\r\n")
    assert list(request.fields) == [("Subject", "a b c"), ("To", "<sip:b>")]


def test_a_fold_may_hold_nothing_and_be_folded_again():
    request = request_of(b"OPTIONS sip:b SIP/2.0\r\nSubject: a\r\n \r\n\t b\nX-New\n : c\r\n\r\n")
    assert list(request.fields) == [("Subject", "a  b"), ("X-New", "c")]


def test_bare_line_feeds_are_forgiven():
    assert request_of(text_of(body="x").replace(b"\r\n", b"\n")).body == b"x"


@given(st.lists(st.sampled_from([b"\r\n", b"\n"]), min_size=5, max_size=5))
def test_the_first_empty_line_ends_the_header_whatever_its_ends(ends):
    lines = [b"INFO sip:b SIP/2.0", b"To: <sip:b>", b"f: <sip:a>", b"", b"one"]
    request = request_of(b"".join(map(bytes.__add__, lines, ends)) + b"two\r\n\r\nthree")
    assert list(request.fields) == [("To", "<sip:b>"), ("From", "<sip:a>")]
    assert request.body == b"one" + ends[-1] + b"two\r\n\r\nthree"


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [("SIP/2.0 200 OK", 200, "OK"), ("SIP/2.0 180", 180, "Ringing"), ("SIP/2.0 699 a  b ", 699, "a  b ")],
)
def test_status_lines(line, status, reason):
    response = response_of(f"{line}\r\nTo: <sip:b>\r\n\r\n".encode())
    assert (response.status, response.reason) == (status, reason)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n",
        b"hello",
        b"SIP/2.0 99 Low\r\n\r\n",
        b"SIP/2.0 700 High\r\n\r\n",
        b"SIP/2.0  200 OK\r\n\r\n",
        b"SIP/2.0 20 OK\r\n\r\n",
        b"SIP/3.0 200 OK\r\n\r\n",
        b"INVITE sip:b\r\n\r\n",
        b"INVITE sip:b HTTP/1.1\r\n\r\n",
        b"IN,VITE sip:b SIP/2.0\r\n\r\n",
        b"INVITE  SIP/2.0\r\n\r\n",
        b"INVITE sip:b SIP/2.0\r\nNo colon\r\n\r\n",
        b"INVITE sip:b SIP/2.0\r\n: no name\r\n\r\n",
        b"INVITE sip:b SIP/2.0\r\nBad name: x\r\n\r\n",
        b"INVITE sip:b SIP/2.0\r\n" + b"A: b\r\n" * (MAX_FIELDS + 1) + b"\r\n",
        b"x" * (MAX_DATAGRAM + 1),
    ],
)
def test_what_is_no_message(data):
    with pytest.raises(NotSip):
        parse_datagram(data)


def test_odd_start_lines_are_kept_for_validation_to_refuse():
    for line, target in [("INVITE  sip:b SIP/2.0", "  sip:b "), ("INVITE sip:b c SIP/2.0", " sip:b c ")]:
        request = parse_head(f"{line}\r\nTo: <sip:b>".encode())
        assert isinstance(request, Request)
        assert (request.method, request.target) == ("INVITE", target)
    assert parse_head(b"INVITE sip:b sip/7.10").version == "SIP/7.10"


def test_a_body_longer_than_it_says_is_cut_and_one_without_length_is_taken_whole():
    assert request_of(text_of(body="abc") + b"rest").body == b"abc"
    assert request_of(b"OPTIONS sip:b SIP/2.0\r\nTo: <sip:b>\r\n\r\nrest").body == b"rest"
    assert request_of(b"OPTIONS sip:b SIP/2.0\r\nTo: <sip:b>").body == b""


@pytest.mark.parametrize("length", ["4", "-1", "x", "", "3\r\nl: 4", "99999999999999999999"])
def test_a_bad_length_can_still_be_answered(length):
    data = text_of(body="abc").replace(b"Content-Length: 3", f"Content-Length: {length}".encode())
    with pytest.raises(BrokenRequest) as caught:
        parse_datagram(data)
    assert caught.value.status == 400
    assert caught.value.request.call_id == "call-1"
    with pytest.raises(NotSip):
        parse_datagram(b"SIP/2.0 200 OK" + data[data.index(b"\r\n") :])


def test_a_length_said_twice_alike_is_no_contradiction():
    data = text_of(body="abc").replace(b"Content-Length: 3", b"Content-Length: 3\r\nl: 3")
    assert request_of(data).body == b"abc"


def test_long_runs_of_space_cost_no_time():
    # One such datagram once took 17 seconds: every space began a new search for a fold.
    data = b"OPTIONS sip:b SIP/2.0\r\nA: " + b" " * 60_000 + b"x\r\n b\r\n\r\n"
    began = time.process_time()
    parse_datagram(data)
    assert time.process_time() - began < 0.5


@given(st.data())
def test_any_split_of_a_stream_gives_the_same_messages(data):
    pieces = data.draw(
        st.lists(
            st.sampled_from(
                [
                    text_of(body="v=0\r\n\r\nx"),
                    text_of("BYE"),
                    b"SIP/2.0 200 OK\r\nTo: <sip:b>\r\nl: 2\r\n\r\nok",
                    b"\r\n\r\n",
                    b"\r\n",
                    text_of("INFO", body="\r\n\r\n")
                    .replace(b"\r\n", b"\n")
                    .replace(b"Length: 4", b"Length: 2"),
                ]
            ),
            max_size=5,
        )
    )
    stream = b"".join(pieces)
    whole = StreamParser()
    whole.feed(stream)
    expected = messages_of(whole)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    split = StreamParser()
    found = []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        split.feed(stream[begin:end])
        found += messages_of(split)
    assert found == expected
    assert split.take_pings() == whole.take_pings()


def test_byte_by_byte():
    stream = text_of(body="abc") + b"\r\n\r\n" + text_of("BYE")
    parser = StreamParser()
    found = []
    for at in range(len(stream)):
        parser.feed(stream[at : at + 1])
        found += messages_of(parser)
    assert found == [request_of(text_of(body="abc")).to_bytes(), request_of(text_of("BYE")).to_bytes()]
    assert (parser.take_pings(), parser.take_pings()) == (1, 0)


def test_pings_are_counted_and_single_line_ends_are_not():
    parser = StreamParser()
    parser.feed(b"\r\n\r\n\r\n\r\n\r\n")
    assert parser.next() is None
    assert parser.take_pings() == 2
    parser.feed(text_of())
    assert isinstance(parser.next(), Request)
    assert parser.take_pings() == 0


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_the_torture_messages_over_a_stream_raise_nothing_else(path):
    parser = StreamParser()
    parser.feed(path.read_bytes())
    with contextlib.suppress(RemoteProtocolError):
        parser.next()
    assert parser.take_pings() == 0


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (text_of().replace(b"Content-Length: 0\r\n", b""), 400),
        (text_of().replace(b"Content-Length: 0", b"Content-Length: x"), 400),
        (text_of().replace(b"Content-Length: 0", f"Content-Length: {MAX_BODY + 1}".encode()), 513),
    ],
)
def test_a_stream_whose_framing_is_lost_is_over(data, status):
    parser = StreamParser()
    parser.feed(data + text_of("BYE"))
    with pytest.raises(BrokenRequest) as caught:
        parser.next()
    assert caught.value.status == status
    # What follows may be a body made to look like a request.
    assert parser.next() is None
    parser.feed(text_of("BYE"))
    assert parser.next() is None


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"a" * (MAX_HEAD + 1),
        b"a" * MAX_HEAD + b"a\r\n\r\n",
    ],
)
def test_a_stream_of_something_else_is_over(data):
    parser = StreamParser()
    parser.feed(data)
    with pytest.raises(NotSip):
        parser.next()


def test_a_head_that_trickles_in_costs_no_more_than_its_length():
    parser = StreamParser()
    head = b"OPTIONS sip:b SIP/2.0\r\nA: " + b"x" * (MAX_HEAD - 100)
    began = time.process_time()
    for at in range(len(head)):
        parser.feed(head[at : at + 1])
        assert parser.next() is None
    assert time.process_time() - began < 1.0
    parser.feed(b"\r\nl: 0\r\n\r\n")
    assert isinstance(parser.next(), Request)
