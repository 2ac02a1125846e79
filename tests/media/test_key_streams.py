"""Nonces and key streams of many packets, against those of each packet alone."""

from __future__ import annotations

import numpy as np

from media.key_streams import KeyStreams, galois_nonces
from media.srtp import CounterMode, GaloisMode

SSRCS = np.array([0, 1, 0xFFFF_FFFF, 0x8000_0000, 77])
INDEXES = np.array([0, 65_535, 65_536, (1 << 48) - 1, 123_456_789_012])


def test_key_streams_of_many_packets_are_those_of_each():
    modes = [CounterMode(bytes([n]) * 16, bytes(20), bytes([n]) * 14, 10) for n in range(5)]
    salt = np.stack([np.frombuffer(mode.salt, np.uint8) for mode in modes])
    streams = KeyStreams(10).of(salt, SSRCS, INDEXES, modes)
    for at, mode in enumerate(modes):
        alone, _ = mode.seal(b"", bytes(160), int(SSRCS[at]), int(INDEXES[at]), b"")
        assert streams[at].tobytes() == alone


def test_nonces_of_many_packets_in_galois_mode_are_those_of_each():
    modes = [GaloisMode(bytes([n]) * 16, bytes([n]) * 12, control=False) for n in range(5)]
    salt = np.stack([np.frombuffer(mode.salt, np.uint8) for mode in modes])
    for mode, nonce, ssrc, index in zip(
        modes, galois_nonces(salt, SSRCS, INDEXES), SSRCS.tolist(), INDEXES.tolist(), strict=True
    ):
        body, tag = mode.seal(b"head", b"body", ssrc, index, b"")
        assert mode.cipher.encrypt(nonce.tobytes(), b"body", b"head") == body + tag


def test_the_nonce_of_the_rfc():
    # RFC 7714 §16.
    salt = np.frombuffer(b"Quid pro quo" + bytes(4), np.uint8)[None, :]
    (nonce,) = galois_nonces(salt, np.array([0x5501A0B2]), np.array([0xF17B]))
    assert nonce.tobytes() == bytes.fromhex("51753c6580c2726f20718414")
