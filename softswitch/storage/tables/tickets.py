"""The tables of tickets and orders."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from softswitch.storage.tables.base import LARGE, SORTED, metadata, tenant_column

tickets = Table(
    "tickets",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("queue", SORTED, nullable=False),
    Column("title", Text, nullable=False),
    Column("state", SORTED, nullable=False),
    Column("priority", SORTED, nullable=False),
    Column("category", SORTED, nullable=False),
    Column("number", SORTED, nullable=False),
    Column("customer", SORTED, nullable=False),
    Column("call", SORTED, nullable=False),
    Column("step", SORTED, nullable=False),
    Column("assignee", SORTED, nullable=False),
    Column("created", SORTED, nullable=False),
    Column("changed", SORTED, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
)
"""Tickets. ``number`` is who is to be called back; ``step`` where in a menu of the ``call`` it was asked;
``version`` rises with every change."""

# One step of a call makes one ticket; those that no menu asked for have no step.
_STEP = tickets.c.step != ""
Index(
    "tickets_by_step",
    tickets.c.tenant,
    tickets.c.call,
    tickets.c.step,
    unique=True,
    sqlite_where=_STEP,
    postgresql_where=_STEP,
)
Index("tickets_by_customer", tickets.c.tenant, tickets.c.customer, tickets.c.id)
Index("tickets_by_number", tickets.c.tenant, tickets.c.number, tickets.c.id)
Index("tickets_by_state", tickets.c.tenant, tickets.c.state, tickets.c.id)

ticket_changes = Table(
    "ticket_changes",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("ticket", SORTED, nullable=False),
    Column("at", SORTED, nullable=False),
    Column("by", SORTED, nullable=False),
    Column("field", SORTED, nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
)
"""What was changed of tickets; ``field`` is ``note`` for a remark alone."""

Index("ticket_changes_by_ticket", ticket_changes.c.tenant, ticket_changes.c.ticket, ticket_changes.c.id)

ticket_promises = Table(
    "ticket_promises",
    metadata,
    tenant_column(),
    Column("call", SORTED, primary_key=True),
    Column("step", SORTED, primary_key=True),
    Column("state", SORTED, nullable=False),
    Column("data", Text, nullable=False),
)
"""Tickets that follow if the caller leaves, while his call lives; ``data`` is the event as JSON."""

orders = Table(
    "orders",
    metadata,
    tenant_column(),
    Column("shop", SORTED, primary_key=True),
    Column("number", SORTED, primary_key=True),
    Column("status", SORTED, nullable=False),
    Column("placed", SORTED, nullable=False),
    Column("total", LARGE, nullable=True),
    Column("currency", SORTED, nullable=False),
    Column("phone", SORTED, nullable=False),
    Column("email", SORTED, nullable=False),
    Column("customer", SORTED, nullable=False),
    Column("tracking", SORTED, nullable=False, server_default=""),
)
"""Orders that were written here, by the shop they are of. ``total`` is in grosze, NULL for not known."""

Index("orders_by_phone", orders.c.tenant, orders.c.phone, orders.c.placed)
Index("orders_by_email", orders.c.tenant, orders.c.email, orders.c.placed)
Index("orders_by_customer", orders.c.tenant, orders.c.customer, orders.c.placed)
