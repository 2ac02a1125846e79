"""Sound files of every kind in, frames out."""

from __future__ import annotations

import os
import tracemalloc

import numpy as np
import pytest
import soundfile

from media.errors import MediaError
from media.g711 import ALAW, FRAME, ULAW, decode
from media.prompts import frames_of
from media.soundfiles import (
    LONGEST_SECONDS,
    frames_of_file,
    read_frames,
    read_sound,
    write_frames,
    write_wave,
)


def tone(hertz: float, rate: int, seconds: float = 1.0, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)


def strongest(samples: np.ndarray) -> int:
    return int(np.abs(np.fft.rfft(samples[:8000])).argmax())


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG"])
def test_any_rate_and_format_becomes_eight_kilohertz(tmp_path, rate, kind):
    path = tmp_path / "sound"
    soundfile.write(path, tone(440, rate), rate, format=kind)
    samples = read_sound(path)
    assert len(samples) == pytest.approx(8000, abs=2)
    assert strongest(samples) == pytest.approx(440, abs=1)
    assert np.sqrt(np.mean(samples[800:-800].astype(float) ** 2)) == pytest.approx(
        0.5 / 2**0.5 * 32768, rel=0.02
    )


def test_what_eight_kilohertz_cannot_hold_is_filtered_and_not_folded_down(tmp_path):
    soundfile.write(tmp_path / "high.wav", tone(7000, 48_000), 48_000)
    assert np.abs(read_sound(tmp_path / "high.wav")[400:-400]).max() < 100


def test_several_channels_become_one(tmp_path):
    both = np.stack([tone(440, 8000), np.zeros(8000)], axis=1)
    soundfile.write(tmp_path / "two.wav", both, 8000)
    assert np.abs(read_sound(tmp_path / "two.wav")).max() == pytest.approx(0.25 * 32768, rel=0.01)


def test_a_sound_past_full_scale_is_clipped_and_not_turned_over(tmp_path):
    soundfile.write(tmp_path / "loud.wav", tone(50, 8000, level=1.5), 8000, subtype="FLOAT")
    samples = read_sound(tmp_path / "loud.wav").astype(int)
    assert (samples.max(), samples.min()) == (32767, -32768)
    assert np.abs(np.diff(samples)).max() < 3000


def test_of_an_enormous_sound_no_more_than_a_piece_is_in_memory(tmp_path):
    channels, rate, seconds = 8, 192_000, 20
    with soundfile.SoundFile(tmp_path / "wide.flac", "w", rate, channels, format="FLAC") as file:
        for _ in range(seconds):
            file.write(np.zeros((rate, channels), np.int16))
    tracemalloc.start()
    samples = read_sound(tmp_path / "wide.flac")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(samples) == pytest.approx(8000 * seconds, abs=2)
    # All of it would be 123 MB.
    assert most < 20_000_000


def test_what_no_bank_holds_is_not_read(tmp_path):
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 8000, 1, subtype="ULAW", format="WAV") as file:
        file.write(np.zeros(8000))
    header = bytearray(path.read_bytes())
    seconds = LONGEST_SECONDS + 1
    where = header.index(b"data") + 4
    header[where : where + 4] = (8000 * seconds).to_bytes(4, "little")
    header[4:8] = (8000 * seconds + where).to_bytes(4, "little")
    path.write_bytes(header[: where + 4])
    os.truncate(path, where + 4 + 8000 * seconds)
    with pytest.raises(MediaError, match=r"long\.wav: is longer than 174 minutes"):
        read_sound(path)


@pytest.mark.parametrize("content", [b"", b"no sound at all", b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_no_sound_is_named(tmp_path, content):
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"broken\.wav: not a sound file"):
        read_sound(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(MediaError, match=r"missing\.wav"):
        read_sound(tmp_path / "missing.wav")


def test_a_file_without_sound_in_it_is_named(tmp_path):
    write_wave(tmp_path / "empty.wav", np.zeros(0, np.int16))
    with pytest.raises(MediaError, match=r"empty\.wav: holds no sound"):
        read_sound(tmp_path / "empty.wav")


def test_frames_files_round_trip(tmp_path):
    frames = frames_of((np.arange(1000) * 30).astype(np.int16))
    path = tmp_path / "1.frames"
    write_frames(frames, path)
    assert (read_frames(path) == frames).all()
    assert [one.name for one in tmp_path.iterdir()] == ["1.frames"]  # nothing half-written is left


@pytest.mark.parametrize("content", [b"", bytes(FRAME), bytes(2 * FRAME + 1)])
def test_what_is_no_frames_file_is_named(tmp_path, content):
    path = tmp_path / "bad.frames"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"bad\.frames: not a frames file"):
        read_frames(path)


def test_a_missing_frames_file_is_named(tmp_path):
    with pytest.raises(MediaError, match=r"gone\.frames: No such file"):
        read_frames(tmp_path / "gone.frames")


def test_a_wave_file_is_read_back_exactly(tmp_path):
    samples = (np.random.default_rng(1).integers(-32768, 32768, 8000)).astype(np.int16)
    write_wave(tmp_path / "noise.wav", samples)
    assert (read_sound(tmp_path / "noise.wav") == samples).all()


def test_a_sound_file_as_frames_sounds_like_itself_in_both_laws(tmp_path):
    samples = (tone(1000, 8000) * 32767).astype(np.int16)
    write_wave(tmp_path / "tone.wav", samples)
    frames = frames_of_file(tmp_path / "tone.wav")
    assert frames.shape == (2, 50, FRAME)
    for law in (ALAW, ULAW):
        assert np.corrcoef(decode(frames[law], law).reshape(-1), samples)[0, 1] > 0.999
