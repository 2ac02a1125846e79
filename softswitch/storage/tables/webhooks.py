"""The tables of webhooks: what each receiver was told, by numbers of its own."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from softswitch.storage.tables.base import LARGE, SORTED, metadata, tenant_column

webhook_receivers = Table(
    "webhook_receivers",
    metadata,
    tenant_column(),
    Column("name", SORTED, primary_key=True),
    Column("last", LARGE, nullable=False),
    Column("gone", SORTED, nullable=False),
)
"""Up to which number each is told; ``gone`` is when it said that it wants nothing more, "" while it does."""

webhook_messages = Table(
    "webhook_messages",
    metadata,
    tenant_column(),
    Column("receiver", SORTED, primary_key=True),
    Column("number", LARGE, primary_key=True, autoincrement=False),
    Column("id", SORTED, nullable=False),
    Column("kind", SORTED, nullable=False),
    Column("at", SORTED, nullable=False),
    Column("payload", Text, nullable=False),
)
"""What was told, kept for those who ask again: ``id`` is the message's own, ``payload`` its JSON."""

Index(
    "webhook_messages_by_id",
    webhook_messages.c.tenant,
    webhook_messages.c.receiver,
    webhook_messages.c.id,
    unique=True,
)
Index("webhook_messages_by_time", webhook_messages.c.tenant, webhook_messages.c.at)
