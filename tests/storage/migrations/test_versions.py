"""The steps lead to the tables that the switch reads and writes, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from softswitch.storage.database import Database
from softswitch.storage.tables import metadata


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def missing_keys(connection: Connection) -> list[str]:
    """Return the tables with other primary keys than in the metadata: Alembic does not compare them."""
    look = inspect(connection)
    return [
        table.name
        for table in metadata.sorted_tables
        if look.get_pk_constraint(table.name)["constrained_columns"]
        != [one.name for one in table.primary_key]
    ]


async def test_a_migrated_database_has_just_the_tables_that_are_declared(database: Database) -> None:
    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(missing_keys) == []
