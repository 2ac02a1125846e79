"""What one rule finds in a tree that is written in a test."""

from __future__ import annotations

from softswitch.ivr.lint.view import Rule, View
from tests.ivr.written import HEADER, tree_of


def found_by(
    rule: Rule, branches: str, *, header: str = HEADER, ringing: tuple[str, ...] = ()
) -> list[tuple[str, int, str]]:
    """Return (branch, step, sentence) of everything that the rule finds."""
    findings = list(rule.findings(View(tree_of(branches, header), ringing)))
    for finding in findings:
        # A sentence in each language, and the line of a place that is there.
        assert finding.english != finding.polish
        assert finding.line is not None
    return [(finding.branch, finding.step, finding.english) for finding in findings]
