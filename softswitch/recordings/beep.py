"""The sound by which both sides hear that they are recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import soundfile

HERTZ: Final = 1400.0
"""The pitch of recorder warning tones (47 CFR § 64.501 named it; ITU-T E.180 supplement 2 lists it)."""
SECONDS: Final = 0.2
"""Long enough to be noticed, short enough to cost nobody a word."""
LEVEL: Final = 0.1
"""Of full scale: well below speech."""
FADE_SECONDS: Final = 0.01
"""Against clicks."""
RATE: Final = 8000


def write_beep(path: Path) -> None:
    """Write it as a sound file; raise OSError."""
    at = np.arange(round(SECONDS * RATE)) / RATE
    shape = np.minimum(1.0, np.minimum(at, at[::-1]) / FADE_SECONDS)
    sound = np.round(32767 * LEVEL * shape * np.sin(2 * np.pi * HERTZ * at)).astype(np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        soundfile.write(file, sound, RATE, format="WAV")
