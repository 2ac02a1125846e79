"""Texts that the disk does not take are kept in memory, for a while and by their owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from softswitch.speech import spare as module
from softswitch.speech.spare import PREFIX, Spare


def test_what_is_written_is_found_until_it_is_closed(tmp_path: Path) -> None:
    spare = Spare(tmp_path)
    assert spare.find("a.wav") is None
    path = spare.write("a.wav", b"sound")
    assert spare.find("a.wav") == path
    assert (path.read_bytes(), stat.S_IMODE(path.parent.stat().st_mode)) == (b"sound", 0o700)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    spare.close()
    assert list(tmp_path.iterdir()) == []
    assert spare.find("a.wav") is None


def test_nothing_is_made_before_it_is_needed(tmp_path: Path) -> None:
    Spare(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


def test_the_first_ones_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 2)
    spare = Spare(tmp_path)
    for number in range(4):
        os.utime(spare.write(f"{number}.wav", b"sound"), ns=(number, number))
    assert [spare.find(f"{number}.wav") is not None for number in range(4)] == [False, False, True, True]


def test_what_a_killed_process_left_goes(tmp_path: Path) -> None:
    left, other = tmp_path / f"{PREFIX}999999999-x", tmp_path / f"{PREFIX}{os.getpid()}-y"
    left.mkdir()
    other.mkdir()
    Spare(tmp_path).write("a.wav", b"sound")
    assert (left.exists(), other.exists()) == (False, True)


def test_where_there_is_no_memory_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    assert Spare(tmp_path / "none").write("a.wav", b"sound").parent.parent == tmp_path
