"""The hiss of a quiet line (RFC 3389)."""

from __future__ import annotations

import numpy as np
import pytest

from media.comfort_noise import PIECE, PIECES, QUIETEST, ComfortNoise, level_of, payload_of
from media.g711 import ALAW, SILENCE, ULAW, decode


@pytest.mark.parametrize(
    ("payload", "level"),
    [(b"\x28", 40), (b"\x28\x80\x7f", 40), (b"", QUIETEST), (b"\xa8", 40), (b"\x7f", 127)],
)
def test_the_level_is_the_first_octet(payload, level):
    """The top bit is reserved, a spectrum may follow (RFC 3389 §3)."""
    assert level_of(payload) == level


@pytest.mark.parametrize(("level", "payload"), [(40, b"\x28"), (200, b"\x7f"), (-3, b"\x00")])
def test_a_packet_asks_for_a_level(level, payload):
    assert payload_of(level) == payload


@pytest.mark.parametrize("law", [ALAW, ULAW])
@pytest.mark.parametrize("level", [20, 40, 55])
def test_noise_has_the_level_asked_for(law, level):
    noise = ComfortNoise()
    noise.prepare(level)
    every = noise.pieces(np.full(PIECES, law), np.full(PIECES, level), np.arange(PIECES))
    samples = decode(every, law).astype(float)
    assert 20 * np.log10(np.sqrt((samples**2).mean()) / 32768) == pytest.approx(-level, abs=0.7)


def test_the_quietest_is_silence_without_preparing():
    made = ComfortNoise().pieces(np.array([ALAW, ULAW]), np.full(2, QUIETEST), np.array([3, 900]))
    assert [set(piece.tolist()) for piece in made] == [{SILENCE[ALAW]}, {SILENCE[ULAW]}]


def test_rows_at_different_turns_do_not_hiss_alike():
    noise = ComfortNoise()
    noise.prepare(30)
    one, other, again = noise.pieces(np.zeros(3, np.int64), np.full(3, 30), np.array([1, 2, 1 + PIECES]))
    assert (one == again).all()
    assert len(one) == PIECE
    assert (one != other).mean() > 0.5
