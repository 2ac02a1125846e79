"""Full queues on one machine: how fast free agents get the next caller, and whether a frame is lost.

``python -m benchmarks.queue_load``; what the figures mean is in README.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.callers import BenchmarkFailed
from benchmarks.capacity import FAILED, LATE
from benchmarks.figures import GENERATOR_LATE_MS
from benchmarks.measuring import NOISE_LEVEL
from benchmarks.processes import (
    Cores,
    allow_many_files,
    available_cores,
    choose_cores,
    cpu_seconds,
    pin,
    preemptions,
    resident_kib,
)
from benchmarks.queue_centre import Centre
from benchmarks.queue_figures import Figures, Look, Reckoning, table
from benchmarks.queue_plan import Plan
from benchmarks.switch import LAW, MUSIC, SwitchFailed, SwitchUnderTest, sound
from media.g711 import encode
from media.prompts import frames_of
from media.soundfiles import read_sound

SETTLE_SECONDS: Final = 5.0
WARM_UP_SECONDS: Final = 0.5
PROMPT_SECONDS: Final = 1.0
NOISE_FRAMES: Final = 250
VOICE_SECONDS: Final = 20.0
ASIDE: Final = 77
"""Samples by which the agents' voices are shifted against the music that callers hear: no frame is equal."""
HARSH_EVERY_S: Final = 10.0
HARSH_GAP_S: Final = 5.0
REPORT_SECONDS: Final = 1.2
"""After which the worker has told what it left out until then."""
SHORTEST_SECONDS: Final = 4.0
"""Two whole reports of the worker's lie inside."""


def run(plan: Plan, cores: Cores) -> Reckoning:
    """Measure once. Raises BenchmarkFailed or SwitchFailed when the queues cannot be filled."""
    accounts = plan.rows + plan.agents
    agents = [f"b{number}" for number in range(plan.rows, accounts)]
    with SwitchUnderTest(
        accounts=accounts,
        prompt_seconds=PROMPT_SECONDS,
        signalling=None,
        worker=cores.worker,
        parts=plan.config(agents),
    ) as switch:
        centre = Centre(switch.address, switch.accounts, plan, voices(), frames_of(read_sound(MUSIC))[LAW])
        try:
            centre.fill()
            _turn(centre, SETTLE_SECONDS)
            look = _observe(switch, centre)
            _turn(centre, REPORT_SECONDS)
            centre.empty()
        finally:
            centre.close()
        # Reports of seconds that lie wholly inside.
        every = switch.timings()
        timings = tuple(one for one in every if look.begin / 1e9 + 1 <= one.at <= look.end / 1e9)
        faults = tuple(switch.faults())
        switch.stop()
        return Reckoning(
            plan, look, timings, switch.packets_lost(), switch.places_told(), faults, centre.repeated,
            skipped=sum(one.skipped for one in every),
        )  # fmt: skip


def voices() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return what callers say, the noise of a quiet room, and what agents say, ``(frames, 160) uint8``."""
    samples = np.random.default_rng(1).integers(-NOISE_LEVEL, NOISE_LEVEL, (NOISE_FRAMES, 160))
    voice: NDArray[np.uint8] = frames_of(sound(VOICE_SECONDS)[ASIDE:])[LAW]
    return encode(samples.astype(np.int16), LAW), voice


def _turn(centre: Centre, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        centre.turn()


def _observe(switch: SwitchUnderTest, centre: Centre) -> Look:
    # A look through everything that lives on would delay the phones.
    gc.collect()
    gc.disable()
    try:
        _turn(centre, WARM_UP_SECONDS)
        both = (centre.callers, centre.agents)
        for talk in both:
            talk.begin()
        before = dict(centre.journal.counts)
        processes = (switch.signalling, switch.worker)
        begin, used, disturbed = time.time_ns(), [*map(cpu_seconds, processes)], preemptions(switch.worker)
        least = _watched(centre)
        end, after = time.time_ns(), [*map(cpu_seconds, processes)]
        heard = tuple(talk.result() for talk in both)
        late = (*centre.callers_ears.waiting, *centre.agents_ears.waiting)
        return Look(
            begin=begin,
            end=end,
            signalling_s=after[0] - used[0],
            worker_s=after[1] - used[1],
            preemptions=preemptions(switch.worker) - disturbed,
            signalling_kib=resident_kib(switch.signalling),
            worker_kib=resident_kib(switch.worker),
            least_waiting=least,
            hand_outs_ms=tuple(centre.journal.within(begin, end)),
            callers_heard_ms=tuple(centre.callers_ears.within(begin, end)),
            agents_heard_ms=tuple(centre.agents_ears.within(begin, end)),
            unheard=sum(end - since > 1e9 for _, since in late),
            unserved=sum(end - since > 1e9 for since in centre.journal.freed.values()),
            counts={name: many - before.get(name, 0) for name, many in centre.journal.counts.items()},
            receptions=heard,
            generator_late_ms=tuple(centre.callers.late_ms),
        )
    finally:
        gc.enable()


def _watched(centre: Centre) -> int:
    """Let everybody do what they do; return how few have waited at the worst."""
    end, least = time.monotonic() + centre.plan.seconds, centre.waiting
    while time.monotonic() < end:
        centre.turn()
        least = min(least, centre.waiting)
    return least


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 when the bar is missed, 3 when the generator was late."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queue_load", description=__doc__)
    usual = Plan()
    parser.add_argument("--callers", type=int, default=usual.callers, help="how many wait at any time")
    parser.add_argument("--agents", type=int, default=usual.agents, help="how many serve")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="how long is measured")
    parser.add_argument("--harsh", action="store_true", help="tell everybody their place every 10 seconds")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args(arguments)
    if options.seconds < SHORTEST_SECONDS or options.agents < 2 or options.callers < options.agents:
        parser.error(f"{SHORTEST_SECONDS:g} seconds and 2 agents at least, and no more agents than callers")
    plan = Plan(
        callers=options.callers,
        agents=options.agents,
        seconds=options.seconds,
        every_s=HARSH_EVERY_S if options.harsh else None,
        gap_s=HARSH_GAP_S if options.harsh else None,
    )
    cores = choose_cores(available_cores())
    allow_many_files()
    pin(cores.generator)
    try:
        reckoning = run(plan, cores)
    except (BenchmarkFailed, SwitchFailed) as error:
        print(error, file=sys.stderr)
        return FAILED
    figures = reckoning.figures()
    print(json.dumps(asdict(figures)) if options.json else table(reckoning))
    return judge(figures)


def judge(figures: Figures) -> int:
    """Return the exit status: 3 where the phones themselves were late, 1 where the bar is missed."""
    if figures.generator_late_p99_ms > GENERATOR_LATE_MS:
        print(
            f"the generator itself was {figures.generator_late_p99_ms:.0f} ms late:"
            " measure again on a quieter machine",
            file=sys.stderr,
        )
        return LATE
    for miss in figures.misses():
        print(miss, file=sys.stderr)
    return FAILED if figures.misses() else 0


def _end_in_order(number: int, frame: object) -> None:
    """Take a signal to end as a reason to end what was started, too."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end_in_order)
    sys.exit(main())
