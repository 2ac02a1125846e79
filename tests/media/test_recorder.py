"""The recorder as the tick sees it, with a real process behind it."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media.errors import MediaError
from media.g711 import ALAW, FRAME, SILENCE, ULAW, decode, encode
from media.recorder import ABSENT, AGAIN_SECONDS, GONE, HUNG, HUNG_SECONDS, WATCH_TICKS, Recorder
from media.recording_ring import COMMAND_BYTES
from media.tone_detector import ToneDetector
from tests.fakes.patience import PATIENCE

SAID, HEARD = 0x21, 0xA7
SMALL = COMMAND_BYTES + (64 << 10)
"""A ring that takes some hundred frames of one recording."""


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make(clock):
    recorders = []

    def make(**changes):
        recorders.append(Recorder(now=clock, **changes))
        return recorders[-1]

    yield make
    for one in recorders:
        if one.process_id is not None:
            one.stop()
        for popen in one._past:  # killed by a test, or by the recorder
            popen.wait(PATIENCE)


@pytest.fixture
def recorder(make):
    return make()


def frames(recorder, ticks, numbers=(1,), *, law=ALAW, said=SAID, heard=HEARD):
    size = len(numbers)
    sides = [np.full((size, FRAME), code, np.uint8) for code in (said, heard)]
    for tick in ticks:
        recorder.frames(tick, np.array(numbers, np.int64), np.full(size, law, np.int64), *sides)


def reports(recorder, count=1):
    """Wait for the reports of ``count`` recordings."""
    found, deadline = recorder.reports(), time.monotonic() + PATIENCE
    while len(found) < count:
        left = deadline - time.monotonic()
        assert left > 0, f"only {found}"
        select.select([recorder.fileno()], [], [], left)
        found += recorder.reports()
    return found


def wait_for(what):
    """Wait until ``what`` is so: a poll that never fires passes the time between two looks."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        select.select([], [], [], 0.005)


def is_up(recorder):
    """Wait until the process has said that it is: one that ends before is no sooner tried again."""
    wait_for(lambda: not recorder.reports() and recorder._process.ready)


def samples(path):
    data, rate = soundfile.read(path, dtype="int16", always_2d=True)
    assert rate == 8000
    return data


def level(code, law=ALAW):
    return int(decode(np.uint8([code]), law)[0])


def test_a_recording_is_reported_with_its_length_and_hash(recorder, tmp_path):
    recorder.begin(1, tmp_path / "one.wav", tick=1000)
    frames(recorder, range(1000, 1100))
    frames(recorder, range(1100, 1150), law=ULAW)
    recorder.end(1, tick=1150)
    (report,) = reports(recorder)
    assert (report.recording, report.path) == (1, str(tmp_path / "one.wav"))
    assert (report.seconds, report.masked, report.reason) == (3.0, (), "")
    assert report.sha256 == sha256(Path(report.path).read_bytes()).hexdigest()
    expected = [[level(SAID), level(HEARD)]] * 100 + [[level(SAID, ULAW), level(HEARD, ULAW)]] * 50
    assert (samples(report.path) == np.repeat(expected, FRAME, axis=0)).all()
    assert recorder.reports() == []


def test_layout_and_form_are_handed_on(recorder, tmp_path):
    recorder.begin(1, tmp_path / "one.wav", tick=0, layout="mono", then="flac")
    recorder.begin(2, tmp_path / "two", tick=0, layout="mixed", then="opus")
    frames(recorder, range(100), (1, 2))
    for number in (1, 2):
        recorder.end(number, tick=100)
    paths = {report.recording: report.path for report in reports(recorder, 2)}
    assert paths == {1: str(tmp_path / "one.flac"), 2: str(tmp_path / "two.opus")}
    assert (samples(paths[1]) == level(SAID)).all()
    assert samples(paths[2]).shape == (16000, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.flac", "two.opus"]


def test_a_name_that_is_taken_is_passed_over(recorder, tmp_path):
    (tmp_path / "one.wav").write_text("mine")
    recorder.begin(1, tmp_path / "one.wav", tick=0)
    recorder.end(1, tick=0)
    (report,) = reports(recorder)
    assert report.path == str(tmp_path / "one-2.wav")


def test_a_file_that_cannot_be_made_is_reported(recorder, tmp_path):
    recorder.begin(1, tmp_path / "nowhere" / "one.wav", tick=0)
    path = str(tmp_path / "nowhere" / "one.wav")
    (report,) = reports(recorder)
    assert report.reason == f"cannot record to {path}: No such file or directory"
    recorder.begin(1, tmp_path / "one.wav", tick=1)  # the number is free again
    recorder.end(1, tick=1)
    assert reports(recorder)[0].reason == ""


def test_what_makes_no_sense_is_refused_at_once(recorder, tmp_path):
    recorder.begin(1, tmp_path / "one.wav", tick=0)
    with pytest.raises(MediaError, match="recording 1 is running already"):
        recorder.begin(1, tmp_path / "two.wav", tick=0)
    with pytest.raises(MediaError, match="cannot record 'quadro'"):
        recorder.begin(2, tmp_path / "two.wav", tick=0, layout="quadro")
    with pytest.raises(MediaError, match="'mp3'"):
        recorder.begin(2, tmp_path / "two.wav", tick=0, then="mp3")


def test_what_was_never_begun_is_nothing(recorder):
    recorder.pause(5, True, tick=0)
    recorder.mask(5, True, tick=0)
    recorder.end(5, tick=0)
    frames(recorder, range(10), (5,))
    recorder.stop()
    assert recorder.reports() == []


def test_ten_minutes_on_both_sides_end_within_a_millisecond(recorder, tmp_path):
    """A click on each side every second, through gaps: the last ones are where the clock says."""
    click = np.full((1, FRAME), SILENCE[ALAW], np.uint8)
    click[0, 40] = SAID
    silence = np.full((1, FRAME), SILENCE[ALAW], np.uint8)
    one, law = np.array([1]), np.array([ALAW])
    recorder.begin(1, tmp_path / "one.wav", tick=0)
    for tick in range(30_000):
        if tick % 50 == 49:
            recorder.frames(tick, one, law, click, click)
        elif tick % 7:
            recorder.frames(tick, one, law, silence, silence)
    recorder.end(1, tick=30_000)
    (report,) = reports(recorder)
    assert (report.seconds, report.reason) == (600.0, "")
    sound = samples(report.path)
    due = np.arange(49, 30_000, 50) * FRAME + 40
    for side in (0, 1):
        assert (np.flatnonzero(np.abs(sound[:, side]) > 1000) == due).all()


def test_a_masked_digit_is_not_there(recorder, tmp_path):
    time_of = np.arange(FRAME)
    recorder.begin(1, tmp_path / "one.wav", tick=0)
    for tick in range(100):
        if tick == 45:
            recorder.mask(1, True, tick=tick)
        if tick == 60:
            recorder.mask(1, False, tick=tick)
        at = (tick * FRAME + time_of) / 8000
        tone = 6000 * (np.sin(2 * np.pi * 770 * at) + np.sin(2 * np.pi * 1336 * at))  # the key 5
        key = encode(tone.astype(np.int16), ALAW)[None]
        rest = np.full((1, FRAME), SILENCE[ALAW], np.uint8)
        codes = key if tick % 50 in range(10) else rest
        recorder.frames(tick, np.array([1]), np.array([ALAW]), codes, codes)
    recorder.end(1, tick=100)
    (report,) = reports(recorder)
    assert report.masked == ((0.9, 1.2),)
    assert report.seconds == 2.0
    sound = samples(report.path)
    assert not sound[round(0.9 * 8000) : round(1.2 * 8000)].any()
    detector, found = ToneDetector(2), []
    for frame in encode(sound, ALAW).reshape(-1, FRAME, 2):
        found += detector.detect(np.arange(2), np.ascontiguousarray(frame.T), np.full(2, ALAW))
    assert sorted(found) == [(0, "5"), (1, "5")]  # the first press; the second was masked


def test_a_pause_is_left_out(recorder, tmp_path):
    recorder.begin(1, tmp_path / "one.wav", tick=0)
    frames(recorder, range(10))
    recorder.pause(1, True, tick=10)
    frames(recorder, range(10, 40), said=0, heard=0)
    recorder.pause(1, False, tick=40)
    frames(recorder, range(40, 50))
    recorder.end(1, tick=50)
    (report,) = reports(recorder)
    assert (report.seconds, report.reason) == (0.4, "")
    assert (samples(report.path) == [level(SAID), level(HEARD)]).all()


def test_stopping_finishes_everything(recorder, tmp_path):
    for number in range(20):
        recorder.begin(number, tmp_path / f"{number}.wav", tick=0, then="flac")
    frames(recorder, range(60), range(20))
    recorder.stop()
    found = recorder.reports()
    assert sorted(report.recording for report in found) == list(range(20))
    assert {(report.seconds, report.reason) for report in found} == {(1.2, "")}
    for report in found:
        assert len(samples(report.path)) == 9600
    assert recorder.process_id is None
    assert recorder.fileno() == -1
    recorder.stop()
    recorder.begin(1, tmp_path / "late.wav", tick=60)
    assert recorder.reports()[0].reason == ABSENT


# What may go wrong


def test_reports_that_nobody_reads_hold_up_no_sound(recorder, tmp_path):
    numbers = range(500)  # more than a socket takes unread
    for number in numbers:
        recorder.begin(number, tmp_path / f"{number}.wav", tick=0)
    frames(recorder, range(30), numbers)
    ring = recorder._process.ring
    wait_for(lambda: ring.given_back() and not ring.waiting)
    for number in numbers:
        recorder.end(number, tick=30)
    found = reports(recorder, len(numbers))
    assert {(report.seconds, report.reason) for report in found} == {(0.6, "")}


def test_a_ring_that_is_full_costs_the_call_nothing(make, tmp_path):
    recorder = make(ring_bytes=SMALL)
    recorder.begin(1, tmp_path / "one.wav", tick=0)
    wait_for(lambda: (tmp_path / "one.wav").exists())
    os.kill(recorder.process_id, signal.SIGSTOP)
    frames(recorder, range(1000))  # twenty seconds of a call
    os.kill(recorder.process_id, signal.SIGCONT)
    wait_for(lambda: recorder._process.ring.given_back() and not recorder._process.ring.waiting)
    frames(recorder, range(1000, 1100))
    recorder.end(1, tick=1100)
    (report,) = reports(recorder)
    kept = np.abs(samples(report.path)[::FRAME, 0]) > 0
    first = int(np.flatnonzero(~kept)[0])
    assert 150 < first < 250
    assert kept[1000:].all()
    assert not kept[first:1000].any()
    lost = (1000 - first) / 50
    assert report.seconds == 22.0
    assert report.reason == f"the recorder could not keep up: {lost:.2f} s are silent in the recording"


def test_a_process_that_hangs_is_given_up(make, clock, tmp_path):
    recorder = make(ring_bytes=SMALL)
    hung = recorder.process_id
    is_up(recorder)
    recorder.begin(1, tmp_path / "one.wav", tick=0)
    wait_for(lambda: (tmp_path / "one.wav").exists())
    os.kill(hung, signal.SIGSTOP)
    looks = round(HUNG_SECONDS) + 2
    for look in range(looks):
        assert recorder.process_id == hung or look > HUNG_SECONDS
        frames(recorder, [look * WATCH_TICKS])
        clock.now += 1.0
    (report,) = recorder.reports()
    assert (report.recording, report.reason) == (1, HUNG)
    assert len(samples(tmp_path / "one.wav")) == 0  # it plays, what there is of it
    wait_for(lambda: not recorder.reports() and not recorder._past)
    recorder.begin(2, tmp_path / "two.wav", tick=looks * WATCH_TICKS)
    recorder.end(2, tick=looks * WATCH_TICKS + 10)
    assert reports(recorder)[0].reason == ""


def test_time_without_recordings_is_no_hanging(recorder, clock, tmp_path):
    for number in range(5):
        tick = 100_000 * number
        recorder.begin(number, tmp_path / f"{number}.wav", tick=tick)
        frames(recorder, range(tick, tick + 120), (number,))
        recorder.end(number, tick=tick + 120)
        assert reports(recorder)[0].reason == ""
        clock.now += 2000.0


def test_a_killed_process_leaves_files_that_play_and_another_takes_over(recorder, tmp_path):
    killed = recorder.process_id
    is_up(recorder)
    for number in (1, 2):
        recorder.begin(number, tmp_path / f"{number}.wav", tick=0)
    frames(recorder, range(100), (1, 2))
    wait_for(lambda: all((tmp_path / f"{number}.wav").exists() for number in (1, 2)))
    wait_for(lambda: len(samples(tmp_path / "2.wav")) >= 75 * FRAME)
    os.kill(killed, signal.SIGKILL)
    found = reports(recorder, 2)
    assert {(report.recording, report.path, report.reason) for report in found} == {
        (number, str(tmp_path / f"{number}.wav"), GONE) for number in (1, 2)
    }
    for number in (1, 2):
        assert (samples(tmp_path / f"{number}.wav")[: 75 * FRAME] == [level(SAID), level(HEARD)]).all()
    frames(recorder, range(100, 110), (1, 2))
    recorder.begin(3, tmp_path / "3.wav", tick=110)
    assert recorder.process_id not in {killed, None}
    frames(recorder, range(110, 160), (1, 2, 3))
    recorder.end(1, tick=160)
    recorder.end(3, tick=160)
    (report,) = reports(recorder)
    assert (report.recording, report.seconds, report.reason) == (3, 1.0, "")


def test_a_process_that_never_comes_up_is_tried_again_later(make, clock, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    recorder = make(program=("/bin/sh", "-c", f"read line < {gate}; exit 3"))
    recorder.begin(1, tmp_path / "one.wav", tick=0)
    gate.write_text("go\n", encoding="ascii")
    assert reports(recorder)[0].reason == GONE
    recorder.begin(2, tmp_path / "two.wav", tick=1)
    assert recorder.reports()[0].reason == ABSENT
    assert recorder.process_id is None
    clock.now += AGAIN_SECONDS
    recorder.begin(3, tmp_path / "three.wav", tick=500)
    assert recorder.process_id is not None
    gate.write_text("go\n", encoding="ascii")
    assert reports(recorder)[0].reason == GONE


def test_a_program_that_is_not_there_is_an_error():
    with pytest.raises(MediaError, match="cannot be started: No such file"):
        Recorder(program=("/nowhere/at/all",))


WORKER = """
import os, signal, sys
import numpy as np
from pathlib import Path
from media.recorder import Recorder

recorder = Recorder()
recorder.begin(1, Path(sys.argv[1]) / "one.wav", tick=0, then="flac")
codes = np.full((1, 160), 0x21, np.uint8)
for tick in range(60):
    recorder.frames(tick, np.array([1]), np.array([0]), codes, codes)
print(recorder.process_id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_worker_leaves_a_whole_file_and_no_process(tmp_path):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path)],
            stdout=subprocess.PIPE,
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()
        output, _ = worker.communicate(timeout=PATIENCE)
        assert worker.returncode == -signal.SIGKILL
        # What the worker had open is not handed down: its own line ends with it, though the recorder lives.
        assert select.select([ours], [], [], PATIENCE)[0]
        assert ours.recv(1) == b""
    number = int(output)
    wait_for(lambda: not Path(f"/proc/{number}").exists() or state(number) == "Z")
    # Every frame that was handed over; nobody is left to be told of a FLAC file.
    assert len(samples(tmp_path / "one.wav")) == 60 * FRAME
    assert [path.name for path in tmp_path.iterdir()] == ["one.wav"]


def state(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


def test_the_process_is_modest_and_on_its_own(make, tmp_path):
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        recorder = make(cores=sorted(before))
    finally:
        os.sched_setaffinity(0, before)
    recorder.begin(1, tmp_path / "one.wav", tick=0)
    recorder.end(1, tick=0)
    reports(recorder)  # it is up
    number = recorder.process_id
    assert os.getpriority(os.PRIO_PROCESS, number) >= 10
    assert os.sched_getscheduler(number) == os.SCHED_OTHER
    assert os.sched_getaffinity(number) == before
    assert os.getsid(number) == number


def test_precedence_is_not_handed_down(make, monkeypatch):
    asked = []
    monkeypatch.setattr("media.recorder.os.sched_getscheduler", lambda _: os.SCHED_RR)
    monkeypatch.setattr(
        "media.recorder.os.sched_setscheduler", lambda *arguments: asked.append(arguments[:2])
    )
    make()
    assert asked == [(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK)]
