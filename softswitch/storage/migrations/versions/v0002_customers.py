"""The tables of customers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    _make_customers()
    _make_keys()
    op.create_table(
        "customer_pins",
        _tenant(),
        _key("customer"),
        sa.Column("hash", sa.Text, nullable=False),
        _sorted("changed"),
    )
    _make_contacts()
    op.create_table(
        "personal_data_acts",
        _tenant(),
        _key("id"),
        *map(_sorted, ("at", "done_by", "act", "customer")),
        sa.Column("counts", sa.Text, nullable=False),
    )


def _make_customers() -> None:
    op.create_table(
        "customers",
        _tenant(),
        _key("id"),
        _sorted("kind"),
        *map(_text, ("first_name", "last_name", "company_name")),
        *map(_sorted, ("search_key", "company")),
        *map(_text, ("numbers", "emails")),
        *map(_sorted, ("customer_number", "pesel", "nip", "regon", "customer_group", "type")),
        sa.Column("vip", sa.Boolean, nullable=False),
        *map(_sorted, ("keeper", "language", "born")),
        *map(_text, ("notes", "own")),
        sa.Column("version", sa.Integer, nullable=False),
        *map(_sorted, ("created", "changed")),
    )
    op.create_index("customers_by_name", "customers", ["tenant", "search_key", "id"])
    for name, column in (("customers_by_company", "company"), ("customers_by_keeper", "keeper")):
        given = sa.text(f"{column} != ''")
        op.create_index(name, "customers", ["tenant", column], sqlite_where=given, postgresql_where=given)


def _make_keys() -> None:
    op.create_table(
        "customer_keys",
        _tenant(),
        *map(_key, ("field", "value", "customer")),
        sa.Column("sole", sa.Boolean, nullable=False),
    )
    op.create_index("customer_keys_by_customer", "customer_keys", ["tenant", "customer"])
    op.create_index(
        "customer_keys_sole",
        "customer_keys",
        ["tenant", "field", "value"],
        unique=True,
        sqlite_where=sa.text("sole = 1"),
        postgresql_where=sa.text("sole"),
    )


def _make_contacts() -> None:
    op.create_table(
        "contacts",
        _tenant(),
        _key("id"),
        *map(
            _sorted,
            ("at", "kind", "number", "customer", "way", "agent", "queue", "campaign", "result"),
        ),
        sa.Column("seconds", sa.Float, nullable=False),
        _sorted("reference"),
        _text("text"),
    )
    op.create_index("contacts_by_customer", "contacts", ["tenant", "customer", "at", "id"])
    op.create_index("contacts_by_number", "contacts", ["tenant", "number", "customer", "at", "id"])
    op.create_index("contacts_by_time", "contacts", ["tenant", "at"])
    op.create_index("contacts_by_reference", "contacts", ["tenant", "reference"])


def _tenant() -> sa.Column[str]:
    return sa.Column("tenant", _SORTED, primary_key=True, nullable=False, server_default="default")


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, _SORTED, primary_key=True)


def _sorted(name: str) -> sa.Column[str]:
    return sa.Column(name, _SORTED, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)
