"""Which files make up the music on hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.music import programme


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.flac", "a.MP3", "notes.txt", "c.wav"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "deeper.wav").mkdir()
    return tmp_path


def test_a_file_is_itself_whatever_its_name(folder: Path) -> None:
    assert programme((folder / "notes.txt",)) == (folder / "notes.txt",)


def test_a_folder_is_its_sound_files_by_name(folder: Path) -> None:
    assert [file.name for file in programme((folder,))] == ["a.MP3", "b.flac", "c.wav"]


def test_places_keep_their_order_until_they_are_shuffled(folder: Path) -> None:
    places = (folder / "c.wav", folder)
    assert [file.name for file in programme(places)] == ["c.wav", "a.MP3", "b.flac", "c.wav"]
    shuffled = programme(places, shuffle=lambda files: files.reverse())
    assert [file.name for file in shuffled] == ["c.wav", "b.flac", "a.MP3", "c.wav"]


def test_a_folder_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(place: Path) -> None:
        raise PermissionError(13, "Permission denied", str(place))

    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(OSError, match="Permission denied"):
        programme((folder,))
