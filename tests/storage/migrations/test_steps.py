"""The steps of the migrations are found without loading Alembic, in one row."""

from __future__ import annotations

from softswitch.storage.migrations.steps import known_revisions


def test_they_are_numbered_without_a_gap() -> None:
    assert known_revisions() == tuple(f"{number:04d}" for number in range(1, len(known_revisions()) + 1))
