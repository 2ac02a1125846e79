"""What is kept of trees: their versions, what differs between two, and who walks which."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from softswitch.errors import Problem
from softswitch.ivr.errors import IvrError
from softswitch.ivr.expressions import nearest
from softswitch.ivr.loader import Configured, read_tree
from softswitch.ivr.model import Tree
from softswitch.ivr.publishing.difference import differences
from softswitch.ivr.publishing.figures import Comparison, TreeFigures, VersionFigures
from softswitch.ivr.publishing.living import Living, LivingTrees
from softswitch.ivr.publishing.reading import Readable, read_files
from softswitch.ivr.publishing.version_model import NewVersion, Version

MOST_VERSIONS: Final = 200
"""Versions that are looked through and shown, the newest ones: years of a busy line."""

FILE: Final = "file"
"""Stands for the file on the disk where a version is named."""


class PublishingRefused(IvrError):
    """What was asked for cannot be done: no such tree, version or file; the text says which."""


class Versions(Protocol):
    """Where versions are kept. All raise the errors of the storage."""

    async def add(self, new: Sequence[NewVersion]) -> tuple[Version, ...]:
        """Keep all of them or none, and return them numbered."""
        ...

    async def last(self, tree: str) -> Version | None:
        """Return the newest version of a tree."""
        ...

    async def get(self, tree: str, number: int) -> Version | None:
        """Return one version of a tree."""
        ...

    async def all(self, tree: str, *, limit: int) -> tuple[Version, ...]:
        """Return versions of a tree, the newest first."""
        ...


class History:
    """Answers what is asked about versions of trees; changes nothing."""

    def __init__(self, living: LivingTrees, versions: Versions, names: Configured) -> None:
        self._living = living
        self._versions = versions
        self._names = names

    def figures(self) -> tuple[TreeFigures, ...]:
        """Return every tree with who walks it, and older versions on which calls finish."""
        walking = dict(self._living.walking)
        shown = []
        for one in self._living.all:
            calls = walking.pop((one.tree.name, one.tree.version), 0)
            shown.append(_figures(one, calls))
        for (tree, version), calls in sorted(walking.items()):
            shown.append(TreeFigures(tree, "", version, "", "", "", calls, entered=False))
        return tuple(shown)

    async def versions(self, name: str) -> tuple[VersionFigures, ...]:
        """Return what is kept of a tree, the newest first. Raises PublishingRefused where that is nothing."""
        found = await self._versions.all(name, limit=MOST_VERSIONS)
        if not found:
            raise self.no_tree(name)
        return tuple(
            VersionFigures(
                one.tree, one.number, one.checksum, one.at.isoformat(timespec="seconds"), one.by, one.back_to
            )
            for one in found
        )

    async def compare(self, name: str, before: str = "", after: str = "") -> Comparison:
        """Return what differs between two versions of a tree: numbers, or ``file`` for what is on the disk.

        Without ``after`` it is the file where that differs from what callers walk, else what they walk;
        without ``before``, what they walk, or the version before ``after``. Raises PublishingRefused.
        """
        living = self._living.get(name)
        if living is None and not (before and after):
            raise self.no_tree(name)
        if not after:
            after = await self._after(name, before, living)
        if not before:
            assert living is not None
            now = living.tree.version
            number = now if after == FILE else max(_number(after) - 1, 1)
            before = str(number)
        one, other = await self._readable(name, before), await self._readable(name, after)
        told = differences(one.tree, other.tree, one.content.sounds, other.content.sounds)
        same = one.content.checksum == other.content.checksum
        numbers = [0 if at == FILE else _number(at) for at in (before, after)]
        return Comparison(name, numbers[0], numbers[1], told, same)

    async def _after(self, name: str, before: str, living: Living | None) -> str:
        assert living is not None
        if before != FILE:
            on_disk = await self._readable(name, FILE)
            if on_disk.content.checksum != living.checksum:
                return FILE
        return str(living.tree.version)

    async def _readable(self, name: str, at: str) -> Readable:
        if at == FILE:
            living = self._living.get(name)
            if living is None:
                raise self.no_tree(name)
            found, problems = await asyncio.to_thread(read_files, [living.tree.path], self._names)
            if problems:
                raise PublishingRefused("\n".join(map(str, problems)))
            return found[0]
        version = await self.version(name, _number(at))
        tree = await asyncio.to_thread(self.parsed, version, Path(version.path))
        if isinstance(tree, Tree):
            return Readable(tree, version.content)
        # What stood in the configuration or lay beside the file then may be gone.
        raise PublishingRefused("\n".join((f"version {at} can no longer be read:", *map(str, tree))))

    def parsed(self, version: Version, path: Path) -> Tree | list[Problem]:
        """Return the tree of a version as if its text stood at ``path``, or why it is none today; blocks."""
        tree, problems = read_tree(version.content.text, path, self._names)
        return tree if tree is not None and not problems else problems

    async def version(self, name: str, number: int) -> Version:
        """Return one version of a tree. Raises PublishingRefused where there is none."""
        found = await self._versions.get(name, number)
        if found is None:
            known = await self._versions.all(name, limit=1)
            if not known:
                raise self.no_tree(name)
            raise PublishingRefused(f"the menu '{name}' has no version {number}, only 1 to {known[0].number}")
        return found

    def no_tree(self, name: str) -> PublishingRefused:
        """Return the error about a name that no tree has."""
        names = [one.tree.name for one in self._living.all]
        return PublishingRefused(f"there is no menu '{name}'{nearest(name, names)}")


def _number(at: str) -> int:
    if not (at.isascii() and at.isdecimal()):
        raise PublishingRefused(
            f"'{at[:20]}' is no version: write its number, or {FILE} for what is on the disk"
        )
    return int(at)


def _figures(one: Living, calls: int) -> TreeFigures:
    return TreeFigures(
        one.tree.name,
        str(one.tree.path),
        one.tree.version,
        one.checksum,
        one.since.isoformat(timespec="seconds"),
        one.by,
        calls,
        one.tree.numbers,
    )
