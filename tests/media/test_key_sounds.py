"""Frames that hold a key's tones, as long as they last."""

from __future__ import annotations

import numpy as np
import pytest

from media.g711 import FRAME
from media.key_sounds import sound_like_keys
from media.tones import KEYPAD, busy, key, sine

KEYS = "".join(KEYPAD)


def frames(samples: np.ndarray) -> np.ndarray:
    return samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)


@pytest.mark.parametrize("digit", KEYS)
@pytest.mark.parametrize("dbm0", [-4.0, -25.0])
def test_every_key_is_seen_in_every_frame_of_it(digit, dbm0):
    assert sound_like_keys(frames(key(digit, 2.0, dbm0)))[1:-1].all()


@pytest.mark.parametrize("digit", "147*")
def test_a_key_with_a_voice_as_loud_is_seen_still(digit):
    noise = np.random.default_rng(1).normal(0, 3500, 16_000)
    mixed = (key(digit, 2.0, -10.0) + noise).clip(-32768, 32767).astype(np.int16)
    assert sound_like_keys(frames(mixed)).mean() > 0.95


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(1600, np.int16),
        sine(770.0, 1.0, -10.0),
        sine(1336.0, 1.0, -10.0),
        busy(),
        np.random.default_rng(2).normal(0, 3000, 8000).astype(np.int16),
        key("5", 1.0, -65.0),
    ],
    ids=["silence", "one low tone", "one high tone", "busy", "noise", "far too faint"],
)
def test_other_sounds_are_none(samples):
    assert sound_like_keys(frames(samples)).mean() < 0.1
