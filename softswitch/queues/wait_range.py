"""A waiting time as a range, and as what is said of it: in whole minutes, rounded up."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from softswitch.queues.announce_config import EtaConfig

COARSE_FROM: Final = 10
"""Steps of rounding, from which on they are :data:`COARSE` times as large: "eleven to seventeen minutes"
promises what nobody can know."""
COARSE: Final = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """A wait from now on: its low and high end, and what it is as often under as over."""

    low_s: float
    likely_s: float
    high_s: float


@dataclass(frozen=True, slots=True)
class SpokenWait:
    """An estimate as it is said, rounded up.

    ``low_s`` is 0 where there is no low end to speak of ("less than a minute", "up to three minutes");
    ``high_s`` None is above all that is said ("more than half an hour", which then is ``cap_s``).
    """

    low_s: int
    high_s: int | None
    cap_s: int


def spoken(estimate: Estimate, config: EtaConfig) -> SpokenWait:
    """Return what is said of ``estimate``."""
    step, cap = config.round_s, config.cap_s
    if estimate.low_s >= cap:
        return SpokenWait(cap, None, cap)
    high = None if estimate.high_s > cap else min(_rounded_up(estimate.high_s, step), cap)
    low = min(_rounded_up(estimate.low_s, step), cap)
    if estimate.low_s < step / 2 and high is not None:
        low = 0
    return SpokenWait(low, high, cap)


def spoken_waits(config: EtaConfig, *, most_s: float) -> Iterator[SpokenWait]:
    """Yield everything :func:`spoken` can say whose ends are at most ``most_s``, the shortest first."""
    step, cap = config.round_s, config.cap_s
    ends = sorted({min(_rounded_up(float(at), step), cap) for at in (*range(step, cap, step), cap)})
    listed = [end for end in ends if end <= most_s]
    for high in listed:
        yield from (SpokenWait(low, high, cap) for low in (0, *listed) if low <= high)
    yield from (SpokenWait(low, None, cap) for low in dict.fromkeys((*listed, cap)))


def _rounded_up(seconds: float, step: int) -> int:
    if seconds > COARSE_FROM * step:
        step *= COARSE
    return max(1, math.ceil(seconds / step)) * step
