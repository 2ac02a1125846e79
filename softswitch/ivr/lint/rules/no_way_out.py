"""A part of the tree that never lets go of its callers."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.ways import can_end, next_branches


def _look(view: View) -> Iterator[Found]:
    tree = view.tree
    ends, ways = can_end(tree), next_branches(tree)
    kept = tree.branches.keys() - ends
    entrances = {target for name, targets in ways.items() if name in ends for target in targets}
    led_into = kept & (entrances | tree.entrances) & view.reached
    for branch in tree.branches.values():
        if branch.name in led_into:
            yield Found(
                "no way out: whatever callers do here, only their own hanging up ends the call",
                "nie ma wyjścia: cokolwiek dzwoniący tu zrobi, zakończyć połączenie może tylko on sam",
                branch,
            )


RULE = Rule(
    "no_way_out",
    Severity.WARNING,
    "The tree lets go of every caller some day.",
    "Drzewo kiedyś wypuszcza każdego dzwoniącego.",
    _look,
)
