"""What a measurement has seen, the figures that follow from it, and its table."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.arrivals import PERIOD, Reception
from benchmarks.bare import BareCost
from benchmarks.modes import Mode
from benchmarks.processes import processor
from benchmarks.switch import Timing

GENERATOR_LATE_MS: Final = 1000 * PERIOD
"""Past this the callers no longer send evenly, and the load is not the one that was asked for."""
LATE_GAPS_PERCENT: Final = 0.1
"""Gaps over 40 ms that a load may have and still count as clean."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What ``--json`` prints; None for what cannot be seen or was not measured."""

    calls: int
    frames_lost: int
    gaps_over_40ms_percent: float
    tick_lateness_p99_ms: float | None
    worker_cpu_percent: float | None
    signalling_cpu_percent: float | None
    engine_us_per_call_tick: float | None
    bare_us_per_call_tick: float | None
    bare_connected_us_per_call_tick: float | None
    worker_rss_kib_per_call: float | None
    generator_late_p99_ms: float
    legs: int
    recorder_cpu_percent: float | None = None
    recordings_broken: int | None = None

    @property
    def clean(self) -> bool:
        """Tell whether the load was borne: no frame lost, next to no late gap, no broken recording."""
        late = self.gaps_over_40ms_percent >= LATE_GAPS_PERCENT
        return not (self.frames_lost or late or self.recordings_broken)

    @property
    def generator_late(self) -> bool:
        """Tell whether the phones themselves were too late for the figures to mean anything."""
        return self.generator_late_p99_ms > GENERATOR_LATE_MS

    def as_json(self) -> dict[str, object]:
        """Return what there is, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds used in the window; None for a process that cannot be seen."""

    worker: float | None
    signalling: float | None = None
    recorder: float | None = None
    preemptions: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """What was seen while all calls were up. Times are wall time in seconds."""

    begin: float
    end: float
    usage: Usage
    reception: Reception
    generator_late_ms: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """The window's length."""
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class Run:
    """Everything one run has shown. ``timings`` are those of the window, none of a switch we cannot see."""

    mode: Mode
    calls: int
    window: Window
    timings: tuple[Timing, ...]
    rss_kib: int | None
    lost_inbound: int
    broken: int = 0
    repeated: int = 0
    bare: BareCost | None = None

    @property
    def legs(self) -> int:
        """How many phones took part."""
        return self.calls * self.mode.legs_per_call

    @property
    def lateness_ms(self) -> NDArray[np.float64]:
        """How late each tick of the window began."""
        return np.concatenate([np.empty(0), *(timing.lateness_ms for timing in self.timings)])

    @property
    def tick_us(self) -> NDArray[np.float64]:
        """How long each tick of the window took."""
        return np.concatenate([np.empty(0), *(timing.tick_us for timing in self.timings)])

    def figures(self) -> Figures:
        """Return the figures; frames lost are those of both directions and those never sent."""
        window, usage, late = self.window, self.window.usage, self.lateness_ms
        us_per_second = 1e6 / (self.legs / PERIOD)
        return Figures(
            calls=self.calls,
            frames_lost=window.reception.missing + self.lost_inbound,
            gaps_over_40ms_percent=round(window.reception.late_gaps_percent, 4),
            tick_lateness_p99_ms=round(float(np.percentile(late, 99)), 3) if len(late) else None,
            worker_cpu_percent=self._percent(usage.worker),
            signalling_cpu_percent=self._percent(usage.signalling),
            engine_us_per_call_tick=_rounded(usage.worker, us_per_second / window.seconds, 2),
            bare_us_per_call_tick=round(self.bare.sendto_us, 2) if self.bare else None,
            bare_connected_us_per_call_tick=round(self.bare.connected_us, 2) if self.bare else None,
            worker_rss_kib_per_call=_rounded(self.rss_kib, 1 / self.legs, 1),
            generator_late_p99_ms=round(float(np.percentile(window.generator_late_ms, 99)), 3),
            legs=self.legs,
            recorder_cpu_percent=self._percent(usage.recorder),
            recordings_broken=self.broken if self.mode is Mode.RECORD else None,
        )

    def _percent(self, seconds: float | None) -> float | None:
        return _rounded(seconds, 100 / self.window.seconds, 1)


def _rounded(value: float | None, factor: float, digits: int) -> float | None:
    return None if value is None else round(value * factor, digits)


def table(result: Run) -> str:
    """Return the figures for people, with what stands behind them."""
    figures, window, reception = result.figures(), result.window, result.window.reception
    rows: list[tuple[str, str]] = [
        (result.mode.title, f"{figures.calls}"),
        ("measured", f"{window.seconds:.1f} s, {reception.packets} packets received"),
        ("frames lost", f"{figures.frames_lost}"),
        ("  to phones / never sent / fell silent / from phones",
         f"{reception.lost} / {reception.left_out} / {reception.silent} / {result.lost_inbound}"),
        ("gaps over 40 ms", f"{figures.gaps_over_40ms_percent} % (longest {reception.longest_ms:.1f} ms)"),
        *_tick_rows(result),
        *_cost_rows(figures),
        ("generator's own lateness p99 / most",
         f"{figures.generator_late_p99_ms:.2f} / {max(window.generator_late_ms):.2f} ms"),
        ("worker interrupted by other programs", f"{window.usage.preemptions} times"),
        ("requests repeated", f"{result.repeated}"),
    ]  # fmt: skip
    if result.mode is Mode.RECORD:
        rows.append(("recordings broken", f"{result.broken}"))
    width = max(len(name) for name, _ in rows)
    return "\n".join([processor(), *(f"{name:<{width}}  {value}" for name, value in rows)])


def _tick_rows(result: Run) -> list[tuple[str, str]]:
    if not result.timings:
        return []
    late, tick = result.lateness_ms, result.tick_us / 1000
    skipped = sum(timing.skipped for timing in result.timings)
    return [
        ("tick lateness p50 / p99 / most",
         f"{np.median(late):.2f} / {np.percentile(late, 99):.2f} / {late.max():.2f} ms"),
        ("ticks skipped", f"{skipped}"),
        ("tick duration p50 / p99", f"{np.median(tick):.2f} / {np.percentile(tick, 99):.2f} ms"),
    ]  # fmt: skip


def _cost_rows(figures: Figures) -> list[tuple[str, str]]:
    engine, bare = figures.engine_us_per_call_tick, figures.bare_us_per_call_tick
    connected = figures.bare_connected_us_per_call_tick
    rows = [
        ("worker", figures.worker_cpu_percent, "% of its core"),
        ("signalling", figures.signalling_cpu_percent, "% of its core"),
        ("recorder process", figures.recorder_cpu_percent, "% of a core"),
        ("engine, per leg and tick", engine, "µs"),
        ("bare recv_into and sendto", bare, "µs"),
        ("bare recv_into and send, connected", connected, "µs"),
        ("engine to bare sendto", ratio(engine, bare), ""),
        ("engine to bare send, connected", ratio(engine, connected), ""),
        ("worker memory per leg", figures.worker_rss_kib_per_call, "KiB"),
    ]
    return [(name, f"{value} {unit}".rstrip()) for name, value, unit in rows if value is not None]


def ratio(engine: float | None, bare: float | None) -> float | None:
    """Return how much the engine costs compared with a bare cost, None when either is not known."""
    return round(engine / bare, 2) if engine is not None and bare else None
