"""The tests of many trees run one after another, and what came of them as tables, JSON and JUnit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from xml.etree import ElementTree

from softswitch.errors import harmless
from softswitch.ivr.proof.coverage import Coverage, coverage_of
from softswitch.ivr.proof.model import Suite, Verdict
from softswitch.ivr.proof.reading import tree_of
from softswitch.ivr.proof.running import Result, run_test
from softswitch.ivr.simulated.line import NO_LINE, LineBeside


@dataclass(frozen=True, slots=True)
class SuiteReport:
    """What came of the tests of one tree, and how much of it they cover. ``seconds`` are real ones.

    ``live`` says that they were real calls and not simulated ones.
    """

    suite: Suite
    results: tuple[Result, ...]
    coverage: Coverage
    seconds: float
    live: bool = False

    def count(self, verdict: Verdict) -> int:
        """Return how many tests came out so."""
        return sum(result.verdict is verdict for result in self.results)

    def data(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "tests": str(self.suite.path),
            "tree": str(self.suite.tree),
            "live": self.live,
            "seconds": round(self.seconds, 3),
            "results": [
                {
                    "test": result.test.name,
                    "line": result.test.line,
                    "verdict": result.verdict.value,
                    "differences": list(result.differences),
                    "path": list(result.transcript.path) if result.transcript is not None else [],
                    "proposed": result.test.proposed,
                }
                for result in self.results
            ],
            "coverage": self.coverage.data(),
        }


def run_suite(
    suite: Suite,
    only: str = "",
    told: Callable[[Result], None] = lambda result: None,
    line: LineBeside = NO_LINE,
) -> SuiteReport:
    """Run the tests of a tree on its ``line``, those with ``only`` in their name.

    ``told`` hears of each when it is done.

    Raises ConfigError where the tree cannot be loaded, or the tests do not fit it.
    """
    began = perf_counter()
    tree = tree_of(suite)
    results: list[Result] = []
    for test in suite.tests:
        if only.casefold() in test.name.casefold():
            results.append(run_test(tree, test, line))
            told(results[-1])
    calls = [result.transcript for result in results if result.transcript is not None]
    coverage = coverage_of(tree, calls, suite.cannot)
    return SuiteReport(suite, tuple(results), coverage, perf_counter() - began)


def junit(reports: Iterable[SuiteReport]) -> str:
    """Return the results in the XML that build servers read."""
    root = ElementTree.Element("testsuites")
    for report in reports:
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=harmless(str(report.suite.path)),
            tests=str(len(report.results)),
            failures=str(report.count(Verdict.FAILED)),
            time=f"{report.seconds:.3f}",
        )
        for result in report.results:
            case = ElementTree.SubElement(
                suite, "testcase", classname=report.coverage.tree, name=harmless(result.test.name)
            )
            if result.verdict is Verdict.FAILED:
                failure = ElementTree.SubElement(
                    case, "failure", message=harmless("; ".join(result.differences))
                )
                failure.text = result.told()
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
