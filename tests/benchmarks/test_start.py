"""What is measured of starts: processes of their own, and the median of each figure."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import start
from benchmarks.start import Cost, command_cost, line_cost, middle


def test_a_command_costs_processor_time_and_memory_of_its_own(tmp_path: Path):
    cost = command_cost(("--version",), tmp_path)
    assert cost.processor_seconds > 0.0
    assert cost.memory_mib > 5
    assert cost.seconds > 0.0


def test_a_line_that_cannot_start_has_no_cost(tmp_path: Path):
    with pytest.raises(RuntimeError, match="could not start"):
        line_cost(tmp_path)


def test_the_first_start_is_not_counted_and_the_median_is():
    costs = iter([Cost(9, 9, 9), Cost(1, 2, 3), Cost(5, 5, 5), Cost(2, 3, 4)])
    assert middle(lambda: next(costs), 3) == Cost(2, 3, 4)


def test_the_figures_are_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(start, "COMMANDS", (("--version",),))
    monkeypatch.setattr(start, "line_cost", lambda folder: Cost(1.0, 2.0, 3.0))
    monkeypatch.setattr(sys, "argv", ["start", "--rounds", "1", "--json"])
    start.main()
    told = json.loads(capsys.readouterr().out)
    assert told["run, until it is ready"] == {"seconds": 1.0, "processor_seconds": 2.0, "memory_mib": 3.0}
    monkeypatch.setattr(sys, "argv", ["start", "--rounds", "1"])
    start.main()
    assert capsys.readouterr().out.splitlines()[1].startswith("--version ")
