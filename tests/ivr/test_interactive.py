"""A simulated call at the terminal: what is asked when, what is shown, and how it goes on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from softswitch.errors import ConfigError
from softswitch.ivr.errors import SimulationError
from softswitch.ivr.interactive import QUESTIONS, begun, play
from softswitch.ivr.rehearsal import Rehearsal
from softswitch.ivr.simulated.queues import Queued
from softswitch.ivr.simulated.ringing import Answer
from softswitch.ivr.simulated.script import Silent
from tests.ivr.written import HEADER

TREE = """\
  a:
    - menu: {prompt: Choose., keys: {1: b, 2: c}, no_input: {repeat: 1}}
  b: [{dial: {target: 7, busy: a}}]
  c: [{queue: {name: sales, keys: {0: a}}}]
"""
KEYS, DIALLED, WAITED = (QUESTIONS[kind][0] for kind in (Silent, Answer, Queued))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "t.yaml"
    place.write_text(HEADER + TREE, encoding="utf-8")
    return place


def played(path: Path, answers: Iterable[str | None], how: Rehearsal | None = None) -> tuple[list[str], str]:
    """Play with these answers; return what was asked in order, and all that was shown."""
    left, asked, said = iter(answers), [], []

    def ask(question: str) -> str | None:
        asked.append(question)
        return next(left)

    play(begun(path, how or Rehearsal()), said.append, ask)
    return asked, "\n".join(said)


def test_n02_keys_are_asked_for_when_the_tree_waits_for_them(path):
    asked, said = played(path, ["", "1", "busy", "2", "answered", "0", "h"])
    assert asked == [KEYS, KEYS, DIALLED, KEYS, WAITED, KEYS, KEYS]
    assert said.count("BRANCH  a") == 3
    assert "dials   7: busy after 5 s" in said
    assert "waits   sales: key 0 after" in said
    assert said.splitlines()[-1].endswith("END     the caller hung up")


def test_every_moment_is_shown_once_and_in_order(path):
    lines = played(path, ["1", ""])[1].splitlines()
    assert lines[-1].endswith("END     the called party hung up (branch b)")
    times = [line[:8] for line in lines]
    assert times == sorted(times)
    assert sum("hears   Choose." in line for line in lines) == 1


def test_what_means_nothing_is_told_and_asked_again(path):
    asked, said = played(path, ["x", "1", "bussy", "busy", "h"])
    assert asked == [KEYS, KEYS, DIALLED, DIALLED, KEYS]
    assert "no phone has the key x" in said
    assert "did you mean 'busy'?" in said


def test_where_nobody_is_any_more_the_call_comes_to_its_end(path):
    assert played(path, [None])[1].endswith("END     the caller hung up")
    asked, said = played(path, ["1", None])
    assert asked == [KEYS, DIALLED]
    assert said.endswith("END     the called party hung up (branch b)")


def test_what_the_command_line_says_is_not_asked(path):
    asked, _ = played(path, [], Rehearsal(presses=["1"], dials=["answered"]))
    assert asked == []


def test_words_and_files_that_are_wrong(path, tmp_path):
    with pytest.raises(SimulationError):
        begun(path, Rehearsal(presses=["x"]))
    with pytest.raises(ConfigError):
        begun(tmp_path / "none.yaml", Rehearsal())
