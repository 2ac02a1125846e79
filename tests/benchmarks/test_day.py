"""A short day on a real switch, and how the outcome is told."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from benchmarks.day import Figures, judge, main, table

GOOD = Figures(50_000, 1_050_000, 210.0, 1.2, 300, 0, 0.4, 3.0, 0, 55.0, 700, 1.1, 4.0, 0, 1.0)


@pytest.mark.parametrize(
    ("figures", "status", "word"),
    [
        (GOOD, 0, ""),
        (replace(GOOD, ticks_skipped=1), 1, "ticks were late"),
        (replace(GOOD, frames_lost=2), 1, "2 frames lost"),
        (replace(GOOD, history_p99_ms=20.0), 1, "a history took 20 ms"),
        (replace(GOOD, faults=1), 1, "1 faults"),
        (replace(GOOD, generator_late_p99_ms=50.0), 3, "measure again"),
    ],
)
def test_the_exit_status_tells_what_was_missed(figures, status, word, capsys):
    assert judge(figures) == status
    assert word in capsys.readouterr().err


def test_people_read_a_table():
    assert "history p99 ms" in table(GOOD)
    assert len(table(GOOD).splitlines()) == 1 + len(asdict(GOOD))


@pytest.mark.parametrize("words", [["--calls", "0"], ["--playing", "0"], ["--rate", "0"]])
def test_a_day_that_means_nothing_is_refused(words, capsys):
    with pytest.raises(SystemExit) as refused:
        main(words)
    assert refused.value.code == 2
    assert "one call at least" in capsys.readouterr().err


def test_a_short_day_is_written_beside_calls_that_go_on(capsys):
    status = main(["--calls", "300", "--playing", "4", "--rate", "150", "--json"])
    told = json.loads(capsys.readouterr().out)
    # A machine that is busy with others may be late; all else must be right.
    assert status in (0, 1, 3)
    assert (told["calls_written"], told["events_written"], told["faults"]) == (300, 6300, 0)
    assert told["seconds"] >= 1.9
    assert 0.0 < told["history_p50_ms"] <= told["history_p99_ms"]
