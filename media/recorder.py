"""Recordings, as the tick sees them: every call returns at once, whatever disk and encoder are doing.

Frames go into a ring of shared memory; a process of its own (:mod:`media.recording`) makes files of them. It
lives on when this process is killed, and finishes what was recorded. Should it die itself, or not keep up,
the call goes on and the report on the recording says so.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from media import recording_messages as say
from media.errors import MediaError
from media.recording_messages import Form, Layout, RecordingEnded
from media.recording_ring import (
    COMMAND,
    COMMAND_BYTES,
    COMMAND_PLACES,
    FRAMES,
    RING_BYTES,
    Frames,
    RingWriter,
    frames_size,
    write_frames,
)
from media.wire import Inbox

logger = logging.getLogger(__name__)

SUFFIX: Final = ".wav"
PROGRAM: Final = (sys.executable, "-m", "media.recording")

HUNG_SECONDS: Final = 30.0
"""Time without a sign of life after which the recorder process is given up. A slow disk is back by then, and
nothing is lost until the ring is full."""
WATCH_TICKS: Final = 50
"""Ticks between two looks at its progress."""
WATCH_SECONDS: Final = 2.0
"""The most that one look adds to the time without a sign of life: nobody looks while nothing is recorded."""
AGAIN_SECONDS: Final = 10.0
"""Pause before a process that never came up is tried again: each try costs the tick some milliseconds."""
STOP_SECONDS: Final = 2.0
"""How long stopping may take: less than a worker is given to end. The recorder process finishes anyway."""

GONE: Final = "the recorder process ended unexpectedly; the file holds what was written before"
HUNG: Final = "the recorder process did not answer any more; the file holds what was written before"
ABSENT: Final = "cannot record: the recorder process is not running"


@dataclass(slots=True)
class _Process:
    """A recorder process, our end of its line, and the ring that leads to it."""

    popen: subprocess.Popen[bytes]
    line: socket.socket
    ring: RingWriter
    inbox: Inbox[say.AnyReport] = field(default_factory=lambda: Inbox(say.AnyReport))
    ready: bool = False
    given_back: int = 0
    looked_at: float = 0.0
    silent_for: float = 0.0
    """Seconds that something has waited in the ring, and nothing was taken."""

    def close(self) -> None:
        self.line.close()
        self.ring.close()


class Recorder:
    """All recordings of a media worker, by numbers that the caller chooses. Not for several threads.

    ``tick`` counts frames of 20 ms and is that of the next frame: what a call says holds from there. Ticks
    that never come are silence in the files, so both sides stay on the engine's clock.
    ``ring_bytes`` bounds what may wait, ``cores`` are those the recorder process may run on (all).
    Starting it takes some milliseconds, so make this before ticks matter.
    """

    def __init__(
        self,
        *,
        ring_bytes: int = RING_BYTES,
        cores: Iterable[int] = (),
        program: Sequence[str] = PROGRAM,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ring_bytes = ring_bytes
        self._cores = ",".join(str(core) for core in cores)
        self._program = program
        self._now = now
        self._encoder = msgspec.msgpack.Encoder()
        self._paths: dict[int, str] = {}
        """Begun and not reported as ended."""
        self._ended: list[RecordingEnded] = []
        self._lost: tuple[int, int] | None = None
        self._past: list[subprocess.Popen[bytes]] = []
        """Processes that are over for us, but were not seen to end."""
        self._killed: subprocess.Popen[bytes] | None = None
        self._again_at = 0.0
        self._look_at = 0
        self._stopped = False
        self._process: _Process | None = self._start()

    @property
    def process_id(self) -> int | None:
        """The recorder process; None while there is none."""
        return self._process.popen.pid if self._process else None

    def begin(
        self, recording: int, path: Path, *, tick: int, layout: Layout = "stereo", then: Form = "wav"
    ) -> None:
        """Record into a new file from ``tick`` on.

        The file is ``path`` with the ending ``.wav``, or ``name-2.wav`` and so on when that name is taken,
        and becomes FLAC or Ogg Opus at the end if ``then`` says so. That it cannot be made is reported.
        Raises MediaError when the number is in use, or layout or form are none we know.
        """
        if layout not in get_args(Layout) or then not in get_args(Form):
            raise MediaError(f"cannot record {layout!r} as {then!r}")
        if recording in self._paths:
            raise MediaError(f"recording {recording} is running already")
        wave = str(path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX))
        if self._running() is None:
            self._ended.append(RecordingEnded(recording, wave, 0.0, "", (), ABSENT))
            return
        self._paths[recording] = wave
        self._command(say.Begin(recording, wave, tick, layout, then))

    def frames(
        self,
        tick: int,
        recordings: NDArray[np.int64],
        law: NDArray[np.int64],
        said: NDArray[np.uint8],
        heard: NDArray[np.uint8],
    ) -> None:
        """Hand over what all recordings have in this tick.

        ``recordings`` and ``law`` are ``(n,)``, ``said`` and ``heard`` G.711 codes ``(n, 160)``. Copied, not
        kept. What finds no room in the ring is lost, and each recording it is missing from says so.
        """
        process = self._process
        if process is None or not self._paths or not len(recordings):
            return
        if tick >= self._look_at:
            self._look_at = tick + WATCH_TICKS
            if not self._is_alive(process):
                return
        room = process.ring.reserve(
            FRAMES, frames_size(len(recordings)), spare=COMMAND_BYTES, places=COMMAND_PLACES
        )
        if room is None:
            self._lost = (tick if self._lost is None else self._lost[0], tick + 1)
            return
        write_frames(room, Frames(tick, recordings, law, said, heard))
        process.ring.publish()
        self._tell_losses()

    def pause(self, recording: int, on: bool, *, tick: int) -> None:
        """Write nothing meanwhile: the stretch is missing from the file."""
        self._command(say.Pause(recording, on, tick))

    def mask(self, recording: int, on: bool, *, tick: int, when_quiet: bool = False) -> None:
        """Write silence for both sides meanwhile; the stretch is noted in the report.

        It ends at once, or ``when_quiet``: when no key sounds any more.
        """
        self._command(say.Mask(recording, on, tick, when_quiet))

    def end(self, recording: int, *, tick: int) -> None:
        """End a recording; its report follows when the file is complete."""
        self._command(say.End(recording, tick))

    def reports(self) -> list[RecordingEnded]:
        """Return the recordings that have ended since the last call: whole, broken off, or never made."""
        self._receive()
        if self._past:
            self._past = [popen for popen in self._past if popen.poll() is None]
        ended, self._ended = self._ended, []
        return ended

    def fileno(self) -> int:
        """Return a file descriptor that is readable when reports may have come; -1 without a process."""
        return self._process.line.fileno() if self._process else -1

    def stop(self) -> None:
        """End all recordings and wait for their files, two seconds at most; ``reports`` has the rest.

        Recordings that were to be converted and are not yet stay WAV files.
        """
        self._stopped = True
        if (process := self._process) is None:
            return
        self._tell_losses()
        process.line.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + STOP_SECONDS
        poller = select.poll()
        poller.register(process.line, select.POLLIN)
        while self._process and poller.poll(max(deadline - time.monotonic(), 0) * 1000):
            self._receive()
        if self._process:
            logger.warning("recordings are still being finished")
            self._give_up("the recorder process was still busy at the end; it finishes the file by itself")
            return
        try:
            process.popen.wait(max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            logger.warning("the recorder process has not ended")

    # The process

    def _start(self) -> _Process:
        _let_children_be_ordinary()
        with contextlib.ExitStack() as made:
            try:
                ours, theirs = socket.socketpair()
                made.callback(ours.close)
                with theirs:
                    ring = RingWriter(self._ring_bytes)
                    made.callback(ring.close)
                    popen = self._spawn(theirs, ring)
            except OSError as error:
                raise MediaError(f"the recorder process cannot be started: {error.strerror}") from error
            made.pop_all()
        ours.setblocking(False)
        return _Process(popen, ours, ring)

    def _spawn(self, line: socket.socket, ring: RingWriter) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                *self._program,
                *("--line", str(line.fileno())),
                *("--ring", ",".join(str(descriptor) for descriptor in ring.descriptors)),
                *("--cores", self._cores),
            ],
            stdin=subprocess.DEVNULL,
            pass_fds=(line.fileno(), *ring.descriptors),
            start_new_session=True,
        )

    def _running(self) -> _Process | None:
        """Return the recorder process, started again if need be; None when that has to wait."""
        self._receive()
        if self._process is not None or self._stopped or self._now() < self._again_at:
            return self._process
        if self._killed is not None and self._killed.poll() is None:
            return None  # Stuck in the kernel, for a disk that does not answer: another would join it.
        try:
            self._process = self._start()
        except MediaError:
            logger.exception("nothing can be recorded")
            self._again_at = self._now() + AGAIN_SECONDS
        return self._process

    def _receive(self) -> None:
        if (process := self._process) is None:
            return
        try:
            data = process.line.recv(1 << 16)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        if not data:
            self._give_up(GONE)
            return
        for report in process.inbox.feed(data):
            match report:
                case say.RecorderReady():
                    process.ready = True
                case say.RecordingBegun(recording, path):
                    self._paths[recording] = path
                case RecordingEnded():
                    self._paths.pop(report.recording, None)
                    self._ended.append(report)

    def _give_up(self, reason: str) -> None:
        """Let go of the process and report what it has not."""
        if (process := self._process) is None:
            return
        self._process = None
        self._lost = None
        if not process.ready:
            self._again_at = self._now() + AGAIN_SECONDS
        self._past.append(process.popen)
        process.close()
        self._ended += [
            RecordingEnded(number, path, 0.0, "", (), reason) for number, path in self._paths.items()
        ]
        self._paths.clear()

    def _is_alive(self, process: _Process) -> bool:
        """Look whether the process takes what is waiting; let go of one that has not for long."""
        now, given_back = self._now(), process.ring.given_back()
        if given_back != process.given_back or not process.ring.waiting:
            process.given_back, process.silent_for = given_back, 0.0
        else:
            process.silent_for += min(now - process.looked_at, WATCH_SECONDS)
        process.looked_at = now
        if process.silent_for < HUNG_SECONDS:
            return True
        self._kill(process)
        return False

    def _kill(self, process: _Process) -> None:
        self._receive()  # Its last words: what it has finished is not broken.
        if self._process is not process:
            return
        logger.warning("the recorder process %d does not answer and is killed", process.popen.pid)
        process.popen.kill()
        self._killed = process.popen
        self._give_up(HUNG)

    # What goes into the ring besides frames

    def _command(self, command: say.Begin | say.Pause | say.Mask | say.End) -> None:
        if command.recording not in self._paths:
            return
        self._tell_losses()
        self._put(command)

    def _tell_losses(self) -> None:
        if self._lost is not None:
            lost, self._lost = say.Lost(*self._lost), None
            self._put(lost)

    def _put(self, command: say.AnyCommand) -> None:
        if (process := self._process) is None:
            return
        octets = self._encoder.encode(command)
        room = process.ring.reserve(COMMAND, len(octets))
        if room is None:
            # Thousands of commands wait behind a ring of frames.
            self._kill(process)
            return
        room[:] = np.frombuffer(octets, np.uint8)
        process.ring.publish()


def _let_children_be_ordinary() -> None:
    """Keep a real-time tick from handing its precedence down: an interpreter that starts would hold it up.

    The flag concerns only processes made from now on (sched(7), SCHED_RESET_ON_FORK).
    """
    policy = os.sched_getscheduler(0)
    if policy in (os.SCHED_RR, os.SCHED_FIFO):
        os.sched_setscheduler(0, policy | os.SCHED_RESET_ON_FORK, os.sched_getparam(0))
