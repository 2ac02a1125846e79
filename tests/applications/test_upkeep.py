"""Recordings of programs go when their time is over, a portion at a time."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from softswitch.applications.upkeep import PORTION, OldRecordings
from tests.fakes.clock import START


async def test_what_is_too_old_goes_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "applications"
    old = OldRecordings(folder)
    assert await old.forget(START) == 0
    folder.mkdir()
    for number in range(PORTION + 2):
        file = folder / f"01CALL-{number}.wav"
        file.write_bytes(b"RIFF")
        at = (START - timedelta(days=91 if number <= PORTION else 1)).timestamp()
        os.utime(file, (at, at))
    (folder / "notes.txt").write_text("not a recording", encoding="utf-8")
    before = START - timedelta(days=90)
    assert [await old.forget(before) for _ in range(3)] == [PORTION, 1, 0]
    assert sorted(one.name for one in folder.iterdir()) == [f"01CALL-{PORTION + 1}.wav", "notes.txt"]
