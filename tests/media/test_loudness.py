"""One loudness for everything that is played."""

from __future__ import annotations

import numpy as np
import pytest

from media.loudness import HIGHEST_PEAK, MOST_GAIN_DB, WANTED_DBOV, level_dbov, levelled


def tone(dbov: float, seconds: float = 2.0) -> np.ndarray:
    """Return a sine whose power is this far below a full-scale square wave."""
    amplitude = 32768 * np.sqrt(2) * 10 ** (dbov / 20)
    return np.round(amplitude * np.sin(np.arange(round(seconds * 8000)) * 0.8)).astype(np.int16)


def pause(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * 8000), np.int16)


@pytest.mark.parametrize("dbov", [-6.0, -20.0, -45.0])
def test_a_level_is_the_power_while_it_sounds(dbov):
    assert level_dbov(tone(dbov)) == pytest.approx(dbov, abs=0.1)


def test_pauses_and_soft_passages_do_not_count():
    talk = np.concatenate([tone(-20), pause(5), tone(-20), tone(-45, 5.0)])
    assert level_dbov(talk) == pytest.approx(-20, abs=0.8)


def test_a_sound_shorter_than_a_block_has_a_level_too():
    assert level_dbov(tone(-20, 0.1)) == pytest.approx(-20, abs=0.3)


def test_silence_has_none_and_stays_silence():
    assert level_dbov(pause(3)) is None
    assert not levelled(pause(3)).any()


@pytest.mark.parametrize("dbov", [-4.0, -12.0, -26.0, -38.0])
def test_loud_and_soft_come_out_the_same(dbov):
    assert level_dbov(levelled(tone(dbov))) == pytest.approx(WANTED_DBOV, abs=0.2)


def test_what_is_right_already_is_not_touched():
    right = tone(WANTED_DBOV + 0.3)
    assert levelled(right) is right


def test_peaks_are_not_clipped_for_loudness():
    """A soft voice with one loud knock: the knock bounds the gain."""
    sound = tone(-40, 4.0)
    sound[16_000:16_004] = 20_000
    out = levelled(sound)
    assert np.abs(out.astype(int)).max() <= 32768 * HIGHEST_PEAK + 1
    assert level_dbov(out) > -40 + 3


def test_noise_is_not_blown_up():
    assert level_dbov(levelled(tone(-60))) == pytest.approx(-60 + MOST_GAIN_DB, abs=0.3)


def test_a_loud_sound_with_full_peaks_is_made_softer_only():
    out = levelled(tone(-4.0))
    assert np.abs(out.astype(int)).max() < 32768 * HIGHEST_PEAK
