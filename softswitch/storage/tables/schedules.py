"""The tables of what people change by hand in schedules, duties and lists of callers."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from softswitch.storage.tables.base import SORTED, metadata, tenant_column

schedule_switches = Table(
    "schedule_switches",
    metadata,
    tenant_column(),
    Column("schedule", SORTED, primary_key=True),
    Column("mode", SORTED, nullable=False),
    Column("by", SORTED, nullable=False),
    Column("at", SORTED, nullable=False),
    Column("until", SORTED, nullable=False),
    Column("note", Text, nullable=False),
)
"""Schedules switched by hand, "" being all of them; ``until`` is "" for good."""

duty_days = Table(
    "duty_days",
    metadata,
    tenant_column(),
    Column("duty", SORTED, primary_key=True),
    Column("day", SORTED, primary_key=True),
    Column("main", SORTED, nullable=False),
    Column("spare", SORTED, nullable=False),
    Column("by", SORTED, nullable=False),
    Column("at", SORTED, nullable=False),
)
"""Who was put on a duty for one day, ISO 8601 without a time, in place of the roster."""

special_days = Table(
    "special_days",
    metadata,
    tenant_column(),
    Column("schedule", SORTED, primary_key=True),
    Column("day", SORTED, primary_key=True),
    Column("hours", SORTED, nullable=False),
    Column("name", Text, nullable=False),
    Column("by", SORTED, nullable=False),
    Column("at", SORTED, nullable=False),
)
"""Days that were given other hours in a schedule, before those of the configuration."""

listed_callers = Table(
    "listed_callers",
    metadata,
    tenant_column(),
    Column("list", SORTED, primary_key=True),
    Column("number", SORTED, primary_key=True),
    Column("name", Text, nullable=False),
    Column("leads_to", SORTED, nullable=False),
    Column("otherwise", SORTED, nullable=False),
    Column("by", SORTED, nullable=False),
    Column("at", SORTED, nullable=False),
)
"""Numbers put on lists of callers; ``leads_to`` is the consultant of a VIP."""
