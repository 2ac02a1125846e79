"""How well keys are heard in the audio: the laboratory's table, speech and music, through G.711.

``python -m benchmarks.dtmf --speech DIR --hour``; what each row means is in README.md.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.key_sounds import (
    EVERY_KEY,
    Sound,
    composed,
    decibels,
    dial_tone,
    key_sound,
    level,
    silence,
    typed,
)
from media import g711
from media.errors import MediaError
from media.soundfiles import read_sound
from media.tone_detector import ToneDetector

HOLD_MUSIC: Final = Path(__file__).parent.parent / "media" / "sounds" / "hold_music.flac"
LAW_NAMES: Final = {g711.ALAW: "A-law", g711.ULAW: "µ-law"}

PHASES: Final = tuple(range(0, g711.FRAME, 11))
"""Where in a frame a key may begin: fifteen places, none of them alike within the detector's blocks of 80."""
SPEECH_PHASES: Final = (0, 21, 43, 64)
SPEECH_GAINS_DB: Final = (-6.0, 0.0, 6.0)
DIAGONAL: Final = "159D"
"""Every one of the eight tones once."""
MOST_ROWS: Final = 1000
"""Heard at once: as many as a worker hears in a tick."""
LANES: Final = 64
"""Speech is laid side by side in so many rows, file behind file, for speed."""
BETWEEN_FILES: Final = 6 * g711.FRAME
HOUR: Final = 3600.0
SHORT_MUSIC: Final = 300.0
"""Seconds of music without ``--hour``."""
COMPOSED_SECONDS: Final = 40.0
SEED: Final = 7291


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, as ``--json`` prints it."""

    test: str
    stimulus: str
    must: str
    spandsp: str
    reached: str
    ok: bool


def hear(sounds: Sequence[Sound], law: int) -> list[str]:
    """Return the keys heard in each sound, 20 ms after 20 ms, as the engine hands them to the detector."""
    found: list[str] = []
    for begin in range(0, len(sounds), MOST_ROWS):
        found += _hear(sounds[begin : begin + MOST_ROWS], law)
    return found


def _hear(sounds: Sequence[Sound], law: int) -> list[str]:
    # Two frames of silence behind: a key at the very end is as good as any.
    frames = -(-max(len(sound) for sound in sounds) // g711.FRAME) + 2
    samples = np.zeros((len(sounds), frames * g711.FRAME), np.int16)
    for row, sound in enumerate(sounds):
        samples[row, : len(sound)] = np.clip(np.rint(sound), -32768, 32767)
    codes = g711.encode(samples, law)
    detector, found = ToneDetector(len(sounds)), [""] * len(sounds)
    rows, laws = np.arange(len(sounds)), np.full(len(sounds), law)
    for begin in range(0, codes.shape[1], g711.FRAME):
        frame = np.ascontiguousarray(codes[:, begin : begin + g711.FRAME])
        for row, digit in detector.detect(rows, frame, laws):
            found[row] += digit
    return found


def share(sounds: Sequence[Sound], said: str, law: int) -> NDArray[np.float64]:
    """Return for each sound in which part of the phases (0 to 1) exactly ``said`` was heard in it."""
    moved = [np.concatenate([np.zeros(phase), one]) for one in sounds for phase in PHASES]
    right = np.array([heard == said for heard in hear(moved, law)], np.float64)
    part: NDArray[np.float64] = right.reshape(len(sounds), len(PHASES)).mean(axis=1)
    return part


def decode(law: int) -> Row:
    """Send every key ten times, at a loud but clean level."""
    right = np.array(
        [
            share([typed(digit * 10, 50, 50, low_dbm0=-4, high_dbm0=-4)], digit * 10, law)[0]
            for digit in EVERY_KEY
        ]
    )
    return Row(
        "decode",
        "16 digits ten times, 50 ms on, 50 off, −4 dBm0 a tone",
        "each exactly once",
        "all",
        f"{round(right.sum() * len(PHASES))} of {len(EVERY_KEY) * len(PHASES)} runs of ten",
        bool(right.min() == 1),
    )


def bandwidth(law: int) -> Row:
    """Move one tone of a key off its frequency in steps of 0.1 %, up to 6 % either way."""
    steps = np.concatenate([np.arange(-60, 0), np.arange(1, 61)])
    accepts, refuses, bands = 6.0, 0.0, []
    for digit in DIAGONAL:
        for which in ("low_off", "high_off"):
            sounds = [
                key_sound(digit, 50, low_dbm0=-17, high_dbm0=-17, **{which: step / 1000}) for step in steps
            ]
            taken = share(sounds, digit, law)
            refused = np.abs(steps[taken < 1])
            accepts = min(accepts, (refused.min() - 1) / 10 if len(refused) else 6.0)
            refuses = max(refuses, (np.abs(steps[taken > 0]).max() + 1) / 10)
            bands.append(taken.sum() / 10)
    return Row(
        "bandwidth",
        "1 5 9 D, one tone moved in 0.1 % steps to ±6 %",
        "accepts ±1.5 %, rejects ±3.5 %",
        "band 3.3–6.3 %",
        f"band {min(bands):.1f}–{max(bands):.1f} %, accepts ±{accepts:.1f} %, rejects ±{refuses:.1f} %",
        accepts >= 1.5 and refuses <= 3.5 and min(bands) >= 3.3,
    )


def twist(law: int) -> Row:
    """Weaken the high tone (normal twist), then the low one (reverse), in steps of 0.1 dB."""
    steps = np.arange(0, 20.05, 0.1)
    reach: dict[str, list[float]] = {"high_dbm0": [], "low_dbm0": []}
    for weak, reached in reach.items():
        for digit in DIAGONAL:
            tones = [{"low_dbm0": -3.0, "high_dbm0": -3.0} | {weak: -3.0 - step} for step in steps]
            taken = share([key_sound(digit, 50, **one) for one in tones], digit, law)
            reached.append(_unbroken(taken == 1) / 10 - 0.1)
    normal, reverse = reach["high_dbm0"], reach["low_dbm0"]
    return Row(
        "twist",
        "one tone −3 dBm0, the other −3 to −23 dBm0",
        "normal ≥ 8 dB, reverse ≥ 4 dB",
        "8.0–8.6 / 4.0–4.6 dB",
        f"{min(normal):.1f}–{max(normal):.1f} / {min(reverse):.1f}–{max(reverse):.1f} dB",
        min(normal) >= 8.0 and min(reverse) >= 4.0,
    )


def dynamic_range(law: int) -> Row:
    """Send keys from overload to next to nothing in steps of 1 dB."""
    levels = list(range(3, -51, -1))
    taken = np.stack(
        [
            share([key_sound(digit, 50, low_dbm0=one, high_dbm0=one) for one in levels], digit, law)
            for digit in DIAGONAL
        ]
    ).min(axis=0)
    good = [one for one, part in zip(levels, taken, strict=True) if part == 1]
    span = len(good)
    return Row(
        "dynamic range",
        "+3 to −50 dBm0 a tone",
        "≥ 35 dB",
        "39 dB",
        f"{span} dB ({max(good):+d} to {min(good)} dBm0)" if good else "0 dB",
        span >= 39 and max(good) - min(good) + 1 == span,
    )


def guard_time(law: int) -> Row:
    """Shorten a key from 49 to 10 ms in steps of 0.5 ms. Guard time: 50 ms less what is taken of the way."""
    lengths = np.arange(49, 9.9, -0.5)
    taken = np.stack(
        [
            share([typed(digit, one, 50, low_dbm0=-3, high_dbm0=-3) for one in lengths], digit, law)
            for digit in EVERY_KEY
        ]
    )
    always = lengths[_unbroken(taken.min(axis=0) == 1) - 1]
    never = lengths[taken.max(axis=0) > 0].min()
    guard = float((50 - taken.sum(axis=1) / 2).max())
    return Row(
        "guard time",
        "16 digits, 49 down to 10 ms",
        "40 ms always, under 20 ms never",
        "27 ms",
        f"{guard:.1f} ms; always from {always:g} ms, never under {never:g} ms",
        bool(guard <= 27 and always <= 40 and never >= 20),
    )


def noise(law: int, count: int = 1000) -> Row:
    """Send digits in white noise; S/N is one tone to the noise up to 4 kHz (both tones: 3 dB more)."""
    ratios, keys = list(range(15, 2, -1)), 25
    random = np.random.default_rng(SEED)
    said = ["".join(random.choice(list(EVERY_KEY), keys)) for _ in range(count // keys)]
    clean = [typed(one, 50, 50, low_dbm0=-4, high_dbm0=-4) for one in said]
    clean = [np.concatenate([np.zeros(random.integers(g711.FRAME)), one, silence(60)]) for one in clean]
    reached, right = 99, np.zeros(len(ratios), np.int64)
    for place, ratio in enumerate(ratios):
        noisy = [one + random.normal(0, level(-4 - ratio), len(one)) for one in clean]
        right[place] = sum(a == b for a, b in zip(hear(noisy, law), said, strict=True))
    whole = _unbroken(right == len(said))
    reached = ratios[whole - 1] if whole else 99
    return Row(
        "noise",
        f"{count:,} digits in white noise",
        "all at S/N 15 dB",
        "9 dB",
        f"{reached} dB (keys to noise {reached + 3} dB)",
        reached <= 9,
    )


def dial(law: int) -> Row:
    """Send every key over a dial tone that does not stop, louder and louder."""
    levels, keys = list(range(-30, -2)), EVERY_KEY * 2
    wanted = typed(keys, 50, 50, low_dbm0=-15, high_dbm0=-15)
    # Half a second of dial tone: who dials has heard it.
    quiet = np.concatenate([silence(500), wanted, silence(100)])
    taken = share([quiet + dial_tone(len(quiet), one) for one in levels], keys, law)
    whole = _unbroken(taken == 1)
    reached = levels[whole - 1] if whole else -99
    return Row(
        "dial tone",
        "350+440 Hz under digits of −15 dBm0 a tone",
        "",
        "with a filter",
        f"dial tone up to {reached} dBm0 a tone",
        reached >= -15,
    )


TABLE: Final[Sequence[Callable[[int], Row]]] = (
    decode,
    bandwidth,
    twist,
    dynamic_range,
    guard_time,
    noise,
    dial,
)


def lanes(sounds: Iterable[Sound], count: int = LANES) -> list[Sound]:
    """Lay sounds behind each other in ``count`` rows of about the same length, a silence between them."""
    rows: list[list[Sound]] = [[] for _ in range(count)]
    length = np.zeros(count, np.int64)
    for sound in sorted(sounds, key=len, reverse=True):
        shortest = int(length.argmin())
        rows[shortest] += [sound, np.zeros(BETWEEN_FILES)]
        length[shortest] += len(sound) + BETWEEN_FILES
    return [np.concatenate(row) for row in rows if row]


def talk_off(test: str, stimulus: str, sounds: Sequence[Sound], law: int) -> Row:
    """Play what holds no keys at several levels and places in the frame; count what is heard all the same."""
    seconds = sum(len(sound) for sound in sounds) / g711.SAMPLE_RATE
    heard = [
        digit
        for gain in SPEECH_GAINS_DB
        for phase in SPEECH_PHASES
        for digit in hear(
            [np.concatenate([np.zeros(phase), decibels(gain) * one]) for one in lanes(sounds)], law
        )
    ]
    hits = "".join(heard)
    times = len(SPEECH_GAINS_DB) * len(SPEECH_PHASES)
    return Row(
        test,
        stimulus,
        "0 hits",
        "0 hits in 10,457 s",
        f"{len(hits)} hits in {seconds * times:,.0f} s ({seconds:,.0f} s, {times} ways)"
        + (f": {hits[:20]}" if hits else ""),
        not hits,
    )


def music(stimulus: str, pieces: Sequence[Sound], seconds: float, law: int) -> Row:
    """Loop pieces for so long, each time at another level and place in the frame; count keys heard."""
    random = np.random.default_rng(SEED)
    played = 0
    rows: list[Sound] = []
    while played < seconds * g711.SAMPLE_RATE:
        piece = pieces[len(rows) % len(pieces)]
        gain = decibels(random.uniform(-10, 6))
        # Twice round would be the same: what changes is where the frames begin.
        rows.append(gain * np.roll(piece, int(random.integers(len(piece)))))
        played += len(piece)
    hits = "".join(hear(rows, law))
    return Row(
        "music",
        stimulus,
        "0 hits",
        "",
        f"{len(hits)} hits in {played / g711.SAMPLE_RATE:,.0f} s" + (f": {hits[:20]}" if hits else ""),
        not hits,
    )


def _unbroken(taken: NDArray[np.bool_]) -> int:
    """Return how many there are before the first that was not taken."""
    return len(taken) if taken.all() else int(taken.argmin())


def sound_files(folder: Path) -> list[Sound]:
    """Read the WAV files below a folder that can be read. Raises MediaError when there is none."""
    sounds = []
    for path in sorted(folder.rglob("*.wav")):
        # One of the Russian corpus holds a header and nothing else.
        with contextlib.suppress(MediaError):
            sounds.append(read_sound(path).astype(np.float64))
    if not sounds:
        raise MediaError(f"{folder}: holds no WAV file that can be read")
    return sounds


def measure(options: argparse.Namespace, law: int) -> Iterator[Row]:
    """Return the whole table, row by row. Raises MediaError for files that cannot be read."""
    for test in TABLE:
        yield test(law)
    for folder in options.speech:
        sounds = sound_files(folder)
        yield talk_off("talk-off", f"{len(sounds)} files of speech in {folder.name}", sounds, law)
    seconds = HOUR if options.hour else SHORT_MUSIC
    for path in [HOLD_MUSIC, *options.music]:
        yield music(path.name, [read_sound(path).astype(np.float64)], seconds, law)
    pieces = [composed(COMPOSED_SECONDS, seed) for seed in range(round(seconds / COMPOSED_SECONDS))]
    yield music("pieces composed at random", pieces, seconds, law)


def table(rows: Sequence[Row]) -> str:
    """Return the rows for people, as columns."""
    head = ("test", "stimulus", "must", "spandsp", "reached", "")
    lines = [head] + [
        (row.test, row.stimulus, row.must, row.spandsp, row.reached, "ok" if row.ok else "SHORT")
        for row in rows
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 1 when a row falls short or a file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dtmf", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the rows of each law as one JSON object")
    parser.add_argument("--speech", type=Path, nargs="+", default=[], help="folders with WAV files of speech")
    parser.add_argument("--music", type=Path, nargs="+", default=[], help="more music than the switch's own")
    parser.add_argument("--hour", action="store_true", help="an hour of each music instead of five minutes")
    parser.add_argument("--law", choices=["a", "u", "both"], default="both", help="which G.711 law")
    options = parser.parse_args(arguments)
    laws = {"a": [g711.ALAW], "u": [g711.ULAW], "both": list(g711.LAWS)}[options.law]
    try:
        tables = {LAW_NAMES[law]: list(measure(options, law)) for law in laws}
    except MediaError as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps({law: [asdict(row) for row in rows] for law, rows in tables.items()}))
    else:
        print("\n\n".join(f"{law}\n{table(rows)}" for law, rows in tables.items()))
    return 0 if all(row.ok for rows in tables.values() for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
