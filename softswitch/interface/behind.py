"""What is behind the programs' interface and does not depend on calls: made before the log is followed."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.bus import EventLog
from softswitch.clock import Clock
from softswitch.storage.audit_store import AuditStore
from softswitch.storage.call_index import KINDS_READ, NAME, CallIndex
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import Follower


@dataclass(frozen=True, slots=True)
class Behind:
    """The log, and what is kept for programs."""

    database: Database
    events: EventStore
    clock: Clock
    log: EventLog
    index: CallIndex
    audit: AuditStore

    @classmethod
    def on(cls, database: Database, events: EventStore, clock: Clock, log: EventLog) -> Behind:
        """Build it on a database."""
        return cls(database, events, clock, log, CallIndex(database), AuditStore(database, clock))

    @property
    def follower(self) -> Follower:
        """Who keeps the index of calls."""
        return Follower(NAME, frozenset(KINDS_READ), self.index.handle, all_there_is=True)
