"""A program that writes into a ring until it is killed, and says how far it has come: see test_ring."""

from __future__ import annotations

import sys
from pathlib import Path

from softswitch.sip.hop import Hop
from softswitch.transport.ring import BLOCK, OUT, Noted, RingWriter, pack

BATCH = 8
MOST = 1_000_000
"""Where it stops if nobody comes to kill it."""


def write_until_killed(path: Path) -> None:
    """Write batch after batch; print the number of the last record of each, once it is written."""
    ring = RingWriter(path, 3 * BLOCK)
    hop = Hop("UDP", "192.0.2.7", 5062, "192.0.2.1", 5060)
    for begin in range(0, MOST, BATCH):
        batch = range(begin, begin + BATCH)
        ring.write([pack(Noted(float(number), OUT, hop, b"%08d" % number + b"x" * 900)) for number in batch])
        sys.stdout.write(f"{batch[-1]}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    write_until_killed(Path(sys.argv[1]))
