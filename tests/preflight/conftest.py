"""Where the configuration of a line lies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from softswitch import ports


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(ports, "overlap", lambda first, last: None)
    return tmp_path / "softswitch.yaml"


@pytest.fixture
def unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder nobody may list, for root too."""
    folder, scan = tmp_path / "closed", os.scandir
    folder.mkdir()

    def scandir(path: Path) -> object:
        if path == folder:
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    yield folder
    monkeypatch.undo()
