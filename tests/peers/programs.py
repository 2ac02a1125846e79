"""Run a program we did not write: its output as lines, its life bounded, ended by its own process id.

::

    PeerError
    ├── PeerMissing     the program is not installed: the sentence says how to get it
    ├── PeerSilent      what we waited for did not come in time: shows the last lines of the program
    └── PeerFailed      the program refused or ended early
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

LOOPBACK = "127.0.0.1"
REPOSITORY = Path(__file__).resolve().parents[2]
OWN_PROGRAMS = REPOSITORY / ".peers" / "bin"
"""Where tools/install_peers.sh puts programs that need a right of their own; looked into first."""

LIFE_SECONDS = 240.0
"""No peer program lives longer: a test that hangs must not leave one behind."""

END_SECONDS = 3.0
"""How long a program may take to end by itself when told to, before it is killed."""

FIRST_PORT, LAST_PORT = 20_000, 31_999
"""Where test programs listen: above the ports of calls, below the ephemeral range, so that no outgoing
connection takes a port between our look and its use, and so many that none is handed out again in one run."""

SHOWN_LINES = 30


class PeerError(Exception):
    """Base of everything that can go wrong with a peer program."""


class PeerMissing(PeerError):
    """A peer program is not installed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not installed: run `make peers`")
        self.name = name


class PeerSilent(PeerError):
    """What a test waited for did not happen in time."""


class PeerFailed(PeerError):
    """A peer program refused what it was told, or ended before its time."""


def require(name: str) -> str:
    """Return the path of an installed program. Raises :class:`PeerMissing`."""
    places = (str(OWN_PROGRAMS), os.environ.get("PATH", os.defpath), "/usr/sbin")
    path = shutil.which(name, path=os.pathsep.join(places))
    if path is None:
        raise PeerMissing(name)
    return path


def _dies_with_us() -> list[str]:
    """Return the words before a command that end it with this process, however this one ends.

    linphonec, for one, spins for ever on a closed standard input when the tests are killed.
    """
    setpriv = shutil.which("setpriv")
    return [] if setpriv is None else [setpriv, "--pdeathsig", "KILL", "--"]


class Ports:
    """Hands out loopback ports that were free when asked for, none of them twice in a row of tests."""

    def __init__(self, first: int = FIRST_PORT, last: int = LAST_PORT) -> None:
        self._first = first
        self._span = last - first + 1
        # Two runs of the tests on one machine start at different places and rarely meet.
        self._next = (os.getpid() * 137) % self._span
        self._held: set[int] = set()
        self._lock = threading.Lock()

    @classmethod
    def share(cls, part: int, of: int) -> Ports:
        """Return those of one of ``of`` processes that run the tests together, so that they never meet.

        A port is free when it is handed out, and some are listened at much later.
        """
        width = (LAST_PORT - FIRST_PORT + 1) // of
        first = FIRST_PORT + part * width
        return cls(first, first + width - 1)

    def take(self, count: int = 1) -> int:
        """Return the first of ``count`` neighbouring ports, even-numbered when more than one (RTP).

        Raises :class:`PeerFailed` when the whole range is taken.
        """
        with self._lock:
            for _ in range(self._span):
                port = self._first + self._next % self._span
                self._next += 1
                if count > 1 and port % 2:
                    continue
                wanted = range(port, port + count)
                if self._held.isdisjoint(wanted) and all(map(self._is_free, wanted)):
                    self._next += count - 1
                    return port
        raise PeerFailed(f"no free port between {self._first} and {self._first + self._span - 1}")

    @contextmanager
    def held(self, count: int) -> Iterator[list[int]]:
        """Keep ``count`` ports from everybody else as long as the context lasts, also while nobody listens.

        They are for a line that names them in its configuration long before a phone uses them: the others are
        handed out again when all have had their turn. Raises :class:`PeerFailed` as :meth:`take` does.
        """
        mine: list[int] = []
        try:
            for _ in range(count):
                mine.append(self.take())
                self._held.add(mine[-1])
            yield mine
        finally:
            self._held.difference_update(mine)

    @staticmethod
    def _is_free(port: int) -> bool:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                try:
                    probe.bind((LOOPBACK, port))
                except OSError:
                    return False
        return True


class Program:
    """One running program. Its output (both streams) is kept as lines and in a log file."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        folder: Path = REPOSITORY,
        life_seconds: float = LIFE_SECONDS,
    ) -> None:
        self.name = Path(argv[0]).name
        self.log = log
        self.lines: list[str] = []
        self._ended = False
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            [*_dies_with_us(), *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, **(environment or {})},
        )
        self._reader = threading.Thread(target=self._read, name=f"{self.name} output", daemon=True)
        self._reader.start()
        self._limit = threading.Timer(life_seconds, self._process.kill)
        self._limit.daemon = True
        self._limit.start()

    @property
    def process_id(self) -> int:
        """Return the process id."""
        return self._process.pid

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self.log.open("wb") as copy:
            for raw in self._process.stdout:
                copy.write(raw)
                copy.flush()
                with self._changed:
                    self.lines.append(raw.decode("utf-8", "replace").rstrip("\r\n"))
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def send(self, text: str) -> None:
        """Write one line to the program's standard input. Raises :class:`PeerFailed` when it has ended."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(text.encode() + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError) as error:
            raise PeerFailed(f"{self.name} has ended, {text!r} was not taken:\n{self.tail()}") from error

    def mark(self) -> int:
        """Return a place in the output; hand it to a wait to look only at what comes later."""
        with self._changed:
            return len(self.lines)

    def wait_until(self, find: Callable[[], T | None], seconds: float, what: str) -> T:
        """Return the first non-None result of ``find``, tried after each new line of output.

        Raises :class:`PeerSilent` after ``seconds`` or when the program has ended without it.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                found = find()
                if found is not None:
                    return found
                left = deadline - time.monotonic()
                if left <= 0 or self._ended:
                    how = "ended" if self._ended else f"said nothing of it in {seconds:g} s"
                    raise PeerSilent(f"{self.name}: waited for {what}, but it {how}:\n{self.tail()}")
                self._changed.wait(left)

    def wait_start(self, pattern: str, seconds: float) -> None:
        """Wait for the line that says the program is ready; end the program when it does not come.

        Raises :class:`PeerSilent`.
        """
        try:
            self.wait_line(pattern, seconds)
        except PeerSilent:
            self.close()
            raise

    def wait_line(self, pattern: str, seconds: float, *, since: int = 0) -> re.Match[str]:
        """Return the first match of ``pattern`` in the lines from ``since`` on. Raises PeerSilent."""
        search = re.compile(pattern).search

        def find() -> re.Match[str] | None:
            return next((match for line in self.lines[since:] if (match := search(line))), None)

        return self.wait_until(find, seconds, f"a line like {pattern!r}")

    def wait_end(self, seconds: float) -> int:
        """Return the exit code once the program has ended by itself. Raises :class:`PeerSilent`."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise PeerSilent(f"{self.name} did not end in {seconds:g} s:\n{self.tail()}") from error
        self._reader.join(END_SECONDS)
        return code

    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self._process.poll() is not None

    def tail(self, count: int = SHOWN_LINES) -> str:
        """Return the last lines of output, indented, for the message of a failing test."""
        return "\n".join(f"    {line}" for line in self.lines[-count:])

    def signal(self, number: int) -> None:
        """Send a signal to this process, and to no other."""
        self._process.send_signal(number)

    def close(self) -> None:
        """End the program: close its input, ask it to terminate, kill it when it does not."""
        self._limit.cancel()
        if self._process.stdin is not None:
            try:
                self._process.stdin.close()
            except BrokenPipeError:
                # It has ended with something of ours unread, and that is what we are about to do.
                self.lines.append(f"({self.name} had ended before its input was closed)")
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(END_SECONDS)
        self._reader.join(END_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()
