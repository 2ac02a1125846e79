"""How long somebody will wait: a range, judged by what calls of the queue really took.

While people wait, every agent who comes free takes the next of them at once. So a wait with ``n`` people
ahead ends when agents have come free ``n + 1`` times: first out of what they do now, then out of the calls
they took in between; fewer times, as some of those ahead will hang up. :class:`Estimator` plays that through
some hundred times with handling times that were seen, and reads both ends of the range from the outcomes.

There is no chance in it: the draws are one table, made from a seed and used again each time (quantiles of
what was seen, paired at random: a Latin hypercube). Two people who ask one after the other hear figures that
differ by what happened in between, and by nothing else.

Pure: times are seconds, ``at`` on whatever clock the caller has.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, TypeAlias, assert_never

import numpy as np
import numpy.typing as npt

from softswitch.queues.wait_range import Estimate

Floats: TypeAlias = npt.NDArray[np.float64]

LOW, MIDDLE, HIGH = 0.25, 0.5, 0.8
"""Quantiles of the range's ends. Who waits longer than was said feels betrayed, who is early is glad: so one
in five is over the high end, and one in four under the low one."""

WINDOW: Final = 200
"""Calls that are remembered: a day of two agents, an hour of twenty. Older ones tell of another day."""
RUNS: Final = 128
"""Times the future is played through: the high end is then known to about a tenth of the spread."""
PLAYED: Final = 48
"""Hand-outs that are played through. The sum of so many is near a normal distribution, and goes on as one."""
FEWEST_LONGER: Final = 5
"""Calls longer than a present talk that are needed to judge its end by them. With fewer, nobody knows, and
it is taken for one that has just begun."""


@dataclass(frozen=True, slots=True)
class Free:
    """An agent who can take a call now, or is being rung for one of those who wait."""


@dataclass(frozen=True, slots=True)
class Talking:
    """An agent who has talked for ``since_s`` so far, or is being rung for another queue (0)."""

    since_s: float


@dataclass(frozen=True, slots=True)
class WrappingUp:
    """An agent whose wrap-up ends in ``left_s``."""

    left_s: float


AgentNow: TypeAlias = Free | Talking | WrappingUp
"""What an agent who serves the queue does. Who is paused or logged out serves nobody and is not counted."""


class Forecast:
    """The waits of all who wait in one queue, at one moment."""

    def __init__(self, taken_at: Floats, spread_s: float, doubt: float) -> None:
        """Keep what was played through.

        ``taken_at``: for each place, by run, when its turn comes. ``spread_s``: the standard deviation of one
        turn, ``doubt``: how wrong the mean itself may be, as a share.
        """
        self._ends: list[tuple[float, float, float]] = [
            (float(low), float(middle), float(high))
            for low, middle, high in np.quantile(taken_at, (LOW, MIDDLE, HIGH), axis=1).T
        ]
        half = len(self._ends) // 2
        self._per_turn = (self._ends[-1][1] - self._ends[-1 - half][1]) / half
        self._spread, self._doubt = spread_s, doubt

    def wait(self, ahead: int) -> Estimate:
        """Return the wait of who has ``ahead`` people before them."""
        if ahead < len(self._ends):
            return Estimate(*self._ends[ahead])
        low, middle, high = self._ends[-1]
        known = len(self._ends)
        # Behind the last that was played the mean goes on with each turn, and the ends move from it as the
        # standard deviation grows.
        mean = middle + (ahead + 1 - known) * self._per_turn
        wider = self._deviation(ahead + 1) / max(self._deviation(known), 1e-9)
        return Estimate(max(0.0, mean - (middle - low) * wider), mean, mean + (high - middle) * wider)

    def _deviation(self, turns: int) -> float:
        return math.hypot(math.sqrt(turns) * self._spread, turns * self._per_turn * self._doubt)


class Estimator:
    """What calls of one queue took, and what waits follow from that."""

    def __init__(self, *, seed: int = 1) -> None:
        """Begin without samples. ``seed`` chooses the table of draws."""
        self._handling: deque[float] = deque(maxlen=WINDOW)
        self._effort: deque[float] = deque(maxlen=WINDOW)
        self._waits: deque[tuple[float, bool]] = deque(maxlen=WINDOW)
        self._waited_on_since: float | None = None
        self._seed = seed
        self._draws: Floats = _draws(seed, 2 * PLAYED)

    @property
    def samples(self) -> int:
        """Return how many handling times are known."""
        return len(self._handling)

    def handled(self, seconds: float) -> None:
        """Note that a call of the queue kept its agent for ``seconds``: talk and wrap-up."""
        if seconds > 0:
            self._handling.append(seconds)

    def waited(self, seconds: float, *, left: bool) -> None:
        """Note that a wait is over after ``seconds``: by an answer, or because the caller ``left``."""
        self._waits.append((max(0.0, seconds), left))

    def handed_out(self, at: float, *, agents: int, waiting: int) -> None:
        """Note that an agent took a caller while ``agents`` serve the queue; ``waiting`` are left.

        Between two hand-outs with people waiting all the time lies what ``agents`` do for one caller of this
        queue: ringing, pauses and the calls of other queues included.
        """
        if self._waited_on_since is not None and agents:
            self._effort.append((at - self._waited_on_since) * agents)
        self._waited_on_since = at if waiting else None

    def none_waiting(self) -> None:
        """Note that nobody waits any more, without a hand-out: whoever was left has hung up."""
        self._waited_on_since = None

    def forecast(self, agents: Sequence[AgentNow], *, min_samples: int) -> Forecast | None:
        """Return the waits as of now; None without ``min_samples`` handled calls, or when nobody serves."""
        if not agents or len(self._handling) < min_samples:
            return None
        times = np.sort(np.fromiter(self._handling, np.float64))
        mean, deviation = float(times.mean()), float(times.std())
        # The mean of n calls is itself only known to its standard error: some runs take longer as a whole.
        doubt = deviation / mean / math.sqrt(len(times))
        share = self._share(mean)
        taken_at = self._played(agents, times, share) * _doubts(doubt)
        return Forecast(taken_at, deviation * share / len(agents), doubt)

    def _leaving(self) -> float:
        """Return how many of those who wait hang up in a second, as a share."""
        waited = sum(seconds for seconds, _ in self._waits)
        return sum(left for _, left in self._waits) / waited if waited else 0.0

    def _share(self, mean: float) -> float:
        """Return how many times the handling time an agent is away from the queue for one of its calls.

        It is 1 for agents of this queue alone. The standard error, which chance may explain, is not counted.
        """
        if not self._effort:
            return 1.0
        seen = sum(self._effort) / len(self._effort) / mean
        return max(1.0, seen - 1.0 / math.sqrt(len(self._effort)))

    def _played(self, agents: Sequence[AgentNow], times: Floats, share: float) -> Floats:
        """Return when the turn of each place comes, one row each, one column for each run."""
        if len(self._draws) < 2 * PLAYED + len(agents):
            self._draws = _draws(self._seed, 2 * (PLAYED + len(agents)))
        calls, patience, present = np.split(self._draws[: 2 * PLAYED + len(agents)], (PLAYED, 2 * PLAYED))
        free_at = np.empty((RUNS, len(agents)))
        for column, (agent, draws) in enumerate(zip(agents, present, strict=True)):
            free_at[:, column] = _left(agent, times, draws) * share
        busy_for = times[(calls * len(times)).astype(np.intp)] * share
        # Who waits hangs up in any second alike: then a drawn share of them is gone before this moment.
        leaves_at = -np.log(patience) / max(self._leaving(), 1e-12)
        turn_at = np.empty((PLAYED, RUNS))
        runs = np.arange(RUNS)
        for place in range(PLAYED):
            first = free_at.argmin(axis=1)
            turn_at[place] = free_at[runs, first]
            free_at[runs, first] += np.where(turn_at[place] < leaves_at[place], busy_for[place], 0.0)
        return turn_at


def _left(agent: AgentNow, times: Floats, draws: Floats) -> Floats | float:
    """Return how long ``agent`` is still busy, by run. ``times`` are sorted."""
    match agent:
        case Free():
            return 0.0
        case WrappingUp(left_s=left):
            return max(0.0, left)
        case Talking(since_s=since):
            longer = times[np.searchsorted(times, since, side="right") :]
            if len(longer) < FEWEST_LONGER:
                longer, since = times, 0.0
            drawn: Floats = longer[(draws * len(longer)).astype(np.intp)] - since
            return drawn
    assert_never(agent)


def _draws(seed: int, rows: int) -> Floats:
    """Return ``rows`` of numbers between 0 and 1, each spread evenly over the runs in an order of its own."""
    even = np.tile((np.arange(RUNS) + 0.5) / RUNS, (rows, 1))
    return np.random.default_rng(seed).permuted(even, axis=1)


def _doubts(doubt: float) -> Floats:
    """Return a factor for each run, around 1 with the standard deviation ``doubt``."""
    if doubt <= 0.0:
        return np.ones(RUNS)
    normal = NormalDist(1.0, doubt)
    # With few samples of very different length a normal distribution would reach below nothing.
    return np.array([max(0.5, normal.inv_cdf((run + 0.5) / RUNS)) for run in range(RUNS)])
