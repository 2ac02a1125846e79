"""Versions of voice menus are there again after a restart, each with what it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import SQLAlchemyError

from softswitch.ivr.publishing.version_model import Content, NewVersion, Version
from softswitch.storage.database import Database
from softswitch.storage.tree_store import TreeStore
from tests.fakes.clock import START, FakeClock
from tests.storage.conftest import seen

FIRST = Content("tree: bank\n# zażółć\r\n", {"witaj.wav": "ab" * 32})
SECOND = Content("tree: bank\n", {})


def new(content: Content, tree: str = "bank", *, by: str = "anna", back_to: int = 0) -> NewVersion:
    return NewVersion(tree, f"/line/{tree}.yaml", content, START, by, back_to)


async def test_versions_of_each_tree_are_counted_from_one(database: Database, clock: FakeClock) -> None:
    store = TreeStore(database)
    added = await store.add([new(FIRST), new(SECOND, "shop")])
    assert [(one.tree, one.number) for one in added] == [("bank", 1), ("shop", 1)]
    later = NewVersion("bank", "/line/bank.yaml", FIRST, START + timedelta(hours=1), "start", 1)
    (second,) = await store.add([later])
    assert second == Version("bank", 2, "/line/bank.yaml", FIRST, START + timedelta(hours=1), "start", 1)
    again = TreeStore(database)
    assert await again.last("bank") == second
    assert await again.get("bank", 1) == added[0]
    assert await again.all("bank", limit=10) == (second, added[0])
    assert await again.all("bank", limit=1) == (second,)
    assert await again.get("bank", 3) is None
    assert await again.last("nobody") is None
    assert await TreeStore(database, tenant="other").last("bank") is None


async def test_of_several_all_are_written_or_none(database: Database) -> None:
    store = TreeStore(database)
    broken = NewVersion("shop", "/line/shop.yaml", SECOND, START, None)  # type: ignore[arg-type]
    with pytest.raises(SQLAlchemyError, match=r"NOT NULL|not-null"):
        await store.add([new(FIRST), broken])
    assert await store.last("bank") is None
    assert await seen(database, "SELECT count(*) FROM tree_versions") == [(0,)]


async def test_the_checksum_that_is_kept_is_that_of_the_content(database: Database) -> None:
    await TreeStore(database).add([new(FIRST)])
    assert await seen(database, "SELECT checksum FROM tree_versions") == [(FIRST.checksum,)]
