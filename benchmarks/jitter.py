"""How a voice sounds after bad networks: the jitter buffer and concealment against the clean recording.

``python -m benchmarks.jitter`` sends a recording over seeded networks through the engine's own parts, with
the adaptive delay, with every fixed one, and with silence where packets are missing. Scores are PESQ
(ITU-T P.862) by the PyPI package of that name, the extra ``bench``; it is built from C. Ends with 1 when a
claim of README.md does not hold.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.network import NETWORKS, PACKET_MS, Network
from benchmarks.speech import spoken
from media import rtp
from media.arrivals import Arrivals
from media.concealment import Concealment
from media.errors import MediaError
from media.g711 import ALAW, FRAME, SILENCE, Samples, decode, encode
from media.jitter import FRAME_SLOTS, SLOTS, JitterBuffer
from media.soundfiles import read_sound

SECONDS: Final = 48.0
SEEDS: Final = 3
TICK_MS: Final = 20.0
SLOT_MS: Final = 10.0
SETTLED_MS: Final = 8000.0
"""What comes before is not scored: the buffer has yet to learn the network, and a fixed one never does."""
FIXED_SLOTS: Final = (2, 4, 6, 8, 10, 12, 14, 18, 24)
LOSS_GAIN: Final = 0.3
"""MOS by which concealment must beat silence at 5 % loss."""
TIE: Final = 0.03
"""MOS within which two scores are the same. On a network that never changes the best fixed delay, could
anybody know it, is as good as any; what the adaptive one is for is networks that do change."""

Score = Callable[[Samples, Samples], float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out: ``missing`` share of 10 ms pieces that were made up, delays from sender to ear in ms."""

    missing: float
    mean_ms: float
    p95_ms: float
    mos: float


@dataclass(frozen=True, slots=True)
class Row:
    """One network's outcomes; ``fixed`` holds one for each of :data:`FIXED_SLOTS`."""

    network: str
    adaptive: Outcome
    silence: Outcome
    fixed: tuple[Outcome, ...]

    def best_fixed_at(self, mean_ms: float) -> float | None:
        """Return the score that fixed delays reach at this mean delay, between two of them; None beyond."""
        by_delay = sorted((one.mean_ms, one.mos) for one in self.fixed)
        delays, scores = zip(*by_delay, strict=True)
        if not delays[0] <= mean_ms <= delays[-1]:
            return None
        return float(np.interp(mean_ms, delays, scores))


class FixedArrivals(Arrivals):
    """A network that is believed to need the same delay always."""

    def __init__(self, slots: int) -> None:
        super().__init__(1)
        self._slots = slots

    def targets(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the same for all."""
        slots = np.full(len(rows), self._slots)
        return slots, slots


@dataclass(slots=True)
class Listening:
    """One leg hearing a recording over a network; ``arrivals`` is what its buffer knows of networks."""

    voice: Samples
    arrivals: Arrivals | None = None
    conceals: bool = True

    def hear(self, arrived: NDArray[np.float64]) -> tuple[Samples, float, NDArray[np.float64]]:
        """Return the sound, the share made up, and each packet's delay from sending to playing in ms."""
        jitter, concealment = JitterBuffer(1, self.arrivals), Concealment(1)
        law = np.full(1, ALAW)
        packets = self._packets(len(arrived))
        order = np.argsort(arrived, kind="stable")
        order = order[~np.isnan(arrived[order])]
        out, made_up, delays, next_, began = [], 0, [], 0, False
        for tick in range(round((len(arrived) * PACKET_MS + 1000) / TICK_MS)):
            now_slot = tick * FRAME_SLOTS
            while next_ < len(order) and arrived[order[next_]] < tick * TICK_MS:
                number = int(order[next_])
                slots = packets[number : number + 1].copy()
                parsed = rtp.parse(slots, np.zeros(1, np.int64), np.full(1, rtp.PACKET))
                jitter.put(parsed, slots, now_slot, law)
                place = jitter.slot_of(0, number * FRAME)
                if place is not None and place >= now_slot:
                    delays.append(place * SLOT_MS - number * PACKET_MS)
                next_ += 1
            there = jitter.take(now_slot, 1)
            if self.conceals:
                concealment.fill(jitter.ring, now_slot, there, law)
            else:
                at = now_slot % SLOTS
                jitter.ring[0, at : at + FRAME_SLOTS][~there[0]] = SILENCE[ALAW]
            began = began or bool(there.any())
            if began and tick < len(arrived):
                made_up += int((~there).sum())
            out.append(jitter.frame(now_slot, 1)[0].copy())
            jitter.review(tick, 1)
        sound = decode(np.concatenate(out), ALAW)
        return sound, made_up / (len(arrived) * FRAME_SLOTS), np.array(delays)

    def _packets(self, count: int) -> NDArray[np.uint8]:
        slots = np.zeros((count, rtp.SLOT), np.uint8)
        frames = encode(self.voice[: count * FRAME], ALAW).reshape(count, FRAME)
        slots[:, rtp.HEADER : rtp.HEADER + FRAME] = frames
        number = np.arange(count)
        rtp.write_headers(
            slots[:, : rtp.SLOT],
            number,
            marker=number == 0,
            payload_type=np.full(count, 8),
            sequence=number,
            timestamp=number * FRAME,
            ssrc=np.ones(count, np.int64),
        )
        return slots


def outcome(network: Network, listening: Callable[[], Listening], score: Score, seeds: int) -> Outcome:
    """Return the mean outcome over seeds."""
    found = []
    for seed in range(seeds):
        ear = listening()
        packets = len(ear.voice) // FRAME
        sound, missing, delays = ear.hear(network.arrivals(packets, seed))
        settled = delays[round(SETTLED_MS / PACKET_MS) :]
        begin = round(SETTLED_MS * 8)
        mos = score(ear.voice[begin:], sound[begin : len(ear.voice)])
        found.append((missing, settled.mean(), np.percentile(settled, 95), mos))
    missing, mean, p95, mos = np.array(found).mean(axis=0)
    return Outcome(round(missing, 4), round(mean, 1), round(p95, 1), round(mos, 3))


def measure(voice: Samples, score: Score, *, seeds: int = SEEDS) -> list[Row]:
    """Measure all networks."""
    rows = []
    for network in NETWORKS:
        print(network.name, file=sys.stderr)
        rows.append(
            Row(
                network.name,
                outcome(network, lambda: Listening(voice), score, seeds),
                outcome(network, lambda: Listening(voice, conceals=False), score, seeds),
                tuple(outcome(network, partial(_fixed, voice, slots), score, seeds) for slots in FIXED_SLOTS),
            )
        )
    return rows


def _fixed(voice: Samples, slots: int) -> Listening:
    return Listening(voice, FixedArrivals(slots))


def shortfalls(rows: Sequence[Row]) -> list[str]:
    """Return which claims do not hold, as sentences."""
    found = []
    for row in rows:
        if "5 % lost" in row.network and row.adaptive.mos < row.silence.mos + LOSS_GAIN:
            found.append(f"{row.network}: concealment gains less than {LOSS_GAIN} over silence")
        fixed = row.best_fixed_at(row.adaptive.mean_ms)
        if fixed is None:
            continue
        if row.adaptive.mos < fixed - TIE or ("by turns" in row.network and row.adaptive.mos <= fixed + TIE):
            found.append(f"{row.network}: no better than a fixed delay of the same mean")
    return found


def table(rows: Sequence[Row]) -> str:
    """Return the figures for people."""
    lines = [f"{'network':38}{'made up':>9}{'mean':>8}{'p95':>8}{'MOS':>7}{'silence':>9}{'fixed':>7}"]
    for row in rows:
        one, fixed = row.adaptive, row.best_fixed_at(row.adaptive.mean_ms)
        lines.append(
            f"{row.network:38}{100 * one.missing:>7.1f} %{one.mean_ms:>5.0f} ms{one.p95_ms:>5.0f} ms"
            f"{one.mos:>7.2f}{row.silence.mos:>9.2f}{'-' if fixed is None else f'{fixed:.2f}':>7}"
        )
    return "\n".join(lines)


def _pesq() -> Score | None:
    try:
        package = importlib.import_module("pesq")
    except ImportError:
        return None
    return lambda clean, heard: float(package.pesq(8000, clean, heard, "nb"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.jitter", description=__doc__)
    parser.add_argument("--speech", type=Path, help="a recording of speech; else the built-in voice speaks")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="networks of each kind")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args(arguments)
    if (score := _pesq()) is None:
        print("the package pesq is missing: pip install pesq (it needs a C compiler)", file=sys.stderr)
        return 1
    try:
        voice = read_sound(options.speech) if options.speech else spoken()
    except MediaError as error:
        print(error, file=sys.stderr)
        return 1
    voice = np.resize(voice, round(SECONDS * 1000 / PACKET_MS) * FRAME)
    rows = measure(voice, score, seeds=options.seeds)
    print(json.dumps([asdict(row) for row in rows]) if options.json else table(rows))
    failures = shortfalls(rows)
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
