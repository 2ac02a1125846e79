"""Finds the steps, and runs those a database lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, create_engine, inspect

FOLDER: Final = Path(__file__).parent
REVISION_DIGITS: Final = 4
NEWEST: Final = "head"
REVISION_TABLE: Final = "alembic_version"
APART: Final = frozenset({REVISION_TABLE, "schema_version"})
"""Tables that say which version a database is of, and hold nothing of a line."""


def known_revisions() -> tuple[str, ...]:
    """Return the revisions this version knows, in order, without loading Alembic: it takes 0.1 s."""
    return tuple(sorted(file.name[1 : 1 + REVISION_DIGITS] for file in (FOLDER / "versions").glob("v*.py")))


def upgrade(connection: Connection, to: str = NEWEST) -> None:
    """Bring the database behind ``connection`` to a revision, in the transaction it has."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def tables_at(revision: str) -> frozenset[str]:
    """Return the names of the tables that the steps up to a revision leave, those of the steps apart.

    They are made in memory: the steps themselves are the only ones who know.
    """
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            upgrade(connection, revision)
            return frozenset(inspect(connection).get_table_names()) - APART
    finally:
        engine.dispose()
