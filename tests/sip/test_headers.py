import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.headers import (
    MAX_CSEQ,
    CSeq,
    MediaType,
    NameAddr,
    Via,
    parse_cseq,
    parse_media_type,
    parse_name_addr,
    parse_reason,
    parse_via,
)
from softswitch.sip.uri import SipUri, TelUri
from tests.sip.test_grammar import NAMES, WORDS
from tests.sip.test_uri import SIP_URIS, TEL_URIS

PARAMS = st.dictionaries(NAMES, st.none() | WORDS, max_size=4)
TOKENS = st.from_regex(r"[A-Z0-9\-.!%*_+`'~]{1,8}", fullmatch=True)
HOSTS = st.sampled_from(["pc33.atlanta.com", "192.0.2.1", "[2001:db8::9]", "h_1"])


@given(st.builds(Via, TOKENS, HOSTS, st.none() | st.integers(0, 65_535), PARAMS))
def test_via_round_trips(via):
    assert parse_via(str(via)) == via


@given(st.builds(NameAddr, SIP_URIS | TEL_URIS, WORDS, PARAMS))
def test_name_addr_round_trips(address):
    assert parse_name_addr(str(address)) == address


@given(st.builds(CSeq, st.integers(0, MAX_CSEQ), TOKENS))
def test_cseq_round_trips(cseq):
    assert parse_cseq(str(cseq)) == cseq


@given(st.builds(MediaType, st.tuples(NAMES, NAMES).map("/".join), PARAMS))
def test_media_type_round_trips(kind):
    assert parse_media_type(str(kind)) == kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776;rport",
            Via("UDP", "pc33.atlanta.com", None, {"branch": "z9hG4bK776", "rport": None}),
        ),
        (
            "SIP / 2.0 / tcp\t[::1] : 5070 ; received = [::1]",
            Via("TCP", "[::1]", 5070, {"received": "[::1]"}),
        ),
        ("sip/2.0/UDP 192.0.2.1:65535", Via("UDP", "192.0.2.1", 65_535)),
    ],
)
def test_via(text, expected):
    assert parse_via(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0/UDP ",
        "SIP/3.0/UDP a",
        "HTTP/2.0/UDP a",
        "SIP/2.0/UDPa;branch=1",
        "SIP/2.0/UDP a:65536",
        "SIP/2.0/UDP a:x",
        "SIP/2.0/UDP a b",
        "SIP/2.0/UDP a;branch=1;branch=2",
        "SIP/2.0/UDP a;;branch=1",
    ],
)
def test_what_is_no_via(text):
    with pytest.raises(RemoteProtocolError):
        parse_via(text)


def test_via_says_its_branch_and_its_sender():
    via = parse_via("SIP/2.0/UDP PC33.Atlanta.com:5060;branch=z9hG4bK1")
    assert (via.branch, via.sent_by) == ("z9hG4bK1", "pc33.atlanta.com:5060")
    assert parse_via("SIP/2.0/UDP Host").sent_by == "host"
    assert parse_via("SIP/2.0/UDP Host").branch == ""
    noted = via.with_params(received="192.0.2.9", rport="5062")
    assert str(noted).endswith(";branch=z9hG4bK1;received=192.0.2.9;rport=5062")
    assert "received" not in via.params


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Bob" <sip:bob@b>;tag=1', NameAddr(SipUri("b", "bob"), "Bob", {"tag": "1"})),
        ("<sip:bob@b;lr>", NameAddr(SipUri("b", "bob", params=(("lr", None),)))),
        ("Anna Maria <sip:a@b>", NameAddr(SipUri("b", "a"), "Anna Maria")),
        ("Jan<sip:a@b>", NameAddr(SipUri("b", "a"), "Jan")),
        ('"a \\"b\\" \\\\" <sip:a@b>', NameAddr(SipUri("b", "a"), 'a "b" \\')),
        ('"<not this>, one" <sip:a@b>', NameAddr(SipUri("b", "a"), "<not this>, one")),
        ('"\\">" <sip:a@b>;tag=1', NameAddr(SipUri("b", "a"), '">', {"tag": "1"})),
        ('"x>;tag=1" <sip:a@b>', NameAddr(SipUri("b", "a"), "x>;tag=1")),
        ('<sip:a@b>;x="c>;tag=1"', NameAddr(SipUri("b", "a"), "", {"x": "c>;tag=1"})),
        ('"" <sip:a@b>', NameAddr(SipUri("b", "a"))),
        ("Łukasz <sip:a@b>", NameAddr(SipUri("b", "a"), "Łukasz")),
        # RFC 3261 §20.10: without brackets the parameters are the header's.
        ("sip:bob@b;tag=1;q=0.5", NameAddr(SipUri("b", "bob"), "", {"tag": "1", "q": "0.5"})),
        ("<tel:+48221234567>;tag=x", NameAddr(TelUri("+48221234567"), "", {"tag": "x"})),
        (' <sip:a@b> ;x = "y;z"', NameAddr(SipUri("b", "a"), "", {"x": "y;z"})),
    ],
)
def test_name_addr(text, expected):
    assert parse_name_addr(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<>",
        "<sip:a@b",
        "sip:a@b>",
        '"Bob <sip:a@b>',
        '"<sip:a@b>" sip:a@b',
        "Bob> <sip:a@b>",
        '"Bob" sip:a@b',
        "Bell, Alexander <sip:a@b>",
        "<sip:a@b> tag=1",
        "<sip:a@b>;tag=1;tag=2",
        "sip:a@b?x=y",
        "sip:a,b@c",
        "<sip:a @b>",
    ],
)
def test_what_is_no_name_addr(text):
    with pytest.raises(RemoteProtocolError):
        parse_name_addr(text)


def test_a_name_from_the_wire_cannot_break_out_of_its_quotes():
    address = NameAddr(SipUri("b", "a"), 'x" <sip:evil@c>\r\nEvil: 1')
    assert "\r" not in str(address)
    assert parse_name_addr(str(address)).uri == SipUri("b", "a")


@pytest.mark.parametrize(
    ("text", "q"),
    [("", 1000), (";q=1", 1000), (";q=0", 0), (";q=0.5", 500), (";q=0.333", 333), (";q=1.000", 1000)],
)
def test_preference(text, q):
    assert parse_name_addr(f"<sip:a@b>{text}").q == q


@pytest.mark.parametrize("q", ["2", "1.1", "-1", "0.3333", "x", '""', ".5", "1e0", "nan"])
def test_bad_preference(q):
    with pytest.raises(RemoteProtocolError):
        _ = parse_name_addr(f"<sip:a@b>;q={q}").q


def test_expiry_of_a_contact():
    assert parse_name_addr("<sip:a@b>").expires is None
    assert parse_name_addr("<sip:a@b>;expires=60").expires == 60
    # RFC 3261 §10.2: too large is as large as can be, and what cannot be read is an hour.
    for text in ("4294967295", "4294967296", "0" * 99 + "9" * 9_999):
        assert parse_name_addr(f"<sip:a@b>;expires={text}").expires == 2**32 - 1
    for text in ("-1", "x", '""', "1.5", "²", "Thu"):
        assert parse_name_addr(f"<sip:a@b>;expires={text}").expires == 3600
    assert parse_name_addr("<sip:a@b>;expires").expires == 3600


def test_a_tag_is_set_once():
    address = parse_name_addr("<sip:a@b>;x=1")
    assert address.tag == ""
    assert address.with_tag("t").with_tag("u").params == {"x": "1", "tag": "u"}


@pytest.mark.parametrize(
    "text", ["", "1", "INVITE", "x INVITE", "1 IN VITE", "2147483648 INVITE", "-1 BYE", "1 B,E"]
)
def test_what_is_no_cseq(text):
    with pytest.raises(RemoteProtocolError):
        parse_cseq(text)


def test_cseq_forgives_zeros_and_space():
    assert parse_cseq(" 0009 \t INVITE") == CSeq(9, "INVITE")


@pytest.mark.parametrize("text", ["", "application", "application/", "/sdp", "a/b;x=1;x=2", "a b/c"])
def test_what_is_no_media_type(text):
    with pytest.raises(RemoteProtocolError):
        parse_media_type(text)


def test_media_types_have_no_case():
    assert parse_media_type('Application / SDP ; charset="utf-8"') == MediaType(
        "application/sdp", {"charset": "utf-8"}
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Q.850 ;cause=16 ;text="Terminated"', ("Q.850", 16, "Terminated")),
        (
            'SIP ;cause=200 ;text="Call completed elsewhere", Q.850;cause=26',
            ("SIP", 200, "Call completed elsewhere"),
        ),
        ("preemption", ("preemption", 0, "")),
    ],
)
def test_reason(text, expected):
    assert parse_reason(text) == expected
