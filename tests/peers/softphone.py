"""Drive a phone that speaks JSON lines: ``pjsua2_phone`` or ``pyvoip_phone``, each its own process."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.peers.programs import PeerFailed, PeerMissing, Ports, Program

START_SECONDS = 60.0
ANSWER_SECONDS = 30.0
"""How long anything signalled may take: a lost datagram is repeated after 0.5, 1, 2 and 4 s."""

Event = Mapping[str, object]


class SoftPhone:
    """One phone process. Every method waits, with a deadline, for what it asks for."""

    def __init__(self, program: Program, *, server: str, port: int, log: Path, suffix: str = "") -> None:
        self.program = program
        self.suffix = suffix
        self.server = server
        self.port = port
        self.log = log
        self._seen = 0
        self._place = 0
        self._events: list[Event] = []
        self.program.wait_start(r'^{"event": "ready"}', START_SECONDS)

    def events(self) -> list[Event]:
        """Return everything the phone has reported so far."""
        for line in self.program.lines[self._seen :]:
            self._seen += 1
            if line.startswith("{"):
                self._events.append(json.loads(line))
        return self._events

    def expect(self, event: str, *, seconds: float = ANSWER_SECONDS, **facts: object) -> Event:
        """Return the next event of that name with those facts, and go on after it.

        Raises :class:`~tests.peers.programs.PeerSilent` when it does not come in time.
        """

        def find() -> Event | None:
            for index in range(self._place, len(self.events())):
                found = self._events[index]
                if found["event"] == event and all(found.get(key) == value for key, value in facts.items()):
                    self._place = index + 1
                    return found
            return None

        return self.program.wait_until(find, seconds, f"{event} {facts or ''}")

    def did(self, event: str, **facts: object) -> bool:
        """Tell whether that event was ever reported."""
        return any(
            seen["event"] == event and all(seen.get(key) == value for key, value in facts.items())
            for seen in self.events()
        )

    def do(self, name: str, *, within: float = ANSWER_SECONDS, **arguments: object) -> None:
        """Tell the phone to do something; return when it has. Raises PeerFailed when it refuses."""
        after = len(self.events())
        self.program.send(json.dumps({"do": name, **arguments}))

        def answer() -> Event | None:
            later = self.events()[after:]
            return next((e for e in later if e["event"] in ("done", "refused") and e["do"] == name), None)

        found = self.program.wait_until(answer, within, f"the end of {name}")
        if found["event"] == "refused":
            raise PeerFailed(f"the phone would not {name} {arguments}: {found['reason']}")

    def register(self) -> None:
        """Register and wait for 200."""
        self.do("register")
        self.expect("registration", code=200)

    def uri(self, number: str) -> str:
        """Return the SIP URI of a number on this phone's server."""
        return f"sip:{number}@{self.server}{self.suffix}"

    def dial(self, number: str) -> None:
        """Call a number; do not wait for what becomes of it."""
        self.do("call", uri=self.uri(number))

    def call(self, number: str) -> None:
        """Call a number and wait until it is answered."""
        self.dial(number)
        self.expect("call", state="CONFIRMED")

    def transfer(self, number: str) -> None:
        """Send the other side of the call to a number; do not wait for what becomes of it."""
        self.do("transfer", uri=self.uri(number))

    def press(self, digits: str, method: str = "rfc4733") -> None:
        """Press keys as telephone-events (``rfc4733``) or by SIP INFO (``info``)."""
        self.do("digits", digits=digits, method=method)

    def speak(self, sound: Path, *, once: bool = False) -> None:
        """Speak a sound file from now on, in a loop or once."""
        self.do("speak", file=str(sound), once=once)

    def record(self, to: Path) -> Path:
        """Begin to record what the phone hears, also of a call that comes later."""
        self.do("record", file=str(to))
        return to

    def listen(self, to: Path, seconds: float) -> Path:
        """Record for ``seconds`` and return the finished file."""
        self.do("listen", within=seconds + ANSWER_SECONDS, file=str(to), seconds=seconds)
        return to

    def hang_up(self) -> None:
        """End the call and wait until it is over."""
        self.do("hangup")
        self.expect("call", state="DISCONNECTED")

    def close(self) -> None:
        """Let the phone hang up and unregister, then end its process."""
        if not self.program.has_ended():
            self.program.send(json.dumps({"do": "leave"}))
            self.program.wait_end(ANSWER_SECONDS)
        self.program.close()


def start_pjsua2(
    user: str,
    password: str,
    server: str,
    *,
    ports: Ports,
    folder: Path,
    within: Sequence[str] = (),
    **settings: object,
) -> SoftPhone:
    """Start a PJSUA2 phone (settings: see ``tests.peers.pjsua2_phone.Settings``). Raises PeerMissing.

    ``within`` are words before its command, such as those that put it into a network of its own.
    """
    return _start(
        "pjsua2", user, password, server, ports=ports, folder=folder, settings=settings, within=within
    )


def start_pyvoip(user: str, password: str, server: str, *, ports: Ports, folder: Path) -> SoftPhone:
    """Start a pyVoIP phone, which registers at once. Raises PeerMissing."""
    return _start("pyVoIP", user, password, server, ports=ports, folder=folder, settings={})


def _start(
    library: str,
    user: str,
    password: str,
    server: str,
    *,
    ports: Ports,
    folder: Path,
    settings: Mapping[str, object],
    within: Sequence[str] = (),
) -> SoftPhone:
    if importlib.util.find_spec(library) is None:
        raise PeerMissing(library)
    name = f"{library.lower()}-{user}"
    log = folder / f"{name}.sip.log"
    port = ports.take()
    arguments = {
        "user": user,
        "password": password,
        "server": server,
        "sip_port": port,
        "rtp_port": ports.take(2),
        "log": str(log),
        **settings,
    }
    module = f"tests.peers.{library.lower()}_phone"
    # Run as a module: a script's own folder would come first on the path and hide installed packages.
    argv = [*within, sys.executable, "-m", module, json.dumps(arguments)]
    program = Program(argv, log=folder / f"{name}.log")
    transport = settings.get("transport", "udp")
    suffix = ";transport=tls" if transport == "tls" else ""
    return SoftPhone(program, server=server, port=port, log=log, suffix=suffix)
