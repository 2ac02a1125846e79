"""The bench of customers' histories, on a small scale."""

from __future__ import annotations

import pytest

from benchmarks.history import Measured, Timing, main, people, timing


def test_figures_in_milliseconds() -> None:
    assert timing("x", [place / 1000 for place in range(1, 101)]) == Timing("x", 51.0, 100.0, 100.0)
    assert str(Timing("card", 1.0, 2.5, 30.25, 0.75)).split() == ["card", "1.00", "2.50", "30.25", "0.75"]
    assert timing("x", [0.001, 0.003], cpu=0.004).cpu == 2.0


def test_when_it_is_too_slow() -> None:
    fast, slow = Timing("card", 1.0, 19.0, 30.0), Timing("  its second page", 1.0, 21.0, 30.0)
    assert Measured(100_000, 59.0, [fast]).misses() == []
    assert Measured(10_000, 7.0, [fast, slow]).misses() == [
        "its second page: 21.0 ms",
        "an import of 10000 lines took 7.0 s",
    ]


def test_every_line_is_somebody_else() -> None:
    lines = people(50).splitlines()
    assert len(set(lines)) == 51


def test_a_small_run(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--contacts", "300", "--customers", "40", "--times", "3"])
    printed = capsys.readouterr().out
    assert "40 customers imported" in printed
    assert "300 contacts written" in printed
    assert "history of one who calls all day" in printed
