"""Tests of trees under pytest, in a process of their own, as their authors run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.fakes.patience import RUN_PATIENCE
from tests.ivr.proof.written import office


def pytest_of(folder: Path, *words: str) -> tuple[int, str]:
    """Run pytest with the plug-in over a folder; return its exit code and what it printed."""
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio"]
    # Not again where the installed switch brings it along.
    argv += ["-p", "no:softswitch_trees", "-p", "softswitch.ivr.proof.plugin", *words, str(folder)]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=folder, check=False, timeout=RUN_PATIENCE)
    return done.returncode, done.stdout + done.stderr


def test_n03_each_test_is_an_item_and_a_failure_shows_the_call_and_its_line(tmp_path):
    office(
        tmp_path,
        """\
        tests:
          sales: {do: [press: 1], expect: {queue: sales}}
          doctor: {do: [press: 2], expect: {queue: sales}}
        """,
    )
    code, printed = pytest_of(tmp_path)
    assert code == 1
    assert "1 failed, 1 passed" in printed
    assert "office.tests.yaml line 3: test doctor" in printed
    assert "queue: sales was wanted, there is nothing" in printed
    assert "END     the called party hung up (branch duty)" in printed
    assert "simulate.py" not in printed
    assert pytest_of(tmp_path, "-k", "sales")[0] == 0


def test_what_is_wrong_in_a_file_is_told_by_its_line(tmp_path):
    office(tmp_path, "tests:\n  sales: {doo: []}\n")
    code, printed = pytest_of(tmp_path)
    assert code == 2
    assert "line 2: tests.sales: unknown parameter 'doo'; did you mean 'do'?" in printed
