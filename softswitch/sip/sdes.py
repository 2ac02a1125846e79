"""Keys of SRTP in a session description: the ``a=crypto`` attribute (RFC 4568, RFC 6188, RFC 7714 §14).

A key travels in the clear of its message, so it is as secret as the way the message took. Nothing here shows
one: not a ``repr``, not an error's text.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from softswitch.sip.errors import RemoteProtocolError

KEY_LENGTHS: Final = {
    "AES_CM_128_HMAC_SHA1_80": 30,
    "AEAD_AES_128_GCM": 28,
    "AEAD_AES_256_GCM": 44,
    "AES_256_CM_HMAC_SHA1_80": 46,
    "AES_CM_128_HMAC_SHA1_32": 30,
    "AES_256_CM_HMAC_SHA1_32": 46,
}
"""Suites we speak, with the octets of master key and salt together; ours in offers, most wanted first.

The first is the one that every phone has. The short tags are for phones that have nothing else.
"""
OFFERED_SUITES: Final = tuple(KEY_LENGTHS)[:5]
MOST_LIFETIME: Final = 1 << 48
"""Packets under one key (RFC 3711 §9.2)."""
LONGEST_MKI: Final = 128
HARMLESS: Final = ("WSH=",)
"""Session parameters that change nothing for us: how many late packets a phone thinks we should bear."""
MOST_LETTERS: Final = 1024
"""Of one attribute: the longest of a phone has some 100."""

_LINE: Final = re.compile(r"([0-9]{1,9})[ \t]+([A-Za-z0-9_]+)[ \t]+([^ \t]+)((?:[ \t]+[!-~]+)*)[ \t]*\Z")
_INLINE: Final = re.compile(
    r"inline:([A-Za-z0-9+/]+)={0,2}(?:\|((?:2\^)?[1-9][0-9]{0,15}))?(?:\|([0-9]{1,40}):([1-9][0-9]{0,2}))?\Z"
)
_SHOWN_KEY: Final = re.compile(rb"(?i)(inline:)[^|;\s]+")


class Protection(Enum):
    """What a leg wants of SRTP: never, where the phone wants it, always."""

    REFUSED = "off"
    OFFERED = "offered"
    REQUIRED = "required"


class Hidden(str):
    """A text that is not shown: ``repr`` tells only that there is one."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "'…'"


@dataclass(frozen=True, slots=True)
class InlineKey:
    """A master key with its salt; ``lifetime`` in packets, None for as long as may be; ``mki`` names it."""

    key: bytes = field(repr=False)
    lifetime: int | None = None
    mki: bytes = b""


@dataclass(frozen=True, slots=True)
class Crypto:
    """One ``a=crypto`` line. ``tag`` is kept as it was written: an answer repeats it."""

    tag: str
    suite: str
    keys: tuple[InlineKey, ...]
    parameters: tuple[str, ...] = ()

    @property
    def key(self) -> InlineKey:
        """The one key of a line that :func:`choose` has taken."""
        return self.keys[0]


@dataclass(frozen=True, slots=True)
class Keys:
    """What both sides agreed on: the suite, the key each sends with, and the name theirs goes by, if any."""

    suite: str
    ours: bytes = field(repr=False)
    theirs: bytes = field(repr=False)
    their_mki: bytes = b""


class Keyring:
    """The keys a leg sends with: one for each suite, made when first asked for.

    ``random`` returns so many random octets. An offer that is made again says the same keys again, as RFC
    4568 §7.1.4 lets a stream go on; :meth:`forget` is for a suite that is left, so that no key comes back
    when its packets are counted from 0 again.
    """

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._random = random
        self._keys: dict[str, bytes] = {}

    def key(self, suite: str) -> bytes:
        """Return our master key and salt for a suite."""
        if suite not in self._keys:
            self._keys[suite] = self._random(KEY_LENGTHS[suite])
        return self._keys[suite]

    def forget(self, suite: str) -> None:
        """Never use a suite's key again."""
        self._keys.pop(suite, None)

    def crypto(self, tag: str, suite: str) -> Crypto:
        """Return the line that says our key for a suite."""
        return Crypto(tag, suite, (InlineKey(self.key(suite)),))

    def offer(self) -> tuple[Crypto, ...]:
        """Return the lines of an offer."""
        return tuple(self.crypto(str(tag), suite) for tag, suite in enumerate(OFFERED_SUITES, start=1))


def parse_crypto(value: str) -> Crypto:
    """Read the value of an ``a=crypto`` attribute (RFC 4568 §9); a key's text is in no error.

    Suites and session parameters not known here are kept: whether a line can be used is the next question.
    Raises RemoteProtocolError(400) for what is none.
    """
    line = _LINE.match(value) if len(value) <= MOST_LETTERS else None
    if line is None:
        raise RemoteProtocolError(400, "Bad crypto attribute")
    keys = tuple(_inline(text) for text in line[3].split(";"))
    return Crypto(line[1], line[2], keys, tuple(line[4].split()))


def build_crypto(crypto: Crypto) -> Hidden:
    """Write the value of an ``a=crypto`` attribute."""
    keys = ";".join(_written(key) for key in crypto.keys)
    return Hidden(" ".join((crypto.tag, crypto.suite, keys, *crypto.parameters)))


def choose(values: Iterable[str | None]) -> Crypto | None:
    """Return the first line of these attribute values that we can take, None when there is none.

    RFC 4568 §5.1.2: "the first valid supported crypto attribute in the list".
    """
    for value in values:
        try:
            crypto = parse_crypto(value or "")
        except RemoteProtocolError:
            continue
        if is_usable(crypto):
            return crypto
    return None


def is_usable(crypto: Crypto) -> bool:
    """Tell whether we can do what a line asks for: one key of the right length, nothing unusual."""
    if len(crypto.keys) != 1 or len(crypto.key.key) != KEY_LENGTHS.get(crypto.suite):
        return False
    # RFC 4568 §6.3.7: one with a dash in front is optional and "MAY be ignored".
    return all(parameter.startswith(("-", *HARMLESS)) for parameter in crypto.parameters)


def hide_keys(body: bytes) -> bytes:
    """Return a description, or a message with one, as it may be shown: its keys left out."""
    return _SHOWN_KEY.sub(rb"\1...", body)


def _inline(text: str) -> InlineKey:
    found = _INLINE.match(text)
    if found is None:
        raise RemoteProtocolError(400, "Bad key in a crypto attribute")
    try:
        # RFC 4568 §6.1: "padding characters ... are discarded", so they may be left out too.
        key = base64.b64decode(found[1] + "=" * (-len(found[1]) % 4), validate=True)
    except binascii.Error:
        # Without the cause, whose text could show a part of the key.
        raise RemoteProtocolError(400, "Bad key in a crypto attribute") from None
    return InlineKey(key, _lifetime(found[2]), _mki(found[3], found[4]))


def _lifetime(text: str | None) -> int | None:
    if text is None:
        return None
    power, number = text.startswith("2^"), int(text.removeprefix("2^"))
    lifetime = (1 << number if number <= 48 else MOST_LIFETIME + 1) if power else number
    if lifetime > MOST_LIFETIME:
        raise RemoteProtocolError(400, "Bad lifetime in a crypto attribute")
    return lifetime


def _mki(value: str | None, length: str | None) -> bytes:
    if value is None or length is None:
        return b""
    octets, number = int(length), int(value)
    if octets > LONGEST_MKI or number >> 8 * octets:
        raise RemoteProtocolError(400, "Bad MKI in a crypto attribute")
    return number.to_bytes(octets, "big")


def _written(key: InlineKey) -> str:
    text = "inline:" + base64.b64encode(key.key).decode("ascii")
    if key.lifetime is not None:
        text += f"|{key.lifetime}"
    if key.mki:
        text += f"|{int.from_bytes(key.mki, 'big')}:{len(key.mki)}"
    return text
