"""G.711 A-law and µ-law as tables (ITU-T G.711): one look-up a sample, any array shape."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint8]
Samples = NDArray[np.int16]

ALAW: Final = 0
ULAW: Final = 1
LAWS: Final = (ALAW, ULAW)
LAW_OF_CODEC: Final = {"PCMA": ALAW, "PCMU": ULAW}

SAMPLE_RATE: Final = 8000
FRAME: Final = 160
"""Samples (and bytes) of one 20 ms frame."""


def _decode_alaw() -> Samples:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = (code >> 4) & 7, code & 15
    # G.711 table 1a: 13-bit magnitudes, here shifted to 16 bits.
    magnitude = np.where(segment == 0, step * 16 + 8, (step * 16 + 264) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _decode_ulaw() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    segment, step = (code >> 4) & 7, code & 15
    # G.711 table 2a: 14-bit magnitudes with the bias of 33, here shifted to 16 bits.
    magnitude = (((step << 3) + 0x84) << segment) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _encode(decode: Samples) -> Codes:
    """Return the code of each 16-bit sample, indexed by the sample's unsigned bits."""
    positive = np.arange(128, 256)  # the top bit is the sign in both laws, set for positive samples
    order = positive[np.argsort(decode[positive])]
    ladder = decode[order].astype(np.int32).reshape(8, 16)
    # G.711 tables 1a and 2a: a level reaches half a step of its own segment up, also where steps double.
    half = (ladder[:, 1:2] - ladder[:, 0:1]) // 2
    borders = (ladder + half).ravel()[:-1]
    samples = np.arange(-32768, 32768, dtype=np.int32)
    # Negative samples by one's complement: no sample lies on a border, as in the ITU's program (G.191).
    index = np.searchsorted(borders, np.where(samples < 0, ~samples, samples), side="right")
    codes = np.where(samples < 0, order[index] ^ 0x80, order[index]).astype(np.uint8)
    table = np.empty(65536, np.uint8)
    table[samples.astype(np.int16).view(np.uint16)] = codes
    return table


DECODE: Final = np.stack([_decode_alaw(), _decode_ulaw()])
"""(laws, 256) int16: the sample of each code."""
ENCODE: Final = np.stack([_encode(DECODE[ALAW]), _encode(DECODE[ULAW])])
"""(laws, 65536) uint8: the code of each sample, indexed by its bits as uint16."""
TRANSCODE: Final = np.stack([ENCODE[1 - law][DECODE[law].view(np.uint16)] for law in LAWS])
"""(laws, 256) uint8: the code of the other law."""
SILENCE: Final = (0xD5, 0xFF)
"""The code of digital silence in each law."""


def decode(codes: Codes, law: int) -> Samples:
    """Return the samples of ``codes``, any shape."""
    samples: Samples = DECODE[law][codes]
    return samples


def encode(samples: Samples, law: int) -> Codes:
    """Return the codes of 16-bit ``samples``, any shape."""
    codes: Codes = ENCODE[law][np.ascontiguousarray(samples, dtype=np.int16).view(np.uint16)]
    return codes
