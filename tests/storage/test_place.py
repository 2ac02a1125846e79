"""Commands find a line's database by its home alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from softswitch.storage.errors import DatabaseRefused
from softswitch.storage.place import FILE, NOTE, file_url, known_url, settle

URL = "postgresql://switch:secret@db.example.com/switch"


def test_without_a_word_it_is_a_file_in_the_home(tmp_path: Path) -> None:
    assert known_url(tmp_path) is None
    assert settle(tmp_path, None) == file_url(tmp_path) == f"sqlite:///{tmp_path}/{FILE}"
    (tmp_path / FILE).touch()
    assert known_url(tmp_path) == file_url(tmp_path)


def test_where_it_is_elsewhere_stands_in_a_note_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / NOTE).write_text("something older and longer than what is written now" * 9)
    assert settle(tmp_path, URL) == known_url(tmp_path) == URL
    assert stat.S_IMODE((tmp_path / NOTE).stat().st_mode) == 0o600


def test_the_note_goes_when_the_file_is_used_again(tmp_path: Path) -> None:
    settle(tmp_path, URL)
    settle(tmp_path, None)
    assert known_url(tmp_path) is None


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / NOTE).mkdir()
    with pytest.raises(DatabaseRefused, match="cannot write in"):
        settle(tmp_path, URL)
    with pytest.raises(DatabaseRefused, match="cannot be read"):
        known_url(tmp_path)
