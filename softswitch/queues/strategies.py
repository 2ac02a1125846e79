"""Who of the free agents is to ring for a caller: pure functions, one for each strategy.

Each puts candidates into the order in which they would be asked. Tiers, who has missed the caller already,
and preferred skills come before any strategy (:func:`ranked`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.queues.config import Strategy, TiersConfig
from softswitch.queues.model import Wanted

Random = Callable[[], float]
"""Returns a number from 0 up to 1."""

RING_ALL: Final = "ring_all"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who could take a caller now.

    ``place`` is his place in the queue's configuration, ``idle_since`` when he last had to do with a caller,
    ``calls`` and ``talk_s`` count what he had of this queue, ``fit`` how many preferred skills he has,
    ``missed`` how often he has missed this caller.
    """

    agent: str
    place: int = 0
    tier: int = 1
    weight: float = 1.0
    idle_since: float = 0.0
    calls: int = 0
    talk_s: float = 0.0
    fit: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Draw:
    """What a strategy may look at besides: the ``last`` place that rang, -1 for none, and luck."""

    last: int = -1
    random: Random = lambda: 0.0


Order = Callable[[Sequence[Candidate], Draw], list[Candidate]]


def _linear(candidates: Sequence[Candidate], draw: Draw) -> list[Candidate]:
    return sorted(candidates, key=lambda one: one.place)


def _longest_idle(candidates: Sequence[Candidate], draw: Draw) -> list[Candidate]:
    return sorted(candidates, key=lambda one: (one.idle_since, one.place))


def _round_robin(candidates: Sequence[Candidate], draw: Draw) -> list[Candidate]:
    return sorted(candidates, key=lambda one: (one.place <= draw.last, one.place))


def _fewest_calls(candidates: Sequence[Candidate], draw: Draw) -> list[Candidate]:
    return sorted(candidates, key=lambda one: (one.calls, one.idle_since, one.place))


def _least_talk(candidates: Sequence[Candidate], draw: Draw) -> list[Candidate]:
    return sorted(candidates, key=lambda one: (one.talk_s, one.idle_since, one.place))


def _random(candidates: Sequence[Candidate], draw: Draw) -> list[Candidate]:
    return _drawn(candidates, draw, lambda one: 1.0)


def _weighted_random(candidates: Sequence[Candidate], draw: Draw) -> list[Candidate]:
    return _drawn(candidates, draw, lambda one: one.weight)


def _drawn(
    candidates: Sequence[Candidate], draw: Draw, weight: Callable[[Candidate], float]
) -> list[Candidate]:
    """Draw them one after another, each by its share of the weights that are left."""
    left, order = _linear(candidates, draw), list[Candidate]()
    while left:
        at = draw.random() * sum(map(weight, left))
        # The last one, should the sum's rounding leave a rest.
        chosen = left[-1]
        for one in left:
            at -= weight(one)
            if at < 0:
                chosen = one
                break
        left.remove(chosen)
        order.append(chosen)
    return order


ORDERS: Final[Mapping[Strategy, Order]] = {
    # Everybody rings: the order is only that of the log.
    "ring_all": _linear,
    "longest_idle": _longest_idle,
    "round_robin": _round_robin,
    "fewest_calls": _fewest_calls,
    "least_talk": _least_talk,
    "random": _random,
    "weighted_random": _weighted_random,
    "linear": _linear,
}


def ranked(strategy: Strategy, candidates: Sequence[Candidate], draw: Draw) -> list[Candidate]:
    """Return them in the order in which they are asked: lower tiers first, then who fits better.

    Of two alike the one comes first who has missed this caller less often: else two who never answer would be
    asked by turns, and a third one never.
    """
    ordered = ORDERS[strategy](candidates, draw)
    return sorted(ordered, key=lambda one: (one.tier, one.missed, -one.fit))


def open_tier(tiers: TiersConfig, present: Sequence[int], waited: float) -> int:
    """Return the highest tier that may ring for who has waited so many seconds.

    ``present`` are the tiers that are waited for, in rising order: with ``skip_empty`` those in which
    somebody serves; without it those between the lowest and the highest count, too. None: nobody serves.
    """
    if not present:
        return 0
    steps = range(present[0], present[-1] + 1) if not tiers.skip_empty else present
    highest = steps[0]
    for number, tier in enumerate(steps):
        if waited >= tiers.wait_s * (number if tiers.multiply else min(number, 1)):
            highest = tier
    return highest


def openings(tiers: TiersConfig, steps: int) -> list[float]:
    """Return after how many seconds of waiting further tiers open, when there are so many in all."""
    if steps < 2 or not tiers.wait_s:
        return []
    return [tiers.wait_s * number for number in range(1, steps if tiers.multiply else 2)]


def qualifies(skills: Mapping[str, int], wanted: Mapping[str, Wanted], waited: float) -> bool:
    """Tell whether an agent's skills are enough for a caller who has waited so many seconds."""
    return all(skills.get(name, 0) >= needed(one, waited) for name, one in wanted.items() if one.required)


def needed(wanted: Wanted, waited: float) -> int:
    """Return the level that is enough after so many seconds of waiting."""
    return wanted.level - int(waited // wanted.relax_s) if wanted.relax_s else wanted.level


def fit(skills: Mapping[str, int], wanted: Mapping[str, Wanted]) -> int:
    """Return how many of the preferred skills an agent has."""
    return sum(skills.get(name, 0) >= one.level for name, one in wanted.items() if not one.required)
