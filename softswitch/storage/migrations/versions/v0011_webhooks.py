"""The tables of what receivers of webhooks were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_LARGE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "webhook_receivers",
        sa.Column("tenant", _SORTED, primary_key=True, server_default="default"),
        sa.Column("name", _SORTED, primary_key=True),
        sa.Column("last", _LARGE, nullable=False),
        sa.Column("gone", _SORTED, nullable=False),
    )
    op.create_table(
        "webhook_messages",
        sa.Column("tenant", _SORTED, primary_key=True, server_default="default"),
        sa.Column("receiver", _SORTED, primary_key=True),
        sa.Column("number", _LARGE, primary_key=True, autoincrement=False),
        *(sa.Column(name, _SORTED, nullable=False) for name in ("id", "kind", "at")),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_index("webhook_messages_by_id", "webhook_messages", ["tenant", "receiver", "id"], unique=True)
    op.create_index("webhook_messages_by_time", "webhook_messages", ["tenant", "at"])
