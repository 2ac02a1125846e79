"""Joins simulated calls of trees with the configuration of their line: its schedules, and its templates.

So a test with a day and a time under ``given`` proves what callers meet then, by the
hours that the line really has.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from softswitch.ivr.proof.reading import CONFIGURATION
from softswitch.ivr.simulated.line import NO_LINE, LineBeside

FOLDERS: Final = 2
"""Where the configuration of a tree is looked for: in its own folder, and in the one above that."""


def line_beside(tree: Path, config: Path | None = None) -> LineBeside:
    """Return the line of a tree: of the configuration that is named, else of the one beside or above it.

    Without any, a tree by itself. Raises ConfigError for one that is wrong.
    """
    found = config or config_beside(tree)
    if found is None:
        return NO_LINE
    # Only here: most trees are looked at by themselves, and need nothing that a line is made of.
    from softswitch.tree_line import read_line

    return read_line(found)


class Lines:
    """The lines of many trees, each read once; all are of one configuration where that is named."""

    def __init__(self, config: Path | None = None) -> None:
        self._config = config
        self._read: dict[Path | None, LineBeside] = {}

    def of(self, tree: Path) -> LineBeside:
        """Return the line of a tree; see :func:`line_beside`."""
        found = self._config or config_beside(tree)
        if found not in self._read:
            self._read[found] = line_beside(tree, found)
        return self._read[found]


def config_beside(tree: Path) -> Path | None:
    """Return the configuration in the folder of a tree, or in the one above; None where there is none."""
    folders = tree.resolve().parents[:FOLDERS]
    return next((place for one in folders if (place := one / CONFIGURATION).is_file()), None)
