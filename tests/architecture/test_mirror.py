"""Tests mirror sources: whoever reads a module knows where its tests are, and the other way round.

``softswitch/calls/leg.py`` is tested by ``tests/calls/test_leg.py``, ``media/rtp.py`` by
``tests/media/test_rtp.py``, ``softswitch/bus.py`` by ``tests/test_bus.py``. A package inside a room
(``softswitch/ivr/actions/``) may have one test module of its name (``tests/ivr/test_actions.py``) instead
of a folder. What stands aside from this is listed below with its reason; a reason that no longer holds
fails, too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("softswitch", "media", "benchmarks", "tools")

FREE_FOLDERS: Mapping[str, str] = {
    # folder under tests/: why its modules mirror nothing
    "architecture": "judges the whole source, not a module",
    "scenarios": "whole calls through all rooms",
    "peers": "calls with programs we did not write",
    "fakes": "what other tests stand on",
    "data": "no tests in it",
}

CROSS_CUTTING: Mapping[str, str] = {
    # test module: why it has no source module of its name
    "tests/sip/test_torture.py": "the messages of RFC 4475, through parser and validation together",
    "tests/sip/test_round_trip.py": "every parse and build pair of the room, by one property",
    "tests/sip/test_fuzz.py": "all parsers of the room, fed with noise",
    "tests/sip/test_back_to_back.py": "two stacks joined by a lossy line",
    "tests/sip/test_protected_offers.py": "SRTP in offers and answers: sdes and offer_answer together",
    "tests/transport/test_stream_layers.py": "TLS and WebSocket as whole streams, with others' clients",
    "tests/media/test_keys.py": "keys through the whole engine: heard, passed on, pressed",
    "tests/ivr/test_trees.py": "the shipped trees, through all their branches",
    "tests/test_shipped_lines.py": "the shipped lines, their menus and their tests",
    "tests/test_shipped_gateway.py": "the gateway that comes with the shipped lines, as a program",
    "tests/queues/test_any_wait.py": "a whole call centre at the mercy of chance, on real calls",
    "tests/queues/test_agent_talks.py": "talks with agents, and who leaves them how",
    "tests/queues/test_pins.py": "guessing the PINs of agents",
    "tests/queues/test_overflow.py": "queues that lead to each other, with a pause and without",
    "tests/test_docs.py": "what the pages of docs tell people to write, through the whole check",
}

WITHOUT_TESTS: Mapping[str, str] = {
    # source module with logic: why it has no test module
    "softswitch/clock.py": "two calls of the standard library; tests hand in a clock of their own",
}

UNTOLD = frozenset({"__init__", "__str__", "__repr__"})
"""Methods that are no logic by themselves: they keep what they are given, or print it."""


def mirrored_sources(test: PurePosixPath) -> tuple[str, ...]:
    """Return the places, module or package, where the source of a test module may lie."""
    place = test.relative_to("tests")
    place = place.with_name(place.stem.removeprefix("test_"))
    roots = [PurePosixPath("softswitch") / place]
    if place.parts[0] in SOURCES:  # tests/media/test_rtp.py: media is no room of softswitch
        roots.append(place)
    return tuple(str(root) + ending for root in roots for ending in (".py", "/__init__.py"))


def mirrored_tests(source: PurePosixPath) -> tuple[str, ...]:
    """Return the test modules that may hold the tests of a source module: its own, then its package's."""
    place = source.relative_to("softswitch") if source.parts[0] == "softswitch" else source
    own = PurePosixPath("tests") / place.with_name(f"test_{place.name}")
    if len(place.parts) < 3:  # a module of a room: no package of its own above it
        return (str(own),)
    package = PurePosixPath("tests", *place.parts[:-2], f"test_{place.parts[-2]}.py")
    return str(own), str(package)


def has_logic(tree: ast.AST) -> bool:
    """Return whether any function in the module does more than declare, keep or print."""
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name not in UNTOLD
        and not all(_is_declaration(statement) for statement in node.body)
        for node in ast.walk(tree)
    )


def _is_declaration(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _sources() -> Iterator[PurePosixPath]:
    for package in SOURCES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield PurePosixPath(path.relative_to(ROOT).as_posix())


def _tests() -> Iterator[PurePosixPath]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        yield PurePosixPath(path.relative_to(ROOT).as_posix())


def _is_mirrored(test: PurePosixPath) -> bool:
    return any((ROOT / source).exists() for source in mirrored_sources(test))


def _is_tested(source: PurePosixPath) -> bool:
    return any((ROOT / test).exists() for test in mirrored_tests(source))


def test_every_test_module_mirrors_a_source_module() -> None:
    strays = [
        f"{test}: there is no {mirrored_sources(test)[0]}"
        for test in _tests()
        if test.parts[1] not in FREE_FOLDERS and str(test) not in CROSS_CUTTING and not _is_mirrored(test)
    ]
    assert not strays, "\n".join(["", *strays])


def test_every_module_with_logic_has_its_test_module() -> None:
    untested = [
        f"{source}: there is no {mirrored_tests(source)[0]}"
        for source in _sources()
        if str(source) not in WITHOUT_TESTS
        and not _is_tested(source)
        and has_logic(ast.parse((ROOT / source).read_bytes(), str(source)))
    ]
    assert not untested, "\n".join(["", *untested])


def test_no_package_hides_logic_in_its_init() -> None:
    hidden = [
        f"{source}: move its functions into a module"
        for source in _sources()
        if source.name == "__init__.py" and has_logic(ast.parse((ROOT / source).read_bytes(), str(source)))
    ]
    assert not hidden, "\n".join(["", *hidden])


def test_no_exemption_has_outlived_its_reason() -> None:
    outlived = [
        f"{test}: it mirrors a module now" for test in CROSS_CUTTING if _is_mirrored(PurePosixPath(test))
    ]
    outlived += [
        f"{source}: {'it has tests now' if (ROOT / source).exists() else 'there is no such module'}"
        for source in WITHOUT_TESTS
        if not (ROOT / source).exists() or _is_tested(PurePosixPath(source))
    ]
    assert not outlived, "\n".join(["", *outlived])


@pytest.mark.parametrize(
    ("test", "source"),
    [
        ("tests/calls/test_leg.py", "softswitch/calls/leg.py"),
        ("tests/media/test_rtp.py", "media/rtp.py"),
        ("tests/benchmarks/test_capacity.py", "benchmarks/capacity.py"),
        ("tests/test_bus.py", "softswitch/bus.py"),
        ("tests/ivr/actions/test_talk.py", "softswitch/ivr/actions/talk.py"),
        ("tests/ivr/test_actions.py", "softswitch/ivr/actions/__init__.py"),
    ],
)
def test_the_mirror_is_found_both_ways(test: str, source: str) -> None:
    assert source in mirrored_sources(PurePosixPath(test))
    if not source.endswith("__init__.py"):
        assert mirrored_tests(PurePosixPath(source))[0] == test


def test_a_package_inside_a_room_may_have_one_test_module() -> None:
    assert mirrored_tests(PurePosixPath("softswitch/ivr/actions/talk.py"))[1] == "tests/ivr/test_actions.py"
    assert mirrored_tests(PurePosixPath("softswitch/ivr/loader.py")) == ("tests/ivr/test_loader.py",)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("class Clock(Protocol):\n    def now(self) -> float:\n        '''Say it.'''\n        ...", False),
        ("class E(Exception):\n    def __str__(self):\n        return 'text'", False),
        ("LIMIT = 3", False),
        ("class C:\n    def area(self):\n        return self.a * self.b", True),
        ("async def run(): await work()", True),
    ],
)
def test_logic_is_told_from_declaration(source: str, expected: bool) -> None:
    assert has_logic(ast.parse(source)) is expected
