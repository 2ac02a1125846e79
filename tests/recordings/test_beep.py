"""The sound by which both sides hear that they are recorded."""

from __future__ import annotations

import numpy as np
import soundfile

from softswitch.recordings.beep import HERTZ, SECONDS, write_beep


def test_it_is_one_short_tone_without_clicks(tmp_path):
    path = tmp_path / "tones" / "beep.wav"
    write_beep(path)
    sound, rate = soundfile.read(path, dtype="int16")
    assert (rate, len(sound)) == (8000, round(SECONDS * 8000))
    spectrum = np.abs(np.fft.rfft(sound))
    assert abs(np.argmax(spectrum) / SECONDS - HERTZ) < 10
    assert 2000 < np.abs(sound).max() < 4000
    assert abs(int(sound[0])) + abs(int(sound[-1])) < 50
