"""The tables of tickets and orders."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_LARGE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    _table(
        "tickets",
        *_key("id"),
        *_texts("queue"),
        sa.Column("title", sa.Text, nullable=False),
        *_texts("state", "priority", "category", "number", "customer", "call", "step"),
        *_texts("assignee", "created", "changed"),
    )
    step = sa.text("step != ''")
    op.create_index(
        "tickets_by_step",
        "tickets",
        ["tenant", "call", "step"],
        unique=True,
        sqlite_where=step,
        postgresql_where=step,
    )
    for name in ("customer", "number", "state"):
        op.create_index(f"tickets_by_{name}", "tickets", ["tenant", name, "id"])
    _table(
        "ticket_changes",
        *_key("id"),
        *_texts("ticket", "at", "by", "field"),
        sa.Column("old", sa.Text, nullable=False),
        sa.Column("new", sa.Text, nullable=False),
    )
    op.create_index("ticket_changes_by_ticket", "ticket_changes", ["tenant", "ticket", "id"])
    data = sa.Column("data", sa.Text, nullable=False)
    _table("ticket_promises", *_key("call", "step"), *_texts("state"), data)
    _table(
        "orders",
        *_key("shop", "number"),
        *_texts("status", "placed"),
        sa.Column("total", _LARGE, nullable=True),
        *_texts("currency", "phone", "email", "customer"),
    )
    for name in ("phone", "email", "customer"):
        op.create_index(f"orders_by_{name}", "orders", ["tenant", name, "placed"])


def _table(name: str, *columns: sa.Column[Any]) -> None:
    tenant = sa.Column("tenant", _SORTED, primary_key=True, server_default="default")
    op.create_table(name, tenant, *columns)


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _SORTED, primary_key=True) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _SORTED, nullable=False) for name in names]
