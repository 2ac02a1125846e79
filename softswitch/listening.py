"""Where the line is listened for: its ports, its certificates, and the trace of what passes there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from softswitch import ports
from softswitch.bus import EventLog
from softswitch.clock import Clock
from softswitch.config import Config
from softswitch.errors import StartError
from softswitch.events import CertificateRead
from softswitch.sip.hop import host_port
from softswitch.trace.hep import HepSender
from softswitch.trace.messages import TRACE_FOLDER
from softswitch.transport.addresses import reachable_addresses
from softswitch.transport.certificates import CertificateError, Certificates
from softswitch.transport.doors import Door, certificates_for, layers_of
from softswitch.transport.driver import SipDriver
from softswitch.transport.ring import Noted
from softswitch.transport.trace import Traced, Tracer, untraced


class Listening:
    """The open ports of a line. ``warned`` hears what stops nothing."""

    def __init__(self, config: Config, clock: Clock, log: EventLog, warned: Callable[[str], None]) -> None:
        self._config = config
        self._clock = clock
        self._log = log
        self._warned = warned
        self._certificates: Certificates | None = None
        self.port = 0
        """The port of UDP and TCP."""
        self.ports: dict[str, int] = {}
        """Where TLS, WS and WSS are listened for."""

    def addresses(self) -> list[str]:
        """Return ``host:port`` of every address a phone can use."""
        bind = self._config.sip.bind
        hosts = reachable_addresses(ipv6=bind == "::") if bind in ("0.0.0.0", "::") else [bind]
        return [host_port(host, self.port) for host in hosts]

    async def begin(self, driver: SipDriver) -> None:
        """Open everything; raise StartError for what cannot be."""
        sip = self._config.sip
        try:
            self.port = await driver.listen(sip.bind, sip.port)
        except OSError as error:
            raise StartError(ports.refusal(error, sip.bind, sip.port)) from error
        doors = sip.doors
        if doors.certified:
            self._certificates = certificates_for(doors, self._config.home, self._clock.wall)
            try:
                await asyncio.to_thread(self._certificates.load)
            except (CertificateError, OSError) as error:
                raise StartError(f"there is no certificate for TLS: {error}") from error
        for door in doors:
            await self._open(driver, door)

    async def renew_certificates(self) -> None:
        """Show certificates as they lie on the disk now, and say which; connections go on as they are."""
        if self._certificates is None:
            return
        try:
            shown = await asyncio.to_thread(self._certificates.load)
        except (CertificateError, OSError) as error:
            self._warned(f"certificates were not read anew, the old ones go on: {error}")
            return
        for identity in shown:
            self._log.append(CertificateRead(identity.names, f"{identity.ends:%Y-%m-%d}"))

    async def _open(self, driver: SipDriver, door: Door) -> None:
        sip = self._config.sip
        layers = layers_of(door, sip.doors, self._certificates)
        try:
            self.ports[door.transport] = await driver.listen_for(door.transport, sip.bind, door.port, layers)
        except OSError as error:
            refusal = ports.refusal(error, sip.bind, door.port, door.setting)
            if not door.optional:
                raise StartError(refusal) from error
            self._warned(f"{door.transport} is left out: {refusal}")


def open_trace(
    config: Config, clock: Clock, stack: contextlib.ExitStack | contextlib.AsyncExitStack
) -> Traced:
    """Open the trace, which ``stack`` closes when the last message has left. Raises StartError."""
    part, folder = config.trace, config.home / TRACE_FOLDER
    if not part.size_mb:
        return untraced
    also: Callable[[Noted], None] | None = None
    if part.collector is not None:
        sender = HepSender(part.collector, part.hep_id, clock.monotonic)
        stack.callback(sender.close)
        also = sender.send
    try:
        tracer = Tracer(folder, part.size_mb << 20, clock, also=also)
    except OSError as error:
        raise StartError(f"the trace cannot be kept in {folder}: {error.strerror}") from error
    stack.callback(tracer.close)
    return tracer.note
