"""Throw spoiled SIP at a running switch as fast as it reads, and see that its memory stays what it was.

    python tools/fuzz_switch.py [--messages 100000] [--seed 1]

The switch is one of its own, on 127.0.0.1. After every few messages it is asked for a sign of life, so that
none is lost in a buffer. Memory is read twice, each time when nothing is left of any transaction: after a
tenth of the messages, by when everything is loaded that anybody could need, and at the end. Exit code 0: it
lived, said nothing of a fault of its own, and grew by no more than 5 %.
"""

from __future__ import annotations

import argparse
import random
import socket
import sys
import time
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.processes import available_cores, choose_cores, resident_kib
from benchmarks.switch import SwitchUnderTest
from tests.fakes.noise import Target
from tools.fuzz_sip import message

MESSAGES: Final = 100_000
BETWEEN_SIGNS: Final = 50
"""So few fit into the receive buffer of a socket together: the switch must read every one of them."""
LINGER_SECONDS: Final = 34.0
"""After which nothing is left of a transaction (RFC 3261 §17: 64*T1)."""
MOST_GROWTH: Final = 0.05
TRIES: Final = 5
FIRST_WAIT: Final = 0.5
LARGEST: Final = 65_000
"""Octets that a datagram can carry, roughly."""


class NoSign(Exception):
    """The switch answers no more."""


class Thrower:
    """A socket that throws messages and asks whether the switch still lives."""

    def __init__(self, address: tuple[str, int], seed: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(address)
        self._chance = random.Random(seed)
        self._corpus = Target().corpus()
        self._signs = 0

    def throw(self, messages: int) -> None:
        """Throw so many messages. Raises NoSign when the switch answers no more."""
        for number in range(1, messages + 1):
            self._socket.send(message(self._chance, self._corpus)[:LARGEST])
            if number % BETWEEN_SIGNS == 0 or number == messages:
                self.ask()

    def ask(self) -> None:
        """Ask for a sign of life."""
        self._signs += 1
        name = f"sign-of-life-{self._signs}"
        here = "{}:{}".format(*self._socket.getsockname())
        text = (
            "OPTIONS sip:switch SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {here};rport;branch=z9hG4bK{name}\r\nMax-Forwards: 70\r\n"
            f"From: <sip:alive@{here}>;tag=a\r\nTo: <sip:switch>\r\n"
            f"Call-ID: {name}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        ).encode()
        for attempt in range(TRIES):
            self._socket.send(text)
            deadline = time.monotonic() + FIRST_WAIT * 2**attempt
            while (left := deadline - time.monotonic()) > 0:
                self._socket.settimeout(left)
                try:
                    if f"Call-ID: {name}\r\n".encode() in self._socket.recv(LARGEST):
                        return
                except TimeoutError:
                    break
        raise NoSign("the switch gives no sign of life any more")

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def run(messages: int, seed: int, linger: float = LINGER_SECONDS, most: float = MOST_GROWTH) -> int:
    """Fuzz a switch; return the exit code, which is 1 if it grew by more than ``most`` of what it was."""
    cores = choose_cores(available_cores())
    with SwitchUnderTest(
        accounts=10, prompt_seconds=1.0, signalling=cores.signalling, worker=cores.worker
    ) as switch:
        thrower = Thrower(switch.address, seed)
        try:
            thrower.throw(max(messages // 10, 1))
            time.sleep(linger)
            thrower.ask()
            before = resident_kib(switch.signalling)
            start = time.monotonic()
            thrower.throw(messages)
            seconds = time.monotonic() - start
            time.sleep(linger)
            thrower.ask()
            after = resident_kib(switch.signalling)
        except (NoSign, ProcessLookupError) as error:
            sys.stdout.write(f"{error} (seed {seed})\n")
            return 1
        finally:
            thrower.close()
        faults = switch.faults()
    growth = after / before - 1
    sys.stdout.write(
        f"seed {seed}: {messages} messages, {messages / seconds:.0f} a second; memory {before} KiB before, "
        f"{after} KiB after: {100 * growth:+.1f} %; faults told: {len(faults)}\n"
    )
    sys.stdout.write("".join(f"{line}\n" for line in faults))
    return 1 if faults or growth > most else 0


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="Fuzz a running switch.")
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--linger", type=float, default=LINGER_SECONDS, help="seconds waited, twice")
    arguments = parser.parse_args()
    return run(arguments.messages, arguments.seed, arguments.linger)


if __name__ == "__main__":
    sys.exit(main())
