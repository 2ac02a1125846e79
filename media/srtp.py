"""SRTP and SRTCP of one key: packets encrypted, proved, and read again (RFC 3711, RFC 6188, RFC 7714).

A key is the master key and salt of one side; the session keys are derived from it once. What belongs to a
stream, and not to a key — packet indexes, replays — is in :mod:`media.sealing` and :mod:`media.opening`,
which do the same for all rows at once.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.hmac import HMAC

from media.errors import MediaError

RTP_HEADER: Final = 12
RTCP_CLEAR: Final = 8
"""Octets of an RTCP packet that stay readable: the first header and SSRC (RFC 3711 §3.4)."""
INDEX: Final = 4
"""Octets of the SRTCP index with its E flag."""
LONGEST_MKI: Final = 128
"""Octets of a master key identifier (RFC 4568 §9.1)."""
MAC_KEY: Final = 20
SALT: Final = 14
"""Octets of an AES-CM salt; a shorter one is filled up with zeros (RFC 7714 §11)."""
GCM_TAG: Final = 16
GCM_SALT: Final = 12
BLOCK: Final = 16

_ENCRYPTED: Final = 1 << 31
"""The E flag: RFC 4568 §6.3.2 has it set in every packet."""
_RTP_LABELS: Final = (0, 1, 2)
_RTCP_LABELS: Final = (3, 4, 5)
"""Labels of encryption key, authentication key and salt (RFC 3711 §4.3.2)."""


@dataclass(frozen=True, slots=True)
class Suite:
    """One way to encrypt; lengths in octets. ``tag`` proves an RTP packet, ``control_tag`` an RTCP one."""

    name: str
    key: int
    salt: int
    tag: int
    control_tag: int
    counter_mode: bool = True

    @property
    def master(self) -> int:
        """Octets of master key and salt together."""
        return self.key + self.salt


SUITES: Final = {
    suite.name: suite
    for suite in (
        Suite("AES_CM_128_HMAC_SHA1_80", 16, SALT, 10, 10),
        # RFC 4568 §6.2: the short tag is for RTP alone.
        Suite("AES_CM_128_HMAC_SHA1_32", 16, SALT, 4, 10),
        Suite("AES_256_CM_HMAC_SHA1_80", 32, SALT, 10, 10),
        Suite("AES_256_CM_HMAC_SHA1_32", 32, SALT, 4, 10),
        Suite("AEAD_AES_128_GCM", 16, GCM_SALT, GCM_TAG, GCM_TAG, counter_mode=False),
        Suite("AEAD_AES_256_GCM", 32, GCM_SALT, GCM_TAG, GCM_TAG, counter_mode=False),
    )
}


class Transform(Protocol):
    """How packets of one kind, RTP or RTCP, are encrypted under one key; ``salt`` has 16 octets.

    ``head`` is what stays readable, ``body`` what does not, ``index`` the packet's, and ``word`` what is
    proved together with the packet: the roll-over counter of RTP, the index with its flag of RTCP.
    """

    salt: bytes

    def seal(self, head: bytes, body: bytes, ssrc: int, index: int, word: bytes) -> tuple[bytes, bytes]:
        """Return the encrypted body, and its tag."""

    def open(self, head: bytes, body: bytes, ssrc: int, index: int, word: bytes, tag: bytes) -> bytes | None:
        """Return the plain body, None when the tag does not prove it."""


class CounterMode:
    """AES in counter mode, and HMAC-SHA1 (RFC 3711 §4.1.1, §4.2.1)."""

    def __init__(self, key: bytes, mac_key: bytes, salt: bytes, tag: int) -> None:
        self._key = key
        self.tag = tag
        self.salt = salt.ljust(BLOCK, b"\0")
        """``(16,)`` octets: what a nonce is made of, the block counter at its end."""
        self._salt_number = int.from_bytes(self.salt, "big")
        self.mac = HMAC(mac_key, SHA1())
        """Copied for each packet."""
        self.blocks = _cipher(key, modes.ECB())
        """The bare block cipher, for key streams of many packets at once."""

    @cached_property
    def _stream(self) -> CipherContext:
        return _cipher(self._key, modes.CTR(bytes(BLOCK)))

    def seal(self, head: bytes, body: bytes, ssrc: int, index: int, word: bytes) -> tuple[bytes, bytes]:
        """See :class:`Transform`."""
        hidden = self._crypted(body, ssrc, index)
        return hidden, self._proof(head, hidden, word)

    def open(self, head: bytes, body: bytes, ssrc: int, index: int, word: bytes, tag: bytes) -> bytes | None:
        """See :class:`Transform`."""
        if not hmac.compare_digest(self._proof(head, body, word), tag):
            return None
        return self._crypted(body, ssrc, index)

    def _crypted(self, body: bytes, ssrc: int, index: int) -> bytes:
        # RFC 3711 §4.1.1: IV = (k_s * 2^16) XOR (SSRC * 2^64) XOR (i * 2^16)
        nonce = self._salt_number ^ (ssrc << 64) ^ (index << 16)
        self._stream.reset_nonce(nonce.to_bytes(BLOCK, "big"))
        return self._stream.update(body)

    def _proof(self, head: bytes, body: bytes, word: bytes) -> bytes:
        mac = self.mac.copy()
        mac.update(head + body + word)
        return mac.finalize()[: self.tag]


class GaloisMode:
    """AES in Galois/counter mode (RFC 7714 §8, §9).

    ``control`` is for RTCP, whose word is proved with the head.
    """

    def __init__(self, key: bytes, salt: bytes, *, control: bool) -> None:
        self.cipher = AESGCM(key)
        self.salt = salt.ljust(BLOCK, b"\0")
        """``(16,)`` octets, as long as the other mode's; the first 12 count."""
        self._salt_number = int.from_bytes(salt, "big")
        self._control = control

    def seal(self, head: bytes, body: bytes, ssrc: int, index: int, word: bytes) -> tuple[bytes, bytes]:
        """See :class:`Transform`."""
        both = self.cipher.encrypt(self._nonce(ssrc, index), body, self._associated(head, word))
        return both[:-GCM_TAG], both[-GCM_TAG:]

    def open(self, head: bytes, body: bytes, ssrc: int, index: int, word: bytes, tag: bytes) -> bytes | None:
        """See :class:`Transform`."""
        try:
            return self.cipher.decrypt(self._nonce(ssrc, index), body + tag, self._associated(head, word))
        except InvalidTag:
            return None

    def _nonce(self, ssrc: int, index: int) -> bytes:
        # RFC 7714 §8.1, §9.1: two zero octets, the SSRC, and the index in the last six.
        return (self._salt_number ^ (ssrc << 48) ^ index).to_bytes(12, "big")

    def _associated(self, head: bytes, word: bytes) -> bytes:
        return head + word if self._control else head


class Key:
    """One side's master key, and what is derived from it.

    ``master`` is master key and salt as SDP carries them (RFC 4568 §6.1), ``mki`` the identifier that every
    packet names, if any. Raises MediaError for an unknown suite or a key of another length.
    """

    def __init__(self, suite: str, master: bytes, mki: bytes = b"") -> None:
        self.suite = check_key(suite, master, mki)
        self.mki = mki
        self._master = master

    def is_made_of(self, suite: str, master: bytes, mki: bytes) -> bool:
        """Tell whether it is this key: then everything counted under it goes on."""
        return (self.suite.name, self.mki) == (suite, mki) and hmac.compare_digest(self._master, master)

    @cached_property
    def rtp(self) -> Transform:
        """How RTP is encrypted."""
        return self._transform(_RTP_LABELS, self.suite.tag, control=False)

    @cached_property
    def rtcp(self) -> Transform:
        """How RTCP is encrypted."""
        return self._transform(_RTCP_LABELS, self.suite.control_tag, control=True)

    def _transform(self, labels: tuple[int, int, int], tag: int, *, control: bool) -> Transform:
        suite, master = self.suite, self._master
        key, mac_key, salt = (
            derive(master[: suite.key], master[suite.key :], label, octets)
            for label, octets in zip(labels, (suite.key, MAC_KEY, suite.salt), strict=True)
        )
        if suite.counter_mode:
            return CounterMode(key, mac_key, salt, tag)
        return GaloisMode(key, salt, control=control)

    # RTP

    def protect(self, packet: bytes, index: int) -> bytes:
        """Encrypt one RTP packet (RFC 3711 §3.3); ``index`` is its sequence number with the roll-overs."""
        begin = header_size(packet)
        head, body = packet[:begin], packet[begin:]
        ssrc, word = int.from_bytes(packet[8:12], "big"), (index >> 16).to_bytes(4, "big")
        hidden, tag = self.rtp.seal(head, body, ssrc, index, word)
        return b"".join((head, hidden, self.mki, tag) if self.suite.counter_mode else
                        (head, hidden, tag, self.mki))  # fmt: skip

    def unprotect(self, packet: bytes, index: int) -> bytes | None:
        """Read one SRTP packet; None when it is not authentic, or names another key."""
        end, begin = len(packet) - self.suite.tag - len(self.mki), header_size(packet)
        if not RTP_HEADER <= begin <= end:
            return None
        tag = self._proof(packet, end, self.suite.tag)
        if tag is None:
            return None
        ssrc, word = int.from_bytes(packet[8:12], "big"), (index >> 16).to_bytes(4, "big")
        plain = self.rtp.open(packet[:begin], packet[begin:end], ssrc, index, word, tag)
        return None if plain is None else packet[:begin] + plain

    # RTCP

    def protect_control(self, packet: bytes, index: int) -> bytes:
        """Encrypt one compound RTCP packet (RFC 3711 §3.4); ``index`` counts those of this key."""
        head, body, ssrc = packet[:RTCP_CLEAR], packet[RTCP_CLEAR:], int.from_bytes(packet[4:8], "big")
        word = (_ENCRYPTED | index).to_bytes(INDEX, "big")
        hidden, tag = self.rtcp.seal(head, body, ssrc, index, word)
        return b"".join((head, hidden, word, self.mki, tag) if self.suite.counter_mode else
                        (head, hidden, tag, word, self.mki))  # fmt: skip

    def control_index(self, packet: bytes) -> int | None:
        """Return the index an SRTCP packet claims, None when it is too short or not encrypted."""
        tail = INDEX + len(self.mki) + self.suite.control_tag
        if len(packet) < RTCP_CLEAR + tail:
            return None
        at = len(packet) - (tail if self.suite.counter_mode else INDEX + len(self.mki))
        word = int.from_bytes(packet[at : at + INDEX], "big")
        # "If the default is used, all SRTCP messages are encrypted, and the E bit MUST be set" (RFC 4568).
        return word - _ENCRYPTED if word & _ENCRYPTED else None

    def unprotect_control(self, packet: bytes) -> bytes | None:
        """Read one SRTCP packet; None when it is not authentic."""
        index = self.control_index(packet)
        if index is None:
            return None
        word, tag_size = (_ENCRYPTED | index).to_bytes(INDEX, "big"), self.suite.control_tag
        end = len(packet) - INDEX - len(self.mki) - tag_size
        if self.suite.counter_mode:
            tag = self._proof(packet, end + INDEX, tag_size)
        else:
            named = packet[end + tag_size + INDEX :] == self.mki
            tag = packet[end : end + tag_size] if named else None
        if tag is None:
            return None
        ssrc = int.from_bytes(packet[4:8], "big")
        plain = self.rtcp.open(packet[:RTCP_CLEAR], packet[RTCP_CLEAR:end], ssrc, index, word, tag)
        return None if plain is None else packet[:RTCP_CLEAR] + plain

    def _proof(self, packet: bytes, end: int, tag: int) -> bytes | None:
        """Return the tag of a packet whose own octets end at ``end``, None when the key named is not this."""
        tail, mki = packet[end:], self.mki
        if self.suite.counter_mode:
            return tail[len(mki) :] if tail[: len(mki)] == mki else None
        return tail[:tag] if tail[tag:] == mki else None


def check_key(suite: str, master: bytes, mki: bytes = b"") -> Suite:
    """Return the suite of a key; raise MediaError when there is no such one, or the key does not fit it."""
    known = SUITES.get(suite)
    if known is None:
        raise MediaError(f"{suite[:40]} is no way of this engine to encrypt")
    if len(master) != known.master or len(mki) > LONGEST_MKI:
        raise MediaError(f"a key of {len(master)} octets, {len(mki)} to name it, does not fit {suite}")
    return known


def derive(master_key: bytes, master_salt: bytes, label: int, octets: int) -> bytes:
    """Derive a session key of so many octets (RFC 3711 §4.3.1 with a key derivation rate of 0, §4.3.3)."""
    nonce = bytearray(master_salt.ljust(BLOCK, b"\0"))
    # key_id = label || r, and r, of 48 bits, is 0.
    nonce[SALT - 7] ^= label
    return _cipher(master_key, modes.CTR(bytes(nonce))).update(bytes(octets))


def header_size(packet: bytes) -> int:
    """Return how many octets of an RTP packet stay readable, 0 when it is too short to say.

    RFC 3711 §3.1: everything but the payload, so the CSRC list and the extension are.
    """
    if len(packet) < RTP_HEADER:
        return 0
    size = RTP_HEADER + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        if len(packet) < size + 4:
            return 0
        size += 4 + 4 * int.from_bytes(packet[size + 2 : size + 4], "big")
    return size if size <= len(packet) else 0


def _cipher(key: bytes, mode: modes.ECB | modes.CTR) -> CipherContext:
    return Cipher(algorithms.AES(key), mode).encryptor()
