"""A tree that no number leads to."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.lint.view import Found, Rule, Severity, View


def _look(view: View) -> Iterator[Found]:
    tree = view.tree
    if not tree.numbers:
        yield Found(
            "no number leads to this tree: nobody can call it (numbers: [100])",
            "żaden numer nie prowadzi do tego drzewa: nikt się nie dodzwoni (numbers: [100])",
            line=tree.lines.get("numbers", tree.lines.get("tree", 0)),
        )


RULE = Rule(
    "no_number",
    Severity.WARNING,
    "A number leads to the tree.",
    "Do drzewa prowadzi jakiś numer.",
    _look,
)
