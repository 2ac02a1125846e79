"""Whether a frame holds a key's two tones (ITU-T Q.23), however long they have lasted: for hiding them.

Not which key, and not where it begins, as :mod:`media.tone_detector` tells: here what is only perhaps a key
counts, since nothing is lost but a moment of a recording.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.g711 import FRAME, SAMPLE_RATE
from media.tones import HIGH_HZ, LOW_HZ

_AT = np.arange(FRAME) / SAMPLE_RATE
_FILTERS: Final = np.exp(-2j * np.pi * np.outer(_AT, LOW_HZ + HIGH_HZ))
_LOW, _HIGH = slice(0, len(LOW_HZ)), slice(len(LOW_HZ), None)

LEAST_RMS: Final = 60.0
"""Of full scale 32768, some -55 dBFS: a tone below it is lost in the noise of any line."""
LEAST_SHARE: Final = 0.4
"""Share of a frame's energy that a key's two tones hold at least: half of it where speech is as loud."""
LEAST_OF_EACH: Final = 0.02
"""Each of the two alone: one tone by itself is none. A twist of 9 dB leaves the weaker an eighth."""


def sound_like_keys(samples: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Return which frames, ``(n, 160)``, hold a key's tones; the result is ``(n,)``."""
    sound = samples.astype(np.float64)
    energy = np.einsum("ij,ij->i", sound, sound)
    # Of a sine of amplitude A the filter shows A·N/2, whose energy is A²·N/2.
    tones = np.abs(sound @ _FILTERS) ** 2 * (2 / FRAME)
    low, high = tones[:, _LOW].max(axis=1), tones[:, _HIGH].max(axis=1)
    loud: NDArray[np.bool_] = energy > FRAME * LEAST_RMS**2
    each = np.minimum(low, high) > LEAST_OF_EACH * energy
    found: NDArray[np.bool_] = loud & each & (low + high > LEAST_SHARE * energy)
    return found
