"""The steps of the migrations are found without loading Alembic, in one row."""

from __future__ import annotations

from softswitch.storage.migrations.steps import known_revisions, tables_at
from softswitch.storage.tables import metadata


def test_they_are_numbered_without_a_gap() -> None:
    assert known_revisions() == tuple(f"{number:04d}" for number in range(1, len(known_revisions()) + 1))


def test_what_tables_a_version_had_is_known() -> None:
    assert tables_at("0001") == {
        "events", "bindings", "secrets", "settings", "agents", "callbacks", "waiting"
    }  # fmt: skip
    every = [tables_at(revision) for revision in known_revisions()]
    assert every[-1] == {table.name for table in metadata.sorted_tables} - {"schema_version"}
    assert "webhook_messages" not in every[9]
    assert "webhook_messages" in every[10]
