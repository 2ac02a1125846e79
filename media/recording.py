"""The recorder process: takes the frames of all recordings out of a ring and makes files of them.

Started by :mod:`media.recorder` as ``python -m media.recording``, one for each media worker, so that neither
a slow disk nor an encoder shares a lock, a core's precedence or a fate with the tick. At the end of its line
it writes what is left in the ring, finishes every file and ends: also when the worker was killed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import queue
import resource
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from media import recording_messages as say
from media.g711 import DECODE, FRAME, LAWS, SAMPLE_RATE
from media.key_sounds import sound_like_keys
from media.recording_files import Finished, Finisher, Samples, WaveFile
from media.recording_ring import FRAMES, Frames, RingReader, read_frames
from media.wire import pack

CHUNK: Final = 25
"""Frames written at a time: two writes of half a second's sound a second keep 600 recordings at some
percent of a core, and half a second is what ``kill -9`` may cost."""
POLL_SECONDS: Final = 0.1
"""How often the ring is emptied while something is recorded; at 600 recordings it holds thirty times that."""
FIRST_ROWS: Final = 32
"""Recordings that have room at the start, 16 KiB each; doubled as needed."""
NICE: Final = 10
"""Less urgent than anything that a caller waits for. On a machine with nothing to spare the ring fills, and
the reports say what is missing."""

QUIET_FRAMES: Final = 10
"""Frames without a key after which none is believed to sound any more: 200 ms, as a key may be broken up."""

MakeFile = Callable[[Path, int, say.Form], WaveFile]
"""Makes the file of a recording from path, channels and final form; raises OSError."""


def make_file(path: Path, channels: int, then: say.Form) -> WaveFile:
    """Make a real file."""
    return WaveFile.create(path, channels=channels, then=then)


@dataclass(slots=True)
class _Recording:
    """What is kept of one recording besides its row of the columns."""

    number: int
    file: WaveFile
    begun: int
    layout: say.Layout
    then: say.Form
    written: int = 0
    """Frames that precede the row's samples in the file."""
    paused: int | None = None
    """The tick since when nothing is written."""
    masked: float | None = None
    """The second of the file since when silence is written."""
    stretches: list[tuple[float, float]] = field(default_factory=list)
    lost: int = 0


class Recordings:
    """All running recordings, one row each: half a second of sound, and the tick where it begins.

    ``report`` takes what is known at once, ``finish`` recordings that are over.
    """

    def __init__(
        self,
        *,
        report: Callable[[say.AnyReport], None],
        finish: Callable[[Finished], None],
        make: MakeFile = make_file,
    ) -> None:
        self._report = report
        self._finish = finish
        self._make = make
        self._next = 0
        """The tick after the last one seen: what is done now holds from there."""
        self._rows: dict[int, int] = {}
        self._of_row: dict[int, _Recording] = {}
        self._samples = np.zeros((FIRST_ROWS, CHUNK, FRAME, 2), np.int16)
        self._origin = np.zeros(FIRST_ROWS, np.int64)
        self._running = np.zeros(FIRST_ROWS, np.bool_)
        self._heard = np.zeros(FIRST_ROWS, np.bool_)
        """Rows that take sound: running and not masked."""
        self._quiet: dict[int, int] = {}
        """Rows to be heard again once no key sounds, and for how many frames none has."""
        self._last: tuple[bytes, NDArray[np.int64]] = (b"", np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self._rows)

    def command(self, command: say.AnyCommand) -> None:
        """Carry out a command; what it names and is not there is over already."""
        match command:
            case say.Begin():
                self._begin(command)
            case say.Pause(number, on, tick) if number in self._rows:
                self._pause(self._rows[number], on, self._now(tick))
            case say.Mask(number, on, tick, when_quiet) if number in self._rows:
                row = self._rows[number]
                self._quiet.pop(row, None)
                if when_quiet and not on and self._of_row[row].masked is not None:
                    self._quiet[row] = 0
                else:
                    self._mask(row, on, self._now(tick))
            case say.End(number, tick) if number in self._rows:
                self._end(self._rows[number], self._now(tick))
            case say.Lost(first, beyond):
                for one in self._of_row.values():
                    if one.paused is None:
                        one.lost += max(beyond - max(first, one.begun), 0)
            case _:
                return

    def frames(self, frames: Frames) -> None:
        """Take one tick of sound. Ticks that never come are silence."""
        tick = frames.tick
        self._write_full(tick)
        rows = self._rows_of(frames.recordings)
        slot = tick - self._origin[rows]
        taken = self._heard[rows] & (slot >= 0) & (rows >= 0)
        for law in LAWS:
            of_law = taken & (frames.law == law)
            if not of_law.any():
                continue
            where = slice(None) if of_law.all() else of_law
            place = rows[where], slot[where]
            # Row by row through a table is the quickest numpy has: 1.3 ns a sample.
            self._samples[(*place, slice(None), 0)] = DECODE[law].take(frames.said[where])
            self._samples[(*place, slice(None), 1)] = DECODE[law].take(frames.heard[where])
        self._next = max(self._next, tick + 1)
        if self._quiet:
            self._look_for_keys(frames, rows)

    def _look_for_keys(self, frames: Frames, rows: NDArray[np.int64]) -> None:
        """Let rows be heard again in which no key has sounded for long enough, on either side."""
        for place in np.flatnonzero(np.isin(rows, list(self._quiet))).tolist():
            row, decode = int(rows[place]), DECODE[int(frames.law[place])]
            both = decode.take(np.stack([frames.said[place], frames.heard[place]]))
            self._quiet[row] = 0 if sound_like_keys(both).any() else self._quiet[row] + 1
            if self._quiet[row] >= QUIET_FRAMES:
                del self._quiet[row]
                self._mask(row, False, self._next)

    def end_all(self) -> None:
        """End every recording after the last tick seen."""
        for row in tuple(self._of_row):
            self._end(row, self._next)

    def _now(self, tick: int) -> int:
        return max(tick, self._next)

    def _rows_of(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        key = numbers.tobytes()
        if self._last[0] != key:
            rows = [self._rows.get(number, -1) for number in numbers.tolist()]
            self._last = (key, np.array(rows, np.int64))
        return self._last[1]

    # Beginning and ending

    def _begin(self, begin: say.Begin) -> None:
        channels = 2 if begin.layout == "stereo" else 1
        try:
            file = self._make(Path(begin.path), channels, begin.then)
        except OSError as error:
            reason = f"cannot record to {begin.path}: {error.strerror}"
            self._report(say.RecordingEnded(begin.recording, begin.path, 0.0, "", (), reason))
            return
        row = self._free_row()
        tick = self._now(begin.tick)
        self._of_row[row] = _Recording(begin.recording, file, tick, begin.layout, begin.then)
        self._rows[begin.recording] = row
        self._last = (b"", self._last[1])
        self._samples[row] = 0
        self._origin[row] = tick
        self._running[row] = self._heard[row] = True
        self._report(say.RecordingBegun(begin.recording, str(file.path)))

    def _free_row(self) -> int:
        size = len(self._origin)
        if len(self._rows) == size:
            self._samples = np.concatenate([self._samples, np.zeros_like(self._samples)])
            self._origin = np.concatenate([self._origin, np.zeros_like(self._origin)])
            self._running = np.concatenate([self._running, np.zeros_like(self._running)])
            self._heard = np.concatenate([self._heard, np.zeros_like(self._heard)])
        return next(row for row in range(len(self._origin)) if row not in self._of_row)

    def _end(self, row: int, tick: int) -> None:
        one = self._of_row[row]
        if one.paused is None:
            self._write_until(row, tick)
        if row in self._of_row:  # the last write may have failed, and ended it
            self._over(row, one.written, "" if not one.lost else _missing(one.lost))

    def _over(self, row: int, frames: int, reason: str, then: say.Form | None = None) -> None:
        one = self._of_row.pop(row)
        self._quiet.pop(row, None)
        del self._rows[one.number]
        self._last = (b"", self._last[1])
        self._running[row] = self._heard[row] = False
        if one.masked is not None and frames * FRAME / SAMPLE_RATE > one.masked:
            one.stretches.append((one.masked, frames * FRAME / SAMPLE_RATE))
        stretches = tuple(one.stretches)
        self._finish(Finished(one.number, one.file, frames * FRAME, stretches, then or one.then, reason))

    # Pause and mask

    def _pause(self, row: int, on: bool, tick: int) -> None:
        one = self._of_row[row]
        if on and one.paused is None:
            self._write_until(row, tick)
            if row in self._of_row:
                one.paused = tick
                self._running[row] = False
        elif not on and one.paused is not None:
            one.paused = None
            self._origin[row] = tick
            self._running[row] = True
        self._heard[row] = self._running[row] and one.masked is None

    def _mask(self, row: int, on: bool, tick: int) -> None:
        one = self._of_row[row]
        held = 0 if one.paused is not None else max(tick - int(self._origin[row]), 0)
        second = (one.written + held) * FRAME / SAMPLE_RATE
        if on and one.masked is None:
            one.masked = second
        elif not on and one.masked is not None:
            if second > one.masked:
                one.stretches.append((one.masked, second))
            one.masked = None
        self._heard[row] = self._running[row] and one.masked is None

    # Writing

    def _write_full(self, tick: int) -> None:
        """Write the rows that have no slot for ``tick``."""
        for row in np.flatnonzero(self._running & (tick - self._origin >= CHUNK)).tolist():
            frames = (tick - int(self._origin[row])) // CHUNK * CHUNK
            self._write_until(row, int(self._origin[row]) + frames)

    def _write_until(self, row: int, tick: int) -> None:
        """Write what a row holds before ``tick`` and begin it anew there; a failure ends the recording."""
        one = self._of_row[row]
        frames = tick - int(self._origin[row])
        if frames <= 0:
            return
        held = self._samples[row, :frames].reshape(-1, 2)  # less than `frames`, if ticks were left out
        try:
            one.file.write(one.written * FRAME, _laid_out(held, one.layout))
        except OSError as error:
            reason = f"the recording broke off: {error.strerror}"
            # What was to follow the file's end is not there; nor is anything converted on a full disk.
            self._over(row, one.file.samples // FRAME, reason, "wav")
            return
        one.written += frames
        self._samples[row] = 0
        self._origin[row] = tick


def _missing(ticks: int) -> str:
    seconds = ticks * FRAME / SAMPLE_RATE
    return f"the recorder could not keep up: {seconds:.2f} s are silent in the recording"


def _laid_out(samples: Samples, layout: say.Layout) -> Samples:
    """Return ``(n, 2)`` as it stands in the file."""
    match layout:
        case "stereo":
            return samples
        case "mono":
            return samples[:, 0]
        case "mixed":
            both = samples.sum(axis=1, dtype=np.int32)
            mixed: Samples = both.clip(-32768, 32767).astype(np.int16)
            return mixed


class RecorderProcess:
    """The recordings between the ring they come from and the line they are reported on."""

    def __init__(self, line: socket.socket, ring: RingReader) -> None:
        self._line = line
        self._ring = ring
        # Sent by a thread: should the worker be busy, sound goes on into the files.
        self._reports: queue.SimpleQueue[say.AnyReport | None] = queue.SimpleQueue()
        self._sender = threading.Thread(target=self._send_all, name="sender")
        self._finisher = Finisher(self._reports.put)
        self._recordings = Recordings(report=self._reports.put, finish=self._finisher.finish)
        self._commands: msgspec.msgpack.Decoder[say.AnyCommand] = msgspec.msgpack.Decoder(say.AnyCommand)

    def run(self) -> None:
        """Record until the line ends, then finish everything."""
        self._sender.start()
        self._reports.put(say.RecorderReady(os.getpid()))
        busy, idle = select.poll(), select.poll()
        for poller in (busy, idle):
            poller.register(self._line, select.POLLIN)
        idle.register(self._ring.filled, select.POLLIN)
        over = False
        while not over:
            # While something is recorded there is always something in the ring: time says when to look.
            events = busy.poll(POLL_SECONDS * 1000) if len(self._recordings) else idle.poll()
            # Looked at before the ring is emptied: what was said before the end of the line counts.
            over = any(descriptor == self._line.fileno() for descriptor, _ in events)
            self._take()
        self._recordings.end_all()
        self._finisher.close()
        self._reports.put(None)
        self._sender.join()

    def _take(self) -> None:
        for kind, octets in self._ring.records():
            if kind == FRAMES:
                self._recordings.frames(read_frames(octets))
            else:
                self._recordings.command(self._commands.decode(octets.data))

    def _send_all(self) -> None:
        # A worker that is gone needs no report; its files are finished all the same.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while (report := self._reports.get()) is not None:
                self._line.sendall(pack(report))


def _be_ordinary(cores: str) -> None:
    """Leave the worker's core and precedence, and ask for little: audio goes first."""
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    os.setpriority(os.PRIO_PROCESS, 0, max(NICE, os.getpriority(os.PRIO_PROCESS, 0)))
    chosen = {int(core) for core in cores.split(",")} if cores else set(range(os.cpu_count() or 1))
    os.sched_setaffinity(0, chosen)
    # Each recording is an open file.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _end_at_once(failure: threading.ExceptHookArgs) -> None:
    """Let a defect in a thread end the process: the worker hears of that, and starts another."""
    threading.__excepthook__(failure)
    os._exit(1)


def main() -> int:
    """Record from the ring and the line whose file descriptors are given."""
    parser = argparse.ArgumentParser(prog="python -m media.recording", description="A recorder process.")
    parser.add_argument("--line", type=int, required=True, help="file descriptor of the report socket")
    parser.add_argument("--ring", required=True, help="file descriptors MEMORY,FILLED,FREED")
    parser.add_argument("--cores", default="", help="processor cores to run on, like 0,2; all by default")
    options = parser.parse_args()
    # A stop reaches all processes at once. The worker ends the recordings first; the end of the line,
    # whatever its cause, ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _be_ordinary(options.cores)
    threading.excepthook = _end_at_once
    memory, filled, freed = (int(number) for number in options.ring.split(","))
    with socket.socket(fileno=options.line) as line:
        RecorderProcess(line, RingReader(memory, filled, freed)).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
