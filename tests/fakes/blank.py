"""An empty database to copy: that takes a moment, and the steps that make its tables a tenth of a second.

That these lead to the right tables is shown in ``tests/storage``, on files that they begin.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine

from softswitch.storage.migrations.steps import upgrade


def blank(file: Path) -> str:
    """Return the URL of a database of this version: of a new one without rows, unless the file is there."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(_octets())
    return f"sqlite:///{file}"


@cache
def _octets() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "blank.db"
        engine = create_engine(f"sqlite:///{file}")
        try:
            with engine.begin() as connection:
                upgrade(connection)
        finally:
            engine.dispose()
        return file.read_bytes()
