import importlib.util
from pathlib import Path

import numpy as np
import pytest
import soundfile

ROOT = Path(__file__).parents[2]
SOUNDS = ROOT / "media" / "sounds"
FRAME = 160


@pytest.fixture(scope="module")
def composer():
    spec = importlib.util.spec_from_file_location("compose_music", ROOT / "tools" / "compose_music.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(name):
    samples, rate = soundfile.read(SOUNDS / name, dtype="float64")
    info = soundfile.info(SOUNDS / name)
    assert (rate, info.channels, info.subtype, info.format) == (8000, 1, "PCM_16", "FLAC")
    return samples


def decibels(power):
    return 10 * np.log10(power)


@pytest.mark.parametrize("name", ["hold_music.flac", "beep.flac"])
def test_the_files_kept_are_what_the_tool_writes(composer, tmp_path, name):
    composer.main([str(tmp_path)])
    made, _ = soundfile.read(tmp_path / name, dtype="int16")
    kept, _ = soundfile.read(SOUNDS / name, dtype="int16")
    # Another processor's sine may round the other way.
    assert made.shape == kept.shape
    assert np.abs(made.astype(int) - kept).max() <= 2


def test_hold_music_fits_a_telephone():
    music = read("hold_music.flac")
    assert 40 <= len(music) / 8000 <= 60
    assert len(music) % FRAME == 0
    assert decibels(np.mean(music**2)) == pytest.approx(-20, abs=0.1)
    assert np.abs(music).max() < 0.9
    power = np.abs(np.fft.rfft(music)) ** 2
    hertz = np.fft.rfftfreq(len(music), 1 / 8000)
    assert power[(hertz > 300) & (hertz < 3400)].sum() / power.sum() > 0.95


def test_hold_music_never_falls_silent_and_never_jumps():
    music = read("hold_music.flac")
    # Twice round, so that the seam is looked at like any other place; half a second at a time.
    twice = np.tile(music, 2)
    halves = twice[: len(twice) // 4000 * 4000].reshape(-1, 4000)
    levels = decibels((halves**2).mean(axis=1))
    assert levels.min() > -25
    assert levels.max() < -16


def test_the_seam_cannot_be_heard():
    music = read("hold_music.flac")
    steps = np.abs(np.diff(music))
    assert abs(music[0] - music[-1]) < np.percentile(steps, 99)
    # What a click would show: power above the music's band, around the seam against everywhere else.
    around = np.concatenate([music[-80:], music[:80]]) * np.hanning(160)
    high = np.abs(np.fft.rfft(around))[70:].max()
    typical = [np.abs(np.fft.rfft(part * np.hanning(160)))[70:].max() for part in music.reshape(-1, 160)]
    assert high < np.percentile(typical, 99)


def test_the_beep_is_short_and_has_no_edges():
    beep = read("beep.flac")
    assert 0.1 < len(beep) / 8000 < 0.5
    assert len(beep) % FRAME == 0
    assert np.abs(beep[:4]).max() < 0.01
    assert np.abs(beep[-4:]).max() < 0.01
    peak = np.argmax(np.abs(np.fft.rfft(beep))) * 8000 / len(beep)
    assert peak == pytest.approx(1000, abs=5)
