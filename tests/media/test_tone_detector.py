"""Keys in the audio: what a telephone laboratory asks of a receiver (ITU-T Q.24, side 1 of the CM7291)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from media import g711
from media.tone_detector import DIGIT_CHARS, ToneDetector
from media.tones import FULL_SCALE_DBM0, HIGH_HZ, KEYPAD, LOW_HZ

RATE = g711.SAMPLE_RATE
ALL_KEYS = DIGIT_CHARS


def frequencies(digit: str) -> tuple[float, float]:
    row = next(index for index, line in enumerate(KEYPAD) if digit in line)
    return LOW_HZ[row], HIGH_HZ[KEYPAD[row].index(digit)]


def tone(
    digit: str,
    milliseconds: float = 50,
    *,
    low_dbm0: float = -7.0,
    high_dbm0: float = -7.0,
    low_off: float = 0.0,
    high_off: float = 0.0,
) -> np.ndarray:
    """Return a key with hard edges: levels in dBm0, frequencies off by a ratio."""
    time = np.arange(round(milliseconds * RATE / 1000)) / RATE
    low, high = frequencies(digit)

    def one(hertz: float, dbm0: float) -> np.ndarray:
        return 32768 * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20) * np.sin(2 * np.pi * hertz * time)

    return one(low * (1 + low_off), low_dbm0) + one(high * (1 + high_off), high_dbm0)


def silence(milliseconds: float) -> np.ndarray:
    return np.zeros(round(milliseconds * RATE / 1000))


def typed(digits: str, on: float, off: float, **tone_args: float) -> np.ndarray:
    return np.concatenate([part for digit in digits for part in (tone(digit, on, **tone_args), silence(off))])


def heard(*sounds: np.ndarray, law: int = g711.ALAW, detector: ToneDetector | None = None) -> list[str]:
    """Return the digits heard in each sound; all are listened to at once, a row each."""
    detector = detector or ToneDetector(len(sounds))
    length = -(-max(len(sound) for sound in sounds) // 160) * 160 + 480
    codes = np.stack([coded(sound, length, law) for sound in sounds])
    rows, laws = np.arange(len(sounds)), np.full(len(sounds), law)
    found = [""] * len(sounds)
    for begin in range(0, length, 160):
        for row, digit in detector.detect(rows, codes[:, begin : begin + 160], laws):
            found[row] += digit
    return found


def coded(sound: np.ndarray, length: int, law: int) -> np.ndarray:
    samples = np.zeros(length)
    samples[: len(sound)] = sound
    return g711.encode(np.clip(np.round(samples), -32768, 32767).astype(np.int16), law)


@pytest.mark.parametrize("law", g711.LAWS)
@pytest.mark.parametrize(("on", "off"), [(50, 50), (40, 40)])
def test_all_keys_at_every_place_in_the_frame(law, on, off):
    sounds = [np.concatenate([np.zeros(shift), typed(ALL_KEYS, on, off)]) for shift in range(160)]
    missed = {shift: said for shift, said in enumerate(heard(*sounds, law=law)) if said != ALL_KEYS}
    assert missed == {}


def test_the_same_key_ten_times():
    assert heard(*(typed(digit * 10, 50, 50, low_dbm0=-4, high_dbm0=-4) for digit in ALL_KEYS)) == [
        digit * 10 for digit in ALL_KEYS
    ]


def test_a_long_press_is_one_key():
    assert heard(*(tone(digit, 3000) for digit in ALL_KEYS)) == list(ALL_KEYS)


def test_no_burst_shorter_than_twenty_milliseconds_is_a_key():
    sounds = [
        np.concatenate([np.zeros(shift), typed("1590D#", milliseconds, 60)])
        for shift in range(0, 160, 7)
        for milliseconds in (10, 15, 18, 19.5)
    ]
    assert set(heard(*sounds)) == {""}


def test_a_break_of_ten_milliseconds_does_not_make_two_keys():
    """Q.24: an interruption shorter than 10 ms belongs to the key."""
    broken = [
        np.concatenate([np.zeros(shift), tone(digit, 50), silence(9), tone(digit, 50)])
        for digit in "159D"
        for shift in range(0, 160, 11)
    ]
    assert {len(said) for said in heard(*broken)} == {1}


@pytest.mark.parametrize("off", [-0.015, -0.01, 0.01, 0.015])
@pytest.mark.parametrize("which", ["low_off", "high_off"])
def test_frequencies_a_little_off_are_taken(which, off):
    assert heard(*(typed(digit * 4, 50, 50, **{which: off}) for digit in ALL_KEYS)) == [
        digit * 4 for digit in ALL_KEYS
    ]


@pytest.mark.parametrize("off", [-0.06, -0.045, -0.035, 0.035, 0.045, 0.06])
@pytest.mark.parametrize("which", ["low_off", "high_off"])
def test_frequencies_too_far_off_are_refused(which, off):
    assert set(heard(*(typed(digit * 4, 50, 50, **{which: off}) for digit in ALL_KEYS))) == {""}


def test_a_weaker_high_tone_is_taken_down_to_eight_decibels():
    assert heard(*(typed(digit * 4, 50, 50, low_dbm0=-3, high_dbm0=-11) for digit in ALL_KEYS)) == [
        digit * 4 for digit in ALL_KEYS
    ]
    assert set(heard(*(typed(digit, 50, 50, low_dbm0=-3, high_dbm0=-15) for digit in ALL_KEYS))) == {""}


def test_a_weaker_low_tone_is_taken_down_to_four_decibels():
    assert heard(*(typed(digit * 4, 50, 50, low_dbm0=-7, high_dbm0=-3) for digit in ALL_KEYS)) == [
        digit * 4 for digit in ALL_KEYS
    ]
    assert set(heard(*(typed(digit, 50, 50, low_dbm0=-13, high_dbm0=-3) for digit in ALL_KEYS))) == {""}


@pytest.mark.parametrize("law", g711.LAWS)
def test_levels_from_loud_to_faint(law):
    """At least 35 dB from the loudest; Q.24 wants -25 dBm."""
    levels = [0, -3, -10, -20, -30, -36]
    sounds = [typed("159D", 50, 50, low_dbm0=level, high_dbm0=level) for level in levels]
    assert heard(*sounds, law=law) == ["159D"] * len(levels)


def test_what_is_too_faint_is_no_key():
    assert heard(typed("159D", 50, 50, low_dbm0=-55, high_dbm0=-55)) == [""]


def test_a_thousand_digits_in_noise():
    """White noise 15 dB below the key: every one is found, and none that is not there."""
    generator = np.random.default_rng(4733)
    digits = ["".join(generator.choice(list(ALL_KEYS), 25)) for _ in range(40)]
    sounds = [typed(said, 50, 50) for said in digits]
    power = np.mean(tone("1", 1000) ** 2)
    noisy = [sound + generator.normal(0, np.sqrt(power / 10**1.5), len(sound)) for sound in sounds]
    assert heard(*noisy) == digits


def speech_like(seconds: int, generator: np.random.Generator) -> np.ndarray:
    """Return syllables: harmonics of a gliding pitch, shaped by three wandering formants, and hisses."""
    count = seconds * RATE
    time = np.arange(count) / RATE

    def wandering(low: float, high: float, every: float) -> np.ndarray:
        points = generator.uniform(low, high, int(seconds / every) + 2)
        return np.interp(time, np.arange(len(points)) * every, points)

    pitch = wandering(80, 220, 0.3)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    formants = [wandering(250, 900, 0.12), wandering(800, 2400, 0.12), wandering(2000, 3300, 0.12)]
    voice = np.zeros(count)
    for harmonic in range(1, 40):
        hertz = harmonic * pitch
        gain = sum(
            weight / (1 + ((hertz - formant) / 130) ** 2)
            for formant, weight in zip(formants, (1.0, 0.7, 0.3), strict=True)
        )
        voice += np.where(hertz < 3800, gain, 0) * np.sin(harmonic * phase)
    loudness = np.clip(wandering(-0.4, 1, 0.1), 0, None)
    hiss = generator.normal(0, 0.2, count) * np.clip(wandering(-1, 1, 0.15), 0, None)
    sound = voice * loudness + hiss
    return 12_000 * sound / np.abs(sound).max()


def music_like(seconds: int, generator: np.random.Generator) -> np.ndarray:
    """Return chords of three to five notes of the equal scale with overtones, many of them near key tones."""
    parts = []
    for _ in range(seconds * 4):
        notes = 110 * 2 ** (generator.choice(48, generator.integers(3, 6), replace=False) / 12)
        time = np.arange(RATE // 4) / RATE
        chord = sum(
            np.sin(2 * np.pi * note * overtone * time) / overtone**1.5
            for note in notes
            for overtone in range(1, 6)
            if note * overtone < 3800
        )
        parts.append(chord * np.exp(-4 * time))
    sound = np.concatenate(parts)
    return 12_000 * sound / np.abs(sound).max()


@pytest.mark.parametrize("snr", [9, 15])
def test_a_long_press_in_noise_is_one_key(snr):
    generator = np.random.default_rng(24)
    noise = np.sqrt(np.mean(tone("1", 1000) ** 2) / 2 / 10 ** (snr / 10))
    sounds = [np.concatenate([silence(300), tone(digit, 1500), silence(300)]) for digit in ALL_KEYS * 3]
    assert heard(*(sound + generator.normal(0, noise, len(sound)) for sound in sounds)) == list(ALL_KEYS * 3)


def test_every_key_of_thirty_milliseconds_is_taken():
    sounds = [
        np.concatenate([np.zeros(shift), tone(digit, 30)]) for digit in ALL_KEYS for shift in range(0, 80, 3)
    ]
    assert heard(*sounds) == [digit for digit in ALL_KEYS for _ in range(0, 80, 3)]


def test_no_key_of_less_than_twenty_milliseconds_is_taken():
    sounds = [
        np.concatenate([np.zeros(shift), tone(digit, 19.75)])
        for digit in ALL_KEYS
        for shift in range(0, 80, 3)
    ]
    assert set(heard(*sounds)) == {""}


def lasting(pair: tuple[float, ...], seconds: float, dbm0: float) -> np.ndarray:
    """Return a sum of sines of this level each."""
    time = np.arange(round(seconds * RATE)) / RATE
    amplitude = 32768 * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20)
    return sum(amplitude * np.sin(2 * np.pi * hertz * time) for hertz in pair)


@pytest.mark.parametrize("pair", [(350, 440), (350, 450), (425,)])
def test_keys_upon_a_dial_tone_twice_as_loud(pair):
    keys = np.concatenate([silence(600), typed(ALL_KEYS, 50, 50, low_dbm0=-15, high_dbm0=-15), silence(60)])
    shifted = [np.concatenate([np.zeros(shift), keys]) for shift in range(0, 160, 23)]
    sounds = [sound + lasting(pair, len(sound) / RATE, -9) for sound in shifted]
    assert heard(*sounds) == [ALL_KEYS] * len(sounds)


def test_a_dial_tone_that_ends_is_forgotten():
    """Seconds later the sound is whole again: what would only be a key without its 440 Hz is none."""
    muddled = lasting((770, 1336, 440), 0.2, -10)
    sound = np.concatenate([lasting((350, 440), 1, -10), silence(2500), muddled, silence(100)])
    assert heard(sound) == [""]


def test_two_notes_in_the_midst_of_music_are_no_key():
    """G5 and E6 of the equal scale are nearly the tones of a 5; they begin where other notes end."""
    chord, notes = lasting((523.25, 659.26, 987.77), 0.5, -12), lasting((783.99, 1318.51), 0.5, -10)
    assert heard(np.concatenate([chord, notes, chord])) == [""]


def test_a_key_in_the_midst_of_music_is_taken():
    """Nothing was quieter before it, but it is as pure and true as no instrument."""
    chord = lasting((523.25, 659.26, 987.77), 0.5, -10)
    sounds = [np.concatenate([np.zeros(shift), chord, tone("5", 100), chord]) for shift in range(0, 160, 20)]
    assert heard(*sounds) == ["5"] * len(sounds)


@pytest.mark.parametrize("kind", [speech_like, music_like])
def test_speech_and_music_are_no_keys(kind):
    """Sixteen voices of half a minute: eight minutes of what keys must not be found in."""
    sounds = [kind(30, np.random.default_rng(seed)) for seed in range(16)]
    assert heard(*sounds) == [""] * 16


@pytest.mark.parametrize(
    "pair", [(350, 440), (440, 480), (480, 620), (425, 425), (1400, 2060), (2100, 2100), (1100, 1100)]
)
def test_progress_and_fax_tones_are_no_keys(pair):
    time = np.arange(2 * RATE) / RATE
    assert heard(sum(9000 * np.sin(2 * np.pi * hertz * time) for hertz in pair)) == [""]


def test_one_tone_or_three_are_no_key():
    low, high = frequencies("5")
    time = np.arange(RATE // 2) / RATE
    alone = [9000 * np.sin(2 * np.pi * hertz * time) for hertz in (low, high)]
    third = alone[0] + alone[1] + 9000 * np.sin(2 * np.pi * 941.0 * time)
    assert heard(*alone, third) == ["", "", ""]


def test_rows_of_both_laws_are_heard_beside_each_other():
    detector, laws = ToneDetector(4), np.array([g711.ULAW, g711.ALAW, g711.ULAW])
    rows, digits = np.array([3, 0, 2]), "7*A"
    codes = np.stack([coded(tone(d, 60), 960, law) for d, law in zip(digits, laws, strict=True)])
    found = [
        hit
        for begin in range(0, 960, 160)
        for hit in detector.detect(rows, codes[:, begin : begin + 160], laws)
    ]
    assert sorted(found) == [(0, "*"), (2, "A"), (3, "7")]


def feed(detector: ToneDetector, sound: np.ndarray) -> str:
    return heard(sound, detector=detector)[0]


def test_a_reset_row_hears_the_same_key_again():
    detector = ToneDetector(1)
    frames = coded(tone("5", 100), 800, g711.ALAW).reshape(5, 1, 160)
    rows, law = np.array([0]), np.array([g711.ALAW])

    def listen() -> list[tuple[int, str]]:
        return [hit for frame in frames for hit in detector.detect(rows, frame, law)]

    assert listen() == [(0, "5")]
    assert listen() == []  # held on
    detector.reset(0)
    assert listen() == [(0, "5")]


@pytest.mark.parametrize(("missing", "keys"), [(1, 1), (2, 1), (3, 2), (50, 2)])
def test_packets_that_never_come(missing, keys):
    """A short loss in the midst of a key is bridged; a phone that sends nothing for longer let the key go."""
    detector = ToneDetector(1)
    frames = coded(tone("5", 120), 960, g711.ALAW).reshape(6, 1, 160)
    rows, law, found = np.array([0]), np.array([g711.ALAW]), []
    for frame in frames:
        found += detector.detect(rows, frame, law)
    for _ in range(missing):
        detector.miss(rows)
    for frame in frames:
        found += detector.detect(rows, frame, law)
    assert found == [(0, "5")] * keys


def test_nobody_listening_costs_nothing():
    nobody: Sequence[int] = ()
    empty = np.array(nobody, np.int64)
    assert ToneDetector(1).detect(empty, np.zeros((0, 160), np.uint8), empty) == []
