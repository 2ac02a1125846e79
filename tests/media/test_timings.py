"""The file of the workers' punctuality: one line of JSON a report, and no fault of the disk goes further."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from media.events import TickReport
from media.timings import TimingFile

REPORT = TickReport(ticks=50, skipped=1, lateness_ms=(0.1, 12.5), tick_us=(80.0,), legs=7, cpu=1.25)
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def test_each_report_is_a_line_of_its_own_and_on_disk_at_once(tmp_path: Path) -> None:
    path = tmp_path / "timings.jsonl"
    with TimingFile(path, now=lambda: AT) as timings:
        timings.write(0, REPORT)
        timings.write(1, REPORT)
        # Read while it is still open: a graph is drawn while the switch runs.
        first, second = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert first == {
        "at": "2026-01-05T09:00:00+00:00",
        "worker": 0,
        "ticks": 50,
        "skipped": 1,
        "lateness_ms": [0.1, 12.5],
        "tick_us": [80.0],
        "legs": 7,
        "cpu": 1.25,
    }
    assert second["worker"] == 1


def test_time_is_told_in_utc_unless_said_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "timings.jsonl"
    with TimingFile(path) as timings:
        timings.write(0, REPORT)
    offset = datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["at"]).utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 0


def test_every_start_begins_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "timings.jsonl"
    for _ in range(2):
        with TimingFile(path) as timings:
            timings.write(0, REPORT)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1


def test_a_report_after_the_end_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "timings.jsonl"
    with TimingFile(path) as timings:
        pass
    timings.write(0, REPORT)
    assert path.read_text(encoding="utf-8") == ""


def test_a_full_disk_ends_the_file_with_one_word_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    # The kernel's own full disk: every write to it fails, also the one that closing tries again.
    with caplog.at_level(logging.WARNING), TimingFile(Path("/dev/full")) as timings:
        timings.write(0, REPORT)
        timings.write(0, REPORT)
    assert [record.getMessage() for record in caplog.records] == [
        "timings are kept no longer: No space left on device"
    ]


def test_a_file_that_cannot_be_made_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TimingFile(tmp_path / "nowhere" / "timings.jsonl")
