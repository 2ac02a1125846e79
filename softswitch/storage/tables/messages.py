"""The tables of text messages that people and programs have sent, and of what counts for their limits."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from softswitch.storage.tables.base import SORTED, metadata, tenant_column

text_messages = Table(
    "text_messages",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("at", SORTED, nullable=False),
    Column("call", SORTED, nullable=False),
    Column("number", SORTED, nullable=False),
    Column("gateway", SORTED, nullable=False),
    Column("template", SORTED, nullable=False),
    Column("sent_by", SORTED, nullable=False),
)
"""Text messages: to whom, in which ``call`` ("" for none), by which template, "" for a text of its own.
What became of it the outbox knows."""

Index("text_messages_by_call", text_messages.c.tenant, text_messages.c.call)
Index("text_messages_by_number", text_messages.c.tenant, text_messages.c.number)
Index("text_messages_by_time", text_messages.c.tenant, text_messages.c.at)

sms_sent = Table(
    "sms_sent",
    metadata,
    tenant_column(),
    Column("sender", SORTED, primary_key=True),
    Column("key", SORTED, primary_key=True),
    Column("number", SORTED, nullable=False),
    Column("at", SORTED, nullable=False),
)
"""What each sender has sent within the last days: what its limits are counted from after a restart."""

Index("sms_sent_by_time", sms_sent.c.tenant, sms_sent.c.at)
