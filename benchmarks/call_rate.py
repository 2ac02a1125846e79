"""How many calls and registrations a second signalling bears, each with its challenge and its proof.

``python -m benchmarks.call_rate``; what the figures mean is in README.md.
"""

from __future__ import annotations

import argparse
import json
import select
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Final

import numpy as np

from benchmarks.phones import Phones
from benchmarks.processes import allow_many_files, available_cores, choose_cores, cpu_seconds, pin, processor
from benchmarks.sip import Account, Call, Exchange, Stage
from benchmarks.switch import NUMBER, SwitchFailed, SwitchUnderTest

ACCOUNTS: Final = 1000
PACED_RATE: Final = 200.0
PACED_SECONDS: Final = 10.0
FULL_SECONDS: Final = 5.0
AT_ONCE: Final = 20
"""Exchanges under way at full speed: signalling never waits for the generator, and no queue grows so
long that an answer takes half a second, where UDP would repeat the request."""
SILENT_PORT: Final = 9
"""Where these phones listen: the discard port, as no call lasts long enough to be heard."""
WARM_UP_SECONDS: Final = 0.5
TURN_SECONDS: Final = 0.002
PROMPT_SECONDS: Final = 10.0
DRAIN_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What ``--json`` prints: the fastest rates, and the failures at those and at the paced ones."""

    calls_per_second: float
    calls_failed: int
    registrations_per_second: float
    registrations_failed: int


@dataclass(frozen=True, slots=True)
class Phase:
    """One load: exchanges that ended well and those that failed, with the processor time they took."""

    name: str
    seconds: float
    done: int
    faults: tuple[str, ...]
    repeated: int
    answer_ms: tuple[float, ...]
    cpu: float

    @property
    def rate(self) -> float:
        """Exchanges a second that ended well."""
        return self.done / self.seconds


@dataclass(slots=True)
class _Tally:
    """What is counted while a load runs."""

    done: int = 0
    faults: list[str] = field(default_factory=list)
    begun: dict[Exchange, float] = field(default_factory=dict)
    answer_ms: list[float] = field(default_factory=list)


class RateLoad:
    """Callers that begin exchanges at a pace or as fast as they are answered."""

    def __init__(self, switch: SwitchUnderTest) -> None:
        self._switch = switch
        self._phones = Phones(switch.address, progress=self._progressed)
        self._numbers = count()
        self._tally = _Tally()

    def paced(self, name: str, begin: Callable[[], None], *, rate: float, seconds: float) -> Phase:
        """Begin ``rate`` exchanges a second, whatever becomes of them."""
        start = time.monotonic()
        begun = 0

        def due() -> int:
            nonlocal begun
            elapsed = min(time.monotonic() - start, seconds)
            fresh = int(elapsed * rate) - begun
            begun += fresh
            return fresh

        return self._run(name, begin, due, seconds=seconds)

    def full(self, name: str, begin: Callable[[], None], *, seconds: float) -> Phase:
        """Keep :data:`AT_ONCE` exchanges under way."""
        return self._run(name, begin, lambda: AT_ONCE - len(self._phones), seconds=seconds)

    def register(self) -> None:
        """Begin the registration of the next account."""
        now = time.monotonic()
        self._tally.begun[self._phones.register(self._account(), now)] = now

    def call(self) -> None:
        """Begin a call of the next account; it is hung up as soon as it is up."""
        now = time.monotonic()
        call = self._phones.call(self._account(), NUMBER, SILENT_PORT, now)
        self._tally.begun[call] = now

    def close(self) -> None:
        """Close the phones' socket."""
        self._phones.close()

    def _account(self) -> Account:
        return self._switch.accounts[next(self._numbers) % len(self._switch.accounts)]

    def _run(self, name: str, begin: Callable[[], None], due: Callable[[], int], *, seconds: float) -> Phase:
        self._tally = tally = _Tally()
        repeated, cpu = self._phones.repeated, cpu_seconds(self._switch.signalling)
        start = time.monotonic()
        poller = select.poll()
        poller.register(self._phones.fileno(), select.POLLIN)
        while time.monotonic() - start < seconds:
            for _ in range(due()):
                begin()
            poller.poll(TURN_SECONDS * 1000)
            self._phones.poll(time.monotonic())
        done, elapsed = tally.done, time.monotonic() - start
        cpu = cpu_seconds(self._switch.signalling) - cpu
        # The last ones may end, and fail, but no longer count for the rate.
        while len(self._phones) and time.monotonic() - start < seconds + DRAIN_SECONDS:
            poller.poll(TURN_SECONDS * 1000)
            self._phones.poll(time.monotonic())
        return Phase(
            name=name,
            seconds=elapsed,
            done=done,
            faults=tuple(tally.faults),
            repeated=self._phones.repeated - repeated,
            answer_ms=tuple(tally.answer_ms),
            cpu=cpu,
        )

    def _progressed(self, exchange: Exchange) -> None:
        tally, now = self._tally, time.monotonic()
        match exchange.stage:
            case Stage.UP if isinstance(exchange, Call):
                tally.answer_ms.append((now - tally.begun[exchange]) * 1000)
                self._phones.hang_up(exchange, now)
            case Stage.DONE:
                tally.done += 1
            case Stage.FAILED:
                tally.faults.append(exchange.fault)
            case _:
                return


@dataclass(frozen=True, slots=True)
class Run:
    """Everything one run has shown, in order: paced and full load of registrations, then of calls."""

    registrations: tuple[Phase, Phase]
    calls: tuple[Phase, Phase]

    def figures(self) -> Figures:
        """Return the figures."""
        return Figures(
            calls_per_second=round(self.calls[1].rate, 1),
            calls_failed=sum(len(phase.faults) for phase in self.calls),
            registrations_per_second=round(self.registrations[1].rate, 1),
            registrations_failed=sum(len(phase.faults) for phase in self.registrations),
        )


def run(*, rate: float, seconds: float, full_seconds: float) -> Run:
    """Measure once: ``rate`` a second for ``seconds``, then as fast as answers come for ``full_seconds``.

    Signalling has a core of its own here; the media worker, which only opens and closes ports, shares the
    generator's.
    """
    cores = choose_cores(available_cores())
    allow_many_files()
    pin(cores.generator)
    with SwitchUnderTest(
        accounts=ACCOUNTS, prompt_seconds=PROMPT_SECONDS, signalling=cores.worker, worker=cores.generator
    ) as switch:
        load = RateLoad(switch)
        # The first caller waits until the prompt is loaded.
        load.full("warm-up", load.call, seconds=WARM_UP_SECONDS)
        phases = []
        for name, begin in (("registrations", load.register), ("calls", load.call)):
            phases.append(load.paced(f"{name}, {rate:g}/s", begin, rate=rate, seconds=seconds))
            phases.append(load.full(f"{name}, full speed", begin, seconds=full_seconds))
        load.close()
    registrations, calls = (phases[0], phases[1]), (phases[2], phases[3])
    return Run(registrations, calls)


def table(result: Run) -> str:
    """Return the figures for people."""
    lines = [
        processor(),
        f"{'':28}{'done':>8}{'a second':>10}{'failed':>8}{'repeated':>10}{'signalling':>12}",
    ]
    for phase in (*result.registrations, *result.calls):
        lines.append(
            f"{phase.name:28}{phase.done:>8}{phase.rate:>10.1f}{len(phase.faults):>8}{phase.repeated:>10}"
            f"{100 * phase.cpu / phase.seconds:>10.1f} %"
        )
        if phase.answer_ms:
            middle, most = np.percentile(phase.answer_ms, (50, 99))
            lines.append(f"{'  INVITE to 200, p50 / p99':28}{middle:>8.1f} / {most:.1f} ms")
        lines += [f"  {fault}: {times} times" for fault, times in Counter(phase.faults).items()]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 when the switch did not start or stop."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.call_rate", description=__doc__)
    parser.add_argument("--rate", type=float, default=PACED_RATE, help="exchanges begun a second when paced")
    parser.add_argument("--seconds", type=float, default=PACED_SECONDS, help="how long to keep that pace")
    parser.add_argument(
        "--full-seconds", type=float, default=FULL_SECONDS, help="how long to go at full speed, for each kind"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args(arguments)
    try:
        result = run(rate=options.rate, seconds=options.seconds, full_seconds=options.full_seconds)
    except SwitchFailed as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(asdict(result.figures())) if options.json else table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
