"""What lies between a socket and SIP: TLS, WebSocket. Octets in, octets out, no socket in sight.

A stream has any number of layers, the lowest first: none for TCP, TLS for TLS, WebSocket upon TLS for WSS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Over:
    """The end of a layer. ``reason`` is told after the peer's address; "" is an orderly end."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """What came of octets: ``up`` for the layer above, ``down`` to be sent, ``over`` when nothing follows."""

    up: tuple[bytes, ...] = ()
    down: bytes = b""
    over: Over | None = None


class Layer(Protocol):
    """One layer of one stream."""

    @property
    def ready(self) -> bool:
        """Tell whether its handshake is done."""
        ...

    def start(self) -> bytes:
        """Return what goes first, once what lies below is ready: nothing where the peer begins."""
        ...

    def receive(self, data: bytes) -> Passed:
        """Take octets from below. After :class:`Over` it is not called again."""
        ...

    def send(self, data: bytes) -> bytes:
        """Wrap what comes from above; only when it is ready."""
        ...

    def ping(self) -> bytes:
        """Return a keep-alive of this layer's own, b"" when it has none."""
        ...

    def farewell(self) -> bytes:
        """Return the last word, once."""
        ...
