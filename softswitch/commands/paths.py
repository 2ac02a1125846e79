"""``softswitch paths`` and ``softswitch draw``: what calls did in a voice menu, as tables and in pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from rich.console import Group, RenderableType
from rich.text import Text

from softswitch.commands.shown import as_json, sentence, table
from softswitch.commands.view import View
from softswitch.errors import ConfigError
from softswitch.events import Entry, Event
from softswitch.ivr.drawing.marks import Marks, Mode, covered
from softswitch.ivr.drawing.mermaid import mermaid
from softswitch.ivr.drawing.sketch import sketch_of
from softswitch.ivr.drawing.svg import svg
from softswitch.ivr.loader import read_trees
from softswitch.ivr.model import Tree
from softswitch.ivr.paths import KINDS, BranchPaths, MenuOrder, PathReader, Paths
from softswitch.ivr.proof.reading import suites_at
from softswitch.ivr.proof.report import run_suite
from softswitch.ivr.simulated.line import NO_LINE, LineBeside
from softswitch.languages import POLISH
from softswitch.words import Both

TITLES: Final[Sequence[Both]] = (
    ("branch", "gałąź"),
    ("entries", "wejścia"),
    ("calls", "rozmowy"),
    ("came back", "powroty"),
    ("hung up", "rozłączenia"),
    ("wrong keys", "złe klawisze"),
    ("silence", "cisza"),
    ("to the goal", "do celu"),
)
MOST_WRONG: Final = 3
"""Wrong keys that are named in a line, most pressed first."""


class LogReader(Protocol):
    """Where the events come from; the event store is one."""

    def of_kinds(
        self, kinds: Collection[type[Event]], *, since: datetime
    ) -> AsyncIterator[tuple[Entry, ...]]:
        """Yield the entries of these kinds since then, in order, in pages."""
        ...


def tree_at(path: Path) -> Tree:
    """Return the tree in a file; raise ConfigError with all its problems."""
    trees, problems = read_trees([path])
    if problems:
        raise ConfigError(problems)
    return trees[0]


async def read_paths(log: LogReader, tree: Tree, *, since: datetime, until: datetime) -> Paths:
    """Return what calls that arrived within a span of time did in a tree."""
    reader = PathReader(tree, since=since, until=until)
    async for entries in log.of_kinds(KINDS, since=since):
        if not reader.read(entries):
            break
    return reader.paths()


def show_paths(paths: Paths, *, view: View) -> RenderableType:
    """Return the figures as a table, and which menus would be quicker in another order."""
    if view.as_json:
        return as_json(_plain(paths))
    if not paths.calls:
        return sentence(view, f"No call went through {paths.tree}.", f"Nikt nie dzwonił do {paths.tree}.")
    head = sentence(
        view,
        f"{paths.tree}: {paths.calls} calls, {paths.hung_up} hung up in the menu",
        f"{paths.tree}: rozmów: {paths.calls}, rozłączeń w menu: {paths.hung_up}",
    )
    outage = sentence(
        view,
        f"{paths.told_of_outage} of them were told of an outage, {paths.left_at_outage} hung up at it",
        f"komunikat o awarii: rozmów: {paths.told_of_outage}, rozłączeń przy nim: {paths.left_at_outage}",
    )
    rows = (_row(one, view.language) for one in paths.branches)
    orders = [Text(_order_words(one, view.language)) for one in paths.orders if not one.is_best]
    heads = (head, outage) if paths.told_of_outage else (head,)
    return Group(*heads, table(view, TITLES, rows), *orders)


def heated(paths: Paths, language: str) -> Marks:
    """Return the figures as marks of a picture."""
    polish = language == POLISH
    orders = {one.branch: one for one in paths.orders if not one.is_best}
    return Marks(
        Mode.HEAT,
        {one.branch: one.entries for one in paths.branches},
        paths.taken,
        remarks={
            one.branch: tuple(_remarks(one, orders.get(one.branch), language)) for one in paths.branches
        },
        summary=(
            f"rozmów: {paths.calls}, rozłączeń w menu: {paths.hung_up}"
            if polish
            else f"{paths.calls} calls, {paths.hung_up} hung up in the menu"
        ),
    )


def proven(path: Path, language: str, line: LineBeside = NO_LINE) -> tuple[Tree, Marks]:
    """Run the tests beside a tree on its ``line``; return the tree with what they cover as marks.

    Raises ConfigError.
    """
    tree = tree_at(path)
    report = run_suite(suites_at([path])[0], line=line)
    return tree, covered(report.coverage, report.coverage.percent, language)


def drawn(tree: Tree, marks: Marks, language: str, *, as_mermaid: bool) -> str:
    """Return the picture of a tree as SVG, or as a Mermaid flowchart."""
    sketch = sketch_of(tree, language)
    return mermaid(sketch, marks) if as_mermaid else svg(sketch, marks)


def _row(one: BranchPaths, language: str) -> Sequence[str]:
    return (
        one.branch,
        str(one.entries),
        str(one.calls),
        _some(one.repeats),
        f"{one.hung_up} ({100 * one.hung_up / one.calls:.0f}%)" if one.hung_up else "",
        _wrong(one),
        _some(one.silent),
        "" if one.to_goal_s is None else _seconds(one.to_goal_s, language),
    )


def _some(count: int) -> str:
    return str(count) if count else ""


def _wrong(one: BranchPaths) -> str:
    """Return how many wrong keys there were, and which most of all."""
    if not one.wrong:
        return ""
    named = ", ".join(f"{keys} {count}×" for keys, count in list(one.wrong.items())[:MOST_WRONG])
    return f"{sum(one.wrong.values())} ({named})"


def _seconds(seconds: float, language: str) -> str:
    shown = f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"
    return f"{shown.replace('.', ',') if language == POLISH else shown} s"


def _remarks(one: BranchPaths, order: MenuOrder | None, language: str) -> Iterator[str]:
    """Yield the lines under the name of a branch on a picture."""
    polish = language == POLISH
    if one.hung_up:
        share = f"{100 * one.hung_up / one.calls:.0f}%"
        yield f"rozłączenia: {one.hung_up} ({share})" if polish else f"hung up: {one.hung_up} ({share})"
    if one.wrong:
        yield f"złe klawisze: {_wrong(one)}" if polish else f"wrong keys: {_wrong(one)}"
    if one.silent:
        yield f"cisza: {one.silent}" if polish else f"silence: {one.silent}"
    if one.repeats:
        yield f"powroty: {one.repeats}" if polish else f"came back: {one.repeats}"
    if one.to_goal_s is not None:
        yield f"{'do celu' if polish else 'to the goal'}: {_seconds(one.to_goal_s, language)}"
    if order is not None:
        yield f"{'lepsza kolejność' if polish else 'better order'}: {' '.join(order.best)}"


def _order_words(order: MenuOrder, language: str) -> str:
    offered, best = (" ".join(keys) for keys in ([key for key, _ in order.offered], order.best))
    heard, heard_best = f"{order.heard:.1f}", f"{order.heard_best:.1f}"
    if language == POLISH:
        return (
            f"{order.branch}: kolejność {offered}, lepsza byłaby {best}: dzwoniący słucha średnio do opcji "
            f"{heard_best.replace('.', ',')}, a nie do {heard.replace('.', ',')}"
        )
    return (
        f"{order.branch}: offers {offered}, {best} would be better: callers listen up to option {heard_best} "
        f"on average, not {heard}"
    )


def _plain(paths: Paths) -> dict[str, object]:
    return {
        "tree": paths.tree,
        "calls": paths.calls,
        "hung_up": paths.hung_up,
        "told_of_outage": paths.told_of_outage,
        "left_at_outage": paths.left_at_outage,
        "branches": [
            {
                "branch": one.branch,
                "entries": one.entries,
                "calls": one.calls,
                "came_back": one.repeats,
                "hung_up": one.hung_up,
                "wrong": one.wrong,
                "silent": one.silent,
                "to_goal_s": one.to_goal_s,
            }
            for one in paths.branches
        ],
        "exits": [
            {"branch": branch, "step": step, "exit": name, "times": times}
            for (branch, step, name), times in sorted(paths.taken.items())
        ],
        "orders": paths.orders,
    }
