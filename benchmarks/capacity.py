"""How many callers one media worker bears: full-duplex calls in a voice menu, keys searched in all of them.

``python -m benchmarks.capacity --calls 1000 --seconds 30``; what the figures mean is in README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.bare import measure
from benchmarks.drawing import Series, draw
from benchmarks.phones import Phones
from benchmarks.processes import (
    allow_many_files,
    available_cores,
    choose_cores,
    cpu_seconds,
    pin,
    preemptions,
    processor,
    resident_kib,
)
from benchmarks.sip import Call, Exchange, Stage
from benchmarks.switch import HOST, LAW, NUMBER, SwitchFailed, SwitchUnderTest, Timing, sound
from benchmarks.talk import PERIOD, Reception, Talk
from media.prompts import frames_of

ACCOUNTS: Final = 50
SET_UP_RATE: Final = 100
"""Calls begun a second while the load is built up: not what is measured here."""
SETTLE_SECONDS: Final = 2.5
"""Between the last call's answer and the measurement; the sockets' sources are locked after 2 s."""
BARE_SECONDS: Final = 4.0
SPEECH_SECONDS: Final = 50.0
SHORTEST_SECONDS: Final = 2.0
"""One whole report of the worker's must lie inside."""
GENERATOR_LATE_MS: Final = 1000 * PERIOD
"""Past this the callers no longer send evenly, and the load is not the one that was asked for."""
LONGEST_WAIT: Final = 30.0
"""Until all requests are answered, beyond the time it takes to send them."""


class BenchmarkFailed(Exception):
    """The load could not be built up; the text says at which call."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What ``--json`` prints."""

    calls: int
    frames_lost: int
    gaps_over_40ms_percent: float
    tick_lateness_p99_ms: float
    worker_cpu_percent: float
    signalling_cpu_percent: float
    engine_us_per_call_tick: float
    bare_us_per_call_tick: float
    worker_rss_kib_per_call: float


@dataclass(frozen=True, slots=True)
class Window:
    """What was seen while all calls were up. Times are wall time; processor times in seconds."""

    begin: float
    end: float
    worker_cpu: float
    signalling_cpu: float
    reception: Reception
    generator_late_ms: tuple[float, ...]
    preemptions: int

    @property
    def seconds(self) -> float:
        """The window's length."""
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class Run:
    """Everything one run has shown."""

    calls: int
    window: Window
    timings: tuple[Timing, ...]
    bare_us: float
    rss_kib: int
    lost_inbound: int
    repeated: int

    @property
    def lateness_ms(self) -> NDArray[np.float64]:
        """How late each tick of the window began."""
        return np.concatenate([timing.lateness_ms for timing in self.timings])

    @property
    def tick_us(self) -> NDArray[np.float64]:
        """How long each tick of the window took."""
        return np.concatenate([timing.tick_us for timing in self.timings])

    def figures(self) -> Figures:
        """Return the figures; frames lost are those of both directions and those never sent."""
        window, reception = self.window, self.window.reception
        call_ticks = self.calls * window.seconds / PERIOD
        return Figures(
            calls=self.calls,
            frames_lost=reception.lost + reception.left_out + self.lost_inbound,
            gaps_over_40ms_percent=round(reception.late_gaps_percent, 4),
            tick_lateness_p99_ms=round(float(np.percentile(self.lateness_ms, 99)), 3),
            worker_cpu_percent=round(100 * window.worker_cpu / window.seconds, 1),
            signalling_cpu_percent=round(100 * window.signalling_cpu / window.seconds, 1),
            engine_us_per_call_tick=round(window.worker_cpu / call_ticks * 1e6, 2),
            bare_us_per_call_tick=round(self.bare_us, 2),
            worker_rss_kib_per_call=round(self.rss_kib / self.calls, 1),
        )


class Load:
    """Callers that dial, talk and listen, all from one loop."""

    def __init__(self, switch: SwitchUnderTest, talk: Talk) -> None:
        self._switch = switch
        self._talk = talk
        self._rows: dict[Exchange, int] = {}
        self._up: list[Call] = []
        self.phones = Phones(switch.address, progress=self._progressed)

    def register(self) -> None:
        """Register every account."""
        for account in self._switch.accounts:
            self.phones.register(account, time.monotonic())
        self._turn_until(lambda: not len(self.phones))

    def dial(self, calls: int) -> None:
        """Begin calls at :data:`SET_UP_RATE` and wait until all are up."""
        begin, begun = time.monotonic(), 0

        def dialled() -> bool:
            nonlocal begun
            accounts = self._switch.accounts
            while begun < min(calls, (time.monotonic() - begin) * SET_UP_RATE):
                port = self._talk.port(begun)
                call = self.phones.call(accounts[begun % len(accounts)], NUMBER, port, time.monotonic())
                self._rows[call] = begun
                begun += 1
            return len(self._up) == calls

        self._turn_until(dialled, more=calls / SET_UP_RATE)

    def turn(self, seconds: float) -> None:
        """Let everybody talk for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._turn()

    def hang_up(self) -> None:
        """End every call, a few at a time."""
        calls, self._up = self._up, []
        for call in calls:
            self._talk.hush(self._rows.pop(call))
        waiting = iter(calls)

        def gone() -> bool:
            for _, call in zip(range(2), waiting, strict=False):
                self.phones.hang_up(call, time.monotonic())
            return not len(self.phones)

        self._turn_until(gone, more=len(calls) / SET_UP_RATE)

    def _turn(self) -> None:
        self._talk.pause()
        self._talk.step()
        self.phones.poll(time.monotonic())

    def _turn_until(self, done: Callable[[], bool], *, more: float = 0.0) -> None:
        end = time.monotonic() + LONGEST_WAIT + more
        while not done():
            if time.monotonic() > end:
                raise BenchmarkFailed(f"the switch has not answered {len(self.phones)} requests")
            self._turn()

    def _progressed(self, exchange: Exchange) -> None:
        if exchange.stage is Stage.FAILED:
            raise BenchmarkFailed(f"{exchange.call_id} after {len(self._up)} calls: {exchange.fault}")
        if isinstance(exchange, Call) and exchange.stage is Stage.UP:
            self._up.append(exchange)
            self._talk.connect(self._rows[exchange], (HOST, exchange.far_port))


def run(calls: int, seconds: float) -> Run:
    """Measure once. Raises BenchmarkFailed or SwitchFailed."""
    cores = choose_cores(available_cores())
    allow_many_files()
    pin(cores.generator)
    speech = frames_of(sound(SPEECH_SECONDS))[LAW]
    bare_before = _bare(calls, speech, cores.worker, seconds)
    talk = Talk(calls, HOST, speech)
    length = seconds + calls / SET_UP_RATE + SETTLE_SECONDS + LONGEST_WAIT
    with SwitchUnderTest(
        accounts=ACCOUNTS, prompt_seconds=length, signalling=cores.signalling, worker=cores.worker
    ) as switch:
        load = Load(switch, talk)
        load.register()
        _warm_up(switch, speech)
        idle = resident_kib(switch.worker)
        load.dial(calls)
        load.turn(SETTLE_SECONDS)
        window = _measure(switch, load, talk, seconds)
        rss_kib = resident_kib(switch.worker) - idle
        load.hang_up()
        timings = tuple(
            timing
            for timing in switch.timings()
            # Reports of seconds that lie wholly inside.
            if window.begin + 1 <= timing.at <= window.end
        )
        switch.stop()
        lost_inbound = switch.packets_lost()
    talk.close()
    bare_us = (bare_before + _bare(calls, speech, cores.worker, seconds)) / 2
    return Run(calls, window, timings, bare_us, rss_kib, lost_inbound, load.phones.repeated)


def _bare(calls: int, speech: NDArray[np.uint8], core: int, seconds: float) -> float:
    """Measure the bare system calls; done before and after, as the machine is not the same all the time."""
    talk = Talk(calls, HOST, speech)
    cost = measure(talk, core=core, seconds=min(BARE_SECONDS, seconds / 2))
    talk.close()
    return cost


def _warm_up(switch: SwitchUnderTest, speech: NDArray[np.uint8]) -> None:
    """Make one call, so that the prompt is loaded before memory is looked at."""
    talk = Talk(1, HOST, speech)
    load = Load(switch, talk)
    load.dial(1)
    load.turn(0.5)
    load.hang_up()
    talk.close()


def _measure(switch: SwitchUnderTest, load: Load, talk: Talk, seconds: float) -> Window:
    talk.arrivals.restart_gaps()
    talk.late_ms.clear()
    begin, worker, signalling = time.time(), cpu_seconds(switch.worker), cpu_seconds(switch.signalling)
    preempted = preemptions(switch.worker)
    load.turn(seconds)
    end = time.time()
    return Window(
        begin=begin,
        end=end,
        worker_cpu=cpu_seconds(switch.worker) - worker,
        signalling_cpu=cpu_seconds(switch.signalling) - signalling,
        reception=talk.arrivals.result(),
        generator_late_ms=tuple(talk.late_ms),
        preemptions=preemptions(switch.worker) - preempted,
    )


def table(result: Run) -> str:
    """Return the figures for people, with what stands behind them."""
    figures, window, reception = result.figures(), result.window, result.window.reception
    late, tick = result.lateness_ms, result.tick_us / 1000
    skipped = sum(timing.skipped for timing in result.timings)
    rows = [
        ("calls, full duplex, keys searched in all", f"{figures.calls}"),
        ("measured", f"{window.seconds:.1f} s, {reception.packets} packets received"),
        ("frames lost", f"{figures.frames_lost}"),
        ("  to phones / never sent / from phones",
         f"{reception.lost} / {reception.left_out} / {result.lost_inbound}"),
        ("gaps over 40 ms", f"{figures.gaps_over_40ms_percent} % (longest {reception.longest_ms:.1f} ms)"),
        ("tick lateness p50 / p99 / most",
         f"{np.median(late):.2f} / {figures.tick_lateness_p99_ms:.2f} / {late.max():.2f} ms"),
        ("ticks skipped", f"{skipped}"),
        ("tick duration p50 / p99", f"{np.median(tick):.2f} / {np.percentile(tick, 99):.2f} ms"),
        ("worker", f"{figures.worker_cpu_percent} % of its core"),
        ("signalling", f"{figures.signalling_cpu_percent} % of its core"),
        ("engine, per call and tick", f"{figures.engine_us_per_call_tick} µs"),
        ("bare recv_into and sendto", f"{figures.bare_us_per_call_tick} µs"),
        ("engine to bare", f"{figures.engine_us_per_call_tick / figures.bare_us_per_call_tick:.2f}"),
        ("worker memory per call", f"{figures.worker_rss_kib_per_call} KiB"),
        ("generator's own lateness p99 / most",
         f"{np.percentile(window.generator_late_ms, 99):.2f} / {max(window.generator_late_ms):.2f} ms"),
        ("worker interrupted by other programs", f"{window.preemptions} times"),
        ("requests repeated", f"{result.repeated}"),
    ]  # fmt: skip
    width = max(len(name) for name, _ in rows)
    return "\n".join([processor(), *(f"{name:<{width}}  {value}" for name, value in rows)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 when the switch or the load could not be brought up."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    parser.add_argument("--calls", type=int, default=1000, help="calls at the same time")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long to measure, 2 at least")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.add_argument("--plot", type=Path, help="draw every tick's lateness and duration into an SVG file")
    options = parser.parse_args(arguments)
    if options.calls < 1 or options.seconds < SHORTEST_SECONDS:
        parser.error(f"one call and {SHORTEST_SECONDS:g} seconds at least")
    try:
        result = run(options.calls, options.seconds)
    except (BenchmarkFailed, SwitchFailed) as error:
        print(error, file=sys.stderr)
        return 1
    generator_late = float(np.percentile(result.window.generator_late_ms, 99))
    if generator_late > GENERATOR_LATE_MS:
        print(
            f"the generator itself was {generator_late:.0f} ms late: measure again on a quieter machine",
            file=sys.stderr,
        )
    if options.plot is not None:
        series = [
            Series("tick duration, ms", (result.tick_us / 1000).tolist()),
            Series("tick lateness, ms", result.lateness_ms.tolist()),
        ]
        title = f"{result.calls} calls, tick by tick"
        options.plot.write_text(draw(title, series, limit=PERIOD * 1000), encoding="utf-8")
    print(json.dumps(asdict(result.figures())) if options.json else table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
