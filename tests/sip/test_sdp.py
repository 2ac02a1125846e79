import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.sdp import (
    MAX_ATTRIBUTES,
    MAX_FORMATS,
    MAX_LINES,
    MAX_MEDIA,
    Media,
    Origin,
    SessionDescription,
    address_type,
    parse_sdp,
)

HEAD = b"v=0\r\no=- 1 2 IN IP4 192.0.2.9\r\ns=-\r\n"
WORD = st.from_regex(r"[A-Za-z0-9\-/.]{1,8}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), min_size=1, max_size=12)
HOST = st.sampled_from(["192.0.2.9", "0.0.0.0", "2001:db8::1", "phone.example.com"])
ATTRIBUTES = st.lists(st.tuples(WORD, st.none() | TEXT), max_size=4).map(tuple)
MEDIA = st.builds(
    Media,
    WORD,
    st.integers(0, 65_535),
    WORD,
    st.lists(WORD, min_size=1, max_size=4).map(tuple),
    st.none() | HOST,
    ATTRIBUTES,
)
DESCRIPTIONS = st.builds(
    SessionDescription,
    st.builds(Origin, st.integers(0, 2**64), st.integers(0, 2**64), HOST, WORD),
    st.none() | HOST,
    st.lists(MEDIA, max_size=4).map(tuple),
    ATTRIBUTES,
    TEXT,
)


@given(DESCRIPTIONS)
def test_what_is_written_is_read_again(description):
    assert parse_sdp(description.to_bytes()) == description


def test_lines_stand_in_the_order_of_rfc_8866():
    media = Media("audio", 4000, "RTP/AVP", ("8", "101"), "192.0.2.8", (("ptime", "20"), ("sendrecv", None)))
    description = SessionDescription(Origin(1, 2, "192.0.2.9"), "192.0.2.9", (media,), (("tool", "x"),))
    assert description.to_bytes().decode().split("\r\n") == [
        "v=0",
        "o=- 1 2 IN IP4 192.0.2.9",
        "s=-",
        "c=IN IP4 192.0.2.9",
        "t=0 0",
        "a=tool:x",
        "m=audio 4000 RTP/AVP 8 101",
        "c=IN IP4 192.0.2.8",
        "a=ptime:20",
        "a=sendrecv",
        "",
    ]


def test_attributes_are_found_where_they_stand():
    body = HEAD + (
        b"c=IN IP6 2001:db8::1\r\nt=0 0\r\nb=AS:64\r\na=inactive\r\na=x: y \r\n"
        b"m=audio 4000/2 RTP/AVP 0 96\r\ni=title\r\nc=IN IP4 239.1.1.1/127\r\n"
        b"a=rtpmap:0 PCMU/8000\r\na=rtpmap:96  telephone-event/8000\r\na=fmtp:96 0-15\r\na=sendonly\r\n"
    )
    description = parse_sdp(body)
    assert (description.host, description.attribute("inactive"), description.attribute("x")) == (
        "2001:db8::1",
        "",
        "y",
    )
    assert description.attribute("none") is None
    (line,) = description.media
    assert (line.port, line.host, line.formats) == (4000, "239.1.1.1", ("0", "96"))
    assert line.mapped("rtpmap") == {"0": "PCMU/8000", "96": "telephone-event/8000"}
    assert line.mapped("fmtp") == {"96": "0-15"}
    assert (line.attribute("sendonly"), line.attribute("ptime")) == ("", None)


@pytest.mark.parametrize(
    "body",
    [
        HEAD.replace(b"\r\n", b"\n"),
        HEAD + b"\r\n\r\n",
        b"v=0\r\no=- 1 2 IN IP4 a\r\n",
        # Separators of Unicode are text, not ends of lines (RFC 8866 §5).
        HEAD.replace(b"s=-", "s=a\u2028b\u0085c\x0cd".encode()),
    ],
)
def test_what_is_forgiven(body):
    assert parse_sdp(body).media == ()


def test_as_many_formats_as_the_limit_are_read():
    (line,) = parse_sdp(HEAD + b"m=audio 4000 RTP/AVP" + b" 0" * MAX_FORMATS).media
    assert len(line.formats) == MAX_FORMATS


def test_odd_origin_numbers_are_read_as_none():
    for numbers in ("abc -5", "² ²", "9" * 50 + " 1"):
        assert parse_sdp(f"v=0\r\no=- {numbers} IN IP4 a\r\n".encode()).origin.session == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"v=0\r\n",
        b"o=- 1 2 IN IP4 a\r\n",
        b"v=1\r\no=- 1 2 IN IP4 a\r\n",
        b"v=0\r\no=- 1 2 IN IP4\r\n",
        HEAD + b"nonsense\r\n",
        HEAD + b"c=IN IP4\r\n",
        HEAD + b"c=ATM NSAP 47\r\n",
        HEAD + b"c=IN IP4 a,b\r\n",
        HEAD + b"m=audio\r\n",
        HEAD + b"m=audio x RTP/AVP 0\r\n",
        HEAD + b"m=audio 65536 RTP/AVP 0\r\n",
        HEAD + b"m=audio -1 RTP/AVP 0\r\n",
        HEAD + b"m=audio 4000 RTP/AVP\r\n",
        HEAD + "m=audio ² RTP/AVP 0\r\n".encode(),
        HEAD + b"m=audio 4000 RTP/AVP 0\r\n" * (MAX_MEDIA + 1),
        HEAD + b"a=x\r\n" * (MAX_ATTRIBUTES + 1),
        HEAD + b"b=AS:64\r\n" * MAX_LINES,
        HEAD + b"\n" * MAX_LINES,
        HEAD + b"m=audio 4000 RTP/AVP" + b" 0" * (MAX_FORMATS + 1),
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_description(body):
    with pytest.raises(RemoteProtocolError) as caught:
        parse_sdp(body)
    assert caught.value.status == 400


def test_address_types():
    assert (address_type("::1"), address_type("192.0.2.1")) == ("IP6", "IP4")
