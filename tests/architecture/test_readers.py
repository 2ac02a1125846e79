"""Readers of the event log are told of the kinds they name alone: none may look at one it has not named."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from types import ModuleType

import pytest

from softswitch.events import KINDS

ROOT = Path(__file__).parent.parent.parent
READERS = [
    path.relative_to(ROOT).with_suffix("")
    for path in sorted((ROOT / "softswitch").rglob("*.py"))
    if "KINDS_READ: Final" in path.read_text(encoding="utf-8")
]


def looked_at(module: ModuleType) -> set[str]:
    """Return the kinds of events that appear in the patterns of a module."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    patterns = [node.cls for node in ast.walk(tree) if isinstance(node, ast.MatchClass)]
    names = {one.id for one in patterns if isinstance(one, ast.Name)}
    return names & KINDS.keys()


@pytest.mark.parametrize("path", READERS, ids=str)
def test_a_reader_names_all_it_looks_at(path: Path) -> None:
    module = importlib.import_module(".".join(path.parts))
    named = {kind.__name__ for kind in module.KINDS_READ}
    assert looked_at(module) <= named


def test_there_are_readers() -> None:
    assert len(READERS) >= 5
