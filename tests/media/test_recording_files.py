"""Recordings as files: whole at every moment, private, never over another file, and converted afterwards."""

from __future__ import annotations

import hashlib
import os
import queue
import resource
import shutil
import stat
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media.errors import MediaError
from media.recording_files import BLOCK, FORMATS, MOST_BYTES, Finished, Finisher, WaveFile
from tests.fakes.patience import PATIENCE

TONE = (8000 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)).astype(np.int16)
BOTH = np.stack([TONE, -TONE // 2], axis=1)


@pytest.fixture
def make(tmp_path):
    files = []

    def make(name="one.wav", *, channels=2, then="wav"):
        files.append(WaveFile.create(tmp_path / name, channels=channels, then=then))
        return files[-1]

    yield make
    for file in files:
        file.close()


@pytest.fixture
def finisher():
    ended = queue.SimpleQueue()
    one = Finisher(ended.put)
    one.ended = ended
    yield one
    one.close()


def read(path: Path) -> np.ndarray:
    samples, rate = soundfile.read(path, dtype="int16")
    assert rate == 8000
    return samples


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# The file while it grows


def test_it_plays_after_every_write(make, tmp_path):
    file = make()
    assert len(read(file.path)) == 0
    for number in range(1, 4):
        file.write(file.samples, BOTH)
        shutil.copy(file.path, tmp_path / "copy.wav")
        assert (read(tmp_path / "copy.wav") == np.tile(BOTH, (number, 1))).all()


def test_it_plays_when_the_writer_dies_between_sound_and_header(make):
    file = make()
    file.write(0, BOTH)
    with file.path.open("ab") as end:
        end.write(BOTH[:1001].tobytes()[:-1])
    assert (read(file.path) == BOTH).all()


def test_mono_is_mono(make):
    file = make(channels=1)
    file.write(0, TONE)
    assert (read(file.path) == TONE).all()


def test_a_gap_is_silence(make):
    file = make(channels=1)
    file.write(0, TONE)
    file.write(24000, TONE)
    samples = read(file.path)
    assert (samples == np.concatenate([TONE, np.zeros(16000, np.int16), TONE])).all()


def test_the_end_is_filled_up_and_cut_off(make):
    file = make(channels=1)
    file.write(0, TONE)
    with file.path.open("ab") as end:
        end.write(b"what a failed write left")
    file.finish(8100)
    assert file.path.stat().st_size == 44 + 2 * 8100
    assert (read(file.path) == np.concatenate([TONE, np.zeros(100, np.int16)])).all()


def test_only_its_owner_may_read_it(make):
    assert stat.S_IMODE(make().path.stat().st_mode) == 0o600


def test_it_never_replaces_a_file(make, tmp_path):
    (tmp_path / "one.wav").write_text("mine")
    (tmp_path / "one-2.wav").symlink_to("nowhere")
    assert make().path.name == "one-3.wav"
    assert (tmp_path / "one.wav").read_text() == "mine"


def test_it_leaves_the_name_alone_that_it_could_not_keep(make, tmp_path):
    (tmp_path / "one.flac").write_text("mine")
    assert make(then="flac").path.name == "one-2.wav"


def test_names_come_to_an_end(make, tmp_path, monkeypatch):
    monkeypatch.setattr("media.recording_files.NAMES", 2)
    make(), make()
    with pytest.raises(FileExistsError):
        make()


def test_a_folder_that_is_not_there_is_an_error(make):
    with pytest.raises(FileNotFoundError):
        make("nowhere/one.wav")


def test_a_removed_file_is_noticed(make):
    file = make()
    file.write(0, BOTH)
    file.path.unlink()
    with pytest.raises(OSError, match="its file was removed"):
        file.write(8000, BOTH)


def test_a_file_that_the_format_cannot_hold_is_refused(make):
    file = make(channels=1)
    with pytest.raises(OSError, match="cannot be longer"):
        file.write(MOST_BYTES // 2 - 7999, TONE)
    assert file.samples == 0


# What becomes of it


def finished(file: WaveFile, then="wav", *, samples=0, reason="") -> Finished:
    return Finished(7, file, samples, ((1.0, 2.5),), then, reason)


def fill(file: WaveFile, seconds: int) -> np.ndarray:
    sound = np.tile(BOTH, (seconds, 1))
    file.write(0, sound)
    return sound


def test_a_wav_file_is_hashed_as_it_is(finisher, tmp_path):
    file = WaveFile.create(tmp_path / "one.wav", channels=2)
    sound = fill(file, 2)
    finisher.finish(finished(file, samples=24000))
    report = finisher.ended.get(timeout=PATIENCE)
    assert (report.recording, report.path, report.seconds) == (7, str(tmp_path / "one.wav"), 3.0)
    assert (report.masked, report.reason) == (((1.0, 2.5),), "")
    assert report.sha256 == hashlib.sha256((tmp_path / "one.wav").read_bytes()).hexdigest()
    assert (read(tmp_path / "one.wav")[:16000] == sound).all()


@pytest.mark.parametrize("form", FORMATS)
def test_it_is_converted_and_the_wav_removed(finisher, tmp_path, form):
    file = WaveFile.create(tmp_path / "one.wav", channels=2, then=form)
    sound = fill(file, 12)  # more than one block
    assert len(sound) > BLOCK
    finisher.finish(finished(file, form))
    report = finisher.ended.get(timeout=PATIENCE)
    assert (report.path, report.seconds, report.reason) == (str(tmp_path / f"one.{form}"), 12.0, "")
    assert names(tmp_path) == [f"one.{form}"]
    made = tmp_path / f"one.{form}"
    assert report.sha256 == hashlib.sha256(made.read_bytes()).hexdigest()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    samples = read(made)
    assert len(samples) == len(sound)
    if form == "flac":
        assert (samples == sound).all()
    else:
        # A lossy coding, but of the same tones at the same place.
        middle = slice(8000, -8000)
        match = np.corrcoef(samples[middle].T, sound[middle].T)
        assert match[0, 2] > 0.99
        assert match[1, 3] > 0.99


def test_a_name_taken_meanwhile_is_left_alone(make, tmp_path):
    file = make(then="flac")
    fill(file, 1)
    (tmp_path / "one.flac").write_text("mine")
    path, _ = file.convert("flac")
    assert path.name == "one-2.flac"
    assert names(tmp_path) == ["one-2.flac", "one.flac"]
    assert (tmp_path / "one.flac").read_text() == "mine"


def test_what_cannot_be_converted_stays(finisher, tmp_path):
    file = WaveFile.create(tmp_path / "one.wav", channels=2, then="flac")
    sound = fill(file, 1)
    (tmp_path / "one.flac.part").mkdir()
    finisher.finish(finished(file, "flac"))
    report = finisher.ended.get(timeout=PATIENCE)
    assert report.reason == "the recording stays a WAV file: File exists"
    assert report.path == str(tmp_path / "one.wav")
    assert report.sha256 == hashlib.sha256((tmp_path / "one.wav").read_bytes()).hexdigest()
    assert (read(tmp_path / "one.wav") == sound).all()


@pytest.mark.parametrize("form", FORMATS)
def test_a_disk_that_is_full_while_converting_costs_nothing(make, tmp_path, form):
    file = make(then=form)
    random = np.random.default_rng(1)
    sound = random.integers(-9000, 9000, (80000, 2), np.int16)  # noise: hard to make small
    file.write(0, sound)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20000, limits[1]))
    try:
        with pytest.raises(MediaError, match="stays a WAV file"):
            file.convert(form)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert names(tmp_path) == ["one.wav"]
    assert (read(file.path) == sound).all()


def test_a_stop_leaves_the_wav_file(make, tmp_path):
    file = make(then="opus")
    fill(file, 11)
    asked = iter([False, True])
    assert file.convert("opus", stopping=lambda: next(asked)) is None
    assert names(tmp_path) == ["one.wav"]


def test_closing_reports_everything(tmp_path):
    reports = []
    finisher = Finisher(reports.append)
    for number in range(5):
        file = WaveFile.create(tmp_path / f"{number}.wav", channels=2, then="opus")
        fill(file, 1)
        finisher.finish(finished(file, "opus"))
    finisher.close()
    assert len(reports) == 5
    for report in reports:
        assert report.reason == ""
        assert report.sha256 == hashlib.sha256(Path(report.path).read_bytes()).hexdigest()
    assert names(tmp_path) == sorted(Path(report.path).name for report in reports)


def test_what_broke_off_keeps_its_reason_and_its_sound(finisher, tmp_path):
    file = WaveFile.create(tmp_path / "one.wav", channels=2)
    sound = fill(file, 1)
    finisher.finish(finished(file, reason="the recording broke off: No space left on device"))
    report = finisher.ended.get(timeout=PATIENCE)
    assert report.reason == "the recording broke off: No space left on device"
    assert (read(tmp_path / "one.wav") == sound).all()


def test_a_file_that_cannot_be_completed_says_so(finisher, tmp_path, monkeypatch):
    file = WaveFile.create(tmp_path / "one.wav", channels=2, then="flac")
    fill(file, 1)

    def fail(descriptor):
        raise OSError(5, os.strerror(5))

    monkeypatch.setattr("media.recording_files.os.fsync", fail)
    finisher.finish(finished(file, "flac"))
    report = finisher.ended.get(timeout=PATIENCE)
    assert report.reason == "the recording is not complete: Input/output error"
    assert names(tmp_path) == ["one.wav"]
