"""The tables of what must reach the outside, and of who follows the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_LARGE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "outbox",
        sa.Column("tenant", _SORTED, primary_key=True, server_default="default"),
        sa.Column("key", _SORTED, primary_key=True),
        *(sa.Column(name, _SORTED, nullable=False) for name in ("id", "channel", "lane")),
        sa.Column("body", sa.Text, nullable=False),
        *(sa.Column(name, _SORTED, nullable=False) for name in ("state", "created", "due", "expires")),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("settled", _SORTED, nullable=False),
    )
    still = sa.text("settled = ''")
    for name, columns in (("outbox_open", ["channel", "due"]), ("outbox_lanes", ["lane", "id"])):
        op.create_index(name, "outbox", ["tenant", *columns], sqlite_where=still, postgresql_where=still)
    op.create_index("outbox_by_id", "outbox", ["tenant", "id"])
    op.create_table(
        "followers",
        sa.Column("tenant", _SORTED, primary_key=True, server_default="default"),
        sa.Column("name", _SORTED, primary_key=True),
        sa.Column("sequence", _LARGE, nullable=False),
    )
