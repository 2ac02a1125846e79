"""Tests of voice menus as real calls, for ``softswitch test --live`` and ``--live --running``."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

import uvloop

from softswitch.config import load_config
from softswitch.ivr.proof.coverage import coverage_of
from softswitch.ivr.proof.model import Suite, TreeTest, Verdict
from softswitch.ivr.proof.reading import tree_of
from softswitch.ivr.proof.report import SuiteReport
from softswitch.ivr.proof.running import Result
from softswitch.tree_proof import prove_live
from softswitch.tree_proof_running import calls_as, prove_running

Told = Callable[[Result], None]
Prove = Callable[[Suite, Told], Coroutine[None, None, list[Result]]]


def on_a_switch_of_its_own(config: Path) -> Prove:
    """Return what calls tests on a switch with this configuration, begun for it. Raises ConfigError."""
    line = load_config(config)
    return lambda suite, told: prove_live(line, suite, told)


def on_the_running_line(
    config: Path, user: str, password: str | None, left_out: Callable[[TreeTest, str], None]
) -> Prove:
    """Return what calls tests on the switch that runs with this configuration, from an account.

    ``left_out`` hears what cannot be called there, and why. Raises ConfigError, and StartError where there is
    nobody to call as.
    """
    line = load_config(config)
    caller = calls_as(line, user, password)
    return lambda suite, told: prove_running(line, suite, caller, told, left_out)


def called(prove: Prove, suites: Sequence[Suite], only: str, told: Told) -> Iterator[SuiteReport]:
    """Yield what came of the tests of each tree as real calls."""
    for suite in suites:
        began = monotonic()
        # Read now: the file may be another one when the calls are over.
        tree = tree_of(suite)
        tests = tuple(test for test in suite.tests if only.casefold() in test.name.casefold())
        results = uvloop.run(prove(replace(suite, tests=tests), told)) if tests else []
        calls = [one.transcript for one in results if one.verdict is Verdict.PASSED]
        coverage = coverage_of(tree, (call for call in calls if call is not None), suite.cannot)
        # A tree may have ways out that no real call can be led to: they are not asked of it.
        yield SuiteReport(suite, tuple(results), coverage, monotonic() - began, live=True)
