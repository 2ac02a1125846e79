"""A phone that speaks SRTP with an engine: it encrypts what it sends and reads what it is sent."""

from __future__ import annotations

from media.commands import MediaKey
from media.opening import estimate
from media.srtp import SUITES, Key
from tests.media.room import Room

CM_80 = "AES_CM_128_HMAC_SHA1_80"
TO_US, TO_PHONE = 1, 2


def media_key(suite: str, seed: int, mki: bytes = b"") -> MediaKey:
    """Return a key of a suite; another for each seed."""
    return MediaKey(suite, bytes((seed * 37 + place) & 0xFF for place in range(SUITES[suite].master)), mki)


class SecretPhone:
    """The phone of one encrypted leg. ``audio`` is one packet of its sound, encrypted."""

    def __init__(
        self,
        room: Room,
        leg: int = 1,
        suite: str = CM_80,
        *,
        mki: bytes = b"",
        seed: int = 0,
        **changes: object,
    ) -> None:
        self.room = room
        self.leg = leg
        self.ours = media_key(suite, TO_PHONE + seed)
        self.theirs = media_key(suite, TO_US + seed, mki)
        self.stream = room.open(leg, ours=self.ours, theirs=self.theirs, **changes)
        self.use(self.theirs)
        self._listens = Key(self.ours.suite, self.ours.key)
        self.newest: int | None = None
        """Index of the newest packet it has read."""
        self._controls = 0

    def use(self, key: MediaKey) -> None:
        """Encrypt with this key from now on."""
        self._speaks = Key(key.suite, key.key, key.mki)
        self._origin = self.stream.sequence >> 16 << 16

    def listen(self, key: MediaKey) -> None:
        """Read with this key from now on; its roll-over counter begins at 0."""
        self._listens, self.newest = Key(key.suite, key.key, key.mki), None

    def sealed(self, packet: bytes) -> bytes:
        """Encrypt a packet that the stream has just made."""
        index = estimate(self.stream.sequence - self._origin, int.from_bytes(packet[2:4], "big"))
        return self._speaks.protect(packet, index)

    def audio(self, payload: bytes = bytes([0xD5]) * 160) -> bytes:
        """Return the next packet of sound."""
        return self.sealed(self.stream.audio(payload))

    def report(self, packet: bytes) -> bytes:
        """Encrypt an RTCP packet."""
        self._controls += 1
        return self._speaks.protect_control(packet, self._controls)

    def reads(self, packet: bytes) -> bytes | None:
        """Return a packet it was sent as it reads it, None when it is not authentic."""
        number = int.from_bytes(packet[2:4], "big")
        index = number if self.newest is None else estimate(self.newest, number)
        plain = self._listens.unprotect(packet, index)
        if plain is not None:
            self.newest = max(self.newest or 0, index)
        return plain

    def reads_report(self, packet: bytes) -> bytes | None:
        """Return an RTCP packet it was sent, None when it is not authentic."""
        return self._listens.unprotect_control(packet)
