"""``softswitch paths``: the ways of real calls through a voice menu."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from softswitch.cli.ending import exit_with, judged, put
from softswitch.cli.options import AsJson, From, Polish, Records, To, TreeFile, view_of
from softswitch.cli.stored import from_database
from softswitch.clock import SystemClock
from softswitch.commands.paths import read_paths, show_paths, tree_at
from softswitch.commands.recordings import moment
from softswitch.ivr.model import Tree
from softswitch.ivr.paths import Paths
from softswitch.storage.event_store import EventStore

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


def paths(
    tree: TreeFile,
    first: From = "",
    last: To = "",
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Show the ways of real calls through a voice menu: where they hang up, err, and how long it takes.

    Of every branch: entries, hang-ups, wrong keys, silence, median seconds to a person, a queue or what else
    was called for; and in which order a menu had better offer its keys.
    """
    trees: list[Tree] = []
    exit_with(judged(lambda: trees.append(tree_at(tree))))
    put(show_paths(paths_of(trees[0], home, first, last), view=view_of(json, pl)), json)


def paths_of(tree: Tree, home: Path, first: str, last: str) -> Paths:
    """Return what the log of a line tells of a tree; a time that is none ends the command."""
    clock = SystemClock()
    span: list[datetime] = []

    def read() -> None:
        span.append(moment(first) if first else BEGINNING)
        span.append(moment(last) if last else clock.wall())

    exit_with(judged(read))
    since, until = span
    return from_database(
        home, lambda database: read_paths(EventStore(database, clock), tree, since=since, until=until)
    )
