import numpy as np
import pytest

from benchmarks.key_sounds import composed, decibels, dial_tone, key_sound, level, silence, sine, typed
from media.tones import FULL_SCALE_DBM0


def rms(sound):
    return np.sqrt(np.mean(sound**2))


def test_levels_are_those_of_a_digital_line():
    assert rms(sine(1000, 8000, FULL_SCALE_DBM0)) == pytest.approx(32768 / np.sqrt(2))
    assert rms(sine(1000, 8000, -10)) == pytest.approx(level(-10))
    assert level(-10) / level(-30) == pytest.approx(decibels(20)) == pytest.approx(10)


@pytest.mark.parametrize(("low_off", "high_off"), [(0.0, 0.0), (0.02, -0.03)])
def test_a_key_is_its_two_tones(low_off, high_off):
    sound = key_sound("6", 1000, low_dbm0=-3, high_dbm0=-9, low_off=low_off, high_off=high_off)
    spectrum = np.abs(np.fft.rfft(sound))
    low, high = spectrum[:1000].argmax(), 1000 + spectrum[1000:].argmax()
    assert low == round(770 * (1 + low_off))
    assert high == round(1477 * (1 + high_off))
    assert spectrum[low] > 1.5 * spectrum[high]


def test_keys_are_typed_one_after_the_other():
    sound = typed("12", 50, 30, low_dbm0=-7, high_dbm0=-7)
    assert len(sound) == 2 * (400 + 240)
    assert rms(sound[400:640]) == rms(silence(30)) == 0
    assert rms(sound[640:1040]) > 1000


def test_a_dial_tone_has_two_tones_of_the_level():
    assert rms(dial_tone(80_000, -15)) == pytest.approx(np.sqrt(2) * level(-15), rel=0.01)


def test_a_piece_is_the_same_each_time_and_another_for_another_seed():
    one, again, other = composed(4, 1), composed(4, 1), composed(4, 2)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert len(one) == 32_000
    assert 20 * np.log10(rms(one) / 32767) == pytest.approx(-20, abs=0.1)
