"""A version of a tree as it is kept: its text, the sounds it plays by their checksums, when and by whom."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

AT_START: Final = "start"
"""By whom a version is that a start of the switch found on the disk."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a version consists of. ``sounds`` are SHA-256 by the file's name as the tree's folder has it."""

    text: str
    sounds: Mapping[str, str]

    @property
    def checksum(self) -> str:
        """Return the SHA-256 of the text and of every sound, in hexadecimal digits."""
        whole = hashlib.sha256(self.text.encode())
        for name, checksum in sorted(self.sounds.items()):
            # A text of a tree has no NUL in it, and names of files have none either (YAML 1.2 §5.1, POSIX).
            whole.update(f"\0{name}\0{checksum}".encode())
        return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What becomes the next version of a tree. ``back_to`` is the version whose content it has, or 0."""

    tree: str
    path: str
    content: Content
    at: datetime
    by: str
    back_to: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """A version that is kept. Numbers of a tree begin with 1 and leave none out."""

    tree: str
    number: int
    path: str
    content: Content
    at: datetime
    by: str
    back_to: int = 0

    @property
    def checksum(self) -> str:
        """Return the checksum of its content."""
        return self.content.checksum
