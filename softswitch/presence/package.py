"""What the notifier needs of an event package, and who may watch whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from softswitch.sip.subscription import Event
from softswitch.sip.uri import SipUri


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches whom. ``entity`` is the URI that the subscriber used for ``user``."""

    watcher: str
    user: str
    entity: SipUri


class View(Protocol):
    """What one subscriber sees; it remembers what it has told."""

    def document(self, version: int) -> bytes:
        """Return the whole state as the body of the next NOTIFY; ``version`` counts them from 0."""
        ...


class Package(Protocol):
    """One event package: state of accounts, in documents."""

    @property
    def name(self) -> str:
        """Its name in Event."""
        ...

    @property
    def content_type(self) -> str:
        """The type of its documents."""
        ...

    @property
    def pace(self) -> float:
        """Seconds that lie between two NOTIFYs of a subscription at least."""
        ...

    def open(self, watch: Watch, event: Event) -> View:
        """Begin to show an account to a subscriber; raise RemoteProtocolError when he may not see it."""
        ...


@dataclass(frozen=True, slots=True)
class WatchRules:
    """Who may watch whom: everybody with an account everybody, but for those ``only`` some may watch."""

    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def allow(self, watcher: str, user: str) -> bool:
        """Tell whether ``watcher`` may watch ``user``; everybody may watch himself."""
        return watcher == user or user not in self.only or watcher in self.only[user]
