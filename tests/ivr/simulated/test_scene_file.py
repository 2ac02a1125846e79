"""Scenes in files: read as ``given`` in tests is, and told by line where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.errors import ConfigError
from softswitch.ivr.simulated.scene_file import read_scene


def read(folder: Path, content: bytes) -> list[str]:
    """Return what is wrong with a file."""
    path = folder / "night.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_scene(path)
    return [str(problem).partition("night.yaml")[2] for problem in caught.value.problems]


def test_n02_the_world_round_a_call(tmp_path):
    path = tmp_path / "night.yaml"
    path.write_text("caller: 600100200\nat: 2026-01-05 22:00\nqueues: {sales: {free: 0}}\n", encoding="utf-8")
    scene = read_scene(path)
    assert (scene.caller, scene.at.hour, scene.queues["sales"].free) == ("600100200", 22, 0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"caler: 600\n", [" line 1: unknown parameter 'caler'; did you mean 'caller'?"]),
        (b"caller: 600\nzone: Mars\n", [" line 2: zone: 'Mars' is no time zone such as Europe/Warsaw"]),
        (b"- caller\n", [" line 1: a scene is a mapping, such as caller: 600100200"]),
        (b"caller: 1\ncaller: 2\n", [" line 2: 'caller' is written twice (first on line 1)"]),
        (b"", [": the file is empty"]),
        (b"\xff", [": is not UTF-8 text: invalid start byte"]),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, content, told):
    assert read(tmp_path, content) == told


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_scene(tmp_path / "none.yaml")
