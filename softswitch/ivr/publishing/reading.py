"""Tree files read so that what is published is what was checked: the text is taken from the disk once."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from softswitch.errors import Problem
from softswitch.ivr.loader import Configured, read_tree
from softswitch.ivr.model import Tree
from softswitch.ivr.publishing.version_model import Content
from softswitch.ivr.source import text_at

UNPUBLISHED: Final = ".unpublished"
"""Stands behind the name of a file in which changes are kept that a roll-back would have overwritten.

No folder of trees takes it for a tree."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A tree that can be read, and what it consists of."""

    tree: Tree
    content: Content


def read_files(
    paths: Iterable[Path], configured: Configured | None = None
) -> tuple[tuple[Readable, ...], list[Problem]]:
    """Return the trees that could be read, and every problem of every file; blocks while it reads."""
    found: list[Readable] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            text = text_at(path)
        except OSError as error:
            problems.append(Problem(str(path), None, "", f"cannot be read: {error.strerror}"))
            continue
        except UnicodeDecodeError as error:
            problems.append(Problem(str(path), None, "", f"is not UTF-8 text: {error.reason}"))
            continue
        tree, faults = read_tree(text, path, configured)
        problems += faults
        if tree is not None and not faults:
            found.append(Readable(tree, Content(text, sounds_of(tree))))
    return tuple(found), problems


def sounds_of(tree: Tree) -> dict[str, str]:
    """Return the SHA-256 of every sound file a tree plays, by its name from the tree's folder."""
    folder = tree.path.parent.resolve()
    return {_name(path, folder): _checksum(path) for path in sorted(set(_played(tree)))}


def _played(tree: Tree) -> Iterator[Path]:
    for branch in tree.branches.values():
        for step in branch.steps:
            for prompt in step.action.prompts():
                if prompt.play is not None:
                    yield prompt.play


def _name(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _checksum(path: Path) -> str:
    """Return it, "" for a file that went away while it was looked for."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def put_back(path: Path, text: str, *, published: str) -> Path | None:
    """Write ``text`` in place of a tree file, whole or not at all; return where unpublished changes are kept.

    That is a file beside it, None where the file holds just what is ``published``. Raises OSError.
    """
    place = path.resolve()
    kept: Path | None = None
    if place.exists() and (before := place.read_bytes()) not in (published.encode(), text.encode()):
        kept = _unused(place.with_name(place.name + UNPUBLISHED))
        _write(kept, before, like=place)
    _write(place, text.encode(), like=place)
    return kept


def _unused(path: Path) -> Path:
    """Return a path under which nothing stands yet: what an earlier roll-back has kept is not lost."""
    number = 1
    found = path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found


def _write(path: Path, data: bytes, *, like: Path) -> None:
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            if like.exists():
                os.fchmod(file.fileno(), like.stat().st_mode & 0o777)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
