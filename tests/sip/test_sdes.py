"""The crypto attribute: read, written, chosen; and keys that nothing shows."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.sdes import (
    KEY_LENGTHS,
    OFFERED_SUITES,
    Crypto,
    Hidden,
    InlineKey,
    Keyring,
    Keys,
    build_crypto,
    choose,
    hide_keys,
    is_usable,
    parse_crypto,
)

CM_80, CM_32 = "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"
INLINE = "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
"""Of RFC 4568 §4.5."""


def test_the_example_of_the_rfc():
    crypto = parse_crypto(f"1 {CM_80} {INLINE}|2^20|1:32")
    assert (crypto.tag, crypto.suite, crypto.parameters) == ("1", CM_80, ())
    assert crypto.key.key == b"wDfvg&T+)xG7@fb5jU,RaA}\\|p0%*#"
    assert (crypto.key.lifetime, crypto.key.mki) == (1 << 20, bytes(31) + b"\x01")
    assert is_usable(crypto)


@pytest.mark.parametrize(
    ("text", "lifetime", "mki"),
    [
        (f"{INLINE}", None, b""),
        (f"{INLINE}|1066:4", None, b"\x00\x00\x04\x2a"),
        (f"{INLINE}|2^48", 1 << 48, b""),
        (f"{INLINE}|1000000", 1_000_000, b""),
        (f"{INLINE}|2^31|1:1", 1 << 31, b"\x01"),
        # Padding is discarded, so a phone may leave it out or in.
        (f"{INLINE}==", None, b""),
    ],
)
def test_what_may_stand_behind_a_key(text, lifetime, mki):
    key = parse_crypto(f"7 {CM_80} {text}").key
    assert (key.lifetime, key.mki, len(key.key)) == (lifetime, mki, 30)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        f"1 {CM_80}",
        f"x {CM_80} {INLINE}",
        f"1234567890 {CM_80} {INLINE}",
        f"1 AES-CM {INLINE}",
        f"1 {CM_80} uri:https://example.com/key",
        f"1 {CM_80} inline:",
        f"1 {CM_80} inline:d0Rmd=mc",
        f"1 {CM_80} inline:A",
        f"1 {CM_80} {INLINE}|2^49",
        f"1 {CM_80} {INLINE}|0",
        f"1 {CM_80} {INLINE}|999999999999999999",
        f"1 {CM_80} {INLINE}|1:129",
        f"1 {CM_80} {INLINE}|256:1",
        f"1 {CM_80} {INLINE}|1:1|2^20",
        f"1 {CM_80} {INLINE};",
        f"1 {CM_80} {INLINE} \x01",
        f"1 {CM_80} {INLINE} " + "X" * 2000,
    ],
)
def test_what_is_no_crypto_attribute(value):
    with pytest.raises(RemoteProtocolError) as caught:
        parse_crypto(value)
    assert caught.value.status == 400
    assert "d0Rm" not in str(caught.value) + repr(caught.value)
    assert caught.value.__cause__ is None


letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_", min_size=1, max_size=30)
inline_keys = st.builds(
    InlineKey,
    st.binary(min_size=1, max_size=60),
    st.none() | st.integers(1, 1 << 48),
    st.just(b"") | st.binary(min_size=1, max_size=16),
)
cryptos = st.builds(
    Crypto,
    st.integers(0, 999_999_999).map(str),
    letters,
    st.lists(inline_keys, min_size=1, max_size=3).map(tuple),
    st.lists(st.from_regex(r"-?[A-Z_]{1,12}(=[0-9]{1,4})?\Z", fullmatch=True), max_size=3).map(tuple),
)


@given(cryptos)
def test_what_is_written_is_read_again(crypto):
    assert parse_crypto(build_crypto(crypto)) == crypto


@given(st.text(max_size=120) | st.text("1 AES_CM_128_HMAC_SHA1_80inline:|2^=;+/", max_size=120))
def test_any_text_is_read_or_refused(value):
    try:
        crypto = parse_crypto(value)
    except RemoteProtocolError:
        return
    assert parse_crypto(build_crypto(crypto)) == crypto


@pytest.mark.parametrize(
    ("value", "usable"),
    [
        (f"1 {CM_80} {INLINE}", True),
        (f"1 {CM_80} {INLINE} WSH=64", True),
        (f"1 {CM_80} {INLINE} -SOMETHING_NEW=1", True),
        (f"1 {CM_80} {INLINE} SOMETHING_NEW=1", False),
        (f"1 {CM_80} {INLINE} KDR=5", False),
        (f"1 {CM_80} {INLINE} UNENCRYPTED_SRTCP", False),
        (f"1 {CM_80} {INLINE} UNAUTHENTICATED_SRTP", False),
        (f"1 {CM_80} {INLINE}|1:1;{INLINE}|2:1", False),
        ("1 F8_128_HMAC_SHA1_80 " + INLINE, False),
        (f"1 {CM_80} inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSo", False),
        ("1 AES_256_CM_HMAC_SHA1_80 " + INLINE, False),
    ],
)
def test_what_we_can_take(value, usable):
    assert is_usable(parse_crypto(value)) == usable


def test_the_first_line_we_can_take_is_taken():
    lines = ["nonsense", f"1 F8_128_HMAC_SHA1_80 {INLINE}", f"2 {CM_32} {INLINE}", f"3 {CM_80} {INLINE}"]
    chosen = choose(lines)
    assert chosen is not None
    assert chosen.tag == "2"
    assert choose(lines[:2]) is None
    assert choose([]) is None
    assert choose([None]) is None


def counted(octets: int) -> bytes:
    counted.calls += 1
    return bytes([counted.calls]) * octets


counted.calls = 0


def test_a_keyring_has_one_key_for_each_suite_until_it_is_forgotten():
    ring = Keyring(counted)
    key = ring.key(CM_80)
    assert len(key) == 30
    assert ring.key(CM_80) == key
    assert ring.key(CM_32) != key
    assert ring.crypto("4", CM_80) == Crypto("4", CM_80, (InlineKey(key),))
    ring.forget(CM_80)
    assert ring.key(CM_80) != key
    offered = ring.offer()
    assert [one.tag for one in offered] == ["1", "2", "3", "4", "5"]
    assert [one.suite for one in offered] == list(OFFERED_SUITES)
    assert [len(one.key.key) for one in offered] == [KEY_LENGTHS[suite] for suite in OFFERED_SUITES]
    assert len({one.key.key for one in offered}) == 5
    assert all(is_usable(one) for one in offered)


def test_no_repr_shows_a_key():
    key = b"Secret! Secret! Secret! Secret"
    crypto = Crypto("1", CM_80, (InlineKey(key),))
    written = build_crypto(crypto)
    shown = repr([crypto, written, Keys(CM_80, key, key), Keyring(lambda octets: key), [Hidden("Secret")]])
    assert "Secret" not in shown
    assert base64.b64encode(key).decode() not in shown
    assert base64.b64encode(key).decode() in str(written)


def test_a_message_is_shown_without_its_keys():
    body = (
        f"v=0\r\na=crypto:1 {CM_80} {INLINE}|2^20|1:4;{INLINE}|2^20|2:4\r\na=CRYPTO:2 {CM_32} Inline:AAAA\r\n"
    )
    shown = hide_keys(body.encode()).decode()
    assert shown == (
        f"v=0\r\na=crypto:1 {CM_80} inline:...|2^20|1:4;inline:...|2^20|2:4\r\n"
        f"a=CRYPTO:2 {CM_32} Inline:...\r\n"
    )
