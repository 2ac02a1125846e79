"""The tables of the programs' interface."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "api_tokens",
        *_key("id"),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("name", "scopes")),
        sa.Column("agent", _SORTED, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        *(sa.Column(name, _SORTED, nullable=False) for name in ("made", "expires", "revoked", "used")),
    )
    op.create_table(
        "api_replays",
        *_key("token", "key"),
        *(sa.Column(name, _SORTED, nullable=False) for name in ("fingerprint", "at")),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("api_replays_by_age", "api_replays", ["tenant", "at"])
    op.create_table(
        "api_audit",
        *_key("id"),
        *(sa.Column(name, _SORTED, nullable=False) for name in ("at", "token")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("name", "agent", "source", "method", "path")),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
    )
    op.create_index("api_audit_by_token", "api_audit", ["tenant", "token", "id"])
    op.create_table("call_parties", *_key("party", "call"))


def _key(*names: str) -> list[sa.Column[str]]:
    tenant = sa.Column("tenant", _SORTED, primary_key=True, nullable=False, server_default="default")
    return [tenant, *(sa.Column(name, _SORTED, primary_key=True) for name in names)]
