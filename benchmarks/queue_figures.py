"""What a full call centre has shown: the figures, how they are judged, and their table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.arrivals import Reception
from benchmarks.processes import processor
from benchmarks.queue_plan import Plan
from benchmarks.switch import Timing

HAND_OUT_P99_MS: Final = 50.0
"""What 99 of 100 hand-outs have to stay below."""
LATE_GAPS_PERCENT: Final = 0.1


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen while all queues were full. ``begin`` and ``end`` are wall time in nanoseconds."""

    begin: int
    end: int
    signalling_s: float
    worker_s: float
    preemptions: int
    signalling_kib: int
    worker_kib: int
    least_waiting: int
    hand_outs_ms: tuple[float, ...]
    callers_heard_ms: tuple[float, ...]
    agents_heard_ms: tuple[float, ...]
    unheard: int
    """Answers after which one side did not hear the other for a second."""
    unserved: int
    """Agents who were free for a second, with callers waiting."""
    counts: Mapping[str, int]
    receptions: tuple[Reception, ...]
    generator_late_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What ``--json`` prints."""

    waiting_least: int
    agents: int
    hand_outs: int
    hand_outs_per_second: float
    hand_out_p50_ms: float
    hand_out_p99_ms: float
    hand_out_most_ms: float
    caller_hears_p50_ms: float
    caller_hears_p99_ms: float
    agent_hears_p50_ms: float
    agent_hears_p99_ms: float
    announcements: int
    abandoned: int
    frames_lost: int
    gaps_over_40ms_percent: float
    longest_gap_ms: float
    ticks_skipped: int
    tick_lateness_p99_ms: float
    signalling_cpu_percent: float
    worker_cpu_percent: float
    signalling_mib: int
    worker_mib: int
    unheard: int
    unserved: int
    rung_twice: int
    requests_repeated: int
    faults: int
    generator_late_p99_ms: float

    def misses(self) -> list[str]:
        """Return in which ways the bar is missed."""
        bars = {
            f"hand-out p99 {self.hand_out_p99_ms:g} ms, {HAND_OUT_P99_MS:g} allowed":
                self.hand_out_p99_ms >= HAND_OUT_P99_MS,
            "no hand-out was seen": not self.hand_outs,
            "nobody was told anything": not self.announcements,
            f"{self.frames_lost} frames lost": self.frames_lost > 0,
            f"{self.gaps_over_40ms_percent} % of the gaps over 40 ms":
                self.gaps_over_40ms_percent >= LATE_GAPS_PERCENT,
            f"{self.unheard} answers after which nobody was heard": self.unheard > 0,
            f"{self.unserved} agents left without a caller": self.unserved > 0,
            f"{self.rung_twice} agents rung twice": self.rung_twice > 0,
            f"{self.faults} faults in the switch's log": self.faults > 0,
        }  # fmt: skip
        return [text for text, missed in bars.items() if missed]


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A look, what the switch reported itself, and what it told only at its end."""

    plan: Plan
    look: Look
    timings: tuple[Timing, ...]
    lost_inbound: int
    announcements: int
    """Over all the switch's life."""
    faults: tuple[str, ...]
    repeated: int
    skipped: int
    """Ticks the worker left out over all its life: each costs everybody who hears something one frame."""

    def figures(self) -> Figures:
        """Return what follows from it."""
        look, seconds = self.look, (self.look.end - self.look.begin) / 1e9
        late = np.array([ms for one in self.timings for ms in one.lateness_ms])
        gaps = sum(int(one.gaps.sum()) for one in look.receptions)
        late_gaps = sum(one.late_gaps_percent * int(one.gaps.sum()) for one in look.receptions)
        return Figures(
            waiting_least=look.least_waiting,
            agents=self.plan.agents,
            hand_outs=len(look.hand_outs_ms),
            hand_outs_per_second=round(len(look.hand_outs_ms) / seconds, 1),
            hand_out_p50_ms=_percentile(look.hand_outs_ms, 50),
            hand_out_p99_ms=_percentile(look.hand_outs_ms, 99),
            hand_out_most_ms=_percentile(look.hand_outs_ms, 100),
            caller_hears_p50_ms=_percentile(look.callers_heard_ms, 50),
            caller_hears_p99_ms=_percentile(look.callers_heard_ms, 99),
            agent_hears_p50_ms=_percentile(look.agents_heard_ms, 50),
            agent_hears_p99_ms=_percentile(look.agents_heard_ms, 99),
            announcements=self.announcements,
            abandoned=look.counts.get("abandoned", 0),
            frames_lost=sum(one.missing for one in look.receptions) + self.lost_inbound,
            gaps_over_40ms_percent=round(late_gaps / gaps, 4) if gaps else 0.0,
            longest_gap_ms=round(max(one.longest_ms for one in look.receptions), 1),
            ticks_skipped=sum(one.skipped for one in self.timings),
            tick_lateness_p99_ms=_percentile(late.tolist(), 99),
            signalling_cpu_percent=round(100 * look.signalling_s / seconds, 1),
            worker_cpu_percent=round(100 * look.worker_s / seconds, 1),
            signalling_mib=look.signalling_kib >> 10,
            worker_mib=look.worker_kib >> 10,
            unheard=look.unheard,
            unserved=look.unserved,
            rung_twice=look.counts.get("rung twice", 0),
            requests_repeated=self.repeated + look.counts.get("repeated", 0),
            faults=len(self.faults),
            generator_late_p99_ms=_percentile(look.generator_late_ms, 99),
        )


def _percentile(values: Sequence[float], share: float) -> float:
    return round(float(np.percentile(values, share)), 2) if len(values) else 0.0


def table(reckoning: Reckoning) -> str:
    """Return the figures for people, with what stands behind them."""
    figures, look = reckoning.figures(), reckoning.look
    lost = [
        sum(part) for part in zip(*((r.lost, r.left_out, r.silent) for r in look.receptions), strict=True)
    ]
    rows = [
        ("waiting at the least, agents", f"{figures.waiting_least}, {figures.agents}"),
        ("hand-outs", f"{figures.hand_outs}, {figures.hand_outs_per_second} a second"),
        ("  BYE to next INVITE p50 / p99 / most",
         f"{figures.hand_out_p50_ms} / {figures.hand_out_p99_ms} / {figures.hand_out_most_ms} ms"),
        ("  answer to hearing the agent p50 / p99",
         f"{figures.caller_hears_p50_ms} / {figures.caller_hears_p99_ms} ms"),
        ("  answer to hearing the caller p50 / p99",
         f"{figures.agent_hears_p50_ms} / {figures.agent_hears_p99_ms} ms"),
        ("announcements in all, callers who gave up", f"{figures.announcements}, {figures.abandoned}"),
        ("frames lost", f"{figures.frames_lost} of {sum(one.packets for one in look.receptions)}"),
        ("  to phones / never sent / fell silent / from phones",
         " / ".join(map(str, (*lost, reckoning.lost_inbound)))),
        ("gaps over 40 ms", f"{figures.gaps_over_40ms_percent} % (longest {figures.longest_gap_ms} ms)"),
        ("ticks skipped, lateness p99", f"{figures.ticks_skipped}, {figures.tick_lateness_p99_ms} ms"),
        ("signalling", f"{figures.signalling_cpu_percent} % of a core, {figures.signalling_mib} MiB"),
        ("worker", f"{figures.worker_cpu_percent} % of its core, {figures.worker_mib} MiB"),
        ("worker interrupted by other programs", f"{look.preemptions} times"),
        ("unheard answers, idle agents, rung twice",
         f"{figures.unheard}, {figures.unserved}, {figures.rung_twice}"),
        ("requests repeated, faults in the log", f"{figures.requests_repeated}, {figures.faults}"),
        ("generator's own lateness p99", f"{figures.generator_late_p99_ms} ms"),
    ]  # fmt: skip
    width = max(len(name) for name, _ in rows)
    return "\n".join([processor(), *(f"{name:<{width}}  {value}" for name, value in rows)])
