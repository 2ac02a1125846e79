"""Versions of voice menus in the database: added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, func, select

from softswitch.ivr.publishing.version_model import Content, NewVersion, Version
from softswitch.storage.database import Database
from softswitch.storage.moments import read, written
from softswitch.storage.tables import DEFAULT_TENANT, tree_versions


class TreeStore:
    """Keeps them. Implements :class:`softswitch.ivr.publishing.publisher.Versions`."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant

    async def add(self, new: Sequence[NewVersion]) -> tuple[Version, ...]:
        """Write down all of them or, by an error, none; return them with their numbers.

        They are on the disk when it returns. Raises :class:`~softswitch.storage.errors.StorageError`.
        """
        added: list[Version] = []
        async with self._database.writing() as connection:
            for one in new:
                last = select(func.max(tree_versions.c.number)).where(*self._of(one.tree))
                number = ((await connection.execute(last)).scalar_one() or 0) + 1
                version = Version(one.tree, number, one.path, one.content, one.at, one.by, one.back_to)
                await connection.execute(tree_versions.insert(), self._row(version))
                added.append(version)
        return tuple(added)

    async def last(self, tree: str) -> Version | None:
        """Return the version of a tree that was published last, None for none."""
        query = select(tree_versions).where(*self._of(tree)).order_by(tree_versions.c.number.desc()).limit(1)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _version(row)

    async def get(self, tree: str, number: int) -> Version | None:
        """Return one version of a tree, None where there is none of that number."""
        query = select(tree_versions).where(*self._of(tree), tree_versions.c.number == number)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _version(row)

    async def all(self, tree: str, *, limit: int) -> tuple[Version, ...]:
        """Return the versions of a tree, the newest first."""
        query = (
            select(tree_versions).where(*self._of(tree)).order_by(tree_versions.c.number.desc()).limit(limit)
        )
        async with self._database.reading() as connection:
            return tuple(_version(row) for row in (await connection.execute(query)).all())

    def _of(self, tree: str) -> tuple[Any, Any]:
        return tree_versions.c.tenant == self._tenant, tree_versions.c.tree == tree

    def _row(self, one: Version) -> dict[str, object]:
        return {
            "tenant": self._tenant,
            "tree": one.tree,
            "number": one.number,
            "path": one.path,
            "checksum": one.checksum,
            "text": one.content.text,
            "sounds": msgspec.json.encode(dict(one.content.sounds)).decode(),
            "at": written(one.at),
            "by": one.by,
            "back_to": one.back_to,
        }


def _version(row: Row[Any]) -> Version:
    content = Content(row.text, msgspec.json.decode(row.sounds, type=dict[str, str]))
    return Version(row.tree, row.number, row.path, content, read(row.at), row.by, row.back_to)
