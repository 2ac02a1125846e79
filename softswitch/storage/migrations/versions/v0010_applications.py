"""A number that was kept free for what programs do with calls, which needs no table."""

from __future__ import annotations

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Change nothing: steps that are numbered without a gap are easier to follow than one that is missing."""
