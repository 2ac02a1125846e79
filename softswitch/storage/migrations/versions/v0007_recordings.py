"""The tables of recordings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_LARGE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "recordings",
        sa.Column("tenant", _SORTED, primary_key=True, server_default="default"),
        sa.Column("id", _SORTED, primary_key=True),
        sa.Column("call", _SORTED, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        *_sorted("started", "ended", "state"),
        sa.Column("caller", sa.Text, nullable=False),
        *_sorted("agent"),
        sa.Column("called", sa.Text, nullable=False),
        *_sorted("caller_digits", "agent_digits", "called_digits"),
        *_sorted("queue", "trunk", "customer", "mode", "because"),
        sa.Column("asked_by", sa.Text, nullable=False),
        *_sorted("consent"),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("octets", _LARGE, nullable=False),
        *_sorted("sha256"),
        *_text("masked", "reason"),
        *_sorted("keep_until"),
        *_text("hold_by", "hold_why"),
        *_sorted("hold_at"),
        *_text("erased_by", "erased_why"),
    )
    for name, columns in (
        ("time", ["started"]),
        ("call", ["call"]),
        ("queue", ["queue", "started"]),
        ("agent", ["agent", "started"]),
        ("customer", ["customer", "started"]),
        ("caller", ["caller_digits"]),
        ("called", ["called_digits"]),
        ("right_side", ["agent_digits"]),
        ("end", ["keep_until"]),
    ):
        op.create_index(f"recordings_by_{name}", "recordings", ["tenant", *columns])
    still = sa.text("state IN ('running', 'erasing')")
    op.create_index(
        "recordings_open", "recordings", ["tenant", "state"], sqlite_where=still, postgresql_where=still
    )
    op.create_table(
        "recording_access",
        sa.Column("tenant", _SORTED, primary_key=True, server_default="default"),
        sa.Column("id", _SORTED, primary_key=True),
        *_sorted("recording", "at"),
        sa.Column("by", sa.Text, nullable=False),
        *_sorted("deed"),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_index("recording_access_by_recording", "recording_access", ["tenant", "recording"])


def _sorted(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _SORTED, nullable=False) for name in names]


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
