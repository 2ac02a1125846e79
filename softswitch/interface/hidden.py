"""Which callers' numbers are hidden from agents: a reader of the event log, of before this start too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from softswitch.events import CallerShown, Entry, Event

KINDS_READ: Final[tuple[type[Event], ...]] = (CallerShown,)
EVER: Final = datetime.min.replace(tzinfo=UTC)
"""As far back as the log goes: an old call's record hides its number as well."""


class KindReader(Protocol):
    """Where entries are read by their kind."""

    def of_kinds(self, kinds: Collection[type[Event]], *, since: datetime) -> AsyncIterator[Sequence[Entry]]:
        """Yield pages of entries of some kinds, the oldest first."""
        ...


class HiddenNumbers:
    """Implements :class:`softswitch.web.services.Numbers`.

    Kept is one short text for each call of which the number was hidden, for as long as the switch runs.
    """

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}

    def read(self, entry: Entry) -> None:
        """Take an entry of the log."""
        if isinstance(entry.event, CallerShown):
            if entry.event.number:
                self._shown[entry.call] = entry.event.number
            else:
                self._shown.pop(entry.call, None)

    async def catch_up(self, kept: KindReader) -> None:
        """Take everything that was written down before."""
        async for page in kept.of_kinds(KINDS_READ, since=EVER):
            for entry in page:
                self.read(entry)

    def hidden(self, call: str) -> str | None:
        """Return the number that agents see in place of the caller's own, None where they see that."""
        return self._shown.get(call)
