"""The part of the configuration that belongs to the programs' interface."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, field_validator, model_validator

from softswitch.parts import Part
from softswitch.web.pop_url import PopUrlWrong, check_pop_url

Port = Annotated[int, Field(ge=0, le=65_535)]

DEFAULT_PORT: Final = 8090
"""Beside the ports of SIP over WebSocket (8088, 8089), so that one rule of a firewall opens all."""


class ApiConfig(Part):
    """The REST interface and the event stream. Times in seconds, sizes in octets.

    Without a certificate it listens on this machine alone. ``requests_per_second`` is each token's own, with
    bursts of twice as many. ``pop_url`` opens a customer's page at a ring, ``pop_url_unknown`` the form for a
    new one; both know ``{number}``, ``{call}``, ``{agent}``, ``{queue}``, and the first ``{customer}``. Of
    ``proxies`` in front of it is believed for whom they ask (X-Forwarded-For).
    """

    bind: str = "127.0.0.1"
    port: Port = DEFAULT_PORT
    certificate: Path | None = None
    key: Path | None = None
    unprotected: bool = False
    proxies: tuple[str, ...] = ()
    requests_per_second: float = Field(default=20.0, gt=0, le=10_000)
    # Requests run in the loop that also answers phones: a few at once keep it free.
    requests_at_once: int = Field(default=16, ge=1, le=1000)
    streams_at_once: int = Field(default=200, ge=1, le=10_000)
    largest_body: int = Field(default=1_048_576, ge=1024, le=104_857_600)
    request_timeout: float = Field(default=10.0, ge=0.1, le=300.0)
    card_timeout: float = Field(default=2.0, ge=0.05, le=30.0)
    keep_audit_days: int = Field(default=365, ge=1, le=3650)
    pop_url: str = ""
    pop_url_unknown: str = ""

    @property
    def protected(self) -> bool:
        """Tell whether it speaks TLS."""
        return self.certificate is not None

    def placed(self, base: Path) -> ApiConfig:
        """Return it with relative paths taken from ``base``."""
        return self.model_copy(
            update={
                "certificate": None if self.certificate is None else base / self.certificate,
                "key": None if self.key is None else base / self.key,
            }
        )

    @field_validator("bind")
    @classmethod
    def _address(cls, value: str) -> str:
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise ValueError(f"'{value}' is no IP address such as 127.0.0.1") from None
        return value

    @field_validator("proxies")
    @classmethod
    def _proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                ipaddress.ip_network(one)
            except ValueError:
                raise ValueError(f"'{one}' is no address or network such as 127.0.0.1") from None
        return value

    @field_validator("pop_url", "pop_url_unknown")
    @classmethod
    def _pop_url(cls, value: str) -> str:
        try:
            check_pop_url(value)
        except PopUrlWrong as error:
            raise ValueError(str(error)) from None
        return value

    @model_validator(mode="after")
    def _no_token_in_the_clear(self) -> ApiConfig:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key go together: give both, or neither")
        if not ipaddress.ip_address(self.bind).is_loopback and not self.protected and not self.unprotected:
            raise ValueError(
                "tokens would travel unencrypted: give certificate and key, listen on 127.0.0.1, or say "
                "`unprotected: yes` where something in front of it speaks TLS"
            )
        return self
