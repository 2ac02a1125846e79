"""What SRTP costs: a leg and tick of the engine with encrypted phones, next to plain ones in one run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol, Self

from benchmarks.figures import Figures, Run
from benchmarks.modes import Mode
from benchmarks.phone_key import SUITE
from benchmarks.processes import processor

LEGS: Final = 400
"""The load unless another is asked for: a generator on the same machine still keeps its time."""
ORDER: Final = (False, True, True, False)
"""Plain, encrypted, and the other way round: a machine that grows warm or busy favours neither."""


class Bench(Protocol):
    """Where measurements are made."""

    @property
    def mode(self) -> Mode:
        """What callers do."""

    def run(self, calls: int, seconds: float, *, bare: bool) -> Run:
        """Measure one load."""

    def encrypted(self, on: bool) -> Self:
        """Return the same with phones that speak SRTP, or that do not."""


@dataclass(frozen=True, slots=True)
class Secrecy:
    """The figures of plain and of encrypted phones, in the order of measurement."""

    mode: Mode
    plain: tuple[Figures, ...]
    encrypted: tuple[Figures, ...]

    @property
    def figures(self) -> tuple[Figures, ...]:
        """All of them."""
        return self.plain + self.encrypted

    def as_json(self) -> dict[str, object]:
        """Return the costs in µs by name, and how many times as much an encrypted leg costs."""
        plain, encrypted = _mean(self.plain), _mean(self.encrypted)
        return {
            "mode": self.mode.value,
            "legs": self.plain[0].legs,
            "suite": SUITE,
            "plain_us_per_call_tick": plain,
            "srtp_us_per_call_tick": encrypted,
            "srtp_ratio": round(encrypted / plain, 2) if plain else 0.0,
            "frames_lost": sum(one.frames_lost for one in self.figures),
            "generator_late_p99_ms": max(one.generator_late_p99_ms for one in self.figures),
        }

    def table(self) -> str:
        """Return the same for people."""
        return "\n".join([processor(), *(f"{name:<36}  {value}" for name, value in self.as_json().items())])


def measure_secrecy(bench: Bench, calls: int, seconds: float) -> Secrecy:
    """Measure plain and encrypted phones in turn. Raises BenchmarkFailed or SwitchFailed."""
    calls = calls or LEGS // bench.mode.legs_per_call
    seen: dict[bool, list[Figures]] = {False: [], True: []}
    for encrypted in ORDER:
        seen[encrypted].append(bench.encrypted(encrypted).run(calls, seconds, bare=False).figures())
    return Secrecy(bench.mode, tuple(seen[False]), tuple(seen[True]))


def _mean(figures: tuple[Figures, ...]) -> float:
    costs = [one.engine_us_per_call_tick or 0.0 for one in figures]
    return round(sum(costs) / len(costs), 2)
