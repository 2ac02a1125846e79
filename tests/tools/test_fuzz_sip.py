import random

import pytest

from tests.fakes.noise import Target
from tools import fuzz_sip


def test_a_short_run_finds_nothing_and_says_what_it_did(capsys):
    assert fuzz_sip.run(0.2, seed=1) == 0
    said = capsys.readouterr().out
    assert said.startswith("seed 1: ")
    assert "nothing found" in said


def test_one_seed_draws_the_same_messages():
    corpus = Target().corpus()
    drawn = [
        [fuzz_sip.message(chance, corpus) for _ in range(50)]
        for chance in (random.Random(3), random.Random(3))
    ]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) > 40


def test_what_escapes_is_a_finding(monkeypatch, capsys):
    def escape(self, data, *, stream):
        raise KeyError("lost")

    monkeypatch.setattr(fuzz_sip.Target, "feed", escape)
    assert fuzz_sip.run(1.0, seed=5) == 1
    assert "after 0 messages (seed 5)" in (said := capsys.readouterr().out)
    assert "KeyError: 'lost'" in said


def test_what_takes_long_is_a_finding(monkeypatch, capsys):
    times = iter([0.0, fuzz_sip.SLOW + 1])
    monkeypatch.setattr(fuzz_sip.time, "process_time", lambda: next(times))
    assert fuzz_sip.run(1.0, seed=5) == 1
    assert "1.25 s for one message" in capsys.readouterr().out


def test_the_command_line(monkeypatch):
    monkeypatch.setattr("sys.argv", ["fuzz_sip.py", "--seconds", "0", "--seed", "9"])
    assert fuzz_sip.main() == 0
    monkeypatch.setattr("sys.argv", ["fuzz_sip.py", "--seconds", "long"])
    with pytest.raises(SystemExit):
        fuzz_sip.main()
