"""Nonces and key streams of many packets at once (RFC 3711 §4.1.1, RFC 7714 §8.1)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.srtp import BLOCK, GCM_SALT, CounterMode

SPARE: Final = BLOCK
"""Octets that the library of ciphers wants to find free behind what it writes."""


def counter_nonces(
    salt: NDArray[np.uint8], ssrc: NDArray[np.int64], index: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Return ``(packets, 16) uint8`` for counter mode; ``salt`` alike, ``ssrc`` and ``index`` ``(packets,)``.

    RFC 3711 §4.1.1: IV = (k_s * 2^16) XOR (SSRC * 2^64) XOR (i * 2^16); the low 16 bits count blocks.
    """
    nonce = salt.copy()
    words = nonce.view(">u4")
    words[:, 1] ^= ssrc.astype(np.uint32)
    words[:, 2] ^= (index >> 16).astype(np.uint32)
    words[:, 3] ^= ((index & 0xFFFF) << 16).astype(np.uint32)
    return nonce


def galois_nonces(
    salt: NDArray[np.uint8], ssrc: NDArray[np.int64], index: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Return ``(packets, 12) uint8`` for Galois mode; ``salt`` ``(packets, 16)``, of which 12 octets count.

    RFC 7714 §8.1: two zero octets, SSRC, roll-over counter, sequence number, XOR the salt.
    """
    nonce = salt[:, :GCM_SALT].copy()
    words = nonce.view(">u2")
    for place, part in enumerate((ssrc >> 16, ssrc, index >> 32, index >> 16, index), start=1):
        words[:, place] ^= (part & 0xFFFF).astype(np.uint16)
    return nonce


class KeyStreams:
    """Key streams of many packets at once, ``blocks`` blocks of each (RFC 3711 §4.1.1)."""

    def __init__(self, blocks: int) -> None:
        self._blocks = blocks
        self._counters = np.zeros((0, blocks, BLOCK), np.uint8)
        self._streams = np.zeros((0, blocks * BLOCK + SPARE), np.uint8)
        self._places: list[tuple[memoryview, memoryview]] = []

    def of(
        self,
        salt: NDArray[np.uint8],
        ssrc: NDArray[np.int64],
        index: NDArray[np.int64],
        modes: list[CounterMode],
    ) -> NDArray[np.uint8]:
        """Return ``(packets, octets) uint8``, a view that the next call overwrites.

        ``salt`` ``(packets, 16)``, ``ssrc`` and ``index`` ``(packets,)`` make the nonces.
        """
        count = len(modes)
        if count > len(self._places):
            self._grow(count)
        counters = self._counters[:count]
        counters[:] = counter_nonces(salt, ssrc, index)[:, None, :]
        counters.view(">u2")[:, :, -1] = np.arange(self._blocks)
        for mode, (source, target) in zip(modes, self._places, strict=False):
            mode.blocks.update_into(source, target)
        return self._streams[:count, : self._blocks * BLOCK]

    def _grow(self, count: int) -> None:
        """Make room for so many packets; twice what is asked, as calls come one by one."""
        count *= 2
        self._counters = np.zeros((count, self._blocks, BLOCK), np.uint8)
        self._streams = np.zeros((count, self._blocks * BLOCK + SPARE), np.uint8)
        sources, targets = self._counters.data.cast("B"), self._streams.data.cast("B")
        size, room = self._blocks * BLOCK, self._blocks * BLOCK + SPARE
        self._places = [
            (sources[at * size : at * size + size], targets[at * room : at * room + room])
            for at in range(count)
        ]
