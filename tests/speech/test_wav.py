import io
import wave

import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from softswitch.speech.wav import build_wav, parse_wav, write_atomically

SAMPLES = bytes(range(200)) * 8


def test_other_programs_read_it():
    data = build_wav(SAMPLES)
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.readframes(file.getnframes()) == SAMPLES
    frames, rate = soundfile.read(io.BytesIO(data), dtype="int16")
    assert (frames.tobytes(), rate) == (SAMPLES, 8000)


@given(st.binary(min_size=2, max_size=200).map(lambda data: data[: len(data) // 2 * 2]))
def test_what_is_built_is_parsed(samples):
    recording = parse_wav(build_wav(samples))
    assert recording is not None
    assert recording.samples == samples
    assert recording.seconds == len(samples) / 16000


@given(st.integers(0, len(build_wav(SAMPLES)) - 1), st.integers(1, 255))
def test_any_changed_byte_is_noticed(place, change):
    data = bytearray(build_wav(SAMPLES))
    data[place] ^= change
    assert parse_wav(bytes(data)) is None


@pytest.mark.parametrize("size", [0, 10, 44, 57, 100, len(build_wav(SAMPLES)) - 1])
def test_a_cut_file_is_noticed(size):
    assert parse_wav(build_wav(SAMPLES)[:size]) is None


def test_writing_leaves_nothing_half_done(tmp_path):
    path = tmp_path / "a.wav"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    (tmp_path / "dir.wav").mkdir()
    with pytest.raises(OSError, match=r"dir\.wav"):
        write_atomically(tmp_path / "dir.wav", b"x")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.wav", "dir.wav"]
