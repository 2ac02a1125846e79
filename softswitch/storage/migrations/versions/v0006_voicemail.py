"""The tables of voicemail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def _sorted(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _SORTED, nullable=False) for name in names]


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _keys(*names: str) -> list[sa.Column[str]]:
    tenant = sa.Column("tenant", _SORTED, primary_key=True, server_default="default")
    return [tenant, *(sa.Column(name, _SORTED, primary_key=True) for name in names)]


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "voice_messages",
        *_keys("id"),
        *_sorted("box", "call", "left_at"),
        *_text("caller", "caller_name", "called", "menu", "file"),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        *_sorted("state", "mail"),
    )
    op.create_index("voice_messages_by_box", "voice_messages", ["tenant", "box", "left_at"])
    op.create_table("voice_settings", *_keys("box", "name"), *_text("value"))
    op.create_table(
        "call_requests",
        *_keys("id"),
        *_sorted("desk"),
        *_text("number"),
        *_sorted("comparable", "party", "call", "asked_at"),
        *_text("name", "menu", "language"),
        *_sorted("state", "done_at"),
        *_text("done_by", "note", "ticket"),
    )
    op.create_index("call_requests_by_state", "call_requests", ["tenant", "state", "asked_at"])
    op.create_index("call_requests_by_time", "call_requests", ["tenant", "asked_at"])
