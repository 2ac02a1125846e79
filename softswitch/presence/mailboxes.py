"""How many messages wait for an account: the counts alone, for whoever keeps the messages to set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

MOST: Final = 2**32 - 1
"""The highest count there is (RFC 3842 §3.5)."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Voice messages of an account; those that are urgent are among the others."""

    new: int = 0
    old: int = 0
    urgent_new: int = 0
    urgent_old: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.urgent_new <= self.new <= MOST and 0 <= self.urgent_old <= self.old <= MOST):
            raise ValueError(f"counts are 0 to {MOST}, and no more are urgent than there are: {self}")


NONE: Final = Counts()


class Mailboxes(Protocol):
    """Where the counts are kept."""

    def counts(self, user: str) -> Counts:
        """Return what waits for an account."""
        ...

    def subscribe(self, changed: Callable[[str], None]) -> None:
        """Call ``changed`` with an account whenever its counts have changed."""
        ...


class MemoryMailboxes:
    """Mailboxes in memory."""

    def __init__(self) -> None:
        self._counts: dict[str, Counts] = {}
        self._readers: list[Callable[[str], None]] = []

    def counts(self, user: str) -> Counts:
        """Return what waits for an account."""
        return self._counts.get(user, NONE)

    def subscribe(self, changed: Callable[[str], None]) -> None:
        """Call ``changed`` with an account whenever its counts have changed."""
        self._readers.append(changed)

    def set(self, user: str, counts: Counts) -> None:
        """Set what waits for an account."""
        if counts == self.counts(user):
            return
        self._counts[user] = counts
        for reader in self._readers:
            reader(user)
