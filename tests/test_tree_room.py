"""The voice menus of a switch as they are really judged, tested and spoken before they are published."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from softswitch.ivr.errors import PromptFailed
from softswitch.ivr.loader import load_tree
from softswitch.preflight.menus import judge_trees
from softswitch.tree_room import beside_tested, made_ready
from tests.fakes.home_line import local
from tests.ivr.publishing.rig import bank
from tests.ivr.written import sound_file


class Spoken:
    """Voices that note what they are given."""

    def __init__(self, *broken: str) -> None:
        self.given: list[str] = []
        self.broken = broken

    async def text(self, text: str, **more: Any) -> int:
        return await self.file(Path(text))

    async def file(self, path: Path) -> int:
        self.given.append(str(path))
        if path.name in self.broken:
            raise PromptFailed("no voice")
        return 1


def written(folder: Path, text: str) -> Path:
    path = folder / "bank.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_tests_beside_a_tree_are_run(tmp_path: Path) -> None:
    tree = load_tree(written(tmp_path, bank()))
    assert beside_tested(tree).count == 0
    beside = tmp_path / "bank.tests.yaml"
    beside.write_text('tests: {good: {expect: {path: [welcome]}}, bad: {expect: {heard: ["Evening"]}}}')
    found = beside_tested(tree)
    assert (found.count, len(found.red)) == (2, 1)
    assert found.red[0].startswith(f"{beside} line 1: test bad\n")
    assert "miało zabrzmieć" in found.polish[found.red[0]]
    beside.write_text("tests: {strange: {expect: {path: [nowhere]}}}")
    found = beside_tested(tree)
    assert "nowhere" in found.red[0]
    assert "nie ma gałęzi 'nowhere'" in found.polish[found.red[0]]
    beside.write_text("tests: [")
    assert beside_tested(tree).red


def test_tests_that_would_never_end_stop_nobody_else_from_publishing(tmp_path: Path) -> None:
    tree = load_tree(written(tmp_path, bank()))
    lines = "\n".join(f"  test {number}: {{expect: {{path: [welcome]}}}}" for number in range(9))
    (tmp_path / "bank.tests.yaml").write_text(f"tests:\n{lines}\n")
    # Each takes half a minute.
    minutes = (number * 30.0 for number in count())
    found = beside_tested(tree, now=lambda: next(minutes))
    assert found.count == 4
    assert "the tests take longer than 120 s" in found.red[0]


async def test_all_that_can_be_heard_is_made_ready_and_what_cannot_is_told(tmp_path: Path) -> None:
    sound = sound_file(tmp_path / "hello.wav")
    tree = load_tree(written(tmp_path, bank().replace("- hangup", "- play: hello.wav\n    - hangup")))
    voices = Spoken()
    assert await made_ready(local(tmp_path), voices, [tree]) == ()  # type: ignore[arg-type]
    assert voices.given == ["Good morning.", str(sound)]
    told = await made_ready(local(tmp_path), Spoken("Good morning.", "hello.wav"), [tree])  # type: ignore[arg-type]
    assert told == (
        "a prompt cannot be spoken: no voice ('Good morning.')",
        "a sound file cannot be played: no voice",
    )


def test_trees_are_judged_with_everything_else_that_is_configured(tmp_path: Path) -> None:
    text = bank(number="1001").replace('say: "Good morning."', "say: {text: Hello., voice: nobody}")
    tree = load_tree(written(tmp_path, text))
    config = local(tmp_path, trees=(tree.path,))
    faults, warnings = judge_trees(config, [tree], {"bank"})
    assert any("also a number of the menu 'bank'" in str(one) for one in faults)
    assert any("voice 'nobody'" in str(one) for one in warnings)
    assert all(one.path == str(tree.path) for one in warnings)
    # Warnings about menus that nobody is publishing hold nothing up.
    assert judge_trees(config, [tree], ())[1] == []
