"""What the interface asks of what is kept: recordings, voicemail, deliveries, audit. All raise WebError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from softswitch.web.paging import Part
from softswitch.web.resources.kept import AuditItem, Box, CallbackRequest, OutboxItem, Recording, VoiceMessage


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound file: where it lies, below which folder it must lie, and how it is called when it is saved."""

    path: Path
    folder: Path
    name: str
    kind: str = "audio/wav"


class Recordings(Protocol):
    """Recordings of talks."""

    async def find(
        self,
        *,
        since: datetime | None,
        until: datetime | None,
        queue: str,
        agent: str,
        number: str,
        call: str,
        after: str,
        limit: int,
    ) -> Part[Recording]:
        """Return those that are meant, the newest first."""
        ...

    async def get(self, recording: str) -> Recording:
        """Return one; NotThere."""
        ...

    async def sound(self, recording: str, *, by: str) -> Sound:
        """Return its file, and write down who hears it; NotThere, Conflict while it is being made."""
        ...

    async def hold(self, recording: str, reason: str, *, by: str) -> Recording:
        """Keep it whatever the limits say."""
        ...

    async def release(self, recording: str, *, by: str) -> Recording:
        """Keep it no longer than the limits say."""
        ...

    async def erase(self, recording: str, *, by: str) -> None:
        """Erase it; Conflict while it is held."""
        ...


class Voicemail(Protocol):
    """Voicemail, and requests to be called back."""

    async def boxes(self) -> Sequence[Box]:
        """Return all boxes."""
        ...

    async def find(self, box: str, *, after: str, limit: int) -> Part[VoiceMessage]:
        """Return the messages of a box, the newest first; NotThere."""
        ...

    async def get(self, message: str) -> VoiceMessage:
        """Return one; NotThere."""
        ...

    async def sound(self, message: str, *, by: str) -> Sound:
        """Return its file; NotThere."""
        ...

    async def mark(self, message: str, *, heard: bool, by: str) -> VoiceMessage:
        """Mark it as heard, or not."""
        ...

    async def erase(self, message: str, *, by: str) -> None:
        """Erase it."""
        ...

    async def callbacks(self, *, done: bool, after: str, limit: int) -> Part[CallbackRequest]:
        """Return who is to be called back, or has been."""
        ...

    async def tick_off(self, callback: str, *, by: str) -> CallbackRequest:
        """Say that somebody was called back; NotThere."""
        ...


class Outbox(Protocol):
    """Deliveries to the outside."""

    async def find(self, *, state: str, channel: str, after: str, limit: int) -> Part[OutboxItem]:
        """Return those that are meant, the newest first."""
        ...

    async def get(self, key: str) -> OutboxItem:
        """Return one; NotThere."""
        ...

    async def retry(self, key: str) -> OutboxItem:
        """Try it again at once; Conflict where it was delivered."""
        ...

    async def give_up(self, key: str) -> OutboxItem:
        """Try it no more; Conflict where it was delivered."""
        ...


class AuditTrail(Protocol):
    """Who asked for what."""

    async def find(
        self, *, token: str, since: datetime | None, until: datetime | None, after: str, limit: int
    ) -> Part[AuditItem]:
        """Return entries, the newest first."""
        ...


class ProviderHooks(Protocol):
    """What providers of payments tell by themselves; their signatures prove them."""

    async def receive(self, provider: str, headers: Mapping[str, str], body: bytes) -> None:
        """Take a message; Unproved for a wrong signature, NotThere for a provider that there is not."""
        ...
