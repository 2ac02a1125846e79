"""No secret survives, and nothing else is touched."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.digest import authorize
from softswitch.sip.fields import Fields
from softswitch.sip.message import Response
from softswitch.sip.parser import parse_datagram
from softswitch.sip.redaction import redacted
from tests.sip.messages import request_of, text_of

SECRET = "5ecre7Zx9"
"""Stands for any secret; nothing else in these messages is like it."""

CASES = st.sampled_from([str, str.upper, str.lower, str.title])
SPACE = st.sampled_from(["", " ", "\t", "  "])


def message(*fields: str, method: str = "REGISTER", body: str = "") -> bytes:
    head = [f"{method} sip:192.0.2.1 SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.7", "CSeq: 1 " + method, *fields]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", body]).encode()


def assert_hidden(data: bytes) -> bytes:
    clean = redacted(data)
    assert SECRET.lower().encode() not in clean.lower(), clean
    return clean


@given(
    name=st.sampled_from(["Authorization", "Proxy-Authorization", "Authentication-Info"]),
    case=CASES,
    space=SPACE,
    params=st.permutations(["username", "realm", "nonce", "uri", "response", "cnonce", "qop"]),
    quoted=st.booleans(),
    fold=st.booleans(),
)
def test_proofs_are_hidden_however_they_are_written(name, case, space, params, quoted, fold):
    mark = '"' if quoted else ""
    hidden = ("response", "cnonce")
    values = [
        f"{case(param)}{space}={space}{mark}{SECRET if param in hidden else 'shown'}{mark}"
        for param in params
    ]
    gap = ",\r\n " if fold else ", "
    clean = assert_hidden(
        message(f"{case(name)}{space}: {case('Digest')} {gap.join(values)}", "X-After: seen")
    )
    assert clean.count(b"shown") == 5
    assert b"\r\nX-After: seen\r\n" in clean


@given(st.text(st.characters(codec="ascii"), max_size=60), st.text(st.characters(codec="ascii"), max_size=60))
def test_no_noise_round_a_proof_brings_it_out(before, after):
    """Broken quotations, missing commas, odd line ends: what follows ``response=`` is not to be seen."""
    clean = redacted(f'{before}\r\nAuthorization: Digest username="x", response="{SECRET}"{after}'.encode())
    assert SECRET.encode() not in clean


@pytest.mark.parametrize(
    "value",
    [
        f'Digest username="a, response={SECRET}',
        f'Digest username="a\\", response={SECRET}, uri="x"',
        f"Digest response={SECRET}",
        f"Digest {SECRET}",
        f"Basic {SECRET}",
        f"Bearer {SECRET}",
        SECRET,
        f'Digest response = "{SECRET}" cnonce="{SECRET}"',
        f'Digest nc={SECRET}, auts="{SECRET}"',
    ],
)
def test_credentials_that_are_no_digest_or_a_broken_one(value):
    assert_hidden(message(f"Authorization: {value}"))


@pytest.mark.parametrize(
    "data",
    [
        message(f"Contact: <sip:1001:{SECRET}@192.0.2.7>"),
        message(f"From: SIPS:1001;x=1:{SECRET}@192.0.2.7;tag=1"),
        message(f"Refer-To: <sip:1002@192.0.2.1?Authorization=Digest%20{SECRET}>"),
        message(f"Route: <sip:192.0.2.1:5060>, <sip:192.0.2.1:5060;x={'y' * 80}:{SECRET}@192.0.2.7>"),
        message(f"Call-Info: <https://anna:{SECRET}@192.0.2.9/x>"),
        message(body=f"v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}|2^31|1:1\r\n"),
        message(body=f"a=CRYPTO:1 X INLINE:{SECRET};inline:{SECRET}==|1:4 UNENCRYPTED_SRTP\r\n"),
        message(body=f"v=0\r\nk=clear:{SECRET}\r\n"),
        message(body=f"v=0\r\na=key-mgmt:mikey {SECRET}\r\n"),
        message(body=f"v=0\r\na=ice-pwd:{SECRET}\r\n"),
        message("Content-Type: application/dtmf-relay", method="INFO", body=f"Signal={SECRET}\r\n"),
        message("Content-Type: application/dtmf", method="info", body=SECRET),
        message("Content-Type: text/plain", method="MESSAGE", body=f"the code is {SECRET}"),
        message("Content-Type: application/kpml-response+xml", method="NOTIFY", body=f"digits={SECRET}"),
        message("Content-Encoding: rot13", body=SECRET),
        b"MESSAGE sip:x SIP/2.0\n\n" + SECRET.encode() + b"\r\n\r\n",
        b"INVITE sip:x SIP/2.0\n\nk=clear:" + SECRET.encode() + b"\r\n\r\n",
        b"INVITE sip:x SIP/2.0\r\nk=clear:" + SECRET.encode(),
        b"SIP/2.0 200 OK\r\nCSeq: 4 MESSAGE\r\n\r\n" + SECRET.encode(),
        b"\r\n\r\nMESSAGE sip:x SIP/2.0\n\n" + SECRET.encode(),
    ],
)
def test_other_secrets(data):
    clean = assert_hidden(data)
    assert b"***" in clean


def test_a_body_keeps_its_length_and_its_lines():
    body = f"Signal={SECRET}\r\nDuration=160\r\n"
    clean = redacted(message("Content-Type: application/dtmf-relay", method="INFO", body=body))
    kept = parse_datagram(clean)
    assert len(kept.body) == len(body)
    assert kept.body.count(b"\r\n") == 2


def test_who_it_was_and_which_nonce_is_still_to_be_seen():
    request = request_of(text_of("REGISTER"))
    fields = Fields([("WWW-Authenticate", 'Digest realm="line", nonce="abc", qop="auth", algorithm=MD5')])
    assert authorize(request, Response(401, fields=fields), user="1001", password="pw", cnonce="c0ffee")
    clean = redacted(request.to_bytes())
    kept = parse_datagram(clean).fields.get("Authorization")
    assert kept is not None
    for shown in ('username="1001"', 'realm="line"', 'nonce="abc"', "MD5", 'response="***"', 'cnonce="***"'):
        assert shown in kept
    assert b"c0ffee" not in clean


@pytest.mark.parametrize("method", ["INVITE", "ACK", "BYE", "OPTIONS", "SUBSCRIBE"])
def test_what_has_no_secret_stays_as_it_is(method):
    data = message(
        "Contact: <sip:1001@192.0.2.7:5062;ob>, <sip:[2001:db8::1]:5060>",
        'WWW-Authenticate: Digest realm="x", nonce="y"',
        "Call-Info: <http://192.0.2.9:80/photo>",
        method=method,
        body="v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\nm=audio 4000 RTP/AVP 8\r\n",
    )
    assert redacted(data) == data


PIECES = st.lists(st.sampled_from(["a", ":", "5060", "sip:", "://", ";x=", "y" * 40]), max_size=8).map(
    "".join
)


@given(PIECES, PIECES, st.sampled_from(["sip:", "SIPS:", "http://"]), st.text('<> "@:5', max_size=12))
def test_a_password_is_hidden_whatever_stands_round_it(user, more, scheme, before):
    clean = redacted(message(f"Route: sip:{before}<{scheme}{user}:{more}{SECRET}@192.0.2.7:5060>"))
    assert SECRET.encode() not in clean


@given(st.binary(max_size=400))
def test_any_octets_are_taken(data):
    assert isinstance(redacted(data), bytes)


UNITS = [
    *(b"a", b" ", b"=", b",", b'"', b"\\", b'a="\\', b"a ", b'a="b",', b"a=  ", b"@", b"a@", b"<", b"\t"),
    *(
        b"sip:",
        b"://a:",
        b"sip:a:b",
        b"sip:a:" + b"b" * 50,
        b"\r\n",
        b"\n\n",
        b"\r\n ",
        b"inline:",
        b"k=\n",
        b"?auth",
    ),
    *(b"auth", b"authorization:", b"authorization=", b"&authorization=a"),
]
HEADS = [
    b"OPTIONS sip:x SIP/2.0\r\n",
    b"OPTIONS sip:x SIP/2.0\r\nAuthorization: Digest ",
    b'OPTIONS sip:x SIP/2.0\r\nAuthorization: Digest a="',
    b"INFO sip:x SIP/2.0\r\n\r\n",
    b"SIP/2.0 200 OK\r\nCSeq: 1",
    b"OPTIONS sip:x SIP/2.0\r\n\r\na=crypto:1 A inline:",
]
LONGEST_SECONDS = 0.5
"""Of the processor, for the largest datagram: thirty times what it takes, and a twentieth of what trying
octets twice would."""


@pytest.mark.parametrize("head", HEADS)
def test_no_datagram_keeps_it_busy(head):
    """Strangers choose the octets, and while a pattern is tried no other thread runs."""
    for unit in UNITS:
        data = head + unit * (65_000 // len(unit))
        began = time.process_time()
        redacted(data)
        assert time.process_time() - began < LONGEST_SECONDS, unit
