from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.integrations.local_files import contents, inside
from softswitch.outbox.model import NotNow, Refused


def test_a_file_below_the_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.wav").write_bytes(b"12")
    assert inside(tmp_path, "a/b.wav") == tmp_path / "a" / "b.wav"
    assert contents(tmp_path, str(tmp_path / "a" / "b.wav"), 2) == b"12"


@pytest.mark.parametrize("path", ["..", "../x", "/etc/hostname", "a/../../x", "a"])
def test_no_other_is(tmp_path: Path, path: str) -> None:
    (tmp_path / "home" / "a").mkdir(parents=True)
    (tmp_path / "x").write_bytes(b"12")
    with pytest.raises(Refused):
        inside(tmp_path / "home", path)


def test_what_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"123")
    with pytest.raises(Refused, match="3 octets, 2 are left"):
        contents(tmp_path, "x", 2)


def test_a_disk_that_fails_may_recover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_bytes(b"123")

    def fails(path: Path) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", fails)
    with pytest.raises(NotNow, match="Input/output error"):
        contents(tmp_path, "x", 9)
