"""Ratings of talks, text messages that belong to calls, parcels of orders, and versions of tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    op.add_column("orders", sa.Column("tracking", _SORTED, nullable=False, server_default=""))
    op.add_column("tickets", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    op.create_table(
        "ratings",
        sa.Column("tenant", _SORTED, primary_key=True, server_default="default"),
        sa.Column("id", _SORTED, primary_key=True),
        *(sa.Column(name, _SORTED, nullable=False) for name in ("call", "at", "queue", "agent", "number")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("rating", "lowest", "highest")),
    )
    op.create_index("ratings_by_time", "ratings", ["tenant", "at", "id"])
    op.create_index("ratings_by_call", "ratings", ["tenant", "call"])
    op.create_table(
        "text_messages",
        sa.Column("tenant", _SORTED, primary_key=True, server_default="default"),
        sa.Column("id", _SORTED, primary_key=True),
        *(
            sa.Column(name, _SORTED, nullable=False)
            for name in ("at", "call", "number", "gateway", "template", "sent_by")
        ),
    )
    op.create_index("text_messages_by_call", "text_messages", ["tenant", "call"])
    op.create_index("text_messages_by_number", "text_messages", ["tenant", "number"])
    op.create_index("text_messages_by_time", "text_messages", ["tenant", "at"])
    op.create_table(
        "sms_sent",
        sa.Column("tenant", _SORTED, primary_key=True, server_default="default"),
        sa.Column("sender", _SORTED, primary_key=True),
        sa.Column("key", _SORTED, primary_key=True),
        sa.Column("number", _SORTED, nullable=False),
        sa.Column("at", _SORTED, nullable=False),
    )
    op.create_index("sms_sent_by_time", "sms_sent", ["tenant", "at"])
