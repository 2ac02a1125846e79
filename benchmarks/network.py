"""Networks that lose, delay and reorder packets, drawn from a seed: the same every time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PACKET_MS = 20.0


@dataclass(frozen=True, slots=True)
class Network:
    """A way for packets. Times are in milliseconds, shares of all packets from 0 to 1.

    ``jitter_ms`` is the farthest a packet's delay strays from ``delay_ms``, twice the deviation of a bell
    curve. ``loss`` is by chance; ``burst_loss`` comes in runs of ``burst`` packets in the mean (a chain of
    two states, after Gilbert). ``reordered`` packets are overtaken by the next. ``drift_ppm`` is how much
    the sender's clock is fast. ``calm_seconds`` above 0 lets the jitter rest for every second stretch of so
    long, as it does on a radio link.
    """

    name: str
    delay_ms: float = 60.0
    jitter_ms: float = 0.0
    loss: float = 0.0
    burst_loss: float = 0.0
    burst: float = 3.0
    reordered: float = 0.0
    drift_ppm: float = 0.0
    calm_seconds: float = 0.0

    def arrivals(self, packets: int, seed: int) -> NDArray[np.float64]:
        """Return when each packet arrives, ``(packets,)`` in ms after the first was sent; NaN for lost."""
        random = np.random.default_rng(seed)
        sent = np.arange(packets) * PACKET_MS * (1 - self.drift_ppm * 1e-6)
        stray = np.clip(random.normal(0.0, self.jitter_ms / 2, packets), -self.jitter_ms, self.jitter_ms)
        if self.calm_seconds:
            stretch = (sent / 1000 / self.calm_seconds).astype(int)
            stray[stretch % 2 == 0] *= 0.1
        arrived: NDArray[np.float64] = sent + self.delay_ms + stray
        overtaken = random.random(packets) < self.reordered
        arrived[overtaken] += 1.5 * PACKET_MS
        arrived[self._lost(packets, random)] = np.nan
        return arrived

    def _lost(self, packets: int, random: np.random.Generator) -> NDArray[np.bool_]:
        lost = random.random(packets) < self.loss
        if self.burst_loss:
            ends = 1.0 / self.burst
            begins = ends * self.burst_loss / (1.0 - self.burst_loss)
            chance, bad = random.random(packets), False
            for packet in range(packets):
                bad = chance[packet] >= ends if bad else chance[packet] < begins
                lost[packet] |= bad
        return lost


NETWORKS = (
    Network("an office network", delay_ms=2.0, jitter_ms=2.0),
    Network("60 ± 40 ms", jitter_ms=40.0),
    Network("60 ± 40 ms, 5 % lost in bursts", jitter_ms=40.0, burst_loss=0.05),
    Network("60 ± 40 ms, 1 % lost, 5 % reordered", jitter_ms=40.0, loss=0.01, reordered=0.05),
    Network("all of these, clock +200 ppm", jitter_ms=40.0, loss=0.01, burst_loss=0.05, reordered=0.05,
            drift_ppm=200.0),
    Network("all of these, clock -200 ppm", jitter_ms=40.0, loss=0.01, burst_loss=0.05, reordered=0.05,
            drift_ppm=-200.0),
    Network("60 ± 80 ms and calm by turns of 15 s", jitter_ms=80.0, calm_seconds=15.0),
    Network("5 % lost by chance, no jitter", loss=0.05),
)  # fmt: skip
