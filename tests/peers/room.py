"""The room of a test's phones: makes them, ends them all, shows their logs when the test fails."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeVar

from tests.peers import sounds
from tests.peers.baresip import Baresip
from tests.peers.line import DemoLine
from tests.peers.linphonec import Linphonec
from tests.peers.programs import PeerError, Ports, Program
from tests.peers.sipp import Sipp, demand
from tests.peers.sipp_registrations import BIND_HERE, FORGET_ALL
from tests.peers.sipp_script import Scenario
from tests.peers.softphone import SoftPhone, start_pjsua2, start_pyvoip

SOUND_SECONDS = 20.0
SHOWN_LINES = 25


class _Peer(Protocol):
    program: Program

    def close(self) -> None:
        """End the program."""
        ...


P = TypeVar("P", bound=_Peer)


class Room:
    """Every phone of one test, all on one demo line."""

    def __init__(self, line: DemoLine, *, ports: Ports, folder: Path, sounds_folder: Path) -> None:
        self.line = line
        self.ports = ports
        self.folder = folder
        self._sounds_folder = sounds_folder
        self._peers: list[_Peer] = []
        self._end = ExitStack()

    def _keep(self, peer: P) -> P:
        self._peers.append(peer)
        self._end.callback(peer.close)
        return peer

    def tone(self, frequency: float) -> Path:
        """Return a WAV file with a steady tone, for a phone to speak."""
        path = self.folder / f"tone{frequency:g}.wav"
        return path if path.exists() else sounds.write_wav(path, sounds.tone(frequency, SOUND_SECONDS))

    def pjsua2(self, user: str, *, speaks: float | None = 440.0, **settings: object) -> SoftPhone:
        """Start a registered PJSUA2 phone that speaks a tone of ``speaks`` Hz (None: it is silent)."""
        phone = start_pjsua2(
            user,
            self.line.password,
            self.line.secure_server if settings.get("transport") == "tls" else self.line.server,
            ports=self.ports,
            folder=self.folder,
            sound="" if speaks is None else str(self.tone(speaks)),
            **settings,
        )
        self._keep(phone).register()
        return phone

    def pyvoip(self, user: str) -> SoftPhone:
        """Start a registered pyVoIP phone."""
        phone = start_pyvoip(user, self.line.password, self.line.server, ports=self.ports, folder=self.folder)
        self._keep(phone).register()
        return phone

    def baresip(self, user: str, *, speaks: float = 700.0, answers: bool = False) -> Baresip:
        """Start a registered baresip that speaks a tone of ``speaks`` Hz."""
        phone = Baresip(
            user,
            self.line.password,
            self.line.server,
            ports=self.ports,
            folder=self.folder,
            sound=self.tone(speaks),
            answers=answers,
        )
        self._keep(phone).wait_registered()
        return phone

    def linphonec(
        self,
        user: str,
        *,
        speaks: float = 440.0,
        secure: bool = False,
        srtp: int = 0,
        feedback: bool = False,
    ) -> Linphonec:
        """Start a registered linphonec that speaks a tone of ``speaks`` Hz.

        A ``secure`` one speaks TLS and checks the line's certificate. ``srtp`` and ``feedback`` are what it
        offers.
        """
        phone = Linphonec(
            user,
            self.line.password,
            self.line.secure_server if secure else self.line.server,
            authorities=self.line.certificate if secure else None,
            ports=self.ports,
            folder=self.folder,
            sound=self.tone(speaks),
            srtp=srtp,
            feedback=feedback,
        )
        return self._keep(phone)

    def sipp(
        self, scenario: Scenario, *, user: str = "1001", port: int | None = None, number: str | None = None
    ) -> Sipp:
        """Start a SIPp scenario."""
        run = Sipp(
            scenario,
            self.line.server,
            user=user,
            password=self.line.password,
            ports=self.ports,
            folder=self.folder,
            sounds_folder=self._sounds_folder,
            port=port,
            number=number,
        )
        return self._keep(run)

    def sipp_phone(self, scenario: Scenario, *, user: str, alone: bool = True) -> Sipp:
        """Register SIPp as the account's only phone (or one more) and let it be called with ``scenario``."""
        if alone:
            self.forget(user)
        port = self.ports.take()
        demand(BIND_HERE, self.sipp(BIND_HERE, user=user, port=port).result())
        self._end.callback(self.forget, user)
        return self.sipp(scenario, user=user, port=port)

    def forget(self, user: str) -> None:
        """Remove every binding of an account."""
        run = Sipp(
            FORGET_ALL,
            self.line.server,
            user=user,
            password=self.line.password,
            ports=self.ports,
            folder=self.folder,
            sounds_folder=self._sounds_folder,
        )
        demand(FORGET_ALL, run.result())

    def report(self) -> str:
        """Return the last lines of every program, for a failing test."""
        parts = [f"[{peer.program.log.name}]\n{peer.program.tail(SHOWN_LINES)}" for peer in self._peers]
        parts.append(f"[the switch]\n{self.line.program.tail(2 * SHOWN_LINES)}")
        return "\n".join(parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The first error counts: what fails while clearing up after a failure says nothing new.
        try:
            self._end.close()
        except PeerError:
            if kind is None:
                raise
