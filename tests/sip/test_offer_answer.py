import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.offer_answer import Direction, Local, Stream, accept, answer, offer
from softswitch.sip.sdp import Media, Origin, SessionDescription, parse_sdp

OURS = Local("192.0.2.1", 20_000, 7)


def sdp(*lines: str, host: str = "192.0.2.9") -> SessionDescription:
    head = ["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0"]
    return parse_sdp("\r\n".join([*head, *lines, ""]).encode())


def agreed(*lines: str, host: str = "192.0.2.9") -> Stream:
    return answer(sdp(*lines, host=host), OURS).stream


def lines_of(description):
    return [(line.kind, line.port, line.protocol, line.formats) for line in description.media]


def test_the_offerers_first_codec_is_taken():
    # RFC 3264 §6.1
    assert (agreed("m=audio 4000 RTP/AVP 0 8").codec, agreed("m=audio 4000 RTP/AVP 8 0").codec) == (
        "PCMU",
        "PCMA",
    )
    stream = agreed("m=audio 4000 RTP/AVP 9 18 8", "a=rtpmap:9 G722/8000", "a=rtpmap:18 G729/8000")
    assert (stream.codec, stream.payload, stream.host, stream.port) == ("PCMA", 8, "192.0.2.9", 4000)
    assert (stream.direction, stream.held, stream.digits_payload) == (Direction.SENDRECV, False, None)


def test_static_types_need_no_rtpmap_and_dynamic_ones_do():
    # RFC 3551 table 4; RFC 3264 §5.1
    assert agreed("m=audio 4000 RTP/AVP 0").payload == 0
    assert agreed("m=audio 4000 RTP/AVP 97", "a=rtpmap:97 pcma/8000/1").payload == 97
    with pytest.raises(RemoteProtocolError):
        agreed("m=audio 4000 RTP/AVP 97")


def test_an_rtpmap_stands_above_the_static_table():
    with pytest.raises(RemoteProtocolError):
        agreed("m=audio 4000 RTP/AVP 0", "a=rtpmap:0 G722/8000")


def test_our_own_list_of_codecs_limits_the_answer():
    agreement = answer(sdp("m=audio 4000 RTP/AVP 0 8"), Local("192.0.2.1", 20_000, 7, codecs=("PCMA",)))
    assert agreement.stream.codec == "PCMA"
    assert agreement.ours.media[0].formats == ("8",)


def test_a_line_full_of_numbers_that_are_none_costs_one_pass():
    """A description handed over past the parser's limits: formats times attributes must not be compared."""
    formats = tuple(f"~{number}" for number in range(50_000))
    maps = tuple(("rtpmap", f"{number} telephone-event/8000") for number in range(128, 50_000))
    line = Media("audio", 4000, "RTP/AVP", ("8", *formats), "192.0.2.9", maps)
    began = time.process_time()
    stream = answer(SessionDescription(Origin(1, 1, "192.0.2.9"), None, (line,)), OURS).stream
    assert time.process_time() - began < 2.0  # A tenth of a second; a minute, once.
    assert (stream.codec, stream.digits_payload) == ("PCMA", None)


@pytest.mark.parametrize(("number", "rate"), [(101, 8000), (96, 8000), (127, 16_000), (100, 48_000)])
def test_telephone_event_under_any_number_and_rate(number, rate):
    agreement = answer(
        sdp(f"m=audio 4000 RTP/AVP 0 {number}", f"a=rtpmap:{number} Telephone-Event/{rate}"), OURS
    )
    assert (agreement.stream.digits_payload, agreement.stream.digits_rate) == (number, rate)
    (line,) = agreement.ours.media
    assert line.formats == ("0", str(number))
    assert line.mapped("rtpmap")[str(number)] == f"telephone-event/{rate}"
    assert line.mapped("fmtp") == {str(number): "0-15"}


def test_of_two_telephone_events_the_one_at_the_codecs_rate():
    stream = agreed(
        "m=audio 4000 RTP/AVP 0 100 101",
        "a=rtpmap:100 telephone-event/48000",
        "a=rtpmap:101 telephone-event/8000",
    )
    assert (stream.digits_payload, stream.digits_rate) == (101, 8000)


def test_telephone_event_alone_is_no_audio():
    with pytest.raises(RemoteProtocolError):
        agreed("m=audio 4000 RTP/AVP 101", "a=rtpmap:101 telephone-event/8000")


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("m=audio 4000 RTP/AVP 18", "a=rtpmap:18 G729/8000"),
        ("m=audio 0 RTP/AVP 0",),
        ("m=audio 4000 RTP/SAVP 0",),
        ("m=video 4000 RTP/AVP 0",),
        ("m=audio 4000 RTP/AVP 97", "a=rtpmap:97 PCMU/16000"),
        ("m=audio 4000 RTP/AVP 97", "a=rtpmap:97 PCMU/8000/2"),
        ("m=audio 4000 RTP/AVP 128", "a=rtpmap:128 PCMU/8000"),
        # A superscript two is a digit to str.isdigit() and none to int().
        ("m=audio 4000 RTP/AVP ²", "a=rtpmap:² PCMU/8000"),
    ],
)
def test_no_common_codec_is_488(lines):
    with pytest.raises(RemoteProtocolError) as caught:
        agreed(*lines)
    assert caught.value.status == 488


@pytest.mark.parametrize("ptime", ["²", "x", "", "-20", "5", "100", "99999999999999999999"])
def test_a_packet_time_we_cannot_read_is_ours(ptime):
    assert agreed("m=audio 4000 RTP/AVP 0", f"a=ptime:{ptime}").packet_ms == 20
    assert agreed("m=audio 4000 RTP/AVP 0", "a=ptime:30").packet_ms == 30


def test_an_event_rate_we_cannot_read_is_that_of_the_codec():
    for rate in ("²", "0", "x", "999999999999"):
        stream = agreed("m=audio 4000 RTP/AVP 0 101", f"a=rtpmap:101 telephone-event/{rate}")
        assert (stream.digits_payload, stream.digits_rate) == (101, 8000)


def test_every_other_line_is_refused_in_its_place():
    # RFC 3264 §6: the answer has as many m-lines, in the same order.
    agreement = answer(
        sdp(
            "m=video 5000 RTP/AVP 96",
            "m=audio 4000 RTP/SAVP 0",
            "m=audio 4002 RTP/AVP 8",
            "m=audio 4004 RTP/AVP 0",
            "m=application 6000 UDP/BFCP *",
        ),
        OURS,
    )
    assert lines_of(agreement.ours) == [
        ("video", 0, "RTP/AVP", ("96",)),
        ("audio", 0, "RTP/SAVP", ("0",)),
        ("audio", 20_000, "RTP/AVP", ("8",)),
        ("audio", 0, "RTP/AVP", ("0",)),
        ("application", 0, "UDP/BFCP", ("*",)),
    ]
    assert agreement.stream.port == 4002


HOLDS = [
    # what the peer says, our direction, held
    ("a=sendrecv", "192.0.2.9", Direction.SENDRECV, False),
    ("a=sendonly", "192.0.2.9", Direction.RECVONLY, True),
    ("a=inactive", "192.0.2.9", Direction.INACTIVE, True),
    ("a=recvonly", "192.0.2.9", Direction.SENDONLY, False),
    # RFC 3264 §8.4: the old form
    ("a=sendrecv", "0.0.0.0", Direction.RECVONLY, True),
    ("a=sendonly", "0.0.0.0", Direction.RECVONLY, True),
    ("a=inactive", "0.0.0.0", Direction.INACTIVE, True),
    ("a=recvonly", "0.0.0.0", Direction.INACTIVE, True),
]


@pytest.mark.parametrize(("said", "host", "direction", "held"), HOLDS)
def test_hold_in_every_form(said, host, direction, held):
    agreement = answer(sdp("m=audio 4000 RTP/AVP 0", said, host=host), OURS)
    assert (agreement.stream.direction, agreement.stream.held) == (direction, held)
    assert agreement.ours.media[0].attribute(direction.value) == ""


def test_a_direction_of_the_session_holds_where_the_line_has_none():
    assert agreed("a=sendonly", "m=audio 4000 RTP/AVP 0").held
    assert not agreed("a=sendonly", "m=audio 4000 RTP/AVP 0", "a=sendrecv").held


def test_the_address_of_a_line_stands_above_that_of_the_session():
    stream = agreed("m=audio 4000 RTP/AVP 0", "c=IN IP4 198.51.100.7", host="0.0.0.0")
    assert (stream.host, stream.held) == ("198.51.100.7", False)


def test_an_offer_without_any_address_is_refused():
    body = b"v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
    with pytest.raises(RemoteProtocolError) as caught:
        answer(parse_sdp(body), OURS)
    assert caught.value.status == 400


def test_our_offer_and_a_delayed_answer():
    # An INVITE without SDP: our 2xx offers, the ACK answers (RFC 3261 §13.2.1).
    ours = offer(OURS)
    assert lines_of(ours) == [("audio", 20_000, "RTP/AVP", ("8", "0", "101"))]
    assert ours.media[0].mapped("rtpmap") == {
        "8": "PCMA/8000",
        "0": "PCMU/8000",
        "101": "telephone-event/8000",
    }
    agreement = accept(ours, sdp("m=audio 4000 RTP/AVP 0 96", "a=rtpmap:96 telephone-event/8000"))
    assert (agreement.stream.codec, agreement.stream.digits_payload) == ("PCMU", 96)
    assert agreement.ours == ours


@pytest.mark.parametrize(
    ("offered", "answered", "direction", "held"),
    [
        ("sendrecv", "sendrecv", "sendrecv", False),
        ("sendrecv", "recvonly", "sendonly", False),
        ("sendrecv", "sendonly", "recvonly", True),
        ("sendrecv", "inactive", "inactive", True),
        ("sendonly", "recvonly", "sendonly", False),
        ("sendonly", "sendrecv", "sendonly", False),
        ("sendonly", "inactive", "inactive", True),
        # We asked for silence ourselves: that the peer obeys is no hold of its own.
        ("inactive", "inactive", "inactive", False),
        ("recvonly", "sendonly", "recvonly", False),
    ],
)
def test_the_answer_narrows_our_direction(offered, answered, direction, held):
    ours = offer(OURS, direction=Direction(offered))
    stream = accept(ours, sdp("m=audio 4000 RTP/AVP 8", f"a={answered}")).stream
    assert (stream.direction, stream.held) == (Direction(direction), held)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("m=audio 0 RTP/AVP 8",),
        ("m=video 4000 RTP/AVP 8",),
        ("m=audio 4000 RTP/AVP 18", "a=rtpmap:18 G729/8000"),
    ],
)
def test_an_answer_that_takes_nothing_is_488(lines):
    with pytest.raises(RemoteProtocolError) as caught:
        accept(offer(OURS), sdp(*lines))
    assert caught.value.status == 488


def test_a_new_offer_keeps_the_lines_of_the_last_description():
    # RFC 3264 §8: an m-line is never taken away.
    before = answer(sdp("m=video 5000 RTP/AVP 96", "m=audio 4000 RTP/AVP 0", "m=text 1 x y"), OURS).ours
    later = Local("192.0.2.1", 20_000, 7, version=2)
    again = offer(later, direction=Direction.SENDONLY, before=before)
    assert [(kind, port) for kind, port, *_ in lines_of(again)] == [
        ("video", 0),
        ("audio", 20_000),
        ("text", 0),
    ]
    assert (again.origin.session, again.origin.version) == (7, 2)
    refused = offer(later, before=SessionDescription(before.origin, None, before.media[:1]))
    assert [(kind, port) for kind, port, *_ in lines_of(refused)] == [("video", 0), ("audio", 20_000)]


def test_directions():
    for direction in Direction:
        assert direction.mirrored().mirrored() is direction
        assert direction.mirrored().sends == direction.receives


@given(st.permutations(["0", "8", "3", "18"]), st.sampled_from(list(Direction)))
def test_both_sides_of_an_exchange_agree(formats, direction):
    theirs = sdp(f"m=audio 4000 RTP/AVP {' '.join(formats)}", "a=rtpmap:18 G729/8000", f"a={direction.value}")
    ours = answer(theirs, OURS)
    there = accept(theirs, parse_sdp(ours.ours.to_bytes()))
    assert there.stream.codec == ours.stream.codec
    assert there.stream.payload == ours.stream.payload
    assert there.stream.direction is ours.stream.direction.mirrored()
