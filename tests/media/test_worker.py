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

from media import commands as ask
from media import events as tell
from media.engine import Batch, Sending
from media.g711 import ALAW, encode
from media.prompts import frames_of
from media.recorder import Recorder
from media.soundfiles import read_sound, write_frames
from media.wire import Inbox, pack
from media.worker import REPORT_TICKS, Worker
from tests.fakes.rtp import Stream, batch_of
from tests.media.test_sockets import HOST, Phone, free_ports

Kind = TypeVar("Kind", bound=tell.Report)
SECONDS = 10.0
"""How long anything may take before a test gives up; nearly all of it is starting Python."""


class Line:
    """The signalling side of one worker process."""

    def __init__(self, ports: int) -> None:
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(SECONDS)
        self.inbox: Inbox[tell.AnyReport] = Inbox(tell.AnyReport)
        self.reports: list[tell.Report] = []
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
        deadline = time.monotonic() + SECONDS
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


def stream(leg: int, phone: Phone) -> ask.SetStream:
    return ask.SetStream(leg, *phone.address, "PCMA", 8, 101, 8000, True, True, 0.0)


def test_a_worker_from_its_start_to_its_stop(line, phone, tmp_path):
    assert line.wait_for(tell.WorkerReady)[0].process_id == line.process.pid
    sound = Stream()
    frames = frames_of((np.sin(np.arange(800) / 3) * 9000).astype(np.int16))
    write_frames(frames, tmp_path / "1.frames")
    port = line.open(5)
    line.send(
        ask.AddPrompt(1, str(tmp_path / "1.frames")),
        stream(5, phone),
        ask.Record(5, str(tmp_path / "heard.wav")),
        ask.Play(5, 1, (1,)),
    )
    (ended,) = line.wait_for(tell.PlayEnded)
    assert (ended.leg, ended.play, ended.seconds, ended.finished) == (5, 1, 0.1, True)
    played = [phone.hears()[12:] for _ in range(5)]
    assert played == [frame.tobytes() for frame in frames[0]]

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
    line.send(ask.Stop())
    assert line.process.wait(SECONDS) == 0
    assert 0x11 in np.unique(read_coded(tmp_path / "heard.wav"))


def read_coded(path: Path) -> np.ndarray:
    return encode(read_sound(path), ALAW)


def test_the_worker_ends_with_the_signalling_process(line):
    line.wait_for(tell.WorkerReady)
    line.open(1)
    line.socket.close()
    assert line.process.wait(SECONDS) == 0


def test_ctrl_c_is_not_for_the_worker(line):
    line.wait_for(tell.WorkerReady)
    line.process.send_signal(signal.SIGINT)
    assert line.open(1)


def test_what_cannot_be_done_is_told_and_ends_nothing(line, tmp_path):
    line.wait_for(tell.WorkerReady)
    (tmp_path / "bad.frames").write_bytes(b"odd")
    line.open(1)
    line.send(
        ask.Play(9, 1, ()),
        ask.CloseLeg(9),
        ask.AddPrompt(1, str(tmp_path / "bad.frames")),
        ask.Record(1, str(tmp_path / "missing" / "x.wav")),
        ask.Record(9, str(tmp_path / "x.wav")),
        ask.HearLoop(1, 4, True),
        ask.SetStream(1, HOST, 4000, "opus", 111, -1, 8000, True, True, 0.0),
        ask.OpenLeg(2, "192.0.2.1"),
    )
    told = [(one.leg, one.reason) for one in line.wait_for(tell.CommandFailed, 7)]
    assert [leg for leg, _ in told] == [9, 9, -1, 1, 9, 1, 1]
    assert "leg 9 is not open" in told[0][1]
    assert "not a frames file" in told[2][1]
    assert "192.0.2.1" in line.wait_for(tell.OpenFailed)[0].reason
    assert line.open(3)


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


class Times:
    """Time that passes a little with every look at it, and as much as is said with every tick."""

    def __init__(self, tick_seconds: float) -> None:
        self.now, self.tick_seconds, self.ticks = 100.0, tick_seconds, 0

    def monotonic(self) -> float:
        self.now += 0.001
        return self.now


class DeafPorts:
    """Ports on which nothing arrives, and whose reading takes its time."""

    def __init__(self, times: Times, most_ticks: int) -> None:
        self.times, self.most_ticks = times, most_ticks
        self.at: dict[int, Callable[[], object]] = {}
        """What happens in which tick."""
        self.closed = False

    def read(self) -> Batch:
        self.at.get(self.times.ticks, lambda: None)()
        self.times.now += self.times.tick_seconds
        self.times.ticks += 1
        assert self.times.ticks <= self.most_ticks, "nobody listens to commands any more"
        return batch_of()

    def write(self, sending: Sending, packets: object) -> None:
        """Send nothing."""

    def drain(self, now: float) -> None:
        """Hold nothing."""

    def close_all(self) -> None:
        self.closed = True


class Impatient:
    """A poll that never waits, so that a thousand ticks take no time."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line

    def register(self, file: object, events: int) -> None:
        """Take what is watched; it is the line."""

    def poll(self, milliseconds: float) -> bool:
        try:
            return bool(self.line.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return False


class Loop:
    """A worker that runs in the test, the other end of its line, and its ports."""

    def __init__(self, times: Times, most_ticks: int) -> None:
        self.times = times
        self.ours, self.theirs = socket.socketpair()
        self.ports = DeafPorts(times, most_ticks)
        self.worker = Worker(self.theirs, self.ports)
        self.inbox: Inbox[tell.AnyReport] = Inbox(tell.AnyReport)

    def run(self, *, stop_at: int) -> None:
        """Run until that tick, in which the worker is told to stop."""
        self.ports.at[stop_at] = lambda: self.ours.sendall(pack(ask.Stop()))
        self.worker.run()

    def reports(self, kind: type[Kind]) -> list[Kind]:
        """Return what can be read just now of a kind."""
        got = []
        self.ours.setblocking(False)
        try:
            while data := self.ours.recv(1 << 16):
                got += self.inbox.feed(data)
        except BlockingIOError:
            return [one for one in got if isinstance(one, kind)]
        return [one for one in got if isinstance(one, kind)]

    def close(self) -> None:
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def looping(monkeypatch) -> Iterator[Callable[..., Loop]]:
    made: list[Loop] = []

    def loop(tick_seconds: float, most_ticks: int = 500) -> Loop:
        times = Times(tick_seconds)
        monkeypatch.setattr(
            "media.worker.time", SimpleNamespace(monotonic=times.monotonic, process_time=lambda: 0.5)
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


def test_a_recording_that_breaks_off_is_told(looping, monkeypatch):
    failures = [(7, "the recording broke off: No space left on device")]
    monkeypatch.setattr(Recorder, "failure", lambda _: failures.pop() if failures else None)
    loop = looping(0.001)
    loop.run(stop_at=3)
    assert [one.leg for one in loop.reports(tell.CommandFailed)] == [7]


def test_one_thread_for_small_products():
    """Must be said before numpy is loaded: with threads a tick takes many times as long."""
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
