"""The parts of the configuration that belong to transports: TLS and WebSocket."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, field_validator, model_validator

from softswitch.parts import Part

Port = Annotated[int, Field(ge=0, le=65_535)]

WEBSOCKET_PORT: Final = 8088
SECURE_WEBSOCKET_PORT: Final = 8089
"""Where browsers' phones look for other switches too; 80 and 443, which RFC 7118 §5.5 names, are root's."""


def switched(value: object) -> object:
    """Return a part that was written as a single word: yes is all its defaults, no is none of it."""
    match str(value).lower():
        case "true" | "yes" | "on":
            return {}
        case "false" | "no" | "off":
            return None
        case _:
            return value


class CertificateFiles(Part):
    """A certificate with those that vouch for it, and its key, as PEM files. The key has no passphrase."""

    certificate: Path
    key: Path

    def placed(self, base: Path) -> CertificateFiles:
        """Return it with relative paths taken from ``base``."""
        return CertificateFiles(certificate=base / self.certificate, key=base / self.key)


class TlsConfig(Part):
    """SIP over TLS. Unless ``port`` says where, it is the port after that of UDP and TCP: 5061 beside 5060.

    ``certificate`` and ``key`` are the operator's own; ``certificates`` are more of them, chosen by the name
    the phone asks for (SNI). Without any the switch makes one for itself, in its home folder, for this
    machine's names and addresses and for ``names``. Where it is ``optional`` a port that is taken is no
    obstacle: the switch says so and goes on without TLS.
    """

    port: Port | None = None
    certificate: Path | None = None
    key: Path | None = None
    certificates: tuple[CertificateFiles, ...] = ()
    names: tuple[str, ...] = ()
    optional: bool = False

    @property
    def files(self) -> tuple[CertificateFiles, ...]:
        """All certificates of the operator's, the one for phones that ask for no name first."""
        if self.certificate is None or self.key is None:
            return self.certificates
        return (CertificateFiles(certificate=self.certificate, key=self.key), *self.certificates)

    def placed(self, base: Path) -> TlsConfig:
        """Return it with relative paths taken from ``base``."""
        return self.model_copy(
            update={
                "certificate": None if self.certificate is None else base / self.certificate,
                "key": None if self.key is None else base / self.key,
                "certificates": tuple(files.placed(base) for files in self.certificates),
            }
        )

    @model_validator(mode="after")
    def _both_or_neither(self) -> TlsConfig:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key belong together: give both, or neither")
        return self


class WebSocketConfig(Part):
    """SIP over WebSocket (RFC 7118): ``port`` for ws://, ``secure_port`` for wss://, null for none.

    ``origins`` are the web sites whose pages may connect, as ``https://example.com``; without any, all may.
    """

    port: Port | None = WEBSOCKET_PORT
    secure_port: Port | None = SECURE_WEBSOCKET_PORT
    origins: tuple[str, ...] = ()

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            scheme, separator, host = origin.partition("://")
            if scheme not in ("http", "https") or not separator or not host or "/" in host:
                raise ValueError(f"{origin!r} is no origin: write it as https://example.com, without a path")
        return value

    @model_validator(mode="after")
    def _some_port(self) -> WebSocketConfig:
        if self.port is None and self.secure_port is None:
            raise ValueError("port and secure_port are both null: nobody could connect")
        if self.port and self.port == self.secure_port:
            raise ValueError("port and secure_port must differ")
        return self
