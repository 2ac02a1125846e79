"""What is put under load: a whole switch, a media worker of its own, or a switch that somebody else runs."""

from __future__ import annotations

import json
import select
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

from benchmarks.callers import LONGEST_WAIT, SET_UP_RATE, Callers
from benchmarks.exchange import TIMINGS
from benchmarks.modes import Mode
from benchmarks.phone_key import CRYPTO
from benchmarks.processes import Cores, child_running, pin
from benchmarks.sip import Account, Address
from benchmarks.switch import HOST, NUMBER, SwitchFailed, SwitchUnderTest, Timing, read_timings
from benchmarks.talk import Talk

ACCOUNTS: Final = 50
LEGS_RATE: Final = 100
"""Legs begun a second with a worker alone: those whose source is not locked yet, for 2 s, cost it more."""
BATCH: Final = 30
"""Legs opened with one order; even, so that no pair is torn, and a whole number of small rooms."""
MARGIN_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Processes:
    """Process ids of what can be seen; None for what cannot."""

    worker: int | None
    signalling: int | None = None
    recorder: int | None = None


@dataclass(frozen=True, slots=True)
class LastWord:
    """What is known only at the end: packets of phones that were missed, and recordings that broke off."""

    lost: int = 0
    broken: int = 0


class Rig(Protocol):
    """Something under load."""

    @property
    def processes(self) -> Processes:
        """Whose processor time and memory to look at."""

    @property
    def repeated(self) -> int:
        """Requests sent again because no answer came in time."""

    def bring_up(self, talk: Talk, calls: int) -> None:
        """Connect every phone of ``talk`` in so many calls. Raises BenchmarkFailed or SwitchFailed."""

    def turn(self, talk: Talk) -> None:
        """Let everybody talk for one phase."""

    def bring_down(self, talk: Talk) -> None:
        """End every call."""

    def timings(self) -> list[Timing]:
        """Return what the worker told of its punctuality so far."""

    def stop(self) -> LastWord:
        """End what is under load; return its last word."""


class _SipRig:
    """Callers that reach what is under load by SIP; ``registers`` says that they register first."""

    def __init__(self, callers: Callers, *, registers: bool) -> None:
        self._callers = callers
        self._registers = registers

    @property
    def repeated(self) -> int:
        """Return the requests that were repeated."""
        return self._callers.phones.repeated

    def bring_up(self, talk: Talk, calls: int) -> None:
        """Register, the first time, and dial."""
        if self._registers:
            self._callers.register(talk)
            self._registers = False
        self._callers.dial(talk, calls)

    def turn(self, talk: Talk) -> None:
        """Let everybody talk for one phase."""
        self._callers.turn(talk)

    def bring_down(self, talk: Talk) -> None:
        """Hang up."""
        self._callers.hang_up(talk)


class SwitchRig(_SipRig):
    """Callers of a switch of this project, in a menu whose prompt is as long as the run. Use as a context."""

    def __init__(self, cores: Cores, calls: int, seconds: float, *, srtp: bool = False) -> None:
        self._switch = SwitchUnderTest(
            accounts=ACCOUNTS,
            prompt_seconds=seconds + calls / SET_UP_RATE + LONGEST_WAIT + MARGIN_SECONDS,
            signalling=cores.signalling,
            worker=cores.worker,
        )
        crypto = CRYPTO if srtp else ""
        callers = Callers(self._switch.address, self._switch.accounts, NUMBER, crypto=crypto)
        super().__init__(callers, registers=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._callers.phones.close()
        self._switch.__exit__(kind, error, trace)

    @property
    def processes(self) -> Processes:
        """Return the two processes of the switch."""
        return Processes(self._switch.worker, self._switch.signalling)

    def timings(self) -> list[Timing]:
        """Return the switch's own timings."""
        return self._switch.timings()

    def stop(self) -> LastWord:
        """Stop the switch; it tells the packets it missed in its records."""
        self._switch.stop()
        return LastWord(lost=self._switch.packets_lost())


class WorkerRig:
    """A media worker alone, with a signalling process of the benchmark's. Use as a context."""

    def __init__(self, mode: Mode, cores: Cores, *, srtp: bool = False) -> None:
        self._mode = mode
        self._folder = Path(tempfile.mkdtemp(prefix="softswitch-benchmark-"))
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "benchmarks.exchange", "--mode", mode.value),
                *("--core", str(cores.worker), "--folder", str(self._folder)),
                *(["--srtp"] if srtp else []),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        pin(cores.signalling, self._process.pid)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders, self._answers = self._process.stdin, self._process.stdout
        self._last_word = LastWord()
        with ExitStack() as undo:
            undo.push(self)
            worker = self._answer()["worker"]
            recorder = child_running(worker, "media.recording") if mode is Mode.RECORD else None
            self.processes = Processes(worker, self._process.pid, recorder)
            undo.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            # The end of its input would end it, too, but a broken one need not read it.
            self._process.terminate() if kind else self._end()
            self._process.wait(STOP_SECONDS)
        self._end()
        self._answers.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def repeated(self) -> int:
        """Return 0: nothing goes by SIP."""
        return 0

    def bring_up(self, talk: Talk, calls: int) -> None:
        """Open a leg for each phone at :data:`LEGS_RATE` and join them; each phone speaks at once."""
        begin, row, legs = time.monotonic(), 0, calls * self._mode.legs_per_call
        while row < legs:
            if (time.monotonic() - begin) * LEGS_RATE < row:
                self.turn(talk)
                continue
            phones = [talk.port(one) for one in range(row, min(row + BATCH, legs))]
            self._tell({"open": phones})
            while not select.select([self._answers], [], [], 0)[0]:
                self.turn(talk)
            for port in self._answer()["ports"]:
                talk.connect(row, (HOST, port))
                row += 1

    def turn(self, talk: Talk) -> None:
        """Let everybody talk for one phase."""
        talk.pause()
        talk.step()

    def bring_down(self, talk: Talk) -> None:
        """Close every leg."""
        for row in range(len(talk.sockets)):
            talk.hush(row)
        self._tell({"close": True})
        self._last_word = LastWord(**self._answer())

    def timings(self) -> list[Timing]:
        """Return what the worker told its client."""
        return read_timings(self._folder / TIMINGS)

    def stop(self) -> LastWord:
        """End the worker."""
        self._end()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise SwitchFailed("the media worker did not stop") from None
        return self._last_word

    def _end(self) -> None:
        if not self._orders.closed:
            self._orders.close()

    def _tell(self, order: dict[str, Any]) -> None:
        self._orders.write(json.dumps(order) + "\n")
        self._orders.flush()

    def _answer(self) -> dict[str, Any]:
        line = self._answers.readline()
        if not line:
            raise SwitchFailed("the media worker's signalling has ended; its own message stands above")
        answer: dict[str, Any] = json.loads(line)
        return answer


@dataclass(frozen=True, slots=True)
class Target:
    """A switch somebody else runs: what to dial there, as whom, and the process to look at, if any."""

    address: Address
    extension: str
    account: Account
    process: int | None = None


class TargetRig(_SipRig):
    """Callers of a switch somebody else runs. Use as a context."""

    def __init__(self, target: Target) -> None:
        callers = Callers(target.address, [target.account], target.extension)
        super().__init__(callers, registers=bool(target.account.password))
        self.processes = Processes(target.process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._callers.phones.close()

    @property
    def host(self) -> str:
        """Return the address of this machine that the target is reached from."""
        return self._callers.phones.host

    def timings(self) -> list[Timing]:
        """Return none: nobody sees its ticks."""
        return []

    def stop(self) -> LastWord:
        """Return nothing: it goes on, and does not tell what it missed."""
        return LastWord()
