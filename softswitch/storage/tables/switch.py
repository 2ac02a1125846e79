"""The tables of the switch itself: its log, where phones are, what people and agents set, who waits."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, Table, Text

from softswitch.storage.tables.base import LARGE, SORTED, metadata, tenant_column

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))
"""Read by switches from before the migrations alone: the number in it makes them refuse the database."""

events = Table(
    "events",
    metadata,
    Column("sequence", LARGE, primary_key=True, autoincrement=False),
    tenant_column(key=False),
    Column("at", SORTED, nullable=False),
    Column("call", SORTED, nullable=False),
    Column("kind", SORTED, nullable=False),
    Column("data", Text, nullable=False),
)
"""The event log: ``kind`` is the class of the event, ``data`` its fields as JSON, ``call`` "" for none."""

Index("events_by_call", events.c.call, events.c.sequence)
# Only the first event of each call, so that the newest calls are found without reading their steps.
Index(
    "arrivals",
    events.c.sequence,
    sqlite_where=events.c.kind == "CallArrived",
    postgresql_where=events.c.kind == "CallArrived",
)

bindings = Table(
    "bindings",
    metadata,
    tenant_column(),
    Column("account", SORTED, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("contact", Text, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("data", Text, nullable=False),
)
"""Where phones are: ``place`` is the order inside an account, ``data`` the other fields as JSON."""

secrets = Table(
    "secrets",
    metadata,
    tenant_column(),
    Column("name", SORTED, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Keys the switch made for itself. The file they lie in is readable by its owner alone."""

settings = Table(
    "settings",
    metadata,
    tenant_column(),
    Column("account", SORTED, primary_key=True),
    Column("name", SORTED, primary_key=True),
    Column("value", Text, nullable=False),
)
"""What people changed of their own settings by feature codes; "" is a setting that was switched off."""

agents = Table(
    "agents",
    metadata,
    tenant_column(),
    Column("agent", SORTED, primary_key=True),
    Column("queue", SORTED, primary_key=True),
    Column("data", Text, nullable=False),
)
"""Log-ins and pauses of agents by queue, "" for all queues. ``data`` is the whole as JSON, here and below."""

callbacks = Table(
    "callbacks",
    metadata,
    tenant_column(),
    Column("call", SORTED, primary_key=True),
    Column("data", Text, nullable=False),
)
"""Who is to be called back, by the call in which it was asked for."""

waiting = Table(
    "waiting",
    metadata,
    tenant_column(),
    Column("call", SORTED, primary_key=True),
    Column("data", Text, nullable=False),
)
"""Who waits on the line, or did so when the switch ended."""
