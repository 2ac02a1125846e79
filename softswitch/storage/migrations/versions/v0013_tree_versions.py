"""Versions of voice menus."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "tree_versions",
        sa.Column("tenant", _SORTED, primary_key=True, server_default="default"),
        sa.Column("tree", _SORTED, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("checksum", _SORTED, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("sounds", sa.Text, nullable=False),
        sa.Column("at", _SORTED, nullable=False),
        sa.Column("by", _SORTED, nullable=False),
        sa.Column("back_to", sa.Integer, nullable=False),
    )
