"""The tables of recordings: the catalogue, and who did what with them."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, Table, Text

from softswitch.storage.tables.base import LARGE, SORTED, metadata, tenant_column

recordings = Table(
    "recordings",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("call", SORTED, nullable=False),
    Column("part", Integer, nullable=False),
    Column("started", SORTED, nullable=False),
    Column("ended", SORTED, nullable=False),
    Column("state", SORTED, nullable=False),
    Column("caller", Text, nullable=False),
    Column("agent", SORTED, nullable=False),
    Column("called", Text, nullable=False),
    Column("caller_digits", SORTED, nullable=False),
    Column("agent_digits", SORTED, nullable=False),
    Column("called_digits", SORTED, nullable=False),
    Column("queue", SORTED, nullable=False),
    Column("trunk", SORTED, nullable=False),
    Column("customer", SORTED, nullable=False),
    Column("mode", SORTED, nullable=False),
    Column("because", SORTED, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("consent", SORTED, nullable=False),
    Column("path", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("octets", LARGE, nullable=False),
    Column("sha256", SORTED, nullable=False),
    Column("masked", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("keep_until", SORTED, nullable=False),
    Column("hold_by", Text, nullable=False),
    Column("hold_why", Text, nullable=False),
    Column("hold_at", SORTED, nullable=False),
    Column("erased_by", Text, nullable=False),
    Column("erased_why", Text, nullable=False),
)
"""One recording of a talk. ``path`` is below the folder of recordings; ``…_digits`` are what numbers are
looked for by, whatever their spelling; ``masked`` are pairs of seconds as JSON; times are "" for never."""

Index("recordings_by_time", recordings.c.tenant, recordings.c.started)
Index("recordings_by_call", recordings.c.tenant, recordings.c.call)
Index("recordings_by_queue", recordings.c.tenant, recordings.c.queue, recordings.c.started)
Index("recordings_by_agent", recordings.c.tenant, recordings.c.agent, recordings.c.started)
Index("recordings_by_customer", recordings.c.tenant, recordings.c.customer, recordings.c.started)
Index("recordings_by_caller", recordings.c.tenant, recordings.c.caller_digits)
Index("recordings_by_called", recordings.c.tenant, recordings.c.called_digits)
# A number is looked for on every side: with one of them without an index all rows would be read.
Index("recordings_by_right_side", recordings.c.tenant, recordings.c.agent_digits)
# What is running or to be erased is little, whatever there is.
_OPEN = recordings.c.state.in_(("running", "erasing"))
Index("recordings_open", recordings.c.tenant, recordings.c.state, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("recordings_by_end", recordings.c.tenant, recordings.c.keep_until)

recording_access = Table(
    "recording_access",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("recording", SORTED, nullable=False),
    Column("at", SORTED, nullable=False),
    Column("by", Text, nullable=False),
    Column("deed", SORTED, nullable=False),
    Column("why", Text, nullable=False),
)
"""Who listened to a recording, gave it out, held, released or erased it. Never changed, never erased."""

Index("recording_access_by_recording", recording_access.c.tenant, recording_access.c.recording)
