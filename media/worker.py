"""The media worker process: the engine between its sockets and the signalling process.

Started by :mod:`media.client` as ``python -m media.worker``; commands come and reports go over one Unix
stream socket, each message with its length in front.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import secrets
import select
import signal
import socket
import sys
import time
from collections import deque
from pathlib import Path
from typing import Final, cast

# One product a tick is far too small to share out: with threads it takes twenty times as long. Must be
# said before numpy is loaded.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from media import commands as ask
from media import events as tell
from media.engine import Engine
from media.errors import MediaError
from media.loading import PromptLoader
from media.pacer import Pacer
from media.prompts import PromptBank
from media.recorder import Recorder
from media.recording_messages import Form, Layout, RecordingEnded
from media.sockets import Ports, packet_views
from media.wire import Inbox, pack

REPORT_TICKS: Final = 50
"""Ticks between two reports on punctuality: once a second."""
LEAST_COMMANDS: Final = 20
"""Commands carried out between two ticks however late it is: about a millisecond's worth."""
REALTIME_PRIORITY: Final = 1
"""The least there is: before every ordinary program, behind whatever else asks for punctuality."""


class Worker:
    """One engine with its ports and its line to the signalling process."""

    def __init__(self, line: socket.socket, ports: Ports, recorder: Recorder) -> None:
        self._line = line
        self._ports = ports
        bank = PromptBank()
        self._engine = Engine(lambda: secrets.randbits(32), bank=bank, wall=time.time() - time.monotonic())
        self._views = packet_views(self._engine.packets)
        self._loader = PromptLoader(bank)
        self._recorder = recorder
        self._recorded: dict[int, int] = {}
        """Leg of each running recording."""
        self._inbox: Inbox[ask.AnyCommand] = Inbox(ask.AnyCommand)
        self._waiting: deque[ask.AnyCommand] = deque()
        self._outbox = bytearray()
        self._lateness: list[float] = []
        self._durations: list[float] = []
        self._skipped = 0
        self._stopping = False

    def run(self) -> None:
        """Tick until told to stop, or until the signalling process is gone."""
        self._line.setblocking(False)
        self._report(tell.WorkerReady(os.getpid()))
        poller = select.poll()
        poller.register(self._line, select.POLLIN)
        # The tick makes next to no garbage; what was loaded so far never becomes any.
        gc.collect()
        gc.freeze()
        gc.disable()
        pacer = Pacer(time.monotonic())
        while not self._stopping:
            now = time.monotonic()
            # Whole milliseconds, rounded up by the kernel's timer slack: sleep short, then look again.
            wait = 0.0 if self._waiting else max(pacer.deadline - now, 0.0)
            # Looked at also when there is no time left: a worker with too many calls must hear them end.
            if poller.poll(wait * 1000):
                self._take_commands()
            self._carry_out_until(pacer.deadline)
            now = time.monotonic()
            if now >= pacer.deadline:
                lateness, missed = pacer.begin(now)
                self._tick(now, lateness, missed)
        self._ports.close_all()
        self._loader.stop()
        self._recorder.stop()
        for ended in self._recorder.reports():
            self._report(ended)
        self._flush()

    def _tick(self, now: float, lateness: float, missed: int) -> None:
        if missed:
            self._skipped += missed
            self._engine.skip(missed)
        batch = self._ports.read()
        sending = self._engine.tick(now, batch)
        for row, address in sending.moved:
            self._ports.move(row, address)
        for row, control in sending.controls_moved:
            self._ports.move_control(row, control)
        for row in sending.locked:
            self._ports.lock(row, self._engine.legs.destination[row])
        self._ports.write(sending, self._views)
        if sending.recorded is not None:
            self._recorder.frames(self._engine.tick_number - 1, *sending.recorded)
        self._ports.drain(now)
        self._tell_helpers_news()
        while self._engine.reports:
            self._report(self._engine.reports.popleft())
        self._lateness.append(lateness)
        self._durations.append(time.monotonic() - now)
        if len(self._lateness) >= REPORT_TICKS:
            self._report_time()
        self._flush()

    def _tell_helpers_news(self) -> None:
        """Report what the loading thread and the recorder process have finished."""
        for prompt, failure in self._loader.ready():
            self._report(tell.PromptReady(prompt, failure))
        for ended in self._recorder.reports():
            self._recorded.pop(ended.recording, None)
            # One that broke off is gathered no longer.
            self._engine.command(ask.StopRecording(ended.recording))
            self._report(ended)

    def _report_time(self) -> None:
        self._report(
            tell.TickReport(
                ticks=len(self._lateness),
                skipped=self._skipped,
                lateness_ms=tuple(round(value * 1000, 3) for value in self._lateness),
                tick_us=tuple(round(value * 1e6, 1) for value in self._durations),
                legs=len(self._engine.legs),
                cpu=time.process_time(),
            )
        )
        self._lateness.clear()
        self._durations.clear()
        self._skipped = 0
        # Between two ticks, with the young generation only: well under a millisecond.
        gc.collect(0)

    def _take_commands(self) -> None:
        try:
            data = self._line.recv(1 << 16)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        if not data:
            self._stopping = True  # The signalling process is gone, and its calls with it.
            return
        self._waiting.extend(self._inbox.feed(data))

    def _carry_out_until(self, deadline: float) -> None:
        """Carry out what waits while there is time before the tick: a thousand calls may end at once."""
        if not self._waiting:
            return
        done = 0
        while self._waiting and (done < LEAST_COMMANDS or time.monotonic() < deadline):
            command = self._waiting.popleft()
            done += 1
            try:
                self._carry_out(command)
            except MediaError as error:
                self._report(tell.CommandFailed(getattr(command, "leg", -1), str(error)))
        while self._engine.reports:
            self._report(self._engine.reports.popleft())
        self._flush()

    def _carry_out(self, command: ask.AnyCommand) -> None:
        tick = self._engine.tick_number
        match command:
            case ask.OpenLeg(leg, host):
                self._open(leg, host)
            case ask.CloseLeg(leg):
                self._close(leg)
            case ask.AddPrompt(prompt, path):
                self._load(prompt, Path(path))
            case ask.Record():
                self._record(command)
            case ask.PauseRecording(recording, on):
                self._recorder.pause(recording, on, tick=tick)
            case ask.MaskRecording(recording, on, when_quiet):
                self._recorder.mask(recording, on, tick=tick, when_quiet=when_quiet)
            case ask.StopRecording(recording):
                self._engine.command(command)
                self._recorder.end(recording, tick=tick)
            case ask.Stop():
                self._stopping = True
            case _:
                self._engine.command(command, time.monotonic())

    def _close(self, leg: int) -> None:
        for recording, recorded in list(self._recorded.items()):
            if recorded == leg:
                self._recorder.end(recording, tick=self._engine.tick_number)
        now = time.monotonic()
        row, farewell = self._engine.close(leg, now)
        if farewell is not None:
            self._ports.write_control(row, farewell)
        self._ports.close(row, now)

    def _load(self, prompt: int, path: Path) -> None:
        try:
            self._loader.load(prompt, path)
        except MediaError as error:
            self._report(tell.PromptReady(prompt, str(error)))

    def _record(self, what: ask.Record) -> None:
        try:
            self._engine.legs.row(what.leg)
            self._recorder.begin(
                what.recording,
                Path(what.path),
                tick=self._engine.tick_number,
                layout=cast(Layout, what.layout),
                then=cast(Form, what.then),
            )
        except MediaError as error:
            # Whoever waits for its end must not wait for ever.
            self._report(RecordingEnded(what.recording, what.path, 0.0, "", (), str(error)))
            raise
        self._engine.command(what)
        self._recorded[what.recording] = what.leg

    def _open(self, leg: int, host: str) -> None:
        try:
            row = self._engine.open(leg)
            try:
                port = self._ports.open(row, host)
            except MediaError:
                self._engine.close(leg, time.monotonic())
                raise
        except MediaError as error:
            self._report(tell.OpenFailed(leg, str(error)))
        else:
            self._report(tell.LegOpened(leg, port))

    def _report(self, report: tell.AnyReport) -> None:
        self._outbox += pack(report)

    def _flush(self) -> None:
        if not self._outbox:
            return
        try:
            sent = self._line.send(self._outbox)
        except BlockingIOError:
            return
        except OSError:
            self._stopping = True
            return
        del self._outbox[:sent]


def _take_precedence() -> None:
    """Run before ordinary programs, if we may: none of them can wait as little as a tick can.

    The kernel leaves them a twentieth of the core even if a worker should never sleep (sched(7)). Without the
    right (CAP_SYS_NICE or a limit on rtprio), the tick shares its core with whatever else runs there.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(REALTIME_PRIORITY))
    except PermissionError:
        return


def main() -> int:
    """Run a worker on the socket whose file descriptor is given."""
    parser = argparse.ArgumentParser(prog="python -m media.worker", description="One media worker process.")
    parser.add_argument("--line", type=int, required=True, help="file descriptor of the command socket")
    parser.add_argument("--ports", required=True, help="RTP ports, FIRST-LAST")
    parser.add_argument("--core", type=int, default=-1, help="processor core to stay on, -1 for any")
    options = parser.parse_args()
    # Ctrl-C and a service manager's stop reach every process at once. The signalling process ends the
    # calls first and then this worker; should it be killed, the end of the line ends the worker too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if options.core >= 0:
        os.sched_setaffinity(0, {options.core})
    # Each leg is a socket: the usual soft limit of 1024 files would end at a thousand calls.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    first, _, last = options.ports.partition("-")
    line = socket.socket(fileno=options.line)
    worker = Worker(line, Ports(int(first), int(last)), Recorder())
    # After the recorder process and the loading thread have started, which are in no hurry.
    _take_precedence()
    worker.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
