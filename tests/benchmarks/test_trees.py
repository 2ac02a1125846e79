"""What is timed: calls that really go through the demo menu, and each kind of them."""

from __future__ import annotations

import json
import sys

import pytest

from benchmarks.trees import DEMO, SCRIPTS, WANTED, main, measured
from softswitch.ivr.loader import load_tree
from softswitch.ivr.simulate import simulate


def test_every_script_is_a_call_of_its_own():
    tree = load_tree(DEMO)
    calls = [simulate(tree, script) for script in SCRIPTS]
    assert len({call.path for call in calls}) == len(SCRIPTS)
    assert all(call.ended is not None and not call.not_pressed and not call.not_used for call in calls)


def test_n02_a_core_simulates_hundreds_of_calls_a_second():
    found = measured(load_tree(DEMO), 120)
    assert found.calls == 120
    assert found.steps_per_call > 10
    assert found.virtual_seconds_per_call > 30
    # Of processor time, so that a busy machine changes little.
    assert found.calls_per_second > WANTED / 3


def test_the_figures_are_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(sys, "argv", ["trees", "--calls", "6", "--json"])
    main()
    assert json.loads(capsys.readouterr().out)["calls"] == 6
    monkeypatch.setattr(sys, "argv", ["trees", "--calls", "6"])
    main()
    assert "calls per second" in capsys.readouterr().out
