"""The tables of what must reach the outside, and of how far who follows the log has read."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from softswitch.storage.tables.base import LARGE, SORTED, metadata, tenant_column

outbox = Table(
    "outbox",
    metadata,
    tenant_column(),
    Column("key", SORTED, primary_key=True),
    Column("id", SORTED, nullable=False),
    Column("channel", SORTED, nullable=False),
    Column("lane", SORTED, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", SORTED, nullable=False),
    Column("created", SORTED, nullable=False),
    Column("due", SORTED, nullable=False),
    Column("expires", SORTED, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("trouble", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("settled", SORTED, nullable=False),
)
"""Deliveries: ``key`` makes each unique, ``id`` is their order. ``state`` is waiting, sending, delivered,
refused or expired; ``trouble`` is why the last try failed, ``reference`` what the other side calls it;
``settled`` is "" until it is over."""

# What is still to be done is little, what has been done is much: only the little is looked through.
_OPEN = outbox.c.settled == ""
Index(
    "outbox_open",
    outbox.c.tenant,
    outbox.c.channel,
    outbox.c.due,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index(
    "outbox_lanes",
    outbox.c.tenant,
    outbox.c.lane,
    outbox.c.id,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index("outbox_by_id", outbox.c.tenant, outbox.c.id)

followers = Table(
    "followers",
    metadata,
    tenant_column(),
    Column("name", SORTED, primary_key=True),
    Column("sequence", LARGE, nullable=False),
)
"""Up to which number of the event log a follower has done its work."""
