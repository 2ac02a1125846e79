"""Where a line keeps its database, for the switch and for the commands that are only told its home."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from softswitch.storage.errors import DatabaseRefused

FILE: Final = "switch.db"
NOTE: Final = "database"
"""Names, in the home of a line whose database is elsewhere, where that is."""
NOTE_MODE: Final = 0o600
"""A URL may hold a password."""


def file_url(home: Path) -> str:
    """Return the URL of the database in a line's own home."""
    return f"sqlite:///{home / FILE}"


def settle(home: Path, url: str | None) -> str:
    """Return the URL to use, and leave word of it in ``home``; raise DatabaseRefused when that fails."""
    note = home / NOTE
    try:
        if url is None:
            note.unlink(missing_ok=True)
            return file_url(home)
        with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, NOTE_MODE), "w") as file:
            os.fchmod(file.fileno(), NOTE_MODE)
            file.write(url)
    except OSError as error:
        raise DatabaseRefused(f"cannot write in {home}: {error.strerror}") from error
    return url


def known_url(home: Path) -> str | None:
    """Return the URL of a line's database, None where nothing was recorded yet."""
    try:
        return (home / NOTE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return file_url(home) if (home / FILE).exists() else None
    except OSError as error:
        raise DatabaseRefused(f"{home / NOTE} cannot be read: {error.strerror}") from error
