"""Messages and greetings as files."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import soundfile

from softswitch.voicemail.errors import NoRoom, NotStored
from softswitch.voicemail.files import Files
from tests.voicemail.office import speak_into


@pytest.fixture
def files(tmp_path: Path) -> Files:
    made = Files(tmp_path, 1)
    made.prepare("sales")
    return made


def test_a_folder_of_a_box_is_its_owners_alone(files: Files) -> None:
    folder = files.message("sales", "x.wav").parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files.prepare("sales")


def test_a_full_disk_is_no_room(tmp_path: Path) -> None:
    with pytest.raises(NoRoom, match="MiB left"):
        Files(tmp_path, 1 << 62).prepare("sales")


def test_a_home_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "voicemail").write_text("in the way", encoding="utf-8")
    with pytest.raises(NotStored, match="no message can be kept"):
        Files(tmp_path, 1).prepare("sales")


def test_length_and_growth(files: Files) -> None:
    path = files.message("sales", "a.wav")
    assert files.seconds("sales", "a.wav") == 0.0
    path.write_bytes(b"RIFF")
    assert files.seconds("sales", "a.wav") == 0.0
    speak_into(path, 3.5)
    assert files.seconds("sales", "a.wav") == pytest.approx(3.5)
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    assert files.is_growing("sales", "a.wav", written + timedelta(seconds=1), 3.0)
    assert not files.is_growing("sales", "a.wav", written + timedelta(seconds=4), 3.0)
    assert not files.is_growing("sales", "none.wav", written, 3.0)


def test_a_copy_outlives_the_original(files: Files) -> None:
    speak_into(files.message("sales", "a.wav"), 1.0)
    files.copy("sales", "a.wav", "other", "b.wav")
    files.remove("sales", "a.wav")
    files.remove("sales", "a.wav")
    assert files.seconds("other", "b.wav") == pytest.approx(1.0)
    with pytest.raises(NotStored, match="cannot be copied"):
        files.copy("sales", "a.wav", "other", "c.wav")


@pytest.mark.parametrize("form", ["wav", "flac", "mp3"])
def test_what_goes_with_a_mail_is_a_file_of_its_own(files: Files, form: str) -> None:
    speak_into(files.message("sales", "a.wav"), 2.0)
    path = files.home / files.attach("sales", "a.wav", "a", form)
    assert path.suffix == f".{form}"
    # A second try after a kill makes the same again.
    assert files.home / files.attach("sales", "a.wav", "a", form) == path
    files.remove("sales", "a.wav")
    assert soundfile.info(str(path)).duration == pytest.approx(2.0, abs=0.2)
    assert [name for name, _ in files.outgoing()] == ["a"]
    files.detach(["a"])
    assert files.outgoing() == []


def test_a_converted_file_is_its_owners_alone(files: Files) -> None:
    speak_into(files.message("sales", "a.wav"), 1.0)
    path = files.home / files.attach("sales", "a.wav", "a", "mp3")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_cannot_be_converted_goes_as_it_is(files: Files) -> None:
    files.message("sales", "a.wav").write_bytes(b"no sound at all")
    assert files.attach("sales", "a.wav", "a", "mp3").endswith("a.wav")
    assert os.listdir(files.home / "voicemail" / "outgoing") == ["a.wav"]


def test_nothing_was_mailed_yet(tmp_path: Path) -> None:
    assert Files(tmp_path, 1).outgoing() == []


def test_what_is_gone_cannot_be_brought_to_the_disk(files: Files) -> None:
    with pytest.raises(NotStored, match="cannot be brought to the disk"):
        files.bring_to_disk("sales", "gone.wav")


def test_what_is_doubted_is_kept_in_mind_on_the_disk_and_can_still_be_read(
    files: Files, tmp_path: Path
) -> None:
    folder = tmp_path / "voicemail" / "boxes" / "sales"
    for name in ("lost.wav", "known.wav"):
        (folder / name).write_bytes(b"sound")
    assert files.doubted("sales") == files.doubted("nowhere") == []
    files.doubt("sales", "lost.wav", 1000.0)
    files.doubt("sales", "gone.wav", 1000.0)
    assert files.doubted("sales") == files.doubted("sales", before=1001.0) == ["lost.wav"]
    assert files.doubted("sales", before=1000.0) == []
    assert (folder / "lost.wav").read_bytes() == b"sound"
    files.remove("sales", "lost.wav")
    assert files.doubted("sales") == []
