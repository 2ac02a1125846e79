"""Comfort noise: the hiss of a quiet line where a phone sends nothing while nobody speaks (RFC 3389)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.g711 import LAWS, SILENCE, encode

PAYLOAD_TYPE: Final = 13
"""Static payload type of comfort noise at 8 kHz (RFC 3551 table 4)."""
QUIETEST: Final = 127
"""Levels are -dBov, 0 to 127 (RFC 3389 §3.1)."""
PIECE: Final = 80
PIECES: Final = 64
"""Different pieces of 10 ms: 0.64 s, taken in an order of its own by each row, so that no two hiss alike."""
SEED: Final = 3389


def level_of(payload: bytes) -> int:
    """Return the level a comfort noise packet asks for, in -dBov; QUIETEST for an empty one.

    The spectrum that may follow is not followed: at the levels of a quiet room white noise passes.
    """
    return payload[0] & 0x7F if payload else QUIETEST


def payload_of(level: int) -> bytes:
    """Return the payload of a packet that asks for this level in -dBov."""
    return bytes((min(max(level, 0), QUIETEST),))


class ComfortNoise:
    """Noise at every level as codes of both laws, made when a level is first asked for."""

    def __init__(self) -> None:
        source = np.random.default_rng(SEED)
        self._white = source.standard_normal((PIECES, PIECE))
        self._made = np.zeros(QUIETEST + 1, np.bool_)
        self._codes = np.empty((len(LAWS), QUIETEST + 1, PIECES, PIECE), np.uint8)
        for law in LAWS:
            self._codes[law, QUIETEST] = SILENCE[law]
        self._made[QUIETEST] = True

    def prepare(self, level: int) -> None:
        """Make the noise of a level: 0.1 ms of work, done when a packet asks for it."""
        if self._made[level]:
            return
        # 0 dBov is the power of a full-scale square wave (RFC 3389 §3.1).
        samples = self._white * (32768.0 * 10 ** (-level / 20))
        clipped = np.clip(np.round(samples), -32768, 32767).astype(np.int16)
        for law in LAWS:
            self._codes[law, level] = encode(clipped, law)
        self._made[level] = True

    def pieces(
        self, law: NDArray[np.int64], level: NDArray[np.int64], turn: NDArray[np.int64]
    ) -> NDArray[np.uint8]:
        """Return 10 ms of noise ``(rows, 80)`` for each row; ``turn`` ``(rows,)`` should differ each time."""
        codes: NDArray[np.uint8] = self._codes[law, level, turn % PIECES]
        return codes
