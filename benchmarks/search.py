"""The highest clean load of a bench, found step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from benchmarks.callers import BenchmarkFailed
from benchmarks.figures import LATE_GAPS_PERCENT, Figures, Run, ratio
from benchmarks.modes import Mode
from benchmarks.ramp import Ramp
from benchmarks.switch import SwitchFailed

TRIES: Final = 2
"""Times a load is tried before it counts as too much: any other program can spoil a few seconds."""
FULL_PERCENT: Final = 95.0
"""Of a core: what a real-time process gets at the most."""
GENERATOR, SET_UP, PORTS, SWITCH = "the generator", "its set-up", "the ports of the test", "what is measured"


class Runner(Protocol):
    """What measures one load: a :class:`~benchmarks.measuring.Bench`."""

    @property
    def mode(self) -> Mode:
        """What the load consists of."""

    def run(self, calls: int, seconds: float, *, bare: bool) -> Run:
        """Measure one load."""


@dataclass(frozen=True, slots=True)
class Found:
    """The highest clean load, what it showed, and what stands against more.

    ``steps`` has the figures of every try, None for a load that could not be brought up.
    """

    mode: Mode
    highest: int
    limit: str
    run: Run | None
    steps: tuple[Figures | None, ...]

    def as_json(self) -> dict[str, object]:
        """Return the figures by name, and those of all steps."""
        figures = self.run.figures() if self.run is not None else None
        return {
            "mode": self.mode.value,
            "highest_clean_calls": self.highest,
            "limited_by": self.limit,
            "engine_to_bare": None
            if figures is None
            else ratio(figures.engine_us_per_call_tick, figures.bare_us_per_call_tick),
            **(figures.as_json() if figures else {}),
            "steps": [{**step.as_json(), "clean": step.clean} for step in self.steps if step is not None],
        }


def search(bench: Runner, ramp: Ramp, seconds: float, *, say: Callable[[str], None]) -> Found:
    """Find the highest load at which no frame is lost and next to no gap is late; ``say`` gets a line a try.

    The load found is measured once more, next to the bare cost; should it not be clean then, the one step
    below has to do. Raises SwitchFailed when the first load of all cannot be brought up.
    """
    steps: list[Figures | None] = []
    best: Run | None = None
    limit = SWITCH
    while (calls := ramp.next) is not None:
        run, why = _try(bench, calls, seconds, steps, say)
        ramp.take(clean=not why)
        if why:
            limit = why
        else:
            best = run
    if ramp.exhausted:
        limit = PORTS
    if best is not None and best.window.usage.worker is not None:
        best = _with_bare(bench, best, seconds, say)
    return Found(bench.mode, ramp.clean, limit, best, tuple(steps))


def _try(
    bench: Runner, calls: int, seconds: float, steps: list[Figures | None], say: Callable[[str], None]
) -> tuple[Run | None, str]:
    """Try a load; return the run, and "" when it was clean, else what stood against it."""
    why = ""
    for _ in range(TRIES):
        try:
            run = bench.run(calls, seconds, bare=False)
        except (BenchmarkFailed, SwitchFailed) as error:
            steps.append(None)
            say(f"{calls:>6}  could not be brought up: {error}")
            why = SET_UP
            continue
        figures = run.figures()
        steps.append(figures)
        why = GENERATOR if figures.generator_late else "" if figures.clean else SWITCH
        say(line(figures, why))
        if not why:
            return run, ""
        if (figures.worker_cpu_percent or 0.0) > FULL_PERCENT:
            break  # No chance of a moment has spoilt that.
    return None, why


def _with_bare(bench: Runner, best: Run, seconds: float, say: Callable[[str], None]) -> Run:
    """Return the best run with a bare cost from the same minutes."""
    try:
        again = bench.run(best.calls, seconds, bare=True)
    except (BenchmarkFailed, SwitchFailed) as error:
        say(f"{best.calls:>6}  could not be brought up again: {error}")
        return best
    figures = again.figures()
    clean = figures.clean and not figures.generator_late
    say(line(figures, "" if clean else "once more"))
    return again if clean else replace(best, bare=again.bare)


def line(figures: Figures, why: str) -> str:
    """Return what one try has shown, in a line."""
    parts = [
        f"{figures.calls:>6}  {'clean' if not why else 'not clean: ' + why}",
        f"{figures.frames_lost} lost",
        f"{figures.gaps_over_40ms_percent} % of gaps late (under {LATE_GAPS_PERCENT} wanted)",
    ]
    if figures.worker_cpu_percent is not None:
        parts.append(f"worker {figures.worker_cpu_percent} %")
    if figures.tick_lateness_p99_ms is not None:
        parts.append(f"tick {figures.tick_lateness_p99_ms} ms late")
    if figures.recorder_cpu_percent is not None:
        parts.append(f"recorder {figures.recorder_cpu_percent} %")
    return ", ".join([*parts, f"generator {figures.generator_late_p99_ms} ms late"])
