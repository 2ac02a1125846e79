"""Events of trees: which version callers walk from then on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TreePublished:
    """A version of a tree is walked by every caller who enters it from now on.

    ``checksum`` is the SHA-256 of its text and sounds. ``by`` is ``start`` where a start found it.
    """

    tree: str
    version: int
    checksum: str
    by: str


@dataclass(frozen=True, slots=True)
class TreeRolledBack:
    """The content of the earlier version ``back_to`` is walked again, as the new version ``version``."""

    tree: str
    version: int
    back_to: int
    checksum: str
    by: str


@dataclass(frozen=True, slots=True)
class TreeWithdrawn:
    """A tree is entered by nobody from now on: its file is no longer there."""

    tree: str
    by: str
