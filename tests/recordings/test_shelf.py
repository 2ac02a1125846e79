"""Where recordings lie, and when there is no room for one."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

import pytest

from softswitch.recordings.errors import NoSuchRecording
from softswitch.recordings.shelf import DISK_FULL, NO_FOLDER, Shelf

EVENING = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
"""In Warsaw the first of July has begun."""
WARSAW = ZoneInfo("Europe/Warsaw")


def shelf(folder: Path, *, least_free: int = 1) -> Shelf:
    return Shelf(folder, least_free=least_free, zone=WARSAW)


async def test_a_day_has_its_folder_before_it_begins(tmp_path):
    kept = shelf(tmp_path / "recordings")
    await kept.look(EVENING)
    place = kept.place("X-1", EVENING)
    assert place == PurePosixPath("2026/07/01/X-1.wav")
    for part in ("2026/07/01", "2026/07/02", "2026", "."):
        mode = (tmp_path / "recordings" / part).stat().st_mode
        assert stat.S_IMODE(mode) == 0o700, part
    assert kept.free > 0


async def test_nothing_begins_before_the_folders_were_looked_at(tmp_path):
    assert shelf(tmp_path).place("X-1", EVENING) == NO_FOLDER


async def test_nothing_begins_where_the_disk_is_nearly_full(tmp_path):
    kept = shelf(tmp_path, least_free=10**18)
    await kept.look(EVENING)
    assert kept.place("X-1", EVENING) == DISK_FULL


async def test_a_folder_that_cannot_be_made_is_complained_of_once_and_tried_again(tmp_path, caplog):
    kept = shelf(tmp_path / "recordings")
    (tmp_path / "recordings").write_text("in the way")
    await kept.look(EVENING)
    await kept.look(EVENING)
    assert kept.place("X-1", EVENING) == NO_FOLDER
    assert len([one for one in caplog.messages if "nothing can be recorded" in one]) == 1
    (tmp_path / "recordings").unlink()
    await kept.look(EVENING)
    assert kept.place("X-1", EVENING) == PurePosixPath("2026/07/01/X-1.wav")


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../switch.db", "2026/../../switch.db"])
def test_no_path_leads_elsewhere(tmp_path, path):
    with pytest.raises(NoSuchRecording):
        shelf(tmp_path).file(path)


def test_a_file_and_its_path(tmp_path):
    kept = shelf(tmp_path)
    assert kept.below(kept.file("2026/07/01/X-1.flac")) == "2026/07/01/X-1.flac"
