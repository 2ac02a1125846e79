"""How much memory a registered phone and a call in progress take of the signalling process.

``python -m benchmarks.memory``; what the figures mean is in README.md.
"""

from __future__ import annotations

import argparse
import json
import select
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from benchmarks.callers import BenchmarkFailed
from benchmarks.phones import Phones
from benchmarks.processes import (
    allow_many_files,
    available_cores,
    choose_cores,
    pin,
    processor,
    resident_kib,
)
from benchmarks.sip import Account, Call, Exchange, Stage
from benchmarks.switch import NUMBER, SwitchFailed, SwitchUnderTest

REGISTRATIONS: Final = 4000
CALLS: Final = 500
RATE: Final = 200.0
"""Exchanges begun a second: far from what the switch bears, so that no queue takes memory of its own."""
LINGER_SECONDS: Final = 34.0
"""After which nothing is left of a transaction (RFC 3261 §17: 64*T1), and two seconds for what is written."""
PATIENCE: Final = 30.0
SILENT_PORT: Final = 9
"""Where these phones listen: the discard port, as nobody needs to hear anything."""
PROMPT_SECONDS: Final = 180.0
"""Longer than the run: nobody presses a key, and the menu would give up."""
KIB: Final = 1024


@dataclass(frozen=True, slots=True)
class Figures:
    """What ``--json`` prints: octets of resident memory for each, in the signalling process."""

    registrations: int
    octets_per_registration: int
    calls: int
    octets_per_call: int
    worker_octets_per_call: int


@dataclass(frozen=True, slots=True)
class _Resident:
    """What the processes hold, in KiB."""

    signalling: int
    worker: int


class Crowd:
    """Phones that register, and callers that stay in their calls."""

    def __init__(self, switch: SwitchUnderTest) -> None:
        self._switch = switch
        self._phones = Phones(switch.address, progress=self._progressed)
        self._up: list[Call] = []
        self._answered = 0

    def register(self, accounts: Sequence[Account]) -> None:
        """Register these accounts; raise BenchmarkFailed when one is refused or not answered."""
        self._all(len(accounts), lambda number: self._phones.register(accounts[number], time.monotonic()))

    def dial(self, accounts: Sequence[Account], calls: int) -> None:
        """Begin so many calls, which stay up; raise BenchmarkFailed when one is refused or not answered."""

        def dial(number: int) -> Exchange:
            account = accounts[number % len(accounts)]
            return self._phones.call(account, NUMBER, SILENT_PORT, time.monotonic())

        self._all(calls, dial)

    def wait(self, seconds: float) -> None:
        """Let time pass, and answer what the switch asks meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._turn(0.2)

    def hang_up(self) -> None:
        """End all calls at :data:`RATE`."""
        calls, self._up = self._up, []

        def hang_up(number: int) -> None:
            self._phones.hang_up(calls[number], time.monotonic())

        self._all(len(calls), hang_up)

    def close(self) -> None:
        """Close the phones' socket."""
        self._phones.close()

    def _all(self, count: int, begin: Callable[[int], object]) -> None:
        """Begin ``count`` exchanges at the pace, and wait until each has been answered."""
        self._answered = begun = 0
        start = time.monotonic()
        while self._answered < count:
            elapsed = time.monotonic() - start
            if elapsed > count / RATE + PATIENCE:
                raise BenchmarkFailed(f"{count - self._answered} of {count} requests are unanswered")
            while begun < min(count, elapsed * RATE):
                begin(begun)
                begun += 1
            self._turn(1 / RATE)

    def _turn(self, seconds: float) -> None:
        select.select([self._phones], [], [], seconds)
        self._phones.poll(time.monotonic())

    def _progressed(self, exchange: Exchange) -> None:
        if exchange.stage is Stage.FAILED:
            raise BenchmarkFailed(f"{exchange.call_id}: {exchange.fault}")
        if exchange.stage in (Stage.UP, Stage.DONE):
            self._answered += 1
        if isinstance(exchange, Call) and exchange.stage is Stage.UP:
            self._up.append(exchange)


def run(registrations: int = REGISTRATIONS, calls: int = CALLS, linger: float = LINGER_SECONDS) -> Figures:
    """Measure once.

    As many phones and calls come first that are not counted: they bring in what the process needs whoever
    comes, and leave the room that transactions take while they last. ``linger`` is how long is waited for
    those to end before memory is read.
    """
    cores = choose_cores(available_cores())
    allow_many_files()
    pin(cores.generator)
    with SwitchUnderTest(
        accounts=2 * registrations,
        prompt_seconds=PROMPT_SECONDS,
        signalling=cores.signalling,
        worker=cores.worker,
    ) as switch:
        crowd = Crowd(switch)

        def resident() -> _Resident:
            crowd.wait(linger)
            return _Resident(resident_kib(switch.signalling), resident_kib(switch.worker))

        early, late = switch.accounts[:registrations], switch.accounts[registrations:]
        crowd.dial(early, calls)
        resident()
        crowd.register(early)
        before = resident()
        crowd.register(late)
        registered = resident()
        crowd.dial(late, calls)
        called = resident()
        crowd.hang_up()
        crowd.close()
    return Figures(
        registrations=registrations,
        octets_per_registration=_each(registered.signalling - before.signalling, registrations),
        calls=calls,
        octets_per_call=_each(called.signalling - registered.signalling, calls),
        worker_octets_per_call=_each(called.worker - registered.worker, calls),
    )


def _each(kib: int, count: int) -> int:
    return round(kib * KIB / count)


def table(figures: Figures) -> str:
    """Return the figures for people."""
    return "\n".join(
        [
            processor(),
            f"{'':40}{'counted':>10}{'octets each':>14}",
            f"{'idle registrations':40}{figures.registrations:>10}{figures.octets_per_registration:>14,}",
            f"{'calls in progress':40}{figures.calls:>10}{figures.octets_per_call:>14,}",
            f"{'  the same, of the media worker':40}{figures.calls:>10}{figures.worker_octets_per_call:>14,}",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 when the switch did not start, answer or stop."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--registrations", type=int, default=REGISTRATIONS, help="phones that are counted")
    parser.add_argument("--calls", type=int, default=CALLS, help="calls that are counted")
    parser.add_argument("--linger", type=float, default=LINGER_SECONDS, help="seconds waited four times")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args(arguments)
    try:
        figures = run(options.registrations, options.calls, options.linger)
    except (SwitchFailed, BenchmarkFailed) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(asdict(figures)) if options.json else table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
