"""The tables, as SQLAlchemy sees them. One place, whatever the database.

Times are ISO 8601 text in UTC with microseconds: they sort as text, read well in any client and mean the
same in SQLite and PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

SCHEMA_VERSION = 3
"""Raised with every change of a table below; a database of a higher one is refused."""

DEFAULT_TENANT = "default"
"""The firm whose rows these are, as long as one switch serves one firm."""

metadata = MetaData()

# SQLite numbers its rows by a column that is exactly INTEGER PRIMARY KEY; a BIGINT would cost a second index.
_LARGE = BigInteger().with_variant(Integer, "sqlite")

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

events = Table(
    "events",
    metadata,
    Column("sequence", _LARGE, primary_key=True, autoincrement=False),
    Column("tenant", String, nullable=False, server_default=DEFAULT_TENANT),
    Column("at", String, nullable=False),
    Column("call", String, nullable=False),
    Column("kind", String, nullable=False),
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
    Column("tenant", String, primary_key=True, server_default=DEFAULT_TENANT),
    Column("account", String, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("contact", Text, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("data", Text, nullable=False),
)
"""Where phones are: ``place`` is the order inside an account, ``data`` the other fields as JSON."""

secrets = Table(
    "secrets",
    metadata,
    Column("tenant", String, primary_key=True, server_default=DEFAULT_TENANT),
    Column("name", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Keys the switch made for itself. The file they lie in is readable by its owner alone."""

settings = Table(
    "settings",
    metadata,
    Column("tenant", String, primary_key=True, server_default=DEFAULT_TENANT),
    Column("account", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)
"""What people changed of their own settings by feature codes; "" is a setting that was switched off."""

agents = Table(
    "agents",
    metadata,
    Column("tenant", String, primary_key=True, server_default=DEFAULT_TENANT),
    Column("agent", String, primary_key=True),
    Column("queue", String, primary_key=True),
    Column("data", Text, nullable=False),
)
"""Log-ins and pauses of agents by queue, "" for all queues. ``data`` is the whole as JSON, here and below."""

callbacks = Table(
    "callbacks",
    metadata,
    Column("tenant", String, primary_key=True, server_default=DEFAULT_TENANT),
    Column("call", String, primary_key=True),
    Column("data", Text, nullable=False),
)
"""Who is to be called back, by the call in which it was asked for."""

waiting = Table(
    "waiting",
    metadata,
    Column("tenant", String, primary_key=True, server_default=DEFAULT_TENANT),
    Column("call", String, primary_key=True),
    Column("data", Text, nullable=False),
)
"""Who waits on the line, or did so when the switch ended."""

ADDED: dict[int, tuple[Table, ...]] = {2: (settings,), 3: (agents, callbacks, waiting)}
"""The tables that came with each version of the schema after the first."""
