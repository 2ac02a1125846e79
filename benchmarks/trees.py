"""How many simulated calls a core makes in a second: ``python -m benchmarks.trees``.

The calls are those of the demo menu: keys, silence, wrong keys, dialled numbers, a queue, digits read back.
It is processor time: what other programs take from it is none of the simulator's.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.loader import load_tree
from softswitch.ivr.model import Tree
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.others import answer
from softswitch.ivr.simulated.queues import queued
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import Input, press, silent

DEMO: Final = Path(__file__).parent.parent / "ivr_trees" / "demo.yaml"
CALLS: Final = 3_000
WANTED: Final = 300
"""Calls a second that a core is to make: the whole proof of a large tree within a breath."""

SCRIPTS: Final[Sequence[Sequence[Input]]] = (
    (press("1"), press("1"), answer(DialResult.BUSY)),
    (press("2"), press("2"), answer(DialResult.ENDED_BY_CALLEE)),
    (press("1"), press("9"), press("3"), silent()),
    (press("2"), press("4"), press("907#")),
    (press("1"), press("5"), queued(WaitEnd.NO_AGENT)),
    (),
)
"""What callers do: each goes on in silence until the menu lets go."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of the simulated calls, and the processor's own seconds."""

    calls: int
    calls_per_second: float
    steps_per_call: float
    virtual_seconds_per_call: float
    processor_seconds: float


def measured(tree: Tree, calls: int) -> Figures:
    """Make so many calls one after another."""
    steps, virtual = 0, 0.0
    scene = Scene()
    began = time.process_time()
    for number in range(calls):
        call = simulate(tree, SCRIPTS[number % len(SCRIPTS)], scene=scene)
        steps += len(call.exits)
        virtual += call.seconds
    took = time.process_time() - began
    return Figures(
        calls=calls,
        calls_per_second=round(calls / took, 1),
        steps_per_call=round(steps / calls, 1),
        virtual_seconds_per_call=round(virtual / calls, 1),
        processor_seconds=round(took, 3),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measured(load_tree(DEMO), options.calls)
    if options.json:
        print(json.dumps(asdict(found)))
        return
    for name, value in asdict(found).items():
        print(f"{name.replace('_', ' '):26} {value:>12,}")


if __name__ == "__main__":
    main()
