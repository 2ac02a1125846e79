"""Days of a call centre on the real floor against Erlang C and A, what a decision costs, and chaos.

``python -m benchmarks.queue``; what the figures mean is in README.md. Virtual time, fixed seeds, no socket.
Ends with 1 when a figure lies outside its error, or when something broke that must always hold.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import inf, sqrt
from typing import Final, get_args

from benchmarks import chaos
from benchmarks.centre import Centre, Day, Simulation
from benchmarks.decisions import Cost, costs
from benchmarks.erlang import Theory, erlang_a, erlang_c
from benchmarks.processes import processor
from softswitch.events import AgentOffered, QueueAnswered
from softswitch.queues.config import Strategy

DAYS: Final = 25
CALLS: Final = 2000
"""That count in a day, on average."""
SIGMAS: Final = 4.0
"""Standard errors by which a figure may be off. Of 25 days one figure in 2,000 is further off by chance alone
(Student), of the 50 or so of this benchmark one in a run of forty. The seeds are fixed: a run that passes
passes again, until something changes in what the floor does."""
THINGS: Final = 10_000
WAITING: Final = 500
AGENTS: Final = 100
QUEUES: Final = 10
TALKS: Final = 3000
SEED: Final = 20_000

SHOP: Final = Centre(agents=3, calls_s=2 / 180, talk_s=180.0)
OFFICE: Final = Centre(agents=20, calls_s=17 / 180, talk_s=180.0)
HOUSE: Final = Centre(agents=100, calls_s=88 / 180, talk_s=180.0)
BUSY: Final = Centre(agents=20, calls_s=20 / 180, talk_s=180.0, patience_s=120.0)
PUBLISHED: Final = Centre(agents=50, calls_s=48 / 60, talk_s=60.0, patience_s=120.0)
FLOODED: Final = Centre(agents=10, calls_s=15 / 120, talk_s=120.0, patience_s=60.0)

CASES: Final[Mapping[str, Centre]] = {
    "3 agents, load 2": SHOP,
    "20 agents, load 17": OFFICE,
    "100 agents, load 88": HOUSE,
    "4 queues, 20 agents, load 17": replace(OFFICE, queues=4),
    "50 agents, load 48, patient for 2 talks": PUBLISHED,
    "10 agents, load 15, patient for half a talk": FLOODED,
    "4 queues, 20 agents, load 20, patient for 2/3": replace(BUSY, queues=4),
    **{
        f"20 agents, load 20, patient for 2/3: {strategy}": replace(BUSY, strategy=strategy)
        for strategy in get_args(Strategy)
    },
    "the same, answered after 6 s": replace(BUSY, ring_s=6.0),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a case, with its standard error over independent days; ``expected`` None: not known."""

    case: str
    name: str
    simulated: float
    error: float
    expected: float | None

    @property
    def sigmas(self) -> float:
        """How many standard errors it is off."""
        if self.expected is None or self.simulated == self.expected:
            return 0.0
        return (self.simulated - self.expected) / self.error if self.error else inf

    @property
    def holds(self) -> bool:
        """Tell whether it is what theory says, as far as its error lets one see."""
        return abs(self.sigmas) <= SIGMAS


@dataclass(frozen=True, slots=True)
class Found:
    """A case: its figures, and callers matched a second of processor time, chance and all."""

    figures: tuple[Figure, ...]
    matched_per_second: float
    days: tuple[Day, ...]


COUNTED: Final[Mapping[str, tuple[Callable[[Day], float], Callable[[Theory], float]]]] = {
    "waiting": (lambda day: day.waiting, lambda theory: theory.waiting),
    "mean wait, s": (lambda day: day.waited, lambda theory: theory.mean_wait),
    "answered in 20 s": (lambda day: day.in_time, lambda theory: theory.answered_in_time),
    "abandoned": (lambda day: day.abandoned, lambda theory: theory.abandoned),
}
"""Each figure: what is summed up of a day, to be divided by its callers, and what is expected."""


def theory_of(centre: Centre) -> Theory | None:
    """Return what Erlang expects; None where phones ring, which is no part of a talk in his formulas."""
    if centre.ring_s:
        return None
    if centre.patience_s < inf:
        return erlang_a(centre.load, centre.agents, centre.talk_s, centre.patience_s, centre.within_s)
    return erlang_c(centre.load, centre.agents, centre.talk_s, centre.within_s)


def ratio(sums: Sequence[float], callers: Sequence[int]) -> tuple[float, float]:
    """Return a mean over all callers of independent days, and its standard error.

    The days have different numbers of callers: it is a ratio of two sums, its error that of the days' rests.
    Raises ValueError for fewer than two days: they have no error.
    """
    days = len(sums)
    if days < 2:
        raise ValueError("an error needs two days")
    mean = sum(sums) / sum(callers)
    rests = (one - mean * came for one, came in zip(sums, callers, strict=True))
    return mean, sqrt(sum(rest * rest for rest in rests) * days / (days - 1)) / sum(callers)


def simulate(case: str, centre: Centre, *, days: int = DAYS, calls: int = CALLS, seed: int = SEED) -> Found:
    """Let days pass, and compare them. Raises RuntimeError when a caller is lost."""
    hours = calls / centre.calls_s / 3600
    several = [Simulation(centre, hours=hours, seed=seed + number).run() for number in range(days)]
    for day in several:
        if day.answered + day.abandoned != day.came:
            lost = day.came - day.answered - day.abandoned
            raise RuntimeError(f"{case}: {lost} of {day.came} callers had no end")
    theory = theory_of(centre)
    return Found(
        tuple(
            Figure(
                case,
                name,
                *ratio([summed(day) for day in several], [day.came for day in several]),
                expected(theory) if theory is not None else None,
            )
            for name, (summed, expected) in COUNTED.items()
        ),
        sum(day.matched for day in several) / sum(day.processor_s for day in several),
        tuple(several),
    )


def rows(found: Sequence[Found]) -> Iterator[str]:
    """Yield the table of all cases, line by line."""
    yield f"{'':48}{'Erlang':>10}{'simulated':>11}{'error':>9}{'off by':>8}"
    for one in found:
        yield f"{one.figures[0].case}    ({one.matched_per_second:,.0f} calls matched a second)"
        for figure in one.figures:
            expected = "" if figure.expected is None else f"{figure.expected:.4f}"
            off = "" if figure.expected is None else f"{figure.sigmas:+.1f}"
            yield f"    {figure.name:44}{expected:>10}{figure.simulated:11.4f}{figure.error:9.4f}{off:>8}"


def cost_rows(found: Mapping[str, Cost]) -> Iterator[str]:
    """Yield the table of what decisions cost."""
    yield f"{'microseconds':30}{'times':>8}{'p50':>8}{'p99':>8}{'worst':>8}"
    for kind, one in found.items():
        yield f"{kind:30}{one.times:8,}{one.p50_us:8.0f}{one.p99_us:8.0f}{one.worst_us:8.0f}"


def play(things: int, seed: int) -> str:
    """Return what happened in a chaos run; raise :class:`chaos.Broken` when something must not have."""
    played = chaos.run(things, seed)
    kinds = [type(event) for _, event in played.events]
    return (
        f"chaos, seed {seed}: {things:,} random things, {len(played.asked):,} callers, "
        f"{kinds.count(AgentOffered):,} offers, {kinds.count(QueueAnswered):,} answered: nothing broke"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queue", description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS, help="independent days of each case, 2 at least")
    parser.add_argument("--calls", type=int, default=CALLS, help="that count in a day")
    parser.add_argument("--case", default="", help="only cases with this in their name")
    parser.add_argument("--chaos", type=int, default=THINGS, help="random things in the chaos run")
    parser.add_argument("--seed", type=int, default=SEED, help="of the first day, and of the chaos run")
    parser.add_argument("--talks", type=int, default=TALKS, help="whose decisions are timed")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args(arguments)
    if options.days < 2 or min(options.calls, options.talks) < 1:
        parser.error("an error needs two days, and a day a call")
    found = [
        # Each case has chance of its own: what is seen twice is no coincidence.
        simulate(case, centre, days=options.days, calls=options.calls, seed=options.seed + 1000 * number)
        for number, (case, centre) in enumerate(CASES.items())
        if options.case in case
    ]
    timed = costs(waiting=WAITING, agents=AGENTS, queues=QUEUES, talks=options.talks)
    try:
        played = play(options.chaos, options.seed)
    except chaos.Broken as error:
        print(f"chaos, seed {options.seed}: {error}", file=sys.stderr)
        return 1
    figures = [figure for one in found for figure in one.figures]
    if options.json:
        whole = {
            "figures": [asdict(figure) for figure in figures],
            "matched_per_second": {one.figures[0].case: round(one.matched_per_second) for one in found},
            "decisions": {kind: asdict(one) for kind, one in timed.items()},
            "chaos": options.chaos,
        }
        print(json.dumps(whole))
    else:
        crowd = f"{WAITING} wait in {QUEUES} queues, all served by all {AGENTS} agents"
        print("\n".join([processor(), *rows(found), "", crowd, *cost_rows(timed), "", played]))
    wrong = [figure for figure in figures if not figure.holds]
    for figure in wrong:
        print(f"{figure.case}: {figure.name} is off by {figure.sigmas:+.1f} errors", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
