"""A finished recording, as the catalogue has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Recording:
    """Implements :class:`softswitch.webhook_payloads.Finished`."""

    id: str
    call: str
    part: int
    started: datetime
    ended: datetime | None = None
    caller: str = "+48600100200"
    agent: str = "1001"
    called: str = "300"
    queue: str = "sales"
    path: str = ""
    seconds: float = 0.0
    octets: int = 5
    sha256: str = "ab"
