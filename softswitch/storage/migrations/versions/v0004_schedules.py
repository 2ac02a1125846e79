"""The tables of schedules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    _table(
        "schedule_switches",
        *_key("schedule"),
        *_texts("mode", "by", "at", "until"),
        sa.Column("note", sa.Text, nullable=False),
    )
    _table("duty_days", *_key("duty", "day"), *_texts("main", "spare", "by", "at"))
    _table(
        "special_days",
        *_key("schedule", "day"),
        *_texts("hours"),
        sa.Column("name", sa.Text, nullable=False),
        *_texts("by", "at"),
    )
    _table(
        "listed_callers",
        *_key("list", "number"),
        sa.Column("name", sa.Text, nullable=False),
        *_texts("leads_to", "otherwise", "by", "at"),
    )


def _table(name: str, *columns: sa.Column[str]) -> None:
    tenant = sa.Column("tenant", _SORTED, primary_key=True, server_default="default")
    op.create_table(name, tenant, *columns)


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _SORTED, primary_key=True) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _SORTED, nullable=False) for name in names]
