"""Files of recordings that nobody told of."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from softswitch.recordings.found import QUIET_SECONDS, StillWritten, find

NOW = 1_800_000_000.0


def write(path: Path, *, seconds: float = 2.0, age: float = 60.0) -> Path:
    """Write a stereo file that was touched so many seconds ago."""
    soundfile.write(path, np.zeros((round(8000 * seconds), 2), np.int16), 8000)
    os.utime(path, (NOW - age, NOW - age))
    return path


def test_a_file_that_nobody_writes_any_more_is_found(tmp_path):
    path = write(tmp_path / "X-1.wav")
    found = find(path, NOW)
    assert found is not None
    assert (found.path, found.seconds, found.octets) == (path, 2.0, path.stat().st_size)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_one_that_grows_is_left_to_later(tmp_path):
    with pytest.raises(StillWritten):
        find(write(tmp_path / "X-1.wav", age=QUIET_SECONDS - 1), NOW)


def test_one_that_is_being_converted_is_left_to_later(tmp_path):
    path = write(tmp_path / "X-1.wav")
    part = tmp_path / "X-1.flac.part"
    part.write_bytes(b"half")
    os.utime(part, (NOW - 1, NOW - 1))
    with pytest.raises(StillWritten):
        find(path, NOW)


def test_what_a_kill_left_half_converted_goes_and_the_whole_file_counts(tmp_path):
    path = write(tmp_path / "X-1.wav")
    part = tmp_path / "X-1.flac.part"
    part.write_bytes(b"half")
    os.utime(part, (NOW - 60, NOW - 60))
    other = tmp_path / "X-10.flac.part"
    other.write_bytes(b"another's")
    found = find(path, NOW)
    assert found is not None
    assert found.path == path
    assert not part.exists()
    assert other.exists()


def test_a_converted_file_counts_and_what_it_was_made_of_goes(tmp_path):
    path = write(tmp_path / "X-1.wav")
    write(tmp_path / "X-1.flac", seconds=3.0, age=0.0)
    found = find(path, NOW)
    assert found is not None
    assert (found.path.name, found.seconds) == ("X-1.flac", 3.0)
    assert not path.exists()


def test_where_nothing_was_written_there_is_nothing(tmp_path):
    assert find(tmp_path / "X-1.wav", NOW) is None
    path = tmp_path / "X-2.wav"
    path.write_bytes(b"no sound")
    os.utime(path, (NOW - 60, NOW - 60))
    assert find(path, NOW) is None


def test_a_file_without_a_sample_is_no_recording_and_goes(tmp_path):
    path = write(tmp_path / "X-1.wav", seconds=0.0)
    assert find(path, NOW) is None
    assert not path.exists()
