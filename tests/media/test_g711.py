"""Both laws against the decision values of the recommendation, and against the standard library's."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from media import g711

ALL_SAMPLES = np.arange(-32768, 32768, dtype=np.int16)
ALL_CODES = np.arange(256, dtype=np.uint8)


def expand_alaw(code: int) -> int:
    """Expand one A-law code, step by step as G.711 table 1 counts its segments."""
    code ^= 0x55
    step = 2 * (code & 0x0F) + 1
    for _ in range(max((code >> 4 & 7) - 1, 0)):
        step *= 2
    if code >> 4 & 7:
        step += 32 << max((code >> 4 & 7) - 1, 0)
    return 8 * step if code & 0x80 else -8 * step


def expand_ulaw(code: int) -> int:
    """Expand one µ-law code: 14-bit magnitudes with a bias of 33."""
    code ^= 0xFF
    magnitude = (2 * (code & 0x0F) + 33) * (1 << (code >> 4 & 7)) - 33
    return -4 * magnitude if code & 0x80 else 4 * magnitude


def compress(sample: int, law: int) -> int:
    """Compress one sample by search of its segment; negative ones by one's complement (G.191)."""
    negative, magnitude = sample < 0, ~sample if sample < 0 else sample
    if law == g711.ALAW:
        magnitude >>= 4
        segment = max(magnitude.bit_length() - 4, 0)
        code = magnitude if segment == 0 else segment << 4 | (magnitude >> (segment - 1) & 0x0F)
        return (code | (0 if negative else 0x80)) ^ 0x55
    magnitude = min((magnitude >> 2) + 33, 0x1FFF)
    segment = magnitude.bit_length() - 6
    code = segment << 4 | (magnitude >> (segment + 1) & 0x0F)
    return ~code & 0xFF if not negative else ~code & 0x7F


@pytest.mark.parametrize(("law", "expand"), [(g711.ALAW, expand_alaw), (g711.ULAW, expand_ulaw)])
def test_every_code_expands_as_the_recommendation_says(law, expand):
    assert g711.decode(ALL_CODES, law).tolist() == [expand(code) for code in range(256)]


@pytest.mark.parametrize("law", g711.LAWS)
def test_every_sample_compresses_as_the_recommendation_says(law):
    assert g711.encode(ALL_SAMPLES, law).tolist() == [compress(int(sample), law) for sample in ALL_SAMPLES]


def test_agrees_with_audioop():
    # audioop left the standard library with Python 3.13; these are its answers in 3.11. For negative samples
    # its µ-law rounds down to 14 bits before it drops the sign, so that at each border four of them end up
    # a step louder than their positive twins: those are not compared.
    alaw = hashlib.sha256(g711.encode(ALL_SAMPLES, g711.ALAW).tobytes())
    assert alaw.hexdigest() == "38488f6fd710f4686360edc4d38639f96c491595ef93f8eb8d62d5e07ca6ce7b"
    ulaw = hashlib.sha256(g711.encode(ALL_SAMPLES[32768:], g711.ULAW).tobytes())
    assert ulaw.hexdigest() == "912062bf9c931c7ebc1dc1fd1d74faf0cfefcd47e8408a3ed4d07aa59f0f1c20"


@pytest.mark.parametrize("law", g711.LAWS)
def test_a_code_survives_the_round_trip(law):
    back = g711.encode(g711.decode(ALL_CODES, law), law)
    other = ALL_CODES[back != ALL_CODES].tolist()
    assert other == ([] if law == g711.ALAW else [0x7F])  # µ-law has two zeros


@pytest.mark.parametrize("law", g711.LAWS)
def test_no_sample_moves_by_more_than_half_a_step(law):
    moved = np.abs(g711.decode(g711.encode(ALL_SAMPLES, law), law).astype(int) - ALL_SAMPLES)
    allowed = np.maximum(np.abs(ALL_SAMPLES.astype(int)) // 16, 8)
    clipped = np.abs(ALL_SAMPLES.astype(int)) > 32_000
    assert (moved <= allowed)[~clipped].all()
    assert moved.max() <= 645  # the far end of the scale, where µ-law clips


@pytest.mark.parametrize("law", g711.LAWS)
def test_transcoding_is_expanding_and_compressing(law):
    other = 1 - law
    assert (g711.TRANSCODE[law] == g711.encode(g711.decode(ALL_CODES, law), other)).all()


@pytest.mark.parametrize("law", g711.LAWS)
def test_silence_is_the_code_of_nothing(law):
    assert g711.encode(np.zeros(3, np.int16), law).tolist() == [g711.SILENCE[law]] * 3
    assert abs(int(g711.DECODE[law][g711.SILENCE[law]])) <= 8


def test_any_shape_is_taken_as_it_is():
    samples = np.arange(24, dtype=np.int16).reshape(2, 3, 4) * 1000
    assert g711.encode(samples, g711.ULAW).shape == (2, 3, 4)
    turned = samples.transpose(2, 0, 1)  # not contiguous
    assert (g711.encode(turned, g711.ALAW) == g711.encode(samples, g711.ALAW).transpose(2, 0, 1)).all()
    assert g711.decode(g711.encode(samples, g711.ALAW), g711.ALAW).dtype == np.int16
