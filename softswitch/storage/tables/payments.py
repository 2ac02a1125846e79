"""The tables of payments, and of wrong tries to show who one is."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from softswitch.storage.tables.base import LARGE, SORTED, metadata, tenant_column

payments = Table(
    "payments",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("held", SORTED, nullable=True),
    Column("state", SORTED, nullable=False),
    Column("doing", SORTED, nullable=False),
    Column("method", SORTED, nullable=False),
    Column("provider", SORTED, nullable=False),
    Column("reference", SORTED, nullable=False),
    Column("amount", LARGE, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("call", SORTED, nullable=False),
    Column("customer", SORTED, nullable=False),
    Column("language", SORTED, nullable=False),
    Column("receipt", SORTED, nullable=False),
    Column("receipt_to", Text, nullable=False),
    Column("sms", SORTED, nullable=False),
    Column("sms_to", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reason", SORTED, nullable=False),
    Column("url", Text, nullable=False),
    Column("node", SORTED, nullable=False),
    Column("created", SORTED, nullable=False),
    Column("changed", SORTED, nullable=False),
    Column("until", SORTED, nullable=False),
    Column("due", SORTED, nullable=False),
    Column("version", Integer, nullable=False),
)
"""Payments, in grosze. ``held`` is the purpose as long as nobody else may pay for it, NULL otherwise and for
none; ``due`` is when it is looked at next, "" for what is over. No code is ever in it."""

# NULLs are not equal to each other, in SQLite as in PostgreSQL.
Index("payments_held", payments.c.tenant, payments.c.held, unique=True)
_OPEN = payments.c.due != ""
Index("payments_due", payments.c.tenant, payments.c.due, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("payments_by_reference", payments.c.tenant, payments.c.provider, payments.c.reference)

identity_tries = Table(
    "identity_tries",
    metadata,
    tenant_column(),
    Column("subject", SORTED, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", SORTED, nullable=False),
    Column("locked_until", SORTED, nullable=False),
)
"""Wrong tries by customer, customer number and calling number; ``locked_until`` is "" for not at all."""
