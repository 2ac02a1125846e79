"""What a flood on the SIP port does to calls and to phones that register meanwhile.

``python -m benchmarks.junk``; what the figures mean is in README.md.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import count
from typing import Final

import numpy as np

from benchmarks.callers import BenchmarkFailed
from benchmarks.figures import GENERATOR_LATE_MS, Run
from benchmarks.measuring import SETTLE_SECONDS, observe, speech_of, turn
from benchmarks.modes import Mode
from benchmarks.phones import Phones
from benchmarks.processes import Cores, allow_many_files, available_cores, choose_cores, pin, resident_kib
from benchmarks.rigs import SwitchRig
from benchmarks.sip import Exchange, Stage
from benchmarks.switch import HOST, SwitchFailed
from benchmarks.talk import Talk

CALLS: Final = 200
SECONDS: Final = 20.0
RATE: Final = 20_000
REGISTRATIONS_RATE: Final = 20.0
PHONES_HOST: Final = "127.0.0.3"
"""Where the phones register from: an address that is a stranger's until one of them has proved himself."""
SOURCES: Final = tuple(f"127.0.{number}.{number}" for number in range(10, 30))
"""Where the flood comes from: twenty addresses, none of them the phones'."""
TURN_SECONDS: Final = 0.001
KINDS: Final = 400
"""Different datagrams, poured over and over."""
SEED: Final = 4
FAILED, LATE = 1, 3
"""Exit codes, as those of ``benchmarks.capacity``."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What ``--json`` prints."""

    calls: int
    frames_lost: int
    gaps_over_40ms_percent: float
    junk_per_second: int
    registrations: int
    registrations_failed: int
    registrations_repeated: int
    registration_p99_ms: float
    signalling_cpu_percent: float
    signalling_growth_percent: float
    generator_late_p99_ms: float


def junk(chance: random.Random) -> bytes:
    """Draw one datagram: noise, requests of strangers, each like no other, and such with a part cut off."""
    kind, name = chance.random(), f"{chance.getrandbits(64):x}"
    if kind < 0.3:
        return chance.randbytes(chance.randrange(1, 1200))
    method = chance.choice(("REGISTER", "INVITE", "OPTIONS", "BYE", "SUBSCRIBE", "NOTIFY"))
    text = (
        f"{method} sip:{chance.randrange(10_000)}@{HOST} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK{name};rport\r\nMax-Forwards: 70\r\n"
        f"From: <sip:{chance.randrange(10_000)}@{HOST}>;tag={name}\r\nTo: <sip:100@{HOST}>\r\n"
        f"Call-ID: {name}\r\nCSeq: 1 {method}\r\nContact: <sip:a@192.0.2.9>\r\nContent-Length: 0\r\n\r\n"
    ).encode()
    return text if kind < 0.8 else text[: chance.randrange(len(text))]


def pour(port: int, rate: int, seconds: float) -> int:
    """Send junk to the port at a rate for so long; return how many datagrams left."""
    chance = random.Random(SEED)
    load = [junk(chance) for _ in range(KINDS)]
    sockets = []
    for host in SOURCES:
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.bind((host, 0))
        one.connect((HOST, port))
        one.setblocking(False)
        sockets.append(one)
    sent, start = 0, time.monotonic()
    while (elapsed := time.monotonic() - start) < seconds:
        while sent < elapsed * rate:
            try:
                sockets[sent % len(sockets)].send(load[sent % KINDS])
            except (BlockingIOError, ConnectionRefusedError):
                continue
            finally:
                sent += 1
        time.sleep(TURN_SECONDS)
    for one in sockets:
        one.close()
    return sent


class FloodedRig(SwitchRig):
    """Callers of a switch, next to whom others register at a pace. Use as a context."""

    def __init__(self, cores: Cores, calls: int, seconds: float) -> None:
        super().__init__(cores, calls, seconds)
        self._phones = Phones(self._switch.address, progress=self._registered, host=PHONES_HOST)
        self._numbers = count()
        self._begun: dict[Exchange, float] = {}
        self._next = 0.0
        self.answer_ms: list[float] = []
        self.failed = 0

    @property
    def port(self) -> int:
        """Return the SIP port."""
        return self._switch.address[1]

    @property
    def phones_repeated(self) -> int:
        """Return how many of the phones' requests were repeated."""
        return self._phones.repeated

    def start(self) -> None:
        """Let phones register from now on."""
        self._next = time.monotonic()

    def turn(self, talk: Talk) -> None:
        """Let everybody talk for one phase, and a phone register when one is due."""
        super().turn(talk)
        now = time.monotonic()
        if self._next and now >= self._next:
            self._next += 1 / REGISTRATIONS_RATE
            account = self._switch.accounts[next(self._numbers) % len(self._switch.accounts)]
            self._begun[self._phones.register(account, now)] = now
        self._phones.poll(now)

    def finish(self, talk: Talk) -> None:
        """Wait for those that are under way."""
        self._next = 0.0
        while len(self._phones):
            self.turn(talk)
        self._phones.close()

    def _registered(self, exchange: Exchange) -> None:
        began = self._begun.pop(exchange)
        if exchange.stage is Stage.DONE:
            self.answer_ms.append((time.monotonic() - began) * 1000)
        else:
            self.failed += 1


def run(*, calls: int = CALLS, rate: int = RATE, seconds: float = SECONDS) -> Figures:
    """Measure once; raise BenchmarkFailed or SwitchFailed when the calls cannot be brought up."""
    cores = choose_cores(available_cores())
    allow_many_files()
    pin(cores.generator)
    talk = Talk(calls, HOST, speech_of(Mode.IVR))
    with FloodedRig(cores, calls, seconds) as rig:
        try:
            rig.bring_up(talk, calls)
            turn(rig, talk, SETTLE_SECONDS)
            assert rig.processes.signalling is not None
            before = resident_kib(rig.processes.signalling)
            words = ("--pour", str(rig.port), "--rate", str(rate), "--seconds", str(seconds + 1))
            flood = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.junk", *words], stdout=subprocess.PIPE, text=True
            )
            # The worker goes before it, by its real-time priority; signalling shares a core with the callers.
            pin(cores.worker, flood.pid)
            rig.start()
            window = observe(rig, talk, seconds)
            grown = resident_kib(rig.processes.signalling) / before - 1
            sent, _ = flood.communicate()
            rig.finish(talk)
            rig.bring_down(talk)
        finally:
            talk.close()
        timings = tuple(one for one in rig.timings() if window.begin + 1 <= one.at <= window.end)
        last = rig.stop()
    load = Run(
        Mode.IVR, calls, window, timings, None, last.lost, last.broken, rig.repeated, None
    ).figures()  # fmt: skip
    return Figures(
        calls=calls,
        frames_lost=load.frames_lost,
        gaps_over_40ms_percent=load.gaps_over_40ms_percent,
        junk_per_second=round(int(sent) / (seconds + 1)),
        registrations=len(rig.answer_ms),
        registrations_failed=rig.failed,
        registrations_repeated=rig.phones_repeated,
        registration_p99_ms=round(float(np.percentile(rig.answer_ms, 99)), 1) if rig.answer_ms else 0.0,
        signalling_cpu_percent=load.signalling_cpu_percent or 0.0,
        signalling_growth_percent=round(100 * grown, 1),
        generator_late_p99_ms=load.generator_late_p99_ms,
    )


def table(figures: Figures) -> str:
    """Return the figures for people."""
    return "\n".join(f"{name.replace('_', ' '):30}{value:>12,}" for name, value in asdict(figures).items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 when nothing could be measured, 3 when the generator was late."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.junk", description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS, help="calls that go on meanwhile")
    parser.add_argument("--rate", type=int, default=RATE, help="datagrams of junk a second")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long the flood lasts")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.add_argument("--pour", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.pour is not None:
        print(pour(options.pour, options.rate, options.seconds))
        return 0
    try:
        figures = run(calls=options.calls, rate=options.rate, seconds=options.seconds)
    except (BenchmarkFailed, SwitchFailed) as error:
        print(error, file=sys.stderr)
        return FAILED
    print(json.dumps(asdict(figures)) if options.json else table(figures))
    return LATE if figures.generator_late_p99_ms > GENERATOR_LATE_MS else 0


if __name__ == "__main__":
    sys.exit(main())
