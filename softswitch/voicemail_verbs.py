"""What the running switch does for voicemail when it is asked from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from softswitch.control import Verb


class Refreshes(Protocol):
    """Whoever looks after voicemail; :class:`softswitch.voicemail.service.Voicemail` is one."""

    async def refresh(self) -> None:
        """Look at once for what was changed behind its back."""
        ...


def voicemail_verbs(voicemail: Refreshes) -> dict[str, Verb]:
    """Return ``voicemail_refresh``: a command has changed something in the database, lamps follow."""

    async def refresh(arguments: Mapping[str, str]) -> bool:
        await voicemail.refresh()
        return True

    return {"voicemail_refresh": refresh}
