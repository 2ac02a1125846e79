"""``softswitch paths`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

from softswitch.cli import EXIT_CANNOT_START
from tests.cli.running import refused, run


def test_n06_the_ways_of_calls_within_a_span(tree: Path, line: Path) -> None:
    assert json.loads(run("paths", tree, "--home", line, "--json").output)["calls"] == 2
    assert "t: 2 calls" in run("paths", tree, "--home", line).output
    none = run("paths", tree, "--home", line, "--to", "2001-01-01", "--pl")
    assert none.output == "Nikt nie dzwonił do t.\n"


def test_a_time_that_is_none_is_told_in_a_sentence(tree: Path, line: Path) -> None:
    assert "2026-11-22" in refused(EXIT_CANNOT_START, "paths", tree, "--home", line, "--from", "soon")
