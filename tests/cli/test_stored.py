"""Commands that look into the database end with one clear sentence when it cannot be asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import typer
from sqlalchemy import text

from softswitch.cli.stored import from_database
from softswitch.storage.database import Database
from softswitch.storage.place import file_url


async def count(database: Database) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM outbox"))).scalar_one())


async def made(home: Path) -> None:
    await (await Database.open(file_url(home))).close()


def test_what_is_found_is_returned(tmp_path: Path) -> None:
    asyncio.run(made(tmp_path))
    assert from_database(tmp_path, count) == 0


def test_a_line_without_a_database_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        from_database(tmp_path, count)
    assert "nothing was recorded there yet" in capsys.readouterr().err


async def drop(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("DROP TABLE outbox"))


def test_a_table_that_is_not_there_yet_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(made(tmp_path))
    from_database(tmp_path, drop, changes=True)
    with pytest.raises(typer.Exit):
        from_database(tmp_path, count)
    assert "no such table: outbox. If it is of an earlier version" in capsys.readouterr().err
