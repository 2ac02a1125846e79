"""Encryption of single packets, against the vectors of the RFCs and against libsrtp."""

from __future__ import annotations

import pylibsrtp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import MediaError
from media.srtp import SUITES, CounterMode, GaloisMode, Key, derive, header_size

octets = bytes.fromhex
CM_80 = "AES_CM_128_HMAC_SHA1_80"

MASTER_KEY = octets("E1F97A0D3E018BE0D64FA32C06DE4139")
MASTER_SALT = octets("0EC675AD498AFEEBB6960B3AABE6")

RTP = octets("8040f17b8041f8d35501a0b2") + b"Gallia est omnis divisa in partes tres"
RTCP = (
    octets("81c8000d") + b"MarsNTP1NTP2RTP " + octets("0000042a0000e930") + b"Luna" + octets("deadbeef") * 5
)
"""The packets of RFC 7714 §16 and §17."""
GCM_SALT = b"Quid pro quo"

LIBSRTP = {
    CM_80: pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    "AES_CM_128_HMAC_SHA1_32": pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
    "AEAD_AES_128_GCM": pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    "AEAD_AES_256_GCM": pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
}
"""The suites its Python binding knows."""


def master(suite: str) -> bytes:
    return bytes(range(SUITES[suite].master))


@pytest.mark.parametrize(
    ("key", "salt", "session_key", "session_salt", "mac_key"),
    [
        (
            # RFC 3711 appendix B.3.
            MASTER_KEY,
            MASTER_SALT,
            "C61E7A93744F39EE10734AFE3FF7A087",
            "30CBBC08863D8C85D49DB34A9AE1",
            "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4",
        ),
        (
            # RFC 6188 §7.2.
            octets("f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6"),
            octets("3b04803de51ee7c96423ab5b78d2"),
            "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4",
            "fa31791685ca444a9e07c6c64e93",
            "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05",
        ),
    ],
)
def test_session_keys_are_derived_as_in_the_rfcs(key, salt, session_key, session_salt, mac_key):
    assert derive(key, salt, 0, len(key)) == octets(session_key)
    assert derive(key, salt, 2, 14) == octets(session_salt)
    assert derive(key, salt, 1, 20) == octets(mac_key)


def test_the_key_stream_is_that_of_rfc_3711():
    # Appendix B.2: session salt, SSRC and index 0; the first three and the last blocks of 0xff02 are given.
    key, salt = octets("2B7E151628AED2A6ABF7158809CF4F3C"), octets("F0F1F2F3F4F5F6F7F8F9FAFBFCFD")
    stream, _ = CounterMode(key, bytes(20), salt, 10).seal(b"", bytes(16 * 0xFF02), 0, 0, b"")
    assert stream[:48] == octets(
        "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0"
    )
    assert stream[-48:] == octets(
        "EC8CDF7398607CB0F2D21675EA9EA1E4362B7C3C6773516318A077D7FC5073AE6A2CC3787889374FBEB4C81B17BA6C44"
    )


def test_aes_256_gives_the_key_stream_of_rfc_6188():
    # §7.1.
    key = octets("57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98")
    stream, _ = CounterMode(key, bytes(20), octets("f0f1f2f3f4f5f6f7f8f9fafbfcfd"), 10).seal(
        b"", bytes(48), 0, 0, b""
    )
    assert stream == octets(
        "92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac63c4868b7096d88421b563b8c94c9a31"
    )


@pytest.mark.parametrize(
    ("key", "sealed"),
    [
        (
            # RFC 7714 §16.1.1.
            bytes(range(16)),
            "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
            "899d7f27beb16a9152cf765ee4390cce",
        ),
        (
            # §16.2.1.
            bytes(range(32)),
            "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b"
            "7aa3db36dfffd6b0f9bb7878d7a76c13",
        ),
    ],
)
def test_rtp_in_galois_mode_is_that_of_rfc_7714(key, sealed):
    mode = GaloisMode(key, GCM_SALT, control=False)
    body, tag = mode.seal(RTP[:12], RTP[12:], 0x5501A0B2, 0xF17B, bytes(4))
    assert body + tag == octets(sealed)
    assert mode.open(RTP[:12], body, 0x5501A0B2, 0xF17B, bytes(4), tag) == RTP[12:]


def test_rtcp_in_galois_mode_is_that_of_rfc_7714():
    # §17.1.
    mode = GaloisMode(bytes(range(16)), GCM_SALT, control=True)
    body, tag = mode.seal(RTCP[:8], RTCP[8:], 0x4D617273, 0x5D4, octets("800005d4"))
    assert body == octets(
        "63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b"
    )
    assert tag == octets("c84aa45896cf4d2fc5abf87245d9eade")


def test_a_whole_packet_of_rfc_3711s_keys():
    plain = octets("800f1234decafbadcafebabe") + b"\xab" * 16
    key = Key(CM_80, MASTER_KEY + MASTER_SALT)
    sealed = octets("800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb")
    assert key.protect(plain, 0x1234) == sealed
    assert key.unprotect(sealed, 0x1234) == plain


@pytest.mark.parametrize("suite", LIBSRTP)
def test_libsrtp_and_we_read_each_other(suite):
    theirs = pylibsrtp.Session(
        pylibsrtp.Policy(master(suite), pylibsrtp.Policy.SSRC_ANY_OUTBOUND, 0, LIBSRTP[suite])
    )
    listening = pylibsrtp.Session(
        pylibsrtp.Policy(master(suite), pylibsrtp.Policy.SSRC_ANY_INBOUND, 0, LIBSRTP[suite])
    )
    key = Key(suite, master(suite))
    # Over the wrap of the sequence number, with an extension, a CSRC list, padding, and of any size.
    for index in range(65_500, 65_600):
        head = (index & 0xFFFF).to_bytes(2, "big") + octets("0000000a0000000b")
        first, more = [
            (b"\x80\x08", b""),
            (b"\x90\x08", octets("bede000111223344")),
            (b"\x82\x08", octets("0000000100000002")),
            (b"\xa0\x08", b""),
        ][index % 4]
        packet = first + head + more + bytes(index % 200) + b"\x01"
        sealed = theirs.protect(packet)
        assert key.protect(packet, index) == sealed
        assert key.unprotect(sealed, index) == packet
        assert listening.unprotect(sealed) == packet
    for _ in range(3):
        sealed = theirs.protect_rtcp(RTCP)
        index = key.control_index(sealed)
        assert key.protect_control(RTCP, index) == sealed
        assert key.unprotect_control(sealed) == RTCP
        assert listening.unprotect_rtcp(sealed) == RTCP


@given(
    suite=st.sampled_from(list(SUITES)),
    mki=st.binary(max_size=8),
    body=st.binary(max_size=300),
    index=st.integers(0, (1 << 48) - 1),
    control_index=st.integers(0, (1 << 31) - 1),
)
def test_what_is_protected_is_read_again(suite, mki, body, index, control_index):
    key = Key(suite, master(suite), mki)
    packet = b"\x80\x08" + (index & 0xFFFF).to_bytes(2, "big") + b"stampSSRC"[:8] + body
    sealed = key.protect(packet, index)
    assert len(sealed) == len(packet) + SUITES[suite].tag + len(mki)
    assert key.unprotect(sealed, index) == packet
    assert key.unprotect(sealed, index ^ 0x10000) is None
    report = RTCP[:8] + body
    assert key.control_index(key.protect_control(report, control_index)) == control_index
    assert key.unprotect_control(key.protect_control(report, control_index)) == report


@given(
    suite=st.sampled_from(list(SUITES)),
    mki=st.binary(max_size=4),
    place=st.integers(0, 10_000),
    bit=st.integers(0, 7),
)
def test_a_packet_changed_in_one_bit_is_not_authentic(suite, mki, place, bit):
    key = Key(suite, master(suite), mki)

    def bent(packet: bytes) -> bytes:
        changed = bytearray(packet)
        changed[place % len(packet)] ^= 1 << bit
        return bytes(changed)

    assert key.unprotect(bent(key.protect(RTP, 0xF17B)), 0xF17B) is None
    assert key.unprotect_control(bent(key.protect_control(RTCP, 1))) is None


@given(packet=st.binary(max_size=80), suite=st.sampled_from(list(SUITES)))
def test_noise_is_not_authentic(packet, suite):
    key = Key(suite, master(suite))
    assert key.unprotect(packet, 5) is None
    assert key.unprotect_control(packet) is None


def test_reports_that_are_not_encrypted_are_refused():
    key = Key(CM_80, master(CM_80))
    sealed = bytearray(key.protect_control(RTCP, 7))
    sealed[-14] &= 0x7F  # the E flag
    assert key.control_index(bytes(sealed)) is None


@pytest.mark.parametrize(
    ("packet", "size"),
    [
        (RTP[:11], 0),
        (RTP[:12], 12),
        (b"\x81" + RTP[1:12], 0),
        (b"\x81" + RTP[1:16], 16),
        (b"\x90" + RTP[1:14], 0),
        (b"\x90" + RTP[1:12] + octets("bede0001") + bytes(4), 20),
        (b"\x90" + RTP[1:12] + octets("bedeffff") + bytes(4), 0),
    ],
)
def test_what_stays_readable_is_found(packet, size):
    assert header_size(packet) == size


@pytest.mark.parametrize(
    ("suite", "key", "mki"),
    [("F8_128_HMAC_SHA1_80", bytes(30), b""), (CM_80, bytes(29), b""), (CM_80, bytes(30), bytes(129))],
)
def test_a_key_that_does_not_fit_is_refused_without_being_shown(suite, key, mki):
    with pytest.raises(MediaError) as caught:
        Key(suite, key, mki)
    assert "\\x00" not in str(caught.value)


def test_a_key_is_known_again():
    key = Key(CM_80, master(CM_80), b"1")
    assert key.is_made_of(CM_80, master(CM_80), b"1")
    assert not key.is_made_of(CM_80, master(CM_80), b"2")
    assert not key.is_made_of(CM_80, bytes(30), b"1")
    assert not key.is_made_of("AES_CM_128_HMAC_SHA1_32", master(CM_80), b"1")
