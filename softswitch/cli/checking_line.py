"""What ``softswitch check`` does with a line's configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from softswitch.cli.ending import say
from softswitch.commands.checking import Around
from softswitch.config import load_config
from softswitch.errors import Problem
from softswitch.greeting import numbers_of
from softswitch.ivr.model import Tree
from softswitch.preflight.examining import examine
from softswitch.preflight.menus import configured_names, judge_trees, queues_that_ring
from softswitch.understood import understood


def around(config: Path) -> Around:
    """Return what a configuration holds for its trees; raise ConfigError for one that is wrong."""
    line = load_config(config)

    def judge(trees: Sequence[Tree]) -> Sequence[Problem]:
        return judge_trees(line, trees, ())[0]

    return Around(configured_names(line), queues_that_ring(line), judge)


def check_line(file: Path) -> None:
    """Say what a start would find in a configuration; raise ConfigError or StartError where it could not."""
    config = load_config(file)
    found = examine(config)
    for warning in found.warnings:
        say(f"warning: {warning}")
    if found.running:
        say(f"a switch is running with the folder {config.home}: its ports were not tried")
    if found.faults and found.obstacles:
        # Of both kinds the one that is raised decides the exit code; the other is not to be a surprise.
        say("\n".join(found.obstacles))
    replace(found, running="").refuse()
    say(numbers_of(config, found.trees))
    if also := understood(config):
        say(also)
    count = len(found.warnings)
    say(f"0 faults, {count} warning{'' if count == 1 else 's'}")
