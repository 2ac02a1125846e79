"""``softswitch test``: what came of the tests of trees, and what of the trees nobody tested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from softswitch.commands.shown import as_json, sentence, table
from softswitch.commands.view import View
from softswitch.errors import harmless
from softswitch.ivr.proof.coverage import ANY, Coverage, ExitCount
from softswitch.ivr.proof.model import TreeTest, Verdict
from softswitch.ivr.proof.polish import left_out_in_polish
from softswitch.ivr.proof.report import SuiteReport
from softswitch.ivr.proof.running import Result
from softswitch.languages import POLISH
from softswitch.words import Both, exit_word

VERDICTS: Final[dict[Verdict, Both]] = {
    Verdict.PASSED: ("passed", "dobrze"),
    Verdict.FAILED: ("FAILED", "ŹLE"),
}
TITLES: Final[Sequence[Both]] = (
    ("tree", "drzewo"),
    ("tests", "testy"),
    ("passed", "dobrze"),
    ("failed", "źle"),
    ("branches", "gałęzie"),
    ("exits", "wyjścia"),
    ("covered", "pokrycie"),
)
EXIT_TITLES: Final[Sequence[Both]] = (
    ("branch", "gałąź"),
    ("step", "krok"),
    ("exit", "wyjście"),
    ("leads to", "dokąd"),
    ("times", "razy"),
)
NEVER: Final[Both] = ("never", "nigdy")
LIVE: Final[Both] = ("(live)", "(na żywo)")
ANY_EXIT: Final[Both] = ("any", "dowolne")
MOST_MISSING: Final = 20
"""Of a tree with next to no tests, the first ones say enough."""

LEADS: Final[dict[str, Both]] = {
    "next": ("the next step", "następny krok"),
    "up": ("up", "w górę"),
    "back": ("back", "z powrotem"),
    "ends": ("the end", "koniec"),
    "queue": ("as the queue says", "jak mówi kolejka"),
}


def progress(result: Result, *, view: View) -> str:
    """Return the line of one test that is done."""
    verdict = VERDICTS[result.verdict][view.language == POLISH]
    return harmless(f"{verdict:9} {result.test.path.name}: {result.test.name}")


def not_called(test: TreeTest, why: str, *, view: View) -> str:
    """Return the line of one test that is not called on a running line, and why."""
    word = "pominięto" if view.language == POLISH else "left out"
    shown = left_out_in_polish(why) if view.language == POLISH else why
    return harmless(f"{word:9} {test.path.name}: {test.name} ({shown})")


def show_tests(reports: Sequence[SuiteReport], *, view: View, every_exit: bool = False) -> RenderableType:
    """Return what came of all tests; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json([report.data() for report in reports])
    parts: list[RenderableType] = []
    for result in (result for report in reports for result in report.results):
        if result.verdict is Verdict.FAILED:
            parts += [Text(result.told(view.language), overflow="fold"), Text()]
    for report in reports:
        if not report.live and (every_exit or report.coverage.missing):
            parts += [show_coverage(report.coverage, view=view, every_exit=every_exit), Text()]
    return Group(*parts, _summary(reports, view))


def show_coverage(coverage: Coverage, *, view: View, every_exit: bool) -> RenderableType:
    """Return the ways out of a tree: those nobody took, or all of them."""
    polish = view.language == POLISH
    shown = coverage.exits if every_exit else coverage.missing[:MOST_MISSING]
    rows = [_row(one, polish) for one in shown]
    if not every_exit and (more := len(coverage.missing) - len(shown)):
        rows.append((f"+ {more}", "--coverage", "", "", ""))
    heading = sentence(
        view,
        f"{coverage.tree}: {'every exit' if every_exit else 'exits that no call takes'}",
        f"{coverage.tree}: {'wszystkie wyjścia' if every_exit else 'wyjścia bez żadnej rozmowy'}",
    )
    return Group(heading, table(view, EXIT_TITLES, rows))


def _row(one: ExitCount, polish: bool) -> tuple[str, ...]:
    name = ANY_EXIT[polish] if one.exit == ANY else exit_word(one.exit, POLISH if polish else "en")
    leads = LEADS[one.leads][polish] if one.leads in LEADS else one.leads
    times = str(one.times) if one.times else f"({one.why_not})" if one.why_not else NEVER[polish]
    return one.branch, f"{one.step} {one.action}", name, leads, times


def _summary(reports: Sequence[SuiteReport], view: View) -> Table:
    rows = []
    for report in reports:
        covered, found = report.coverage, report.coverage.branches.values()
        rows.append(
            (
                f"{covered.tree} {LIVE[view.language == POLISH]}" if report.live else covered.tree,
                str(len(report.results)),
                str(report.count(Verdict.PASSED)),
                str(report.count(Verdict.FAILED)),
                f"{sum(map(bool, found))}/{len(found)}",
                f"{len(covered.counted) - len(covered.missing)}/{len(covered.counted)}",
                f"{covered.percent:g} %",
            )
        )
    return table(view, TITLES, rows)
