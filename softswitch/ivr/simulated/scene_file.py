"""The world round a simulated call in a file of its own, in the words of ``given`` in tests of trees."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError
from yaml.nodes import MappingNode

from softswitch.errors import ConfigError, Problem
from softswitch.ivr.faults import told
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.source import Source, line_of, text_at


def read_scene(path: Path) -> Scene:
    """Return what a file says of the world; raise ConfigError with every problem and its line."""
    try:
        text = text_at(path)
    except OSError as error:
        raise ConfigError([Problem(str(path), None, "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(str(path), None, "", f"is not UTF-8 text: {error.reason}")]) from error
    source = Source(str(path))
    root = source.parse(text)
    if root is not None and not isinstance(root, MappingNode):
        source.report(line_of(root), "", "a scene is a mapping, such as caller: 600100200")
    if root is None or source.problems:
        raise ConfigError(source.problems)
    try:
        scene = Scene.model_validate(source.plain(root, ""))
    except ValidationError as error:
        for line, reason in told(error, Scene, root):
            source.report(line, "", reason)
    if source.problems:
        raise ConfigError(source.problems)
    return scene
