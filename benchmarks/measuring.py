"""One measurement: bring a load up, let it settle, look for some seconds, bring it down."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.arrivals import FRAME
from benchmarks.bare import BareCost, mean, measure
from benchmarks.figures import Run, Usage, Window
from benchmarks.modes import Mode
from benchmarks.processes import Cores, cpu_seconds, preemptions, resident_kib
from benchmarks.rigs import Processes, Rig, SwitchRig, Target, TargetRig, WorkerRig
from benchmarks.switch import HOST, LAW, sound
from benchmarks.talk import Talk
from media.g711 import encode
from media.prompts import frames_of

SETTLE_SECONDS: Final = 2.5
"""Between the last call's answer and the measurement; the sockets' sources are locked after 2 s."""
WARM_UP_SECONDS: Final = 0.5
BARE_SECONDS: Final = 4.0
SPEECH_SECONDS: Final = 50.0
NOISE_SECONDS: Final = 5.0
NOISE_LEVEL: Final = 30
"""Of 32,768: the noise of a quiet room, -65 dBov."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where measurements are made, and of what. ``target`` is somebody else's switch, if it is one.

    With ``srtp`` the phones are encrypted.
    """

    mode: Mode
    cores: Cores
    target: Target | None = None
    srtp: bool = False

    def encrypted(self, on: bool) -> Bench:
        """Return the same with phones that speak SRTP, or that do not."""
        return replace(self, srtp=on)

    def run(self, calls: int, seconds: float, *, bare: bool) -> Run:
        """Measure one load; with ``bare`` also the bare cost, before and after: machines change.

        Raises BenchmarkFailed or SwitchFailed when the load cannot be brought up.
        """
        legs, speech = calls * self.mode.legs_per_call, speech_of(self.mode)
        costs = [self._bare(legs, speech, seconds)] if bare else []
        with self._rig(calls, seconds) as (rig, host):
            idle = self._warm_up(rig, host, speech)
            talk = Talk(legs, host, speech, srtp=self.srtp)
            try:
                rig.bring_up(talk, calls)
                turn(rig, talk, SETTLE_SECONDS)
                window = observe(rig, talk, seconds)
                grown = _grown(rig.processes.worker, idle)
                rig.bring_down(talk)
            finally:
                talk.close()
            # Reports of seconds that lie wholly inside.
            timings = tuple(one for one in rig.timings() if window.begin + 1 <= one.at <= window.end)
            last = rig.stop()
        if bare:
            costs.append(self._bare(legs, speech, seconds))
        return Run(
            self.mode, calls, window, timings, grown, last.lost, last.broken, rig.repeated,
            mean(costs) if bare else None,
        )  # fmt: skip

    @contextmanager
    def _rig(self, calls: int, seconds: float) -> Iterator[tuple[Rig, str]]:
        if self.target is not None:
            with TargetRig(self.target) as theirs:
                yield theirs, theirs.host
        elif self.mode is Mode.IVR:
            with SwitchRig(self.cores, calls, seconds, srtp=self.srtp) as switch:
                yield switch, HOST
        else:
            with WorkerRig(self.mode, self.cores, srtp=self.srtp) as worker:
                yield worker, HOST

    def _warm_up(self, rig: Rig, host: str, speech: NDArray[np.uint8]) -> int | None:
        """Make one call, so that what all share is loaded; return the memory that is held then."""
        if self.target is None:
            talk = Talk(self.mode.legs_per_call, host, speech, srtp=self.srtp)
            rig.bring_up(talk, 1)
            turn(rig, talk, WARM_UP_SECONDS)
            rig.bring_down(talk)
            talk.close()
        worker = rig.processes.worker
        return None if worker is None else resident_kib(worker)

    def _bare(self, legs: int, speech: NDArray[np.uint8], seconds: float) -> BareCost:
        talk = Talk(legs, HOST, speech)
        try:
            return measure(talk, core=self.cores.worker, seconds=min(BARE_SECONDS, seconds / 2))
        finally:
            talk.close()


def speech_of(mode: Mode) -> NDArray[np.uint8]:
    """Return what everybody says, ``(frames, 160) uint8``: music, or the noise of who waits in a queue."""
    if mode is not Mode.QUEUE:
        music: NDArray[np.uint8] = frames_of(sound(SPEECH_SECONDS))[LAW]
        return music
    count = round(NOISE_SECONDS * 8000) // FRAME
    samples = np.random.default_rng(1).integers(-NOISE_LEVEL, NOISE_LEVEL, (count, FRAME))
    return encode(samples.astype(np.int16), LAW)


def turn(rig: Rig, talk: Talk, seconds: float) -> None:
    """Let everybody talk for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        rig.turn(talk)


def observe(rig: Rig, talk: Talk, seconds: float) -> Window:
    """Look at a load that is up for so long."""
    # A look through everything that lives on would delay the phones.
    gc.collect()
    gc.disable()
    try:
        turn(rig, talk, WARM_UP_SECONDS)
        talk.begin()
        begin, before = time.time(), _used(rig.processes)
        turn(rig, talk, seconds)
        end, after = time.time(), _used(rig.processes)
        return Window(begin, end, _difference(after, before), talk.result(), tuple(talk.late_ms))
    finally:
        gc.enable()


def _used(processes: Processes) -> Usage:
    worker = processes.worker
    return Usage(
        _seconds(worker),
        _seconds(processes.signalling),
        _seconds(processes.recorder),
        0 if worker is None else preemptions(worker),
    )


def _seconds(process: int | None) -> float | None:
    return None if process is None else cpu_seconds(process)


def _difference(after: Usage, before: Usage) -> Usage:
    return Usage(
        _less(after.worker, before.worker),
        _less(after.signalling, before.signalling),
        _less(after.recorder, before.recorder),
        after.preemptions - before.preemptions,
    )


def _less(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


def _grown(worker: int | None, idle: int | None) -> int | None:
    return None if worker is None or idle is None else resident_kib(worker) - idle
