"""The tables of customers: who they are, what they are found by, and every contact with them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, Table, Text

from softswitch.storage.tables.base import SORTED, metadata, tenant_column

customers = Table(
    "customers",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("kind", SORTED, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("company_name", Text, nullable=False),
    Column("search_key", SORTED, nullable=False),
    Column("company", SORTED, nullable=False),
    Column("numbers", Text, nullable=False),
    Column("emails", Text, nullable=False),
    Column("customer_number", SORTED, nullable=False),
    Column("pesel", SORTED, nullable=False),
    Column("nip", SORTED, nullable=False),
    Column("regon", SORTED, nullable=False),
    Column("customer_group", SORTED, nullable=False),
    Column("type", SORTED, nullable=False),
    Column("vip", Boolean, nullable=False),
    Column("keeper", SORTED, nullable=False),
    Column("language", SORTED, nullable=False),
    Column("born", SORTED, nullable=False),
    Column("notes", Text, nullable=False),
    Column("own", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created", SORTED, nullable=False),
    Column("changed", SORTED, nullable=False),
)
"""Persons and companies. ``search_key`` is the name without capitals and accents; ``numbers``, ``emails`` and
``own`` are JSON; ``company`` is the id of a person's company."""

Index("customers_by_name", customers.c.tenant, customers.c.search_key, customers.c.id)
_IN_COMPANY = customers.c.company != ""
Index(
    "customers_by_company",
    customers.c.tenant,
    customers.c.company,
    sqlite_where=_IN_COMPANY,
    postgresql_where=_IN_COMPANY,
)
_KEPT = customers.c.keeper != ""
Index(
    "customers_by_keeper",
    customers.c.tenant,
    customers.c.keeper,
    sqlite_where=_KEPT,
    postgresql_where=_KEPT,
)

customer_keys = Table(
    "customer_keys",
    metadata,
    tenant_column(),
    Column("field", SORTED, primary_key=True),
    Column("value", SORTED, primary_key=True),
    Column("customer", SORTED, primary_key=True),
    Column("sole", Boolean, nullable=False),
)
"""What customers are found by: a field's name, and its value in the one form in which it is compared. A value
that is ``sole`` only one customer may have."""

Index("customer_keys_by_customer", customer_keys.c.tenant, customer_keys.c.customer)
Index(
    "customer_keys_sole",
    customer_keys.c.tenant,
    customer_keys.c.field,
    customer_keys.c.value,
    unique=True,
    sqlite_where=customer_keys.c.sole,
    postgresql_where=customer_keys.c.sole,
)

customer_pins = Table(
    "customer_pins",
    metadata,
    tenant_column(),
    Column("customer", SORTED, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("changed", SORTED, nullable=False),
)
"""PINs as salted hashes (Argon2), apart from customers, so that whoever reads those does not read these."""

contacts = Table(
    "contacts",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("at", SORTED, nullable=False),
    Column("kind", SORTED, nullable=False),
    Column("number", SORTED, nullable=False),
    Column("customer", SORTED, nullable=False),
    Column("way", SORTED, nullable=False),
    Column("agent", SORTED, nullable=False),
    Column("queue", SORTED, nullable=False),
    Column("campaign", SORTED, nullable=False),
    Column("result", SORTED, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("reference", SORTED, nullable=False),
    Column("text", Text, nullable=False),
)
"""Every contact with a customer; ``customer`` is "" where the number alone is known."""

# Newest first of one customer, or of one number that is nobody's: each is one step into an index.
Index("contacts_by_customer", contacts.c.tenant, contacts.c.customer, contacts.c.at, contacts.c.id)
Index(
    "contacts_by_number",
    contacts.c.tenant,
    contacts.c.number,
    contacts.c.customer,
    contacts.c.at,
    contacts.c.id,
)
Index("contacts_by_time", contacts.c.tenant, contacts.c.at)
Index("contacts_by_reference", contacts.c.tenant, contacts.c.reference)

personal_data_acts = Table(
    "personal_data_acts",
    metadata,
    tenant_column(),
    Column("id", SORTED, primary_key=True),
    Column("at", SORTED, nullable=False),
    Column("done_by", SORTED, nullable=False),
    Column("act", SORTED, nullable=False),
    Column("customer", SORTED, nullable=False),
    Column("counts", Text, nullable=False),
)
"""Who has exported or erased a person's data, and when. ``counts`` says how much of what there was."""
