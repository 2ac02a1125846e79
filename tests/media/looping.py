"""The worker's loop on a clock of the test's: no socket, no recorder, and a thousand ticks in no time."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from media import commands as ask
from media import events as tell
from media.recording_messages import RecordingEnded
from media.tick import Batch, Sending
from media.wire import Inbox, pack
from media.worker import Worker
from tests.fakes.rtp import batch_of

Kind = TypeVar("Kind", bound=tell.AnyReport)


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

    def open(self, row: int, host: str) -> int:
        return 4000 + 2 * row

    def close(self, row: int, now: float) -> None:
        """Hold nothing."""

    def write(self, sending: Sending, packets: object) -> None:
        """Send nothing."""

    def drain(self, now: float) -> None:
        """Hold nothing."""

    def close_all(self) -> None:
        self.closed = True


class Tape:
    """A recorder that notes what it is asked, and reports what a test makes happen."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.happens: list[RecordingEnded] = []

    def begin(self, recording: int, path: Path, *, tick: int, layout: str, then: str) -> None:
        self.asked.append(("begin", recording, str(path), tick, layout, then))

    def frames(self, tick: int, recordings: np.ndarray, *columns: np.ndarray) -> None:
        self.asked.append(("frames", tick, *recordings.tolist()))

    def pause(self, recording: int, on: bool, *, tick: int) -> None:
        self.asked.append(("pause", recording, on, tick))

    def mask(self, recording: int, on: bool, *, tick: int, when_quiet: bool = False) -> None:
        self.asked.append(("mask", recording, on, tick))

    def end(self, recording: int, *, tick: int) -> None:
        self.asked.append(("end", recording, tick))

    def reports(self) -> list[RecordingEnded]:
        happened, self.happens = self.happens, []
        return happened

    def stop(self) -> None:
        self.asked.append(("stop",))


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
        self.tape = Tape()
        self.worker = Worker(self.theirs, self.ports, self.tape)
        self.inbox: Inbox[tell.AnyReport] = Inbox(tell.AnyReport)

    def send_at(self, tick: int, *commands: ask.Command) -> None:
        """Say something in a tick; it is taken after it."""
        self.ports.at[tick] = lambda: self.ours.sendall(b"".join(map(pack, commands)))

    def run(self, *, stop_at: int) -> None:
        """Run until that tick, in which the worker is told to stop."""
        self.send_at(stop_at, ask.Stop())
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
