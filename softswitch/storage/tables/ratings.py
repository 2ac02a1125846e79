"""The table of what callers thought of talks."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from softswitch.storage.tables.base import SORTED, metadata, tenant_column

ratings = Table(
    "ratings",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("call", SORTED, nullable=False),
    Column("at", SORTED, nullable=False),
    Column("queue", SORTED, nullable=False),
    Column("agent", SORTED, nullable=False),
    Column("number", SORTED, nullable=False),
    Column("rating", Integer, nullable=False),
    Column("lowest", Integer, nullable=False),
    Column("highest", Integer, nullable=False),
)
"""Ratings: ``id`` is the call and the number of the event in the log; ``number`` is the caller's as those of
customers are kept, "" for a withheld one. ``lowest`` and ``highest`` are the scale."""

Index("ratings_by_time", ratings.c.tenant, ratings.c.at, ratings.c.id)
Index("ratings_by_call", ratings.c.tenant, ratings.c.call)
