"""Every row belongs to a firm, from the first column on."""

from __future__ import annotations

from softswitch.storage.tables import metadata
from softswitch.storage.tables.base import tenant_column

APART = {"schema_version"}
"""One number that earlier switches read."""


def test_every_table_knows_whose_its_rows_are() -> None:
    assert {table.name for table in metadata.sorted_tables if "tenant" not in table.c} == APART


def test_the_tenant_is_part_of_the_key_unless_a_number_is_the_key() -> None:
    assert tenant_column().primary_key
    assert not tenant_column(key=False).primary_key
    numbered = {
        table.name
        for table in metadata.sorted_tables
        if "tenant" in table.c and not table.c.tenant.primary_key
    }
    assert numbered == {"events"}
