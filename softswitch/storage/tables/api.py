"""The tables of the programs' interface: tokens, repeated requests, audit, who was in which call."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from softswitch.storage.tables.base import SORTED, metadata, tenant_column

api_tokens = Table(
    "api_tokens",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("agent", SORTED, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("made", SORTED, nullable=False),
    Column("expires", SORTED, nullable=False),
    Column("revoked", SORTED, nullable=False),
    Column("used", SORTED, nullable=False),
)
"""Tokens, each as the SHA-256 of its secret. ``scopes`` are separated by spaces; times are "" for never."""

api_replays = Table(
    "api_replays",
    metadata,
    tenant_column(),
    Column("token", SORTED, primary_key=True),
    Column("key", SORTED, primary_key=True),
    Column("fingerprint", SORTED, nullable=False),
    Column("at", SORTED, nullable=False),
    Column("status", Integer, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Answers to requests with an Idempotency-Key; ``status`` is 0 while there is none yet."""

Index("api_replays_by_age", api_replays.c.tenant, api_replays.c.at)

api_audit = Table(
    "api_audit",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("at", SORTED, nullable=False),
    Column("token", SORTED, nullable=False),
    Column("name", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("code", Text, nullable=False),
)
"""Who asked for what; the ids sort by time."""

Index("api_audit_by_token", api_audit.c.tenant, api_audit.c.token, api_audit.c.id)

call_parties = Table(
    "call_parties",
    metadata,
    tenant_column(),
    Column("party", SORTED, primary_key=True),
    Column("call", SORTED, primary_key=True),
)
"""Who took part in which call, and under the party "" every call: so that lists of calls are read from an
index. Call ids sort by time."""
