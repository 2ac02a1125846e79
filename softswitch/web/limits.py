"""How much is taken from whom: requests of a token, wrong tokens of an address."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

WRONG_TOKENS: Final = 10
"""Of one address in :data:`WRONG_SECONDS`: too few to guess by."""
WRONG_SECONDS: Final = 60.0
MOST_KNOWN: Final = 10_000
"""Addresses and tokens that are remembered: a megabyte."""
BURST_SECONDS: Final = 2.0
"""Of how many seconds a token may use the whole share at once."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Rate:
    """A share of so many a second for each name, with bursts. Times are of a monotonic clock."""

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = max(burst, 1.0)
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, name: str, now: float) -> float:
        """Take one; return 0.0, or the seconds until there is one again."""
        bucket = self._filled(name, now)
        if bucket.left >= 1.0:
            bucket.left -= 1.0
            return 0.0
        return (1.0 - bucket.left) / self._per_second

    def empty_for(self, name: str, now: float) -> float:
        """Return the seconds until there is one again, and take none."""
        if name not in self._buckets:
            return 0.0
        bucket = self._filled(name, now)
        return 0.0 if bucket.left >= 1.0 else (1.0 - bucket.left) / self._per_second

    def _filled(self, name: str, now: float) -> _Bucket:
        bucket = self._buckets.setdefault(name, _Bucket(self._burst, now))
        self._buckets.move_to_end(name)
        bucket.left = min(bucket.left + max(now - bucket.at, 0.0) * self._per_second, self._burst)
        bucket.at = now
        while len(self._buckets) > MOST_KNOWN:
            self._buckets.popitem(last=False)
        return bucket


def wrong_tokens(most: float = WRONG_TOKENS) -> Rate:
    """Return the share of wrong tokens that an address has: so many within :data:`WRONG_SECONDS`."""
    return Rate(most / WRONG_SECONDS, most)


def whole_seconds(seconds: float) -> int:
    """Return a Retry-After: whole seconds, at least one."""
    return max(math.ceil(seconds), 1)
