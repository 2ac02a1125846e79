"""The worker: its loop on a clock of the test's, and the process itself at the end of its line."""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar

import numpy as np
import pytest
import soundfile

from media import commands as ask
from media import events as tell
from media import rtcp
from media.g711 import ALAW, DECODE, SILENCE, decode
from media.prompts import frames_of
from media.recording_messages import RecordingEnded
from media.soundfiles import write_frames
from media.wire import Inbox, pack
from media.worker import REPORT_TICKS
from tests.fakes.patience import PATIENCE
from tests.fakes.rtp import Stream
from tests.media.loopback import HOST, Phone, free_ports
from tests.media.looping import Impatient, Loop, Times

Kind = TypeVar("Kind", bound=tell.AnyReport)


class Line:
    """The signalling side of one worker process."""

    def __init__(self, ports: int) -> None:
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(PATIENCE)
        self.inbox: Inbox[tell.AnyReport] = Inbox(tell.AnyReport)
        self.reports: list[tell.AnyReport] = []
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "media.worker", "--line", str(theirs.fileno()),
                 "--ports", f"{ports}-{ports + 7}"],
                pass_fds=(theirs.fileno(),),
                cwd=Path(__file__).parents[2],
            )  # fmt: skip

    def send(self, *commands: ask.Command) -> None:
        self.socket.sendall(b"".join(map(pack, commands)))

    def wait_for(self, kind: type[Kind], count: int = 1) -> list[Kind]:
        """Read until that many reports of a kind are there; return and forget them."""
        deadline = time.monotonic() + PATIENCE
        while len(found := [one for one in self.reports if isinstance(one, kind)]) < count:
            assert time.monotonic() < deadline, self.reports
            data = self.socket.recv(1 << 16)
            assert data, "the worker has ended"
            self.reports += self.inbox.feed(data)
        self.reports = [one for one in self.reports if not isinstance(one, kind)]
        return found

    def open(self, leg: int) -> int:
        self.send(ask.OpenLeg(leg, HOST))
        return self.wait_for(tell.LegOpened)[0].port


@pytest.fixture
def phone() -> Iterator[Phone]:
    made = Phone()
    yield made
    made.socket.close()


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line(free_ports(4))
    yield made
    made.socket.close()
    if made.process.poll() is None:
        made.process.kill()
    made.process.wait()


def stream(leg: int, phone: Phone, **changes: object) -> ask.SetStream:
    return ask.SetStream(leg, *phone.address, "PCMA", 8, 101, 8000, True, True, 0.0, **changes)


def sides(path: str) -> np.ndarray:
    """Return what was said and what was heard, ``(2, samples)``."""
    samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    assert rate == 8000
    return samples.T


def test_a_worker_from_its_start_to_its_stop(line, phone, tmp_path):
    assert line.wait_for(tell.WorkerReady)[0].process_id == line.process.pid
    sound = Stream()
    frames = frames_of((np.sin(np.arange(800) / 3) * 9000).astype(np.int16))
    write_frames(frames, tmp_path / "1.frames")
    port = line.open(5)
    line.send(ask.AddPrompt(1, str(tmp_path / "1.frames")), stream(5, phone))
    assert line.wait_for(tell.PromptReady) == [tell.PromptReady(1, "")]
    line.send(ask.Record(5, 7, str(tmp_path / "call.wav")), ask.Play(5, 1, (1,)))
    (ended,) = line.wait_for(tell.PlayEnded)
    assert (ended.leg, ended.play, ended.seconds, ended.finished) == (5, 1, 0.1, True)
    while (first := phone.hears()[12:]) != frames[0, 0].tobytes():
        assert first == bytes([SILENCE[ALAW]]) * 160  # before the prompt was ready
    assert [phone.hears()[12:] for _ in range(4)] == [frame.tobytes() for frame in frames[0, 1:]]

    line.send(ask.HearItself(5))
    for _ in range(10):
        phone.say(sound.audio(bytes([0x11]) * 160), port)
    while phone.hears()[12:] != bytes([0x11]) * 160:
        pass
    (arrived,) = line.wait_for(tell.MediaArrived)
    assert (arrived.host, arrived.port) == phone.address
    phone.say(next(sound.press("9")), port)
    assert line.wait_for(tell.DigitHeard)[0].digit == "9"

    line.send(ask.CloseLeg(5))
    (closed,) = line.wait_for(tell.LegClosed)
    assert closed.statistics.received == 11
    (recorded,) = line.wait_for(RecordingEnded)
    assert (recorded.recording, recorded.reason) == (7, "")
    said, heard = sides(recorded.path)
    assert len(said) == round(recorded.seconds * 8000)
    # From the very tick in which it was asked for, and both sides on one clock.
    assert (heard[:800] == decode(frames[0].reshape(-1), ALAW)).all()
    echo = said == DECODE[ALAW][0x11]
    assert echo.any()
    assert (heard[echo] == said[echo]).all()
    line.send(ask.Stop())
    assert line.process.wait(PATIENCE) == 0


def test_the_end_of_a_leg_is_said_by_rtcp(line, phone):
    reporter = Phone()
    line.wait_for(tell.WorkerReady)
    number = line.open(5)
    line.send(stream(5, phone, control_port=reporter.address[1]))
    ssrc = int.from_bytes(phone.hears()[8:12], "big")
    line.send(ask.CloseLeg(5))
    packets: tuple[rtcp.Packet, ...] = ()
    while rtcp.Bye((ssrc,)) not in packets:  # reports may come before
        data, source = reporter.hears_from()
        packets = rtcp.parse(data)
        assert source == number + 1
    assert isinstance(packets[0], rtcp.SenderReport)
    reporter.socket.close()


def test_the_worker_ends_with_the_signalling_process(line):
    line.wait_for(tell.WorkerReady)
    line.open(1)
    line.socket.close()
    assert line.process.wait(PATIENCE) == 0


def test_what_was_recorded_is_whole_when_the_signalling_process_is_gone(line, phone, tmp_path):
    line.wait_for(tell.WorkerReady)
    line.open(1)
    line.send(stream(1, phone), ask.Record(1, 7, str(tmp_path / "call.wav")))
    for _ in range(10):
        phone.hears()
    line.socket.close()
    assert line.process.wait(PATIENCE) == 0
    assert sides(str(tmp_path / "call.wav")).shape[1] >= 9 * 160


def test_ctrl_c_is_not_for_the_worker(line):
    line.wait_for(tell.WorkerReady)
    line.process.send_signal(signal.SIGINT)
    assert line.open(1)


def test_what_cannot_be_done_is_told_and_ends_nothing(line, tmp_path):
    line.wait_for(tell.WorkerReady)
    line.open(1)
    line.send(
        ask.Play(9, 1, ()),
        ask.CloseLeg(9),
        ask.HearLoop(1, (4,), True),
        ask.SetStream(1, HOST, 4000, "opus", 111, -1, 8000, True, True, 0.0),
        ask.OpenLeg(2, "192.0.2.1"),
    )
    told = [(one.leg, one.reason) for one in line.wait_for(tell.CommandFailed, 4)]
    assert [leg for leg, _ in told] == [9, 9, 1, 1]
    assert "leg 9 is not open" in told[0][1]
    assert "192.0.2.1" in line.wait_for(tell.OpenFailed)[0].reason
    assert line.open(3)


def test_every_prompt_and_every_recording_has_its_end(line, tmp_path):
    """Whoever waits for one that cannot be must not wait for ever."""
    line.wait_for(tell.WorkerReady)
    line.open(1)
    (tmp_path / "bad.frames").write_bytes(b"odd")
    line.send(
        ask.AddPrompt(1, str(tmp_path / "bad.frames")),
        ask.AddPrompt(2, str(tmp_path / "missing.frames")),
        ask.Record(1, 7, str(tmp_path / "missing" / "x.wav")),
        ask.Record(9, 8, str(tmp_path / "x.wav")),
        ask.Record(1, 9, str(tmp_path / "x.wav"), "quadrophonic"),
    )
    prompts = {one.prompt: one.failure for one in line.wait_for(tell.PromptReady, 2)}
    assert "not a frames file" in prompts[1]
    assert "No such file" in prompts[2]
    recordings = {one.recording: one.reason for one in line.wait_for(RecordingEnded, 3)}
    assert "No such file" in recordings[7]
    assert "leg 9 is not open" in recordings[8]
    assert "quadrophonic" in recordings[9]
    assert [one.leg for one in line.wait_for(tell.CommandFailed, 2)] == [9, 1]


def test_ports_run_out_and_come_back(line):
    line.wait_for(tell.WorkerReady)
    assert len({line.open(leg) for leg in range(4)}) == 4
    line.send(ask.OpenLeg(9, HOST))
    assert "no free RTP port" in line.wait_for(tell.OpenFailed)[0].reason
    line.send(ask.CloseLeg(9))  # it never was
    assert line.wait_for(tell.CommandFailed)[0].leg == 9


def test_the_worker_tells_how_it_keeps_time(line):
    line.wait_for(tell.WorkerReady)
    (report,) = line.wait_for(tell.TickReport)
    assert report.ticks == len(report.lateness_ms) == len(report.tick_us) == REPORT_TICKS
    assert report.legs == 0
    assert report.cpu > 0


# The loop, on a clock of the test's


@pytest.fixture
def looping(monkeypatch) -> Iterator[Callable[..., Loop]]:
    made: list[Loop] = []

    def loop(tick_seconds: float, most_ticks: int = 500) -> Loop:
        times = Times(tick_seconds)
        monkeypatch.setattr(
            "media.worker.time",
            SimpleNamespace(monotonic=times.monotonic, process_time=lambda: 0.5, time=lambda: 1.7e9),
        )
        made.append(Loop(times, most_ticks))
        monkeypatch.setattr("media.worker.select.poll", lambda: Impatient(made[-1].theirs))
        return made[-1]

    yield loop
    for one in made:
        one.close()
    gc.unfreeze()  # as the worker found it
    gc.enable()


@pytest.mark.parametrize("tick_seconds", [0.001, 0.0195, 0.025, 0.1])
def test_a_worker_with_too_much_to_do_still_hears_commands(looping, tick_seconds):
    """When every tick takes longer than its time, calls must still be able to end."""
    loop = looping(tick_seconds)
    loop.run(stop_at=20)
    assert 20 <= loop.times.ticks < 30
    assert loop.ports.closed


def test_late_ticks_are_left_out_and_counted(looping):
    loop = looping(0.05)
    loop.run(stop_at=REPORT_TICKS + 1)
    (report,) = loop.reports(tell.TickReport)
    # A tick of 50 ms lasts two and a half periods: three in two are left out.
    assert report.ticks == REPORT_TICKS
    assert REPORT_TICKS * 1.4 <= report.skipped <= REPORT_TICKS * 1.8


def test_a_signalling_process_that_does_not_read_stops_nothing(looping):
    """Reports wait in the worker until its line takes them; none is lost or cut."""
    loop = looping(0.001, most_ticks=3000)
    loop.theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    got: list[int] = []

    def read_failures() -> None:
        got.extend(one.leg for one in loop.reports(tell.CommandFailed))

    for tick in range(1000):
        loop.ports.at[tick] = lambda tick=tick: loop.worker._report(tell.CommandFailed(tick, "x" * 100))
    for tick in range(1000, 1500):
        loop.ports.at[tick] = read_failures
    loop.run(stop_at=1500)
    read_failures()
    assert got == list(range(1000))


def test_recordings_are_on_the_clock_of_the_ticks(looping):
    """What a command says holds from the next frame on, and the frames are numbered without a gap."""
    loop = looping(0.001)
    loop.send_at(1, ask.OpenLeg(5, HOST), ask.Record(5, 7, "/x.wav", "mono", "flac"))
    loop.send_at(3, ask.PauseRecording(7, True), ask.MaskRecording(7, False))
    loop.send_at(4, ask.StopRecording(7))
    loop.run(stop_at=6)
    assert loop.tape.asked == [
        ("begin", 7, "/x.wav", 2, "mono", "flac"),
        ("frames", 2, 7),
        ("frames", 3, 7),
        ("pause", 7, True, 4),
        ("mask", 7, False, 4),
        ("frames", 4, 7),
        ("end", 7, 5),
        ("stop",),
    ]


def test_the_recordings_of_a_leg_end_with_it(looping):
    loop = looping(0.001)
    loop.send_at(1, *(ask.OpenLeg(leg, HOST) for leg in (5, 6)))
    loop.send_at(2, *(ask.Record(leg, leg + 10 * turn, "/x.wav") for turn in (1, 2) for leg in (5, 6)))
    loop.send_at(4, ask.CloseLeg(5))
    loop.run(stop_at=5)
    assert [what for what in loop.tape.asked if what[0] == "end"] == [("end", 15, 5), ("end", 25, 5)]
    assert [what for what in loop.tape.asked if what[0] == "frames"] == [
        ("frames", 3, 15, 16, 25, 26),
        ("frames", 4, 15, 16, 25, 26),
        ("frames", 5, 16, 26),
    ]


def test_a_recording_that_broke_off_is_told_and_gathered_no_longer(looping):
    loop = looping(0.001)
    broken = RecordingEnded(7, "/x.wav", 0.5, "", (), "the recording broke off: No space left on device")
    loop.send_at(1, ask.OpenLeg(5, HOST), ask.Record(5, 7, "/x.wav"), ask.Record(5, 8, "/y.wav"))
    loop.ports.at[3] = lambda: loop.tape.happens.append(broken)
    loop.send_at(5, ask.CloseLeg(5))
    loop.run(stop_at=7)
    assert loop.reports(RecordingEnded) == [broken]
    assert [what[1:] for what in loop.tape.asked if what[0] == "frames"] == [
        (2, 7, 8), (3, 7, 8), (4, 8), (5, 8)
    ]  # fmt: skip
    assert [what for what in loop.tape.asked if what[0] == "end"] == [("end", 8, 6)]


def test_what_ends_with_the_worker_is_told_before_it_goes(looping):
    loop = looping(0.001)
    last = RecordingEnded(7, "/x.wav", 1.0, "5ea1")
    loop.tape.stop = lambda: loop.tape.happens.append(last)  # type: ignore[method-assign]
    loop.run(stop_at=1)
    assert loop.reports(RecordingEnded) == [last]


def test_one_thread_for_small_products():
    """Must be said before numpy is loaded: with threads a tick takes many times as long."""
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
