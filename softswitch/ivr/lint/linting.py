"""Looks at trees with every rule: what runs and is still wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from softswitch.errors import Problem
from softswitch.ivr.lint.registry import RULES
from softswitch.ivr.lint.view import Finding, Severity, View
from softswitch.ivr.model import Tree


def findings_of(tree: Tree, ringing: Collection[str] = ()) -> list[Finding]:
    """Return everything that the rules find in a tree, in the order of the file.

    ``ringing`` are the queues that by their own configuration answer only when an agent does.
    """
    view = View(tree, ringing)
    found = [finding for rule in RULES for finding in rule.findings(view)]
    return sorted(found, key=lambda one: (one.line or 0, one.step))


def lint_tree(tree: Tree, ringing: Collection[str] = (), language: str = "en") -> list[Problem]:
    """Return what callers will suffer from in a tree: the findings that are warnings, to be shown."""
    return [
        finding.told(language)
        for finding in findings_of(tree, ringing)
        if finding.severity is Severity.WARNING
    ]


def lint_trees(trees: Iterable[Tree], ringing: Collection[str] = ()) -> list[Problem]:
    """Return what callers will suffer from in any of the trees."""
    return [problem for tree in trees for problem in lint_tree(tree, ringing)]
