"""Recordings on disk."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import numpy as np
import pytest

from media.errors import MediaError
from media.g711 import ALAW, FRAME, ULAW, decode
from media.recorder import Recorder


@pytest.fixture
def recorder():
    one = Recorder()
    yield one
    one.stop()


def samples_of(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def codes(number: int) -> bytes:
    return bytes([number]) * FRAME


def test_what_is_written_is_in_the_file_after_its_close(recorder, tmp_path):
    recorder.open(1, tmp_path / "one.wav")
    for number in range(10):
        recorder.write(1, ALAW, codes(number))
    recorder.write(1, ULAW, codes(200))
    recorder.close(1)
    recorder.write(1, ALAW, codes(99))  # too late, and nowhere
    recorder.stop()
    expected = [decode(np.frombuffer(codes(number), np.uint8), ALAW) for number in range(10)]
    expected.append(decode(np.frombuffer(codes(200), np.uint8), ULAW))
    assert (samples_of(tmp_path / "one.wav") == np.concatenate(expected)).all()


def test_legs_do_not_mix(recorder, tmp_path):
    for leg in (1, 2):
        recorder.open(leg, tmp_path / f"{leg}.wav")
    for number in range(6):
        recorder.write(1 + number % 2, ALAW, codes(1 + number % 2))
    recorder.stop()
    for leg in (1, 2):
        assert len(samples_of(tmp_path / f"{leg}.wav")) == 3 * FRAME
        assert set(samples_of(tmp_path / f"{leg}.wav").tolist()) == {int(decode(np.uint8([leg]), ALAW)[0])}


def test_stopping_finishes_what_is_open(recorder, tmp_path):
    recorder.open(1, tmp_path / "one.wav")
    recorder.write(1, ALAW, codes(1))
    recorder.stop()
    assert len(samples_of(tmp_path / "one.wav")) == FRAME


def test_a_recording_of_nothing_is_a_file_of_nothing(recorder, tmp_path):
    recorder.open(1, tmp_path / "one.wav")
    recorder.stop()
    assert len(samples_of(tmp_path / "one.wav")) == 0


def test_a_second_recording_of_a_leg_ends_the_first(recorder, tmp_path):
    for name, number in (("first.wav", 1), ("second.wav", 2)):
        recorder.open(1, tmp_path / name)
        for _ in range(number):
            recorder.write(1, ALAW, codes(number))
    recorder.stop()
    assert len(samples_of(tmp_path / "first.wav")) == FRAME
    assert len(samples_of(tmp_path / "second.wav")) == 2 * FRAME


def test_what_was_never_begun_is_nothing(recorder):
    recorder.write(5, ALAW, codes(1))
    recorder.close(5)
    recorder.stop()
    assert recorder.failure() is None


@pytest.mark.parametrize("where", ["missing/one.wav", "."])
def test_a_file_that_cannot_be_made_is_named(recorder, tmp_path, where):
    with pytest.raises(MediaError, match="cannot record to"):
        recorder.open(1, tmp_path / where)


class FullDisk:
    """Stands for a file whose disk is full: every write fails."""

    def writeframes(self, data: bytes) -> None:
        raise OSError(28, os.strerror(28))

    def close(self) -> None:
        raise OSError(28, os.strerror(28))


def test_a_full_disk_ends_one_recording_and_is_told(recorder, tmp_path, monkeypatch):
    recorder.open(1, tmp_path / "good.wav")
    with monkeypatch.context() as patched:
        full = type("Full", (FullDisk,), {name: lambda *_: None for name in SETTINGS})
        patched.setattr("media.recorder.wave.open", lambda *_: full())
        recorder.open(2, tmp_path / "full.wav")
    for leg in (1, 2):
        recorder.write(leg, ALAW, codes(7))
        recorder.close(leg)
    recorder.stop()
    assert recorder.failure() == (2, "the recording broke off: No space left on device")
    assert recorder.failure() is None
    assert len(samples_of(tmp_path / "good.wav")) == FRAME


SETTINGS = ("setnchannels", "setsampwidth", "setframerate")
