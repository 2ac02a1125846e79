"""The part of the configuration that belongs to the defence against strangers."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from softswitch.parts import Part
from softswitch.sip.networks import Network, network_of


def _network(written: str) -> str:
    network_of(written)
    return written


class DefenceConfig(Part):
    """``allow`` names addresses and networks (``192.0.2.0/24``) that are neither slowed nor shut out.

    For trunks without a password, and for a proxy that many phones come through: who guesses behind it would
    shut out all others.
    """

    allow: tuple[Annotated[str, AfterValidator(_network)], ...] = ()

    @property
    def networks(self) -> tuple[Network, ...]:
        """The networks as values."""
        return tuple(network_of(written) for written in self.allow)
