"""Throw spoiled SIP at the stack for a while and report what it did.

    python tools/fuzz_sip.py [--seconds 60] [--seed 1]

Everything runs in memory. Exit code 0: nothing escaped and nothing took long. 1: the first finding is
printed with the bytes that led to it; the same seed finds it again.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.fakes.noise import KINDS, TOKENS, Step, Target, spoil

SLOW = 0.25
"""Seconds of processor time for one message that count as a finding."""
MESSAGES_PER_STACK = 50
"""How many messages one stack hears before a fresh one takes its place: enough to meet odd states."""


def steps(chance: random.Random) -> list[Step]:
    """Draw one to six ways to spoil a message."""
    return [
        Step(
            chance.randrange(KINDS),
            chance.random(),
            chance.randrange(40),
            chance.choice(TOKENS) if chance.random() < 0.7 else chance.randbytes(chance.randrange(7)),
        )
        for _ in range(chance.randint(1, 6))
    ]


def message(chance: random.Random, corpus: list[bytes]) -> bytes:
    """Draw one message: mostly spoiled, at times two halves joined, at times noise, at times valid."""
    kind = chance.random()
    if kind < 0.05:
        return chance.randbytes(chance.randrange(1500))
    if kind < 0.15:
        return chance.choice(corpus)
    data = chance.choice(corpus)
    if kind < 0.3:
        other = chance.choice(corpus)
        data = data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]
    return spoil(data, steps(chance))


def run(seconds: float, seed: int) -> int:
    """Fuzz for ``seconds``; return the exit code."""
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    slowest = 0.0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        target = Target()
        corpus = target.corpus()
        for _ in range(MESSAGES_PER_STACK):
            data = message(chance, corpus)
            stream = chance.random() < 0.3
            began = time.process_time()
            try:
                target.feed(data, stream=stream)
            except Exception:  # noqa: BLE001 - finding any exception at all is what this is for
                sys.stdout.write(
                    f"after {counts['messages']} messages (seed {seed}):\n{traceback.format_exc()}{data!r}\n"
                )
                return 1
            took = time.process_time() - began
            slowest = max(slowest, took)
            if took > SLOW:
                sys.stdout.write(f"{took:.2f} s for one message (seed {seed}):\n{data!r}\n")
                return 1
            counts["messages"] += 1
            counts["bytes"] += len(data)
        counts["stacks"] += 1
        counts["outputs"] += target.outputs
    sys.stdout.write(
        f"seed {seed}: {counts['messages']} messages ({counts['bytes']} bytes) to {counts['stacks']} stacks, "
        f"{counts['outputs']} outputs, slowest {slowest * 1000:.1f} ms, nothing found\n"
    )
    return 0


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="Fuzz the SIP stack in memory.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    return run(arguments.seconds, arguments.seed)


if __name__ == "__main__":
    sys.exit(main())
