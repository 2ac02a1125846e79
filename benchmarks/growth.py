"""Whether a call costs more among many: the engine's cost per call and tick at 200 and at 2,000 legs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmarks.figures import Figures
from benchmarks.modes import Mode
from benchmarks.processes import processor
from benchmarks.search import Runner

FEW, MANY = 200, 2000
ORDER: Final = (FEW, MANY, MANY, FEW)
"""Few, many, and the other way round: a machine that grows warm or busy favours neither."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The figures of few and of many legs, in the order of measurement."""

    mode: Mode
    few: tuple[Figures, ...]
    many: tuple[Figures, ...]

    @property
    def figures(self) -> tuple[Figures, ...]:
        """All of them."""
        return self.few + self.many

    def as_json(self) -> dict[str, object]:
        """Return the costs in µs by name, and by how much percent they grow."""
        few, many = self._mean(self.few), self._mean(self.many)
        return {
            "mode": self.mode.value,
            f"engine_us_per_call_tick_at_{FEW}": few[0],
            f"engine_us_per_call_tick_at_{MANY}": many[0],
            "growth_percent": _growth(few[0], many[0]),
            f"bare_us_per_call_tick_at_{FEW}": few[1],
            f"bare_us_per_call_tick_at_{MANY}": many[1],
            "bare_growth_percent": _growth(few[1], many[1]),
            "frames_lost": sum(one.frames_lost for one in self.figures),
            "generator_late_p99_ms": max(one.generator_late_p99_ms for one in self.figures),
        }

    def table(self) -> str:
        """Return the same for people."""
        return "\n".join([processor(), *(f"{name:<36}  {value}" for name, value in self.as_json().items())])

    @staticmethod
    def _mean(figures: tuple[Figures, ...]) -> tuple[float, float]:
        engine = [one.engine_us_per_call_tick or 0.0 for one in figures]
        bare = [one.bare_us_per_call_tick or 0.0 for one in figures]
        return round(sum(engine) / len(engine), 2), round(sum(bare) / len(bare), 2)


def measure_growth(bench: Runner, seconds: float) -> Growth:
    """Measure few and many legs in turn. Raises BenchmarkFailed or SwitchFailed."""
    legs_per_call = bench.mode.legs_per_call
    seen: dict[int, list[Figures]] = {FEW: [], MANY: []}
    for legs in ORDER:
        seen[legs].append(bench.run(legs // legs_per_call, seconds, bare=True).figures())
    return Growth(bench.mode, tuple(seen[FEW]), tuple(seen[MANY]))


def _growth(few: float, many: float) -> float:
    return round(100 * (many / few - 1), 1) if few else 0.0
