"""The table of the versions of voice menus."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from softswitch.storage.tables.base import SORTED, metadata, tenant_column

tree_versions = Table(
    "tree_versions",
    metadata,
    tenant_column(),
    Column("tree", SORTED, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("path", Text, nullable=False),
    Column("checksum", SORTED, nullable=False),
    Column("text", Text, nullable=False),
    Column("sounds", Text, nullable=False),
    Column("at", SORTED, nullable=False),
    Column("by", SORTED, nullable=False),
    Column("back_to", Integer, nullable=False),
)
"""``sounds`` are checksums by file name, in JSON; ``back_to`` is the version whose content it has again."""
