"""What callers chose: their language and pace."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "caller_choices",
        sa.Column("tenant", _SORTED, primary_key=True, server_default="default"),
        sa.Column("number", _SORTED, primary_key=True),
        sa.Column("language", _SORTED, nullable=False),
        sa.Column("pace", sa.Integer, nullable=False),
        sa.Column("at", _SORTED, nullable=False),
    )
    op.create_index("caller_choices_by_time", "caller_choices", ["tenant", "at"])
