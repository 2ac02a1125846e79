"""The table of what callers chose."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from softswitch.storage.tables.base import SORTED, metadata, tenant_column

caller_choices = Table(
    "caller_choices",
    metadata,
    tenant_column(),
    Column("number", SORTED, primary_key=True),
    Column("language", SORTED, nullable=False),
    Column("pace", Integer, nullable=False),
    Column("at", SORTED, nullable=False),
)
"""How callers of a number want to be spoken to: ``number`` as those of customers are kept, ``pace`` in
hundredths of the voice's own, ``at`` when it was chosen or used last."""

Index("caller_choices_by_time", caller_choices.c.tenant, caller_choices.c.at)
