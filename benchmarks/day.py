"""A day of calls is written down in minutes, while others listen to a menu: does any of them hear it?

``python -m benchmarks.day`` lets a switch carry 300 calls and gives its log the events of 50,000 more, with
all that follows from them; then it asks for histories of customers, as an agent's screen does.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from benchmarks.callers import LONGEST_WAIT, SET_UP_RATE, BenchmarkFailed, Callers
from benchmarks.day_events import CALLERS, call_events, caller_of, lost_of_call
from benchmarks.figures import GENERATOR_LATE_MS
from benchmarks.measuring import SETTLE_SECONDS, speech_of
from benchmarks.modes import Mode
from benchmarks.processes import (
    Cores,
    allow_many_files,
    available_cores,
    choose_cores,
    cpu_seconds,
    pin,
    processor,
)
from benchmarks.rigs import ACCOUNTS
from benchmarks.switch import HOST, NUMBER, SwitchFailed, SwitchUnderTest
from benchmarks.talk import Talk
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.database import Database

CALLS_OF_A_DAY: Final = 50_000
PLAYING: Final = 300
RATE: Final = 250.0
"""Calls written a second: a day in less than four minutes, four hundred times as fast as it passes."""
MARGIN_SECONDS: Final = 60.0
PATIENCE: Final = 3.0
"""So many times as long as the day should take may it take, until it is given up."""
ASKED: Final = 300
HISTORY_MS: Final = 20.0
"""What 99 of 100 histories have to stay below."""
FAILED, LATE = 1, 3
_WRITTEN: Final = re.compile(r"^written ([0-9.]+)$", re.M)


@dataclass(frozen=True, slots=True)
class Figures:
    """What ``--json`` prints."""

    calls_written: int
    events_written: int
    seconds: float
    behind_s: float
    """How long after the last event all that follows from it was on the disk."""
    playing: int
    ticks_skipped: int
    tick_lateness_p99_ms: float
    tick_lateness_most_ms: float
    frames_lost: int
    signalling_cpu_percent: float
    database_mib: int
    history_p50_ms: float
    history_p99_ms: float
    faults: int
    generator_late_p99_ms: float

    def misses(self) -> list[str]:
        """Return in which ways the bar is missed."""
        bars = {
            f"{self.ticks_skipped} ticks were late by a whole one": self.ticks_skipped > 0,
            f"{self.frames_lost} frames lost": self.frames_lost > 0,
            f"a history took {self.history_p99_ms:g} ms, {HISTORY_MS:g} allowed":
                self.history_p99_ms >= HISTORY_MS,
            f"{self.faults} faults in the switch's log": self.faults > 0,
        }  # fmt: skip
        return [text for text, missed in bars.items() if missed]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done."""

    calls: int = CALLS_OF_A_DAY
    playing: int = PLAYING
    rate: float = RATE

    @property
    def seconds(self) -> float:
        """How long writing should take."""
        return self.calls / self.rate


def run(plan: Plan, cores: Cores) -> Figures:
    """Measure once. Raises BenchmarkFailed or SwitchFailed."""
    limit = plan.seconds * PATIENCE + MARGIN_SECONDS
    speech = speech_of(Mode.IVR)
    with SwitchUnderTest(
        accounts=ACCOUNTS,
        prompt_seconds=limit + plan.playing / SET_UP_RATE + LONGEST_WAIT,
        signalling=cores.signalling,
        worker=cores.worker,
        program=[sys.executable, "-m", "benchmarks.day_switch"],
        arguments=[str(plan.calls), str(plan.rate)],
    ) as switch:
        callers = Callers(switch.address, switch.accounts, NUMBER)
        talk = Talk(plan.playing, HOST, speech)
        try:
            callers.register(talk)
            callers.dial(talk, plan.playing)
            _turn(callers, talk, SETTLE_SECONDS)
            gc.collect()
            gc.disable()
            begin, used = time.time(), cpu_seconds(switch.signalling)
            talk.begin()
            took = _written(switch, callers, talk, time.monotonic() + limit)
            end, used = time.time(), cpu_seconds(switch.signalling) - used
            heard = talk.result()
            callers.hang_up(talk)
        finally:
            gc.enable()
            talk.close()
            callers.phones.close()
        timings = [one for one in switch.timings() if begin + 1 <= one.at <= end]
        faults = len(switch.faults())
        switch.stop()
        late = np.array([ms for one in timings for ms in one.lateness_ms] or [0.0])
        histories = np.array(asyncio.run(_histories(f"sqlite:///{switch.database}")))
        return Figures(
            calls_written=plan.calls,
            events_written=plan.calls * len(call_events(0)),
            seconds=round(took, 1),
            behind_s=round(max(took - plan.seconds, 0.0), 2),
            playing=plan.playing,
            ticks_skipped=sum(one.skipped for one in timings),
            tick_lateness_p99_ms=round(float(np.percentile(late, 99)), 2),
            tick_lateness_most_ms=round(float(late.max()), 2),
            # Of those that were written as if they had been, some have lost packets as well.
            frames_lost=heard.missing + switch.packets_lost() - plan.calls * lost_of_call(),
            signalling_cpu_percent=round(100 * used / (end - begin), 1),
            database_mib=switch.database.stat().st_size >> 20,
            history_p50_ms=round(float(np.percentile(histories, 50)), 2),
            history_p99_ms=round(float(np.percentile(histories, 99)), 2),
            faults=faults,
            generator_late_p99_ms=round(float(np.percentile(talk.late_ms, 99)), 2),
        )


def _turn(callers: Callers, talk: Talk, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        callers.turn(talk)


def _written(switch: SwitchUnderTest, callers: Callers, talk: Talk, until: float) -> float:
    """Let the day be written; return how long that took."""
    os.kill(switch.signalling, signal.SIGUSR1)
    while (found := switch.said(_WRITTEN)) is None:
        if time.monotonic() > until:
            raise BenchmarkFailed("the day is not written down in time")
        _turn(callers, talk, 1.0)
    return float(found[1])


async def _histories(url: str) -> list[float]:
    """Ask for the histories of some callers; return how long each took, in milliseconds."""
    database, took = await Database.open(url), []
    try:
        contacts = ContactStore(database)
        for number in range(0, CALLERS, CALLERS // ASKED):
            began = time.perf_counter()
            await contacts.history("", numbers=[caller_of(number)], limit=10)
            took.append((time.perf_counter() - began) * 1000)
    finally:
        await database.close()
    return took


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 when the bar is missed, 3 when the generator was late."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.day",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usual = Plan()
    parser.add_argument("--calls", type=int, default=usual.calls, help="calls of the day")
    parser.add_argument("--playing", type=int, default=usual.playing, help="calls that listen meanwhile")
    parser.add_argument("--rate", type=float, default=usual.rate, help="calls written a second")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args(arguments)
    if options.calls < 1 or options.playing < 1 or options.rate <= 0:
        parser.error("one call at least, and a rate above 0")
    cores = choose_cores(available_cores())
    allow_many_files()
    pin(cores.generator)
    try:
        figures = run(Plan(options.calls, options.playing, options.rate), cores)
    except (BenchmarkFailed, SwitchFailed) as error:
        print(error, file=sys.stderr)
        return FAILED
    print(json.dumps(asdict(figures)) if options.json else table(figures))
    return judge(figures)


def table(figures: Figures) -> str:
    """Return the figures for people."""
    rows = [(name.replace("_", " "), str(value)) for name, value in asdict(figures).items()]
    width = max(len(name) for name, _ in rows)
    return "\n".join([processor(), *(f"{name:<{width}}  {value}" for name, value in rows)])


def judge(figures: Figures) -> int:
    """Return the exit status: 3 where the phones themselves were late, 1 where the bar is missed."""
    if figures.generator_late_p99_ms > GENERATOR_LATE_MS:
        print(
            f"the generator was {figures.generator_late_p99_ms:.0f} ms late: measure again", file=sys.stderr
        )
        return LATE
    for miss in figures.misses():
        print(miss, file=sys.stderr)
    return FAILED if figures.misses() else 0


if __name__ == "__main__":
    sys.exit(main())
