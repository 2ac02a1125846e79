"""The tables of payments, and of wrong tries to show who one is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_LARGE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "payments",
        sa.Column("tenant", _SORTED, primary_key=True, server_default="default"),
        sa.Column("id", _SORTED, primary_key=True),
        sa.Column("held", _SORTED, nullable=True),
        *map(_sorted, ("state", "doing", "method", "provider", "reference")),
        sa.Column("amount", _LARGE, nullable=False),
        *map(_text, ("purpose", "description")),
        *map(_sorted, ("call", "customer", "language", "receipt")),
        _text("receipt_to"),
        _sorted("sms"),
        _text("sms_to"),
        sa.Column("tries", sa.Integer, nullable=False),
        _sorted("reason"),
        _text("url"),
        *map(_sorted, ("node", "created", "changed", "until", "due")),
        sa.Column("version", sa.Integer, nullable=False),
    )
    still = sa.text("due != ''")
    op.create_index("payments_held", "payments", ["tenant", "held"], unique=True)
    op.create_index("payments_due", "payments", ["tenant", "due"], sqlite_where=still, postgresql_where=still)
    op.create_index("payments_by_reference", "payments", ["tenant", "provider", "reference"])
    op.create_table(
        "identity_tries",
        sa.Column("tenant", _SORTED, primary_key=True, server_default="default"),
        sa.Column("subject", _SORTED, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        *map(_sorted, ("last", "locked_until")),
    )


def _sorted(name: str) -> sa.Column[str]:
    return sa.Column(name, _SORTED, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)
