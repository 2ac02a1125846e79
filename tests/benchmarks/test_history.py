"""The bench of customers' histories, on a small scale."""

from __future__ import annotations

import pytest

from benchmarks.history import Timing, main, people, timing


def test_figures_in_milliseconds() -> None:
    assert timing("x", [place / 1000 for place in range(1, 101)]) == Timing("x", 51.0, 100.0, 100.0)
    assert str(Timing("card", 1.0, 2.5, 30.25)).split() == ["card", "1.00", "2.50", "30.25"]


def test_every_line_is_somebody_else() -> None:
    lines = people(50).splitlines()
    assert len(set(lines)) == 51


def test_a_small_run(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--contacts", "300", "--customers", "40", "--times", "3"])
    printed = capsys.readouterr().out
    assert "40 customers imported" in printed
    assert "300 contacts written" in printed
    assert "history of one who calls all day" in printed
