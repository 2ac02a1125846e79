"""The demo line under test: the switch as its own process, and what its event log says."""

from __future__ import annotations

import re
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from softswitch.events import KINDS, CallArrived, DigitPressed, Entry, Event
from tests.peers.programs import LOOPBACK, PeerSilent, Program, require

E = TypeVar("E", bound=Event)
T = TypeVar("T")

PASSWORD = "peers-Pw-1"
START_SECONDS = 60.0
"""A cold start speaks every prompt of the demo tree once; a warm one takes under 3 s."""

SPEECH = "speech"
"""The folder of a home where spoken prompts are kept."""

DATABASE = "switch.db"
LATER_EVENTS = "SELECT sequence, at, call, kind, data FROM events WHERE sequence > ? ORDER BY sequence"
"""How the event log lies in the database: ``kind`` is the event's class, ``data`` its fields as JSON."""

FAULT = re.compile(r"^(ERROR|CRITICAL) |^Traceback ")
"""How the switch's log begins a line about a fault of its own. No peer may bring one about."""

LIFE_SECONDS = 900.0
STOP_SECONDS = 8.0
EVENT_SECONDS = 30.0
"""The log is written behind in batches: an event is there soon, not at once."""

POLL_SECONDS = 0.05
SHOWN_LINES = 20


class DemoLine:
    """A running ``softswitch demo`` and its event log."""

    def __init__(self, home: Path, port: int, *, log: Path) -> None:
        self.home = home
        self.port = port
        self.password = PASSWORD
        self._log = log
        self._turn = threading.Event()
        self._entries: list[Entry] = []
        self.program = self._start()

    def _start(self) -> Program:
        program = Path(sys.executable).with_name("softswitch")
        argv = [require(str(program)), "demo", "--home", str(self.home)]
        argv += ["--bind", LOOPBACK, "--port", str(self.port), "--password", self.password]
        switch = Program(argv, log=self._log, life_seconds=LIFE_SECONDS)
        switch.wait_start(r"^ready$", START_SECONDS)
        return switch

    @property
    def server(self) -> str:
        """Return host and port, as phones want it."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def secure_server(self) -> str:
        """Return host and port of TLS: the port after that of UDP and TCP."""
        return f"{LOOPBACK}:{self.port + 1}"

    @property
    def certificate(self) -> Path:
        """Return the certificate the line made for itself: whom a phone has to believe."""
        return self.home / "tls" / "certificate.pem"

    @property
    def lines(self) -> list[str]:
        """Return what the switch has printed."""
        return self.program.lines

    def faults(self) -> list[str]:
        """Return the lines in which the switch complains of itself, each with what follows it."""
        lines = self.lines
        found = [place for place, line in enumerate(lines) if FAULT.search(line)]
        return ["\n".join(lines[place : place + SHOWN_LINES]) for place in found]

    def stop(self) -> None:
        """Tell the switch to stop and wait until it has."""
        self.program.signal(signal.SIGTERM)
        assert self.program.wait_end(STOP_SECONDS) == 0
        self.program.close()

    def start_again(self) -> None:
        """Start the switch anew on the same home and port."""
        self._log = self._log.with_suffix(".again.log")
        self.program = self._start()

    def close(self) -> None:
        """End the switch, gently if it can be."""
        self.program.close()

    def events(self) -> list[Entry]:
        """Return the event log so far, in order."""
        # It only ever grows: what was read once stays as it is.
        last = self._entries[-1].sequence if self._entries else 0
        self._entries += _read(self.home / DATABASE, after=last)
        return list(self._entries)

    def of_kind(self, kind: type[E], *, call: str | None = None) -> list[E]:
        """Return the events of one class, of one call or of all."""
        return [
            entry.event
            for entry in self.events()
            if isinstance(entry.event, kind) and (call is None or entry.call == call)
        ]

    def wait_for(self, find: Callable[[], T | None], what: str, *, seconds: float = EVENT_SECONDS) -> T:
        """Return the first non-None result of ``find``. Raises PeerSilent with the log's last events."""
        deadline = time.monotonic() + seconds
        while True:
            found = find()
            if found is not None:
                return found
            if time.monotonic() > deadline:
                recent = "\n".join(f"    {entry.call[-6:]} {entry.event}" for entry in self.events()[-25:])
                raise PeerSilent(f"the event log never showed {what}:\n{recent}")
            self._turn.wait(POLL_SECONDS)

    def wait_event(
        self, kind: type[E], *, call: str | None = None, seconds: float = EVENT_SECONDS, **facts: object
    ) -> E:
        """Wait for an event of that class with those facts and return it. Raises PeerSilent."""

        def find() -> E | None:
            for event in self.of_kind(kind, call=call):
                if all(getattr(event, name) == value for name, value in facts.items()):
                    return event
            return None

        return self.wait_for(find, f"{kind.__name__} {facts or ''} in call {call}", seconds=seconds)

    def call_from(self, port: int) -> str:
        """Return the id of the last call from that SIP port. Raises PeerSilent when none comes.

        No two phones of a session have the same port, so this is never the call of another test.
        """

        def find() -> str | None:
            for entry in reversed(self.events()):
                if isinstance(entry.event, CallArrived) and entry.event.source.endswith(f":{port}"):
                    return entry.call
            return None

        return self.wait_for(find, f"a call from port {port}")

    def calls_by(self, account: str) -> list[str]:
        """Return the ids of all calls of an account so far; over TLS no port tells whose they are."""
        arrived = (entry for entry in self.events() if isinstance(entry.event, CallArrived))
        return [entry.call for entry in arrived if entry.event.account == account]

    def call_after(self, account: str, before: Sequence[str]) -> str:
        """Return the id of an account's first call after those. Raises PeerSilent when none comes."""
        return self.wait_for(
            lambda: next((call for call in self.calls_by(account) if call not in before), None),
            f"one more call of {account}",
        )

    def digits(self, call: str) -> str:
        """Return the keys the switch saw in a call, in order."""
        return "".join(press.digit for press in self.of_kind(DigitPressed, call=call))


def _read(file: Path, *, after: int) -> Sequence[Entry]:
    # Read-only: looking must never change, lock or create what the switch writes.
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as database:
        rows = database.execute(LATER_EVENTS, (after,)).fetchall()
    return [
        Entry(sequence, datetime.fromisoformat(at), call, msgspec.json.decode(data, type=KINDS[kind]))
        for sequence, at, call, kind, data in rows
    ]
