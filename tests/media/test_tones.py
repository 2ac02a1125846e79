"""Tones as they should sound."""

from __future__ import annotations

import numpy as np
import pytest

from media.g711 import SAMPLE_RATE
from media.telephone_event import DIGITS
from media.tones import FULL_SCALE_DBM0, HIGH_HZ, LOW_HZ, beep, busy, key, ring_back, sine


def level(samples: np.ndarray) -> float:
    """Return dBm0 of the middle of a sound, away from its fades."""
    middle = samples[80:-80].astype(float)
    return 10 * np.log10(np.mean(middle**2) / (32768**2 / 2)) + FULL_SCALE_DBM0


def strongest(samples: np.ndarray, count: int) -> list[int]:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), SAMPLE_RATE))
    found = []
    for _ in range(count):
        top = int(spectrum.argmax())
        found.append(top)
        spectrum[max(top - 40, 0) : top + 40] = 0
    return sorted(found)


@pytest.mark.parametrize("hertz", [425, 697, 1633])
def test_a_sine_has_its_frequency_and_level(hertz):
    samples = sine(hertz, 0.5, -13.0)
    assert strongest(samples, 1) == [hertz]
    assert level(samples) == pytest.approx(-13.0, abs=0.05)


def test_a_sine_begins_and_ends_without_a_click():
    samples = sine(1000, 0.1, 0.0).astype(int)
    assert np.abs(samples[[0, -1]]).max() == 0
    assert np.abs(np.diff(samples[:10])).max() < 6000


@pytest.mark.parametrize("seconds", [0.0, 0.000125, 0.001, 0.0101])
def test_a_sine_may_be_shorter_than_its_fades(seconds):
    assert len(sine(425, seconds, -10.0)) == round(seconds * SAMPLE_RATE)


@pytest.mark.parametrize(("tone", "on", "off"), [(ring_back, 1.0, 4.0), (busy, 0.5, 0.5)])
def test_polish_cadences(tone, on, off):
    samples = tone()
    sounding, silent = np.split(samples, [round(on * SAMPLE_RATE)])
    assert len(samples) == round((on + off) * SAMPLE_RATE)
    assert len(samples) % 160 == 0  # a loop of whole frames has no seam
    assert strongest(sounding, 1) == [425]
    assert not silent.any()


def test_all_keys_have_their_two_tones():
    pairs = {digit: tuple(strongest(key(digit, 0.2), 2)) for digit in DIGITS}
    assert pairs["1"] == (697, 1209)
    assert pairs["D"] == (941, 1633)
    assert pairs["0"] == (941, 1336)
    assert len(set(pairs.values())) == 16
    assert {low for low, _ in pairs.values()} == set(map(int, LOW_HZ))
    assert {high for _, high in pairs.values()} == set(map(int, HIGH_HZ))


def test_a_key_has_its_length_and_level_and_never_wraps():
    assert len(key("5", 0.12)) == 960
    assert level(key("5", 0.5)) == pytest.approx(-4.0, abs=0.1)  # two tones of -7
    loud, soft = key("5", 0.5, 3.0).astype(int), key("5", 0.5, -7.0).astype(int)
    assert loud.max() == 32767
    assert (loud * soft >= 0).all()  # clipped, not turned over


@pytest.mark.parametrize("digit", ["x", "E", "?"])
def test_what_is_no_key_raises(digit):
    with pytest.raises(ValueError, match="is no key"):
        key(digit)


def test_the_tone_to_speak_after_is_no_key_and_comes_a_breath_later():
    samples = beep()
    assert not samples[: SAMPLE_RATE // 10].any()
    assert strongest(samples[SAMPLE_RATE // 10 :][:3200], 1)[0] == pytest.approx(1000, abs=5)
    assert not {1000.0} & {*LOW_HZ, *HIGH_HZ}
