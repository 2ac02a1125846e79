"""The judge of what phones hear is itself judged, on sounds made for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.peers import hearing
from tests.peers.sounds import RATE, Samples, key_tones, murmur, silence, tone, write_wav


def noise(seconds: float, *, level: float) -> Samples:
    return level * np.random.default_rng(7).standard_normal(round(seconds * RATE))


def test_a_pure_tone_is_all_share() -> None:
    assert hearing.share(tone(440, 2), 440) > 0.99
    assert hearing.share(tone(440, 2), 700) < 0.01


def test_share_counts_only_what_is_heard() -> None:
    assert hearing.share(np.concatenate((tone(440, 1), silence(5))), 440) > 0.97
    assert hearing.share(silence(3), 440) == 0.0
    assert hearing.share(np.zeros(0), 440) == 0.0


def test_equal_tones_share_equally() -> None:
    assert hearing.share(tone(440, 2) + tone(700, 2), 440) == pytest.approx(0.5, abs=0.02)


def test_noise_lowers_the_share() -> None:
    mixed = tone(440, 2, level=0.1) + noise(2, level=0.1)
    assert hearing.share(mixed, 440) < 0.5


def test_seconds_of_sound_and_silence() -> None:
    samples = np.concatenate((silence(1), tone(440, 2), silence(0.5), tone(700, 1)))
    assert hearing.seconds_heard(samples) == pytest.approx(3.0, abs=0.11)
    assert hearing.seconds_of_silence(samples) == pytest.approx(1.5, abs=0.11)
    assert hearing.longest_silence(samples) == pytest.approx(1.0, abs=0.11)


def test_seconds_of_one_tone_among_others() -> None:
    samples = np.concatenate((tone(700, 1), tone(425, 2), silence(1), noise(1, level=0.1)))
    assert hearing.seconds_of(samples, 425) == pytest.approx(2.0, abs=0.11)
    assert hearing.seconds_of(tone(440, 1) + tone(700, 1), 440) == 0.0


def test_a_prompt_is_found_where_it_begins() -> None:
    prompt = murmur(1.0)
    recording = np.concatenate((silence(0.73), 0.2 * prompt, silence(1.0))) + noise(2.73, level=0.002)
    found = hearing.find(prompt, recording)
    assert found.offset == pytest.approx(0.73, abs=0.001)
    assert found.score > 0.95


def test_another_prompt_is_not_found() -> None:
    found = hearing.find(murmur(1.0), key_tones("1234567890", on=0.1, off=0.1))
    assert found.score < 0.3


def test_a_prompt_without_its_first_syllable_scores_lower() -> None:
    prompt = murmur(1.0)
    cut = np.concatenate((silence(0.5), prompt[RATE // 3 :], silence(1)))
    assert hearing.find(prompt[: RATE // 3], cut).score < hearing.find(prompt[RATE // 3 :], cut).score


def test_a_short_recording_scores_nothing() -> None:
    assert hearing.find(murmur(1.0), silence(0.5)) == hearing.Found(offset=0.0, score=0.0)


def test_a_prompt_heard_whole_is_in_one_place() -> None:
    prompt = np.concatenate((silence(0.4), murmur(2.0), silence(0.2)))
    pieces = hearing.syllables(prompt, np.concatenate((silence(1.0), murmur(2.0))))
    assert len(pieces) == 4
    assert all(piece.score > 0.99 for piece in pieces)
    assert [piece.offset for piece in pieces] == [pytest.approx(1.0, abs=0.01)] * 4


def test_a_frame_put_in_moves_what_comes_after_it() -> None:
    prompt, frame = murmur(2.0), RATE // 50
    slipped = np.concatenate((prompt[:RATE], prompt[RATE - frame : RATE], prompt[RATE:]))
    pieces = hearing.syllables(prompt, slipped)
    assert pieces[-1].offset - pieces[0].offset == pytest.approx(frame / RATE)
    assert hearing.find(prompt, slipped).score < 0.9


def test_files_of_another_rate_are_resampled(tmp_path: Path) -> None:
    rate = 16_000
    samples = 0.3 * np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate)
    soundfile.write(tmp_path / "wide.wav", samples, rate, subtype="PCM_16")
    heard = hearing.read(tmp_path / "wide.wav")
    assert len(heard) == pytest.approx(2 * RATE, abs=RATE // 100)
    assert hearing.share(heard, 440) > 0.99


def test_our_own_files_come_back(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "tone.wav", tone(700, 1))
    assert hearing.read(path) == pytest.approx(tone(700, 1), abs=1e-4)
