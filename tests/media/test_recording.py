"""The recorder process from inside: columns of recordings, fed tick by tick, with real files."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media import recording_messages as say
from media.g711 import ALAW, FRAME, ULAW, decode, encode
from media.recording import CHUNK, FIRST_ROWS, QUIET_FRAMES, RecorderProcess, Recordings, make_file
from media.recording_files import WaveFile
from media.recording_ring import COMMAND, FRAMES, Frames, RingReader, RingWriter, frames_size, write_frames
from media.tones import key
from media.wire import Inbox

SAID, HEARD = 0x21, 0xA7
"""Codes that stand for the two sides."""


class Desk:
    """Recordings with their reports and what was over; a tick is one call."""

    def __init__(self, folder: Path, make=make_file):
        self.folder = folder
        self.reports = []
        self.finished = []
        self.recordings = Recordings(report=self.reports.append, finish=self.finished.append, make=make)
        self.tick = 0

    def begin(self, number=1, *, tick=None, layout="stereo"):
        path = str(self.folder / f"{number}.wav")
        self.recordings.command(say.Begin(number, path, self.tick if tick is None else tick, layout, "wav"))

    def feed(self, count, numbers=(1,), *, law=ALAW, said=SAID, heard=HEARD):
        for _ in range(count):
            size = len(numbers)
            self.recordings.frames(
                Frames(
                    self.tick,
                    np.array(numbers, np.int64),
                    np.full(size, law, np.int64),
                    np.full((size, FRAME), said, np.uint8),
                    np.full((size, FRAME), heard, np.uint8),
                )
            )
            self.tick += 1

    def command(self, kind, number=1, *extra):
        self.recordings.command(kind(number, *extra, tick=self.tick))

    def end(self, number=1):
        """End a recording and return its file, ``(frames, channels)``: one sample of each frame."""
        self.command(say.End, number)
        return self.read(self.finished[-1])

    def read(self, over):
        over.file.finish(over.samples)
        over.file.close()
        samples, _ = soundfile.read(over.file.path, dtype="int16", always_2d=True)
        frames = samples.reshape(-1, FRAME, samples.shape[1])
        assert (frames == frames[:, :1]).all()  # no frame begins within another
        return frames[:, 0].tolist()


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def level(code: int, law: int = ALAW) -> int:
    return int(decode(np.uint8([code]), law)[0])


SOUND = [level(SAID), level(HEARD)]
SILENCE = [0, 0]


@pytest.mark.parametrize("count", [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_said_is_left_and_heard_is_right(desk, count):
    desk.begin()
    desk.feed(count)
    assert desk.end() == [SOUND] * count


def test_mono_is_what_was_said(desk):
    desk.begin(layout="mono")
    desk.feed(30)
    assert desk.end() == [SOUND[:1]] * 30


def test_mixed_is_the_sum_within_bounds(desk):
    quiet, loud = encode(np.int16([1000]), ALAW)[0], encode(np.int16([30000]), ALAW)[0]
    lowest = encode(np.int16([-30000]), ALAW)[0]
    desk.begin(layout="mixed")
    desk.feed(1, said=quiet, heard=quiet)
    desk.feed(1, said=loud, heard=loud)
    desk.feed(1, said=lowest, heard=lowest)
    desk.feed(1, said=loud, heard=lowest)
    assert desk.end() == [[2 * level(quiet)], [32767], [-32768], [0]]


def test_each_row_has_its_own_law(desk):
    for number in (1, 2):
        desk.begin(number)
    both = np.full((2, FRAME), SAID, np.uint8)
    desk.recordings.frames(Frames(0, np.array([2, 1]), np.array([ULAW, ALAW]), both, both))
    desk.tick = 1
    assert desk.end(1) == [[level(SAID)] * 2]
    assert desk.end(2) == [[level(SAID, ULAW)] * 2]


def test_a_law_may_change(desk):
    desk.begin()
    desk.feed(2)
    desk.feed(2, law=ULAW)
    assert desk.end() == [SOUND] * 2 + [[level(SAID, ULAW), level(HEARD, ULAW)]] * 2


@pytest.mark.parametrize("gap", [1, CHUNK - 3, CHUNK, 4 * CHUNK + 1, 100_000])
def test_missing_ticks_are_silence(desk, gap):
    desk.begin()
    desk.feed(3)
    desk.tick += gap
    desk.feed(2)
    assert desk.end() == [SOUND] * 3 + [SILENCE] * gap + [SOUND] * 2


def test_missing_ticks_at_the_end_are_silence(desk):
    desk.begin()
    desk.feed(3)
    desk.tick += 200
    assert desk.end() == [SOUND] * 3 + [SILENCE] * 200


def test_a_recording_without_sound_keeps_the_time_of_the_others(desk):
    desk.begin(1)
    desk.begin(2)
    desk.feed(60, (2,))
    desk.feed(1, (1, 2))
    assert desk.end(1) == [SILENCE] * 60 + [SOUND]
    assert desk.end(2) == [SOUND] * 61


def test_it_begins_where_it_was_told_to(desk):
    desk.feed(5, ())
    desk.begin(tick=10)
    desk.feed(10)
    assert desk.end() == [SOUND] * 5


def test_what_has_passed_is_not_recorded_again(desk):
    desk.feed(10, ())
    desk.begin(tick=3)
    desk.feed(2)
    assert desk.end() == [SOUND] * 2


def test_an_empty_recording_is_an_empty_file(desk):
    desk.begin()
    assert desk.end() == []


def test_a_pause_leaves_its_stretch_out(desk):
    desk.begin()
    desk.feed(10)
    desk.command(say.Pause, 1, True)
    desk.command(say.Pause, 1, True)
    desk.feed(70, said=0, heard=0)
    desk.command(say.Pause, 1, False)
    desk.command(say.Pause, 1, False)
    desk.feed(30, said=HEARD, heard=SAID)
    assert desk.end() == [SOUND] * 10 + [SOUND[::-1]] * 30
    assert desk.finished[0].samples == 40 * FRAME


def test_a_recording_may_end_in_a_pause(desk):
    desk.begin()
    desk.feed(10)
    desk.command(say.Pause, 1, True)
    desk.feed(70)
    assert desk.end() == [SOUND] * 10


def test_a_mask_is_silence_and_noted(desk):
    desk.begin()
    desk.feed(10)
    desk.command(say.Mask, 1, True)
    desk.command(say.Mask, 1, True)
    desk.feed(40)
    desk.command(say.Mask, 1, False)
    desk.command(say.Mask, 1, False)
    desk.feed(30)
    assert desk.end() == [SOUND] * 10 + [SILENCE] * 40 + [SOUND] * 30
    assert desk.finished[0].masked == ((0.2, 1.0),)


def test_a_mask_at_the_end_is_noted_to_the_end(desk):
    desk.begin()
    desk.feed(10)
    desk.command(say.Mask, 1, True)
    desk.feed(40)
    assert desk.end() == [SOUND] * 10 + [SILENCE] * 40
    assert desk.finished[0].masked == ((0.2, 1.0),)


def hear_again(recording, *, tick):
    return say.Mask(recording, False, tick, when_quiet=True)


def key_frame(digit="5"):
    return encode(key(digit, 0.1)[FRAME : 2 * FRAME], ALAW)


@pytest.mark.parametrize("side", ["said", "heard"])
def test_a_secret_is_hidden_for_as_long_as_a_finger_rests_on_its_last_key(desk, side):
    desk.begin()
    desk.feed(10)
    desk.command(say.Mask, 1, True)
    desk.feed(20)
    desk.command(hear_again, 1)
    desk.feed(300, **{side: key_frame()})
    desk.feed(QUIET_FRAMES - 1)
    desk.feed(2, **{side: key_frame("7")})
    desk.feed(QUIET_FRAMES + 30)
    hidden = 20 + 300 + QUIET_FRAMES - 1 + 2 + QUIET_FRAMES
    assert desk.end() == [SOUND] * 10 + [SILENCE] * hidden + [SOUND] * 30
    assert desk.finished[0].masked == ((0.2, (10 + hidden) / 50),)


def test_a_secret_that_goes_on_or_is_never_over_stays_hidden(desk):
    desk.begin()
    desk.command(say.Mask, 1, True)
    desk.feed(5)
    desk.command(hear_again, 1)
    desk.feed(QUIET_FRAMES - 1)
    desk.command(say.Mask, 1, True)
    desk.feed(50)
    desk.command(hear_again, 1)
    desk.feed(3)
    assert desk.end() == [SILENCE] * (5 + QUIET_FRAMES - 1 + 50 + 3)


def test_where_nothing_is_hidden_nothing_is_waited_for(desk):
    desk.begin()
    desk.command(hear_again, 1)
    desk.feed(20)
    assert desk.end() == [SOUND] * 20


def test_a_mask_outlasts_a_pause_within_it(desk):
    desk.begin()
    desk.feed(5)
    desk.command(say.Mask, 1, True)
    desk.feed(5)
    desk.command(say.Pause, 1, True)
    desk.feed(50)
    desk.command(say.Pause, 1, False)
    desk.feed(5)
    desk.command(say.Mask, 1, False)
    desk.feed(5)
    assert desk.end() == [SOUND] * 5 + [SILENCE] * 10 + [SOUND] * 5
    assert desk.finished[0].masked == ((0.1, 0.3),)


def test_a_mask_set_and_lifted_within_a_pause_masks_nothing(desk):
    desk.begin()
    desk.feed(5)
    desk.command(say.Pause, 1, True)
    desk.command(say.Mask, 1, True)
    desk.feed(50)
    desk.command(say.Mask, 1, False)
    desk.command(say.Pause, 1, False)
    desk.feed(5)
    assert desk.end() == [SOUND] * 10
    assert desk.finished[0].masked == ()


def test_what_was_lost_on_the_way_is_said(desk):
    desk.begin()
    desk.feed(10)
    desk.recordings.command(say.Lost(10, 35))
    desk.tick = 35
    desk.begin(2)
    desk.feed(1, (1, 2))
    assert desk.end(1) == [SOUND] * 10 + [SILENCE] * 25 + [SOUND]
    assert desk.end(2) == [SOUND]
    reasons = ["the recorder could not keep up: 0.50 s are silent in the recording", ""]
    assert [over.reason for over in desk.finished] == reasons


def test_many_recordings_keep_apart_while_they_come_and_go(desk):
    numbers = range(FIRST_ROWS * 3)
    for number in numbers:
        desk.begin(number)
        desk.feed(1, range(number + 1))
    for number in numbers:
        assert desk.end(number) == [SOUND] * (len(numbers))
        desk.begin(1000 + number)
        desk.feed(1, [*range(number + 1, len(numbers)), *range(1000, 1001 + number)])
    assert desk.end(1000) == [SOUND] * len(numbers)


def test_the_end_ends_all(desk):
    for number in range(5):
        desk.begin(number)
    desk.feed(7, range(5))
    desk.recordings.end_all()
    assert len(desk.recordings) == 0
    assert [desk.read(over) for over in desk.finished] == [[SOUND] * 7] * 5


def test_what_is_not_there_is_nothing(desk):
    for command in (say.Pause(9, True, 0), say.Mask(9, True, 0), say.End(9, 0)):
        desk.recordings.command(command)
    desk.feed(2, (9,))
    assert desk.reports == desk.finished == []


def test_where_a_file_is_comes_first(desk, tmp_path):
    (tmp_path / "1.wav").touch()
    desk.begin()
    assert desk.reports == [say.RecordingBegun(1, str(tmp_path / "1-2.wav"))]


def test_a_file_that_cannot_be_made_is_reported(desk):
    desk.folder = desk.folder / "nowhere"
    desk.begin()
    path = str(desk.folder / "1.wav")
    reason = f"cannot record to {path}: No such file or directory"
    assert desk.reports == [say.RecordingEnded(1, path, 0.0, "", (), reason)]
    assert len(desk.recordings) == 0


class NearlyFull(WaveFile):
    """A file on a disk that takes one chunk and a bit."""

    def write(self, at, samples):
        if at:
            os.pwrite(self._descriptor, b"bit", 44 + at * 4)
            raise OSError(28, os.strerror(28))
        super().write(at, samples)


def full_for_one(path, channels, then):
    kind = NearlyFull if path.name == "1.wav" else WaveFile
    return kind.create(path, channels=channels, then=then)


@pytest.mark.parametrize("how", ["frames", "pause", "end"])
def test_a_full_disk_ends_one_recording(tmp_path, how):
    desk = Desk(tmp_path, full_for_one)
    for number in (1, 2):
        desk.begin(number)
    desk.feed(CHUNK + 5, (1, 2))
    if how == "frames":
        desk.feed(CHUNK, (1, 2))
    elif how == "pause":
        desk.command(say.Pause, 1, True)
    else:
        desk.command(say.End, 1)
    (over,) = desk.finished
    assert (over.recording, over.then) == (1, "wav")
    assert over.reason == "the recording broke off: No space left on device"
    assert desk.read(over) == [SOUND] * CHUNK
    desk.feed(1, (1, 2))
    desk.command(say.End, 1)
    assert len(desk.end(2)) == desk.tick
    assert [over.recording for over in desk.finished] == [1, 2]


def test_a_removed_folder_ends_its_recordings_only(desk, tmp_path):
    desk.begin(1)
    desk.folder = tmp_path / "gone"
    desk.folder.mkdir()
    desk.begin(2)
    (desk.folder / "2.wav").unlink()
    desk.folder.rmdir()
    desk.feed(CHUNK + 1, (1, 2))
    (over,) = desk.finished
    assert (over.recording, over.reason) == (2, "the recording broke off: its file was removed")
    over.file.close()
    assert desk.end(1) == [SOUND] * (CHUNK + 1)


def test_ten_minutes_of_a_tone_stay_together(desk, tmp_path):
    """Both sides at the 30,000th frame, to the sample, though ticks are missing all along."""
    desk.begin()
    time = np.arange(FRAME)
    for tick in range(30_000):
        if tick % 997 == 5:
            continue
        tone = 8000 * np.sin(2 * np.pi * 437 * (tick * FRAME + time) / 8000)
        codes = encode(tone.astype(np.int16), ALAW)[None]
        desk.recordings.frames(Frames(tick, np.array([1]), np.array([ALAW]), codes, codes))
    desk.tick = 30_000
    desk.command(say.End, 1)
    (over,) = desk.finished
    over.file.finish(over.samples)
    over.file.close()
    samples, _ = soundfile.read(over.file.path, dtype="int16")
    assert len(samples) == 600 * 8000
    assert (samples[:, 0] == samples[:, 1]).all()
    last = np.arange(len(samples) - 8000, len(samples))
    due = 8000 * np.sin(2 * np.pi * 437 * last / 8000)
    assert np.abs(samples[-8000:, 0] - due).max() < 300  # a step of the law; a sample off would be 2700


def test_the_process_serves_its_ring_until_its_line_ends(tmp_path):
    ours, theirs = socket.socketpair()
    writer = RingWriter()
    reader = RingReader(*(os.dup(descriptor) for descriptor in writer.descriptors))

    def put(command):
        octets = say.msgspec.msgpack.encode(command)
        writer.reserve(COMMAND, len(octets))[:] = np.frombuffer(octets, np.uint8)
        writer.publish()

    put(say.Begin(1, str(tmp_path / "1.wav"), 0, "stereo", "flac"))
    put(say.Begin(2, str(tmp_path / "2.wav"), 0, "mono", "wav"))
    codes = np.full((2, FRAME), SAID, np.uint8)
    for tick in range(30):
        frames = Frames(tick, np.array([1, 2]), np.array([ALAW, ALAW]), codes, codes)
        write_frames(writer.reserve(FRAMES, frames_size(2)), frames)
        writer.publish()
    put(say.End(2, 30))
    ours.shutdown(socket.SHUT_WR)
    with ours, theirs:
        RecorderProcess(theirs, reader).run()
        reports = Inbox(say.AnyReport).feed(ours.recv(1 << 16))
    reader.close()
    writer.close()
    assert reports[:3] == [
        say.RecorderReady(os.getpid()),
        say.RecordingBegun(1, str(tmp_path / "1.wav")),
        say.RecordingBegun(2, str(tmp_path / "2.wav")),
    ]
    ended = {report.recording: report for report in reports[3:]}
    # Nobody is left to be told of another name: what the line's end ended stays WAV.
    assert {number: one.path for number, one in ended.items()} == {
        number: str(tmp_path / f"{number}.wav") for number in (1, 2)
    }
    for one in ended.values():
        assert (one.seconds, one.reason) == (0.6, "")
        assert len(soundfile.read(one.path)[0]) == 4800
