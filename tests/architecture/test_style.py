"""House rules that no linter has: how long things may grow, and what is never left behind.

Each breach is named with file and line. What stands aside is listed with its reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("softswitch", "media", "benchmarks", "tools")
TESTS = "tests"

FILE_LINES = 700
"""The aim is 400; past this a file holds two things."""

FUNCTION_LINES = 80
"""The aim is 40; past this a function cannot be read at a glance. Docstring included."""

LONG_FILES: Mapping[str, str] = {
    # file: why it may be longer
}

UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
"""Work that is left belongs into an issue."""

VAGUE_NAMES = re.compile(r"(?:^|_)(?:utils?|helpers?|managers?|misc|common)(?:$|_)")
VAGUE_CLASSES = re.compile(r"(?:Utils?|Helpers?|Manager)$")
"""Names that say nothing about what is inside, so that anything ends up there."""

BROAD = frozenset({"Exception", "BaseException"})
DROPPED_TASKS = frozenset({"create_task", "ensure_future", "run_coroutine_threadsafe"})
TASK_GROUPS = ("group", "tasks", "tg")
"""How the name of a TaskGroup ends: one keeps what it starts and awaits it."""

SKIPS = frozenset({"skip", "skipif", "skipUnless", "skipIf", "importorskip", "SkipTest"})

SLEEPING_TESTS: Mapping[str, str] = {
    # folder under tests/: why its tests may wait for real time
    "peers": "programs of others run on the real clock",
    "scenarios": "whole switches run as processes of their own",
}

Finding = tuple[int, str]
"""A line number and what is wrong there."""


@lru_cache(maxsize=1)
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Return all there is in a tree, which every rule looks at, one rule after the other."""
    return tuple(ast.walk(tree))


def long_functions(tree: ast.AST) -> Iterator[Finding]:
    """Yield every function over the limit, from ``def`` to its last line."""
    for node in nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield node.lineno, f"{node.name}() has {lines} lines, {FUNCTION_LINES} at most"


def silent_excepts(tree: ast.AST) -> Iterator[Finding]:
    """Yield every handler that swallows any error whatever without a word."""
    for node in nodes(tree):
        match node:
            case ast.ExceptHandler(
                type=caught, body=[ast.Pass() | ast.Continue() | ast.Expr(ast.Constant())]
            ) if caught is None or BROAD & _last_names(caught):
                yield node.lineno, "this except swallows every error without a word"
            case ast.Call(func=function, args=caught_types) if _last_name(function) == "suppress" and any(
                BROAD & _last_names(caught) for caught in caught_types
            ):
                yield node.lineno, "this suppress swallows every error without a word"


def dropped_tasks(tree: ast.AST) -> Iterator[Finding]:
    """Yield every task that is started and not kept, unless a TaskGroup (by its name) owns it."""
    for node in nodes(tree):
        match node:
            case ast.Expr(value=ast.Call(func=function)) if _last_name(function) in DROPPED_TASKS:
                owner = function.value if isinstance(function, ast.Attribute) else function
                if not _last_name(owner).lower().endswith(TASK_GROUPS):
                    yield node.lineno, "nobody keeps this task: its errors would vanish"


def global_statements(tree: ast.AST) -> Iterator[Finding]:
    """Yield every ``global``: state belongs to an object that is handed to whom it concerns."""
    for node in nodes(tree):
        if isinstance(node, ast.Global):
            yield node.lineno, f"global {', '.join(node.names)}"


def vague_classes(tree: ast.AST) -> Iterator[Finding]:
    """Yield every class whose name says nothing."""
    for node in nodes(tree):
        if isinstance(node, ast.ClassDef) and VAGUE_CLASSES.search(node.name):
            yield node.lineno, f"class {node.name}: name it after what it does"


def skipped_tests(tree: ast.AST) -> Iterator[Finding]:
    """Yield every skip: what a test needs is installed by ``make``, or the test fails and says so."""
    for node in nodes(tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in SKIPS
            and _last_name(node.value) in {"pytest", "mark"}
        ):
            yield node.lineno, f"{ast.unparse(node)}: no test is skipped"


def sleeps(tree: ast.AST) -> Iterator[Finding]:
    """Yield every wait for real time; ``asyncio.sleep(0)`` only gives way and is none."""
    for node in nodes(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="asyncio"), attr="sleep"), args=[ast.Constant(value=0)]
            ):
                continue
            case ast.Call(func=ast.Attribute(value=ast.Name(id="asyncio" | "time"), attr="sleep")):
                yield node.lineno, "a test owns its clock and never sleeps"


def _last_name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _last_names(node: ast.AST) -> set[str]:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return {_last_name(part) for part in parts}


SOURCE_RULES: tuple[Callable[[ast.AST], Iterator[Finding]], ...] = (
    long_functions,
    silent_excepts,
    dropped_tasks,
    global_statements,
    vague_classes,
)
TEST_RULES: tuple[Callable[[ast.AST], Iterator[Finding]], ...] = (*SOURCE_RULES, skipped_tests)


def _files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def _findings(paths: list[Path], *rules: Callable[[ast.AST], Iterator[Finding]]) -> list[str]:
    found = []
    for path in paths:
        tree = ast.parse(path.read_bytes(), str(path))
        place = path.relative_to(ROOT)
        found += [f"{place}:{line}: {reason}" for rule in rules for line, reason in rule(tree)]
    return found


def test_sources_keep_the_house_rules() -> None:
    faults = _findings(_files(*SOURCES), *SOURCE_RULES)
    assert not faults, "\n".join(["", *faults])


def test_tests_keep_the_house_rules() -> None:
    faults = _findings(_files(TESTS), *TEST_RULES)
    assert not faults, "\n".join(["", *faults])


def test_tests_never_sleep() -> None:
    timed = [path for path in _files(TESTS) if path.relative_to(ROOT).parts[1] not in SLEEPING_TESTS]
    faults = _findings(timed, sleeps)
    assert not faults, "\n".join(["", *faults])


def test_no_file_has_grown_too_long() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_bytes().splitlines()) for path in _files(*SOURCES, TESTS)
    }
    faults = [
        f"{place}: {lines} lines, {FILE_LINES} at most"
        for place, lines in lengths.items()
        if lines > FILE_LINES and place not in LONG_FILES
    ]
    assert not faults, "\n".join(["", *faults])


def test_nothing_is_left_unfinished() -> None:
    here = Path(__file__)
    faults = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in _files(*SOURCES, TESTS)
        if path != here
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert not faults, "\n".join(["", *faults])


def test_every_module_is_named_after_what_it_does() -> None:
    faults = [
        f"{path.relative_to(ROOT)}: name it after what it does"
        for path in _files(*SOURCES)
        if any(VAGUE_NAMES.search(part) for part in path.relative_to(ROOT).with_suffix("").parts)
    ]
    assert not faults, "\n".join(["", *faults])


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (long_functions, "def f():\n" + "    x = 1\n" * FUNCTION_LINES),
        (silent_excepts, "try:\n    f()\nexcept Exception:\n    pass"),
        (silent_excepts, "try:\n    f()\nexcept (OSError, BaseException):\n    ..."),
        (silent_excepts, "with contextlib.suppress(Exception):\n    f()"),
        (dropped_tasks, "asyncio.create_task(f())"),
        (dropped_tasks, "asyncio.get_running_loop().create_task(f())"),
        (global_statements, "def f():\n    global x"),
        (vague_classes, "class CallManager: ..."),
        (skipped_tests, "@pytest.mark.skipif(True, reason='')\ndef f(): ..."),
        (skipped_tests, "sipp = pytest.importorskip('sipp')"),
        (sleeps, "async def f():\n    await asyncio.sleep(0.1)"),
        (sleeps, "time.sleep(1)"),
    ],
)
def test_a_breach_is_seen(rule: Callable[[ast.AST], Iterator[Finding]], source: str) -> None:
    assert len(list(rule(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (long_functions, "def f():\n" + "    x = 1\n" * (FUNCTION_LINES - 1)),
        (silent_excepts, "try:\n    f()\nexcept KeyError:\n    pass"),
        (silent_excepts, "try:\n    f()\nexcept Exception:\n    log.exception('f')"),
        (dropped_tasks, "task = asyncio.create_task(f())"),
        (dropped_tasks, "self._group.create_task(f())"),
        (skipped_tests, "@pytest.mark.xfail(strict=True, reason='not accepted')\ndef f(): ..."),
        (sleeps, "async def f():\n    await asyncio.sleep(0)"),
    ],
)
def test_what_is_right_passes(rule: Callable[[ast.AST], Iterator[Finding]], source: str) -> None:
    assert list(rule(ast.parse(source))) == []
