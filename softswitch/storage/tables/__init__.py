"""The tables, as SQLAlchemy sees them: one file a room, one register. Every table begins with the tenant."""

from __future__ import annotations

from softswitch.storage.tables.base import DEFAULT_TENANT, LARGE, SORTED, metadata, tenant_column
from softswitch.storage.tables.outbox import followers, outbox
from softswitch.storage.tables.switch import (
    agents,
    bindings,
    callbacks,
    events,
    schema_version,
    secrets,
    settings,
    waiting,
)

__all__ = [
    "DEFAULT_TENANT",
    "LARGE",
    "SORTED",
    "agents",
    "bindings",
    "callbacks",
    "events",
    "followers",
    "metadata",
    "outbox",
    "schema_version",
    "secrets",
    "settings",
    "tenant_column",
    "waiting",
]
