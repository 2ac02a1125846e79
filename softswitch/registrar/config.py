"""The part of the configuration that belongs to the defence against strangers."""

from __future__ import annotations

import ipaddress

from pydantic import BaseModel, ConfigDict, field_validator

from softswitch.registrar.guard import Network


class DefenceConfig(BaseModel):
    """``allow`` names addresses and networks (``192.0.2.0/24``) that are neither slowed nor shut out.

    For trunks without a password, and for a proxy that many phones come through: who guesses behind it would
    shut out all others.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow: tuple[str, ...] = ()

    @field_validator("allow")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for written in value:
            ipaddress.ip_network(written)
        return value

    @property
    def networks(self) -> tuple[Network, ...]:
        """The networks as values."""
        return tuple(ipaddress.ip_network(written) for written in self.allow)
