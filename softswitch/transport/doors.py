"""Which ports are opened beside that of UDP and TCP, and with which certificates."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from softswitch.transport.addresses import reachable_addresses
from softswitch.transport.certificates import CertificateError, Certificates, read_identity, warnings_of
from softswitch.transport.config import CertificateFiles, TlsConfig, WebSocketConfig
from softswitch.transport.layers import Layer
from softswitch.transport.own_certificate import own_files, prepare_own
from softswitch.transport.websocket import WebSocketLayer

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
LAST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class Door:
    """One port. ``setting`` is its name in the configuration; an ``optional`` one may stay shut."""

    transport: str
    port: int
    setting: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Doors:
    """What is listened for beside UDP and TCP. ``port`` is theirs, ``known_as`` our address before a NAT."""

    bind: str
    port: int
    tls: TlsConfig | None = None
    websocket: WebSocketConfig | None = None
    known_as: str = ""

    @property
    def certified(self) -> bool:
        """Tell whether a certificate is needed."""
        return self.tls is not None or (self.websocket is not None and self.websocket.secure_port is not None)

    @property
    def files(self) -> tuple[CertificateFiles, ...]:
        """The operator's certificates; without any the switch makes one."""
        return () if self.tls is None else self.tls.files

    def __iter__(self) -> Iterator[Door]:
        if self.tls is not None:
            yield Door("TLS", self._tls_port(self.tls), "sip.tls.port", self.tls.optional)
        if self.websocket is not None:
            if self.websocket.port is not None:
                yield Door("WS", self.websocket.port, "sip.websocket.port")
            if self.websocket.secure_port is not None:
                yield Door("WSS", self.websocket.secure_port, "sip.websocket.secure_port")

    def _tls_port(self, tls: TlsConfig) -> int:
        if tls.port is not None:
            return tls.port
        # RFC 3261 §19.1.2: 5061 beside 5060. Beside any free port, or none that is left, it is any free one.
        return self.port + 1 if 0 < self.port < LAST_PORT else 0

    def names(self) -> tuple[str, ...]:
        """Return what phones may call this machine by: hosts first, then addresses. Asks the resolver."""
        own = socket.gethostname().lower()
        hosts = [own, f"{own}.local"] if own.isascii() and "." not in own else [own]
        everywhere = ipaddress.ip_address(self.bind).is_unspecified
        addresses = [*reachable_addresses(ipv6=self.bind == "::"), *LOOPBACK] if everywhere else [self.bind]
        more = self.tls.names if self.tls is not None else ()
        known_as = [self.known_as] if self.known_as else []
        named = (*more, *hosts, *known_as, *addresses)
        return tuple(dict.fromkeys(name for name in named if name.isascii()))


def certificates_for(doors: Doors, home: Path, now: Callable[[], datetime]) -> Certificates:
    """Return what is shown at the doors: the operator's certificates, else the switch's own."""

    def sources() -> Sequence[CertificateFiles]:
        return doors.files or (prepare_own(home, doors.names(), now()),)

    return Certificates(sources)


def layers_of(door: Door, doors: Doors, certificates: Certificates | None) -> Callable[[], tuple[Layer, ...]]:
    """Return what makes the layers of a connection that comes in by a door."""
    origins = doors.websocket.origins if doors.websocket is not None else ()
    if door.transport == "WS":
        return lambda: (WebSocketLayer(origins),)
    assert certificates is not None
    shown = certificates
    if door.transport == "WSS":
        return lambda: (shown.layer(), WebSocketLayer(origins))
    return lambda: (shown.layer(),)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is wrong with certificates, and what an operator should know of them."""

    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def judge(doors: Doors, home: Path, now: datetime) -> Judgement:
    """Look at every certificate that would be shown. Makes and changes nothing."""
    faults: list[str] = []
    warnings: list[str] = []
    own = own_files(home)
    files = doors.files or ((own,) if own.certificate.exists() and own.key.exists() else ())
    for one in files if doors.certified else ():
        try:
            identity = read_identity(one)
        except CertificateError as error:
            faults.append(str(error))
        else:
            # The switch's own is renewed by itself.
            warnings += warnings_of(identity, now) if doors.files else ()
    return Judgement(tuple(faults), tuple(warnings))
