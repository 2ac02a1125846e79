import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.uri import OpaqueUri, SipUri, TelUri, dialled, equivalent, parse_uri

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
NAME = (
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
    .map(str.lower)
    .filter(lambda name: name == name.lower())
)
HOSTS = st.sampled_from(["example.com", "192.0.2.1", "[2001:db8::1]", "a-b.c_d", "X"])
PARAMS = st.lists(st.tuples(NAME, st.none() | TEXT), max_size=3).map(tuple)
HEADERS = st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple)
SIP_URIS = st.builds(
    SipUri,
    HOSTS,
    user=TEXT,
    port=st.none() | st.integers(0, 65_535),
    scheme=st.sampled_from(["sip", "sips"]),
    password=st.none() | TEXT,
    params=PARAMS,
    headers=HEADERS,
)
TEL_URIS = st.builds(TelUri, st.from_regex(r"\+?[0-9.\-()]{1,10}", fullmatch=True), params=PARAMS)

EQUIVALENT = [
    # RFC 3261 §19.1.4, "equivalent"
    ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
    ("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"),
    (
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
        "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
    ),
    (
        "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
        "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
    ),
    # "Note that equality is not transitive"
    ("sip:carol@chicago.com", "sip:carol@chicago.com;security=off"),
    # RFC 3966 §4
    ("tel:+1-201-555-0123", "tel:+12015550123"),
    ("tel:7042;phone-context=Example.com", "tel:7042;phone-context=example.com"),
]
DIFFERENT = [
    # RFC 3261 §19.1.4, "not equivalent"
    ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
    ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
    ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
    # its rules
    ("sip:a@b", "sips:a@b"),
    ("sip:a@b", "sip:b"),
    ("sip:a:x@b", "sip:a:X@b"),
    ("sip:a@b;user=phone", "sip:a@b"),
    ("sip:a@b;ttl=1", "sip:a@b"),
    ("sip:a@b;method=INVITE", "sip:a@b"),
    ("sip:a@b;maddr=192.0.2.1", "sip:a@b"),
    ("tel:+1", "tel:1"),
    ("tel:7042;phone-context=a", "tel:7042"),
    ("tel:1", "sip:1@b"),
]


@pytest.mark.parametrize(("one", "other"), EQUIVALENT)
def test_equivalent(one, other):
    assert equivalent(parse_uri(one), parse_uri(other))
    assert equivalent(parse_uri(other), parse_uri(one))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_not_equivalent(one, other):
    assert not equivalent(parse_uri(one), parse_uri(other))
    assert not equivalent(parse_uri(other), parse_uri(one))


@given(SIP_URIS | TEL_URIS)
def test_what_is_written_is_read_again(uri):
    assert parse_uri(str(uri)) == uri
    assert equivalent(uri, parse_uri(str(uri)))


@given(SIP_URIS | TEL_URIS)
def test_nothing_written_can_end_a_line(uri):
    assert not set(str(uri)) & set('\r\n \t<>"')


def test_an_escaped_line_end_in_a_tel_parameter_stays_escaped():
    # Unescaped into a Request-URI it would be a header line of the caller's making.
    uri = parse_uri("tel:+48221234567;ext=1%0d%0aEvil:%201")
    assert str(uri) == "tel:+48221234567;ext=1%0D%0AEvil:%201"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sip:b", SipUri("b")),
        ("SIP:a@B:5060", SipUri("B", "a", 5060)),
        ("sips:a:pw@[::1]:5061;lr", SipUri("[::1]", "a", 5061, "sips", "pw", (("lr", None),))),
        ("sip:a%40b@c", SipUri("c", "a@b")),
        ("sip:*43@pbx", SipUri("pbx", "*43")),
        ("sip:#31#600@pbx", SipUri("pbx", "#31#600")),
        ("sip:+48221234567;phone-context=x@pbx", SipUri("pbx", "+48221234567;phone-context=x")),
        ("tel:+48-22-123", TelUri("+48-22-123")),
        ("mailto:a@b", OpaqueUri("mailto", "a@b")),
        ("soap.beep://192.0.2.103:3002", OpaqueUri("soap.beep", "//192.0.2.103:3002")),
    ],
)
def test_uris(text, expected):
    assert parse_uri(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip",
        "sip:",
        ":a",
        "1sip:a@b",
        "sip:@b",
        "sip:a@",
        "sip:a@b:",
        "sip:a@b:65536",
        "sip:a@b:5060x",
        "sip:a b@c",
        "sip:a@b c",
        "sip:a@b;",
        "sip:a@b;x=",
        "sip:a@b?",
        "sip:a@b?x",
        "sip:a@b?x&y=1",
        "sip:a%4@b",
        "sip:a@b@c",
        "sip:a@[::1",
        "sip:a@b\n",
        "tel:",
        "tel:abc def",
        "mailto:a b",
        "<sip:a@b>",
    ],
)
def test_what_is_no_uri(text):
    with pytest.raises(RemoteProtocolError) as caught:
        parse_uri(text)
    assert caught.value.status == 400


def test_the_password_is_not_shown():
    assert "secret" not in repr(parse_uri("sip:a:secret@b"))


def test_parameters_are_found_and_left_out():
    uri = parse_uri("sip:a@b:5070;LR;transport=TCP?x=y")
    assert isinstance(uri, SipUri)
    assert (uri.param("lr"), uri.param("transport"), uri.param("maddr")) == ("", "TCP", None)
    assert str(uri.without("transport")) == "sip:a@b:5070;lr?x=y"
    assert uri.host_port == "b:5070"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("sip:100@pbx", "100"),
        ("sip:100;phone-context=x@pbx", "100"),
        ("sip:%2A43@pbx", "*43"),
        ("tel:+48(22)123-45.67", "+48221234567"),
        ("sip:pbx", ""),
        ("mailto:a@b", ""),
    ],
)
def test_what_was_dialled(text, number):
    assert dialled(parse_uri(text)) == number
