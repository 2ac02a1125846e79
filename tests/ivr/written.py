"""Trees written down inside tests, and calls into them."""

from __future__ import annotations

import wave
from pathlib import Path
from textwrap import dedent, indent

from softswitch.ivr.context import CallFacts
from softswitch.ivr.loader import read_tree
from softswitch.ivr.model import Tree
from softswitch.ivr.simulate import DEFAULT_FACTS, simulate
from softswitch.ivr.simulated.script import Input
from softswitch.ivr.transcript import Transcript

HEADER = "tree: t\nlanguage: en\nnumbers: [100]\nstart: a\nbranches:\n"
"""Five lines: the first branch of a written tree stands on line 6."""

PATH = Path("t.yaml")


def problems_of(branches: str, header: str = HEADER, path: Path = PATH) -> list[str]:
    """Return every problem of a tree, as the operator reads them."""
    text = header + indent(dedent(branches).strip("\n"), "  ") + "\n"
    return [str(problem) for problem in read_tree(text, path)[1]]


def tree_of(branches: str, header: str = HEADER, path: Path = PATH) -> Tree:
    """Return a tree that has no problem."""
    text = header + indent(dedent(branches).strip("\n"), "  ") + "\n"
    tree, problems = read_tree(text, path)
    assert not problems, "\n".join(map(str, problems))
    assert tree is not None
    return tree


def tree_going_round(branches: str, header: str = HEADER) -> Tree:
    """Return a tree that may have rounds which nobody comes out of, and has no other problem."""
    text = header + indent(dedent(branches).strip("\n"), "  ") + "\n"
    tree, problems = read_tree(text, PATH)
    others = [str(problem) for problem in problems if "go round for ever" not in problem.reason]
    assert not others, "\n".join(others)
    assert tree is not None
    return tree


def sound_file(path: Path, seconds: float = 0.1) -> Path:
    """Write a recording of silence."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * int(8000 * seconds)))
    return path


def call(branches: str, *script: Input, facts: CallFacts = DEFAULT_FACTS, header: str = HEADER) -> Transcript:
    """Call a written tree in virtual time."""
    return simulate(tree_of(branches, header), script, facts)


def exits_of(transcript: Transcript, action: str) -> list[tuple[str, str]]:
    """Return (exit, detail) of every step of that action, in order."""
    steps = [m.event for m in transcript.moments if type(m.event).__name__ == "StepTaken"]
    return [(s.exit, s.detail) for s in steps if s.step.endswith(f" {action}")]
