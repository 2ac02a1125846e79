"""The switch under test: ``softswitch run`` as a process of its own, in a folder that is thrown away."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Final

import numpy as np
import yaml

from benchmarks.processes import child_running, pin
from benchmarks.sip import Account, Address, make_account
from media.g711 import ALAW, SAMPLE_RATE, Samples
from media.soundfiles import read_sound, write_wave
from softswitch.events import Event, LegEnded, PlaceTold

HOST: Final = "127.0.0.1"
NUMBER: Final = "100"
"""What callers dial: a menu with a long prompt, cut short by no key."""
RTP_PORTS: Final = "20000-32767"
"""Below the ephemeral range, where the generator's own sockets are."""
REALM: Final = "benchmark"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
LAW: Final = ALAW
MUSIC: Final = Path(__file__).parent.parent / "media" / "sounds" / "hold_music.flac"

FAULT: Final = re.compile(r"^(ERROR|CRITICAL) |^Traceback ")
_LISTENING: Final = re.compile(r"^listening on .*:(\d+)$", re.M)
_SECURE: Final = re.compile(r"^TLS on port (\d+)$", re.M)
_TREE: Final = {
    "tree": "benchmark",
    "language": "en",
    "numbers": [NUMBER],
    "start": "question",
    "branches": {
        "question": [
            {"menu": {"prompt": {"play": "prompt.wav"}, "keys": {"1": "bye"}, "no_input": {"repeat": 20}}}
        ],
        "bye": ["hangup"],
    },
}


class SwitchFailed(Exception):
    """The switch did not start or did not stop; the text holds what it printed last."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One line of the switch's timings: a second of one worker."""

    at: float
    legs: int
    skipped: int
    lateness_ms: tuple[float, ...]
    tick_us: tuple[float, ...]


class SwitchUnderTest:
    """A running switch with its callers' accounts. Use as a context.

    ``prompt_seconds`` is the length of what callers hear. ``signalling`` and ``worker`` are cores; None lets
    signalling run where there is room. ``parts`` are further parts of the configuration.
    ``program`` runs the switch in place of ``softswitch run --config``, with ``arguments`` behind the file.
    """

    def __init__(
        self,
        *,
        accounts: int,
        prompt_seconds: float,
        signalling: int | None,
        worker: int,
        tls: bool = False,
        parts: Mapping[str, object] = MappingProxyType({}),
        program: Sequence[str] = (),
        arguments: Sequence[str] = (),
    ) -> None:
        self._program = program
        self._arguments = arguments
        self._folder = Path(tempfile.mkdtemp(prefix="softswitch-benchmark-"))
        names = [f"b{number}" for number in range(accounts)]
        self.accounts: list[Account] = [make_account(name, REALM, f"pw-{name}") for name in names]
        self._write(names, prompt_seconds, worker, parts, tls=tls)
        self._log = self._folder / "log"
        self._process = self._start(signalling)
        try:
            self.address: Address = (HOST, self._wait_ready())
            self.worker = child_running(self._process.pid, "media.worker")
        except BaseException:
            self._process.kill()
            self._process.wait()
            shutil.rmtree(self._folder)
            raise

    def __enter__(self) -> SwitchUnderTest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self._folder)

    @property
    def signalling(self) -> int:
        """Process id of the signalling process."""
        return self._process.pid

    @property
    def secure_port(self) -> int:
        """Port of TLS. Raises SwitchFailed when it is off."""
        found = _SECURE.search(self._log.read_text(errors="replace"))
        if found is None:
            raise SwitchFailed(f"the switch does not speak TLS\n{self._last_lines()}")
        return int(found.group(1))

    def stop(self) -> None:
        """End the switch. Raises SwitchFailed when it does not end by itself."""
        if self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise SwitchFailed(f"the switch did not stop\n{self._last_lines()}") from None

    @property
    def database(self) -> Path:
        """The file in which it keeps what happens."""
        return self._folder / "home" / "switch.db"

    def said(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return where it has printed something, None while it has not."""
        return pattern.search(self._log.read_text(errors="replace"))

    def faults(self) -> list[str]:
        """Return the lines in which the switch complains of itself."""
        return [line for line in self._log.read_text(errors="replace").splitlines() if FAULT.search(line)]

    def timings(self) -> list[Timing]:
        """Return what the worker has reported about its punctuality so far."""
        return read_timings(self._folder / "timings.jsonl")

    def packets_lost(self) -> int:
        """Return how many packets of the callers' the switch missed, over all calls; after the stop."""
        ends = self._events(LegEnded)
        return sum(end["packets_lost"] + end["unauthentic"] for end in ends)

    def places_told(self) -> int:
        """Return how often somebody who waits was told the place; after the stop."""
        return len(self._events(PlaceTold))

    def happened(self, kind: type[Event]) -> int:
        """Return how often something of that kind has happened; after the stop."""
        return len(self._events(kind))

    def _events(self, kind: type[Event]) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as events:
            rows = events.execute("SELECT data FROM events WHERE kind = ?", (kind.__name__,)).fetchall()
        return [json.loads(data) for (data,) in rows]

    def _write(
        self, names: list[str], prompt_seconds: float, worker: int, parts: Mapping[str, object], *, tls: bool
    ) -> None:
        write_wave(self._folder / "prompt.wav", sound(prompt_seconds))
        (self._folder / "tree.yaml").write_text(yaml.safe_dump(_TREE))
        lines_own = parts.get("accounts")
        lines_own = lines_own if isinstance(lines_own, Mapping) else {}
        config = {
            "sip": {"bind": HOST, "port": 0, "realm": REALM, "tls": tls},
            "media": {
                "ports": RTP_PORTS,
                "cores": [worker],
                "timings": "timings.jsonl",
                # Some phones of the benchmarks never speak.
                "sound_timeout": 3600.0,
            },
            "calls": {"per_account": 10_000},
            "trees": ["tree.yaml"],
            "home": "home",
            **parts,
            "accounts": {**lines_own, **{name: {"password": f"pw-{name}"} for name in names}},
        }
        (self._folder / "softswitch.yaml").write_text(yaml.safe_dump(config))

    def _start(self, core: int | None) -> subprocess.Popen[bytes]:
        own = [str(Path(sys.executable).with_name("softswitch")), "run", "--config"]
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                [*(self._program or own), str(self._folder / "softswitch.yaml"), *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        # Before it starts its worker, which inherits this and then goes to its own core.
        if core is None:
            os.sched_setaffinity(process.pid, range(os.cpu_count() or 1))
        else:
            pin(core, process.pid)
        return process

    def _wait_ready(self) -> int:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            text = self._log.read_text(errors="replace")
            if "\nready\n" in text and (found := _LISTENING.search(text)):
                return int(found.group(1))
            time.sleep(0.05)
        raise SwitchFailed(f"the switch did not start\n{self._last_lines()}")

    def _last_lines(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])


def sound(seconds: float) -> Samples:
    """Return so much of the music on hold, over and over: chords keep the tone detector busy."""
    music = read_sound(MUSIC)
    count = round(seconds * SAMPLE_RATE)
    return np.tile(music, -(-count // len(music)))[:count]


def read_timings(path: Path) -> list[Timing]:
    """Return what workers have reported about their punctuality into a file."""
    return [_timing(json.loads(line)) for line in path.read_text().splitlines()]


def _timing(line: dict[str, Any]) -> Timing:
    return Timing(
        at=datetime.fromisoformat(line["at"]).timestamp(),
        legs=line["legs"],
        skipped=line["skipped"],
        lateness_ms=tuple(line["lateness_ms"]),
        tick_us=tuple(line["tick_us"]),
    )
