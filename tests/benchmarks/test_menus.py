import argparse

import pytest
import yaml

from benchmarks.menus import KEYS, NUMBER, TREE, Figures, main, walk_of
from softswitch.ivr.loader import load_trees
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.script import press

CLEAN = Figures(
    calls=5, seconds=2.0, frames_lost=0, gaps_over_40ms_percent=0.0, keys_pressed=10, keys_taken=10,
    tick_lateness_p99_ms=0.5, worker_cpu_percent=5.0, signalling_cpu_percent=2.0, generator_late_p99_ms=1.0,
    faults=0,
)  # fmt: skip


def options(**own):
    return argparse.Namespace(**{"config": None, "number": NUMBER, "keys": KEYS, **own})


def test_the_keys_go_round_in_the_menu(tmp_path):
    walk = walk_of(options(), tmp_path)
    (tree,) = load_trees([tmp_path / "walk.yaml"])
    told = simulate(tree, [press(key) for key in walk.keys * 3])
    assert told.path[:7] == ("main", *["deliveries", "main"] * 3)
    assert set(TREE["branches"]) == set(tree.branches)


def test_of_a_line_of_ones_own_the_trees_are_called_and_its_ports_are_not_taken(tmp_path):
    file = tmp_path / "softswitch.yaml"
    parts = {"trees": ["bank.yaml"], "queues": {"cards": {"members": ["1001"]}}, "sip": {"port": 5060}}
    file.write_text(yaml.safe_dump(parts), encoding="utf-8")
    walk = walk_of(options(config=file, number="801", keys="12"), tmp_path)
    assert walk.parts == {"trees": [str(tmp_path / "bank.yaml")], "queues": parts["queues"]}
    assert (walk.number, walk.keys) == ("801", "12")


@pytest.mark.parametrize(
    ("what", "clean"),
    [({}, True), ({"frames_lost": 1}, False), ({"keys_taken": 9}, False), ({"faults": 1}, False)],
)
def test_what_is_clean(what, clean):
    figures = Figures(**{name: getattr(CLEAN, name) for name in Figures.__slots__} | what)
    assert figures.clean is clean


@pytest.mark.parametrize("words", [["--seconds", "1"], ["--calls", "0"]])
def test_loads_that_mean_nothing_are_refused(words, capsys):
    with pytest.raises(SystemExit):
        main(words)
    assert "seconds and a call at least" in capsys.readouterr().err
