"""The built-in voice says something of some length."""

from __future__ import annotations

import numpy as np

from benchmarks.speech import spoken


def test_it_speaks():
    voice = spoken("One two three four five.")
    assert 1.0 < len(voice) / 8000 < 6.0
    assert np.abs(voice.astype(int)).max() > 3000
