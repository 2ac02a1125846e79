"""The tables of the switch itself, as they were when the migrations began.

Databases from before have some of them, and a number of their own in ``schema_version``.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BEFORE_MIGRATIONS = 4
"""Higher than all numbers that earlier switches know: they refuse the database."""

_LARGE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_DEFAULT = "default"


def upgrade() -> None:
    """Make what is missing of them."""
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if "events" not in there:
        _make_events()
    for name, keys, rest in (
        ("bindings", ("account", "place"), ("contact", "expires_at", "data")),
        ("secrets", ("name",), ("octets",)),
        ("settings", ("account", "name"), ("value",)),
        ("agents", ("agent", "queue"), ("data",)),
        ("callbacks", ("call",), ("data",)),
        ("waiting", ("call",), ("data",)),
    ):
        if name not in there:
            op.create_table(name, _tenant(key=True), *map(_key, keys), *map(_value, rest))
    if "schema_version" not in there:
        op.create_table("schema_version", sa.Column("version", sa.Integer, primary_key=True))
        op.execute(f"INSERT INTO schema_version (version) VALUES ({BEFORE_MIGRATIONS})")
    else:
        op.execute(f"UPDATE schema_version SET version = {BEFORE_MIGRATIONS}")


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column("sequence", _LARGE, primary_key=True, autoincrement=False),
        _tenant(key=False),
        sa.Column("at", _SORTED, nullable=False),
        sa.Column("call", _SORTED, nullable=False),
        sa.Column("kind", _SORTED, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("events_by_call", "events", ["call", "sequence"])
    first = sa.text("kind = 'CallArrived'")
    op.create_index("arrivals", "events", ["sequence"], sqlite_where=first, postgresql_where=first)


def _tenant(*, key: bool) -> sa.Column[str]:
    return sa.Column("tenant", _SORTED, primary_key=key, nullable=False, server_default=_DEFAULT)


def _key(name: str) -> sa.Column[object]:
    # A number is a place in an order and never counted up by the database.
    if name == "place":
        return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)
    return sa.Column(name, _SORTED, primary_key=True)


def _value(name: str) -> sa.Column[object]:
    if name == "octets":
        return sa.Column("value", sa.LargeBinary, nullable=False)
    return sa.Column(name, sa.Float if name == "expires_at" else sa.Text, nullable=False)
