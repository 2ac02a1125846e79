"""Compose the hold music and the beep that come with the switch: ``python tools/compose_music.py [FOLDER]``.

The piece is the project's own: sixteen bars of slow four-four, soft struck chords, a broken-chord figure
and, the second time round, a tune on top. It is written for a telephone: what matters lies between 300 and
3400 Hz, the level never jumps (a caller must not take a pause for a lost line), and the end runs into the
beginning, because every sound, echo and filter goes round a circle as long as the piece. Nothing is random.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

Samples = NDArray[np.float64]

SAMPLE_RATE: Final = 8000
FRAME: Final = 160
"""20 ms: a loop of whole frames needs no half-filled one at its seam."""

BEAT: Final = 6480
"""Samples: 74 beats a minute. With four to the bar every bar is a whole number of frames."""
BAR: Final = 4 * BEAT
LENGTH: Final = 16 * BAR

LEVEL_DBOV: Final = -20.0
"""The level of all that is heard, prompts included."""

LOW_HZ: Final = 280.0
HIGH_HZ: Final = 3300.0
EDGE_HZ: Final = 80.0
"""The band of a telephone, with soft edges; a little inside, so that the line's filters change nothing."""

EVEN_SECONDS: Final = 0.25
"""The level is looked at over this long: shorter would flatten the strokes, longer would let them jump."""

# MIDI note numbers, low to high: the bass, then the chord.
CHORDS: Final[Sequence[tuple[int, ...]]] = (
    (48, 64, 67, 71, 74),  # C major 7, 9
    (52, 62, 67, 71, 76),  # E minor 7
    (53, 64, 69, 72, 76),  # F major 7
    (50, 65, 69, 72, 76),  # D minor 7, 9
    (57, 64, 67, 72, 76),  # A minor 7
    (52, 62, 67, 71, 74),  # E minor 7
    (53, 65, 69, 72, 79),  # F, 9
    (55, 65, 69, 72, 74),  # G, suspended
)

FIGURE: Final = (1, 3, 2, 4, 3, 2, 4, 3)
"""Which tone of the chord each eighth of a bar strikes."""

TUNE: Final[Sequence[tuple[float, int, float]]] = (
    # Beat from the start of the second half, note, length in beats.
    *((0, 79, 2), (2, 76, 1), (3, 74, 1)),
    *((4, 71, 3), (7, 74, 1)),
    *((8, 76, 2), (10, 81, 1.5), (11.5, 79, 0.5)),
    *((12, 77, 1), (13, 76, 1), (14, 74, 2)),
    *((16, 76, 2), (18, 79, 1), (19, 84, 1)),
    *((20, 83, 2.5), (22.5, 79, 0.5), (23, 78, 1)),
    *((24, 79, 1), (25, 81, 1), (26, 79, 1), (27, 76, 1)),
    *((28, 74, 3), (31, 76, 1)),
)


def frequency(note: int) -> float:
    """Return the hertz of a MIDI note in equal temperament, A4 being 440."""
    return float(440.0 * 2.0 ** ((note - 69) / 12.0))


def struck(note: int, seconds: float, *, brightness: float) -> Samples:
    """Return a soft struck tone: harmonics that fall off faster the higher they are."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tone = np.zeros_like(time)
    base = frequency(note)
    for harmonic in range(1, 13):
        hertz = base * harmonic
        if hertz > HIGH_HZ:
            break
        decay = np.exp(-time * (0.9 + 0.6 * harmonic))
        tone += brightness ** (harmonic - 1) / harmonic * decay * np.sin(2 * np.pi * hertz * time)
    # 12 ms to rise: no click; the last tenth fades, so that no tone is cut.
    rise = np.minimum(1.0, time / 0.012)
    fade = np.minimum(1.0, (seconds - time) / (0.1 * seconds))
    return tone * rise * fade


def breathed(note: int, seconds: float) -> Samples:
    """Return a flute-like tone for the tune: few harmonics, a slow rise, a slight vibrato."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = 2 * np.pi * frequency(note) * time + 0.25 * np.sin(2 * np.pi * 4.8 * time) * np.minimum(1.0, time)
    tone = np.sin(wave) + 0.25 * np.sin(2 * wave) + 0.08 * np.sin(3 * wave)
    shape = np.minimum(1.0, time / 0.07) * np.minimum(1.0, (seconds - time) / 0.18)
    faded: Samples = tone * np.clip(shape, 0.0, 1.0)
    return faded


def lay(circle: Samples, start: int, sound: Samples, gain: float) -> None:
    """Add ``sound`` into the piece from sample ``start`` on, round its end into its beginning."""
    places = (start + np.arange(len(sound))) % len(circle)
    np.add.at(circle, places, gain * sound)


def finish(circle: Samples) -> Samples:
    """Return the piece with a little room round it, evened, inside the band. Nothing breaks the circle."""
    room = circle.copy()
    for delay, gain in ((0.137, 0.22), (0.211, 0.17), (0.323, 0.12), (0.461, 0.08)):
        room += gain * np.roll(circle, int(delay * SAMPLE_RATE))
    spectrum = np.fft.rfft(room)
    hertz = np.fft.rfftfreq(len(room), 1 / SAMPLE_RATE)
    slope_in = np.clip((hertz - LOW_HZ) / EDGE_HZ + 0.5, 0.0, 1.0)
    slope_out = np.clip((HIGH_HZ - hertz) / EDGE_HZ + 0.5, 0.0, 1.0)
    band = np.sin(np.pi / 2 * slope_in) * np.sin(np.pi / 2 * slope_out)
    return levelled(evened(np.fft.irfft(spectrum * band, len(room))))


def evened(samples: Samples) -> Samples:
    """Return the samples with half (in decibels) of their slow changes of level taken out."""
    window = np.hanning(int(EVEN_SECONDS * SAMPLE_RATE))
    kernel = np.zeros(len(samples))
    kernel[: len(window)] = window / window.sum()
    kernel = np.roll(kernel, -(len(window) // 2))
    power = np.fft.irfft(np.fft.rfft(samples**2) * np.fft.rfft(kernel), len(samples))
    even: Samples = samples * np.maximum(power, 1e-9) ** -0.25
    return even


def levelled(samples: Samples) -> Samples:
    """Return the samples at the level of everything else (RMS, 1.0 being overload)."""
    rms = float(np.sqrt(np.mean(samples**2)))
    at_level: Samples = samples * (10.0 ** (LEVEL_DBOV / 20.0) / rms)
    return at_level


def hold_music() -> Samples:
    """Return the piece: 51.84 s at 8000 Hz, 1.0 being overload."""
    circle = np.zeros(LENGTH)
    for bar in range(LENGTH // BAR):
        chord = CHORDS[bar % len(CHORDS)]
        start = bar * BAR
        # The bass lies under the band: its harmonics carry it, as on any telephone.
        lay(circle, start, struck(chord[0], 3.6, brightness=1.1), 0.30)
        lay(circle, start + 2 * BEAT, struck(chord[0] + 7, 1.8, brightness=1.0), 0.16)
        for place, note in enumerate(chord[1:]):
            # Slightly spread, like a hand on a keyboard.
            lay(circle, start + place * 220, struck(note, 3.4, brightness=0.55), 0.26)
        for eighth, tone in enumerate(FIGURE):
            lay(circle, start + eighth * BEAT // 2, struck(chord[tone] + 12, 1.1, brightness=0.6), 0.17)
    half = LENGTH // 2
    for beat, note, beats in TUNE:
        lay(circle, half + int(beat * BEAT), breathed(note, beats * BEAT / SAMPLE_RATE + 0.1), 0.16)
    return finish(circle)


def beep() -> Samples:
    """Return the tone after which one speaks: 1000 Hz, 0.24 s, without clicks."""
    length = 12 * FRAME
    time = np.arange(length) / SAMPLE_RATE
    ramp = np.clip(np.minimum(time, time[::-1]) / 0.01, 0.0, 1.0)
    return levelled(np.sin(np.pi / 2 * ramp) ** 2 * np.sin(2 * np.pi * 1000.0 * time))


def write(path: Path, samples: Samples) -> None:
    """Write a FLAC file: 8000 Hz, mono, 16 bit."""
    whole = np.rint(samples * 32767.0).astype(np.int16)
    soundfile.write(path, whole, SAMPLE_RATE, format="FLAC", subtype="PCM_16")


def main(arguments: Sequence[str]) -> None:
    """Write both sounds into the folder named, or into the one the switch plays from."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parent.parent / "media" / "sounds"
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "hold_music.flac", hold_music())
    write(folder / "beep.flac", beep())


if __name__ == "__main__":
    main(sys.argv[1:])
