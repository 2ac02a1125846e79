"""The command that tests trees."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from softswitch.cli.codes import EXIT_STEP_FAILED
from softswitch.cli.ending import exit_with, judged, put, say
from softswitch.cli.options import PASSWORD_VARIABLE, AsJson, Polish, view_of
from softswitch.commands.tree_tests import not_called, progress, show_tests
from softswitch.errors import StartError
from softswitch.ivr.faults_polish import error_in
from softswitch.ivr.proof.generating import propose
from softswitch.ivr.proof.model import Suite, TreeTest, Verdict
from softswitch.ivr.proof.reading import suites_at, tree_of
from softswitch.ivr.proof.report import SuiteReport, junit, run_suite
from softswitch.ivr.proof.running import Result
from softswitch.ivr.proof.writing import written
from softswitch.tree_beside import Lines, line_beside

Places = Annotated[
    list[Path],
    typer.Argument(help="Trees, files of tests (bank.tests.yaml beside bank.yaml), or folders of them."),
]
FailUnder = Annotated[
    float, typer.Option(help="Fail when less per cent of a tree's ways out are covered.", min=0, max=100)
]
JunitFile = Annotated[
    Path | None, typer.Option("--junit", help="Write the results into this file, for build servers.")
]
Generate = Annotated[
    bool,
    typer.Option("--generate", help="Propose the fewest calls that take what no test takes, as tests."),
]
Write = Annotated[
    bool,
    typer.Option("--write", help="With --generate: write them beside a tree that has none yet."),
]
LineOfTrees = Annotated[
    Path | None,
    typer.Option(
        help="The configuration with the schedules and templates of the line; softswitch.yaml beside the "
        "trees, or above their folder, unless given."
    ),
]
Live = Annotated[
    Path | None,
    typer.Option(
        help="Make real calls of the tests that pass, on a switch started with this configuration in a "
        "folder of its own, and compare the way they go."
    ),
]
Running = Annotated[
    bool,
    typer.Option(
        "--running",
        help="With --live: call the switch that runs with this configuration. Left out is whatever would "
        "ring somebody, write something down, or ask who calls or who is there.",
    ),
]


def prove(
    places: Places,
    only: Annotated[str, typer.Option("--only", "-k", help="Only tests with this in their name.")] = "",
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Show every way out of every step, and how often it was taken.")
    ] = False,
    fail_under: FailUnder = 0.0,
    junit_file: JunitFile = None,
    generate: Generate = False,
    write: Write = False,
    config: LineOfTrees = None,
    live: Live = None,
    on_line: Running = False,
    user: Annotated[
        str, typer.Option(help="With --running: the account that calls; the first one unless given.")
    ] = "",
    password: Annotated[
        str | None,
        typer.Option(
            envvar=PASSWORD_VARIABLE, help="Its password, where the configuration has only a hash of it."
        ),
    ] = None,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Run the tests of voice menus in virtual time, and tell what of the menus they cover.

    With --live the same tests are real calls afterwards, each in the world that it gives. With --generate
    nothing but a file of tests is printed, to be put beside the menu; with --write it is put there.
    Exit code 0 if all passed; 2 if a file is wrong, 3 if a test failed or too little is covered.
    """
    view = view_of(json, pl)
    if write and not generate:
        raise typer.BadParameter("--write goes with --generate")
    if on_line and live is None:
        raise typer.BadParameter("--running goes with --live")
    if generate:
        exit_with(judged(lambda: say((_put_beside if write else _proposed)(_one_tree(places), config))))
        return

    def told(result: Result) -> None:
        if not json:
            say(progress(result, view=view))

    reports: list[SuiteReport] = []

    def run() -> None:
        suites = suites_at(places)
        lines = Lines(config)
        reports.extend(run_suite(suite, only, told, lines.of(suite.tree)) for suite in suites)
        if live is not None:
            # Only here: a switch is built for real calls, and no other test pays for its import.
            from softswitch.cli.proving_live import called, on_a_switch_of_its_own, on_the_running_line

            def left_out(test: TreeTest, why: str) -> None:
                if not json:
                    say(not_called(test, why, view=view))

            prove = (
                on_the_running_line(live, user, password, left_out)
                if on_line
                else on_a_switch_of_its_own(live)
            )
            reports.extend(called(prove, suites, only, told))
        if junit_file is not None:
            _write(junit_file, junit(reports))
        put(show_tests(reports, view=view, every_exit=coverage), json)

    exit_with(judged(run, error_in(view.language)))
    failed = any(report.count(Verdict.FAILED) for report in reports)
    bare = any(report.coverage.percent < fail_under for report in reports if not report.live)
    exit_with(EXIT_STEP_FAILED if failed or bare else 0)


def _one_tree(places: list[Path]) -> Suite:
    suites = suites_at(places)
    if len(suites) != 1:
        raise StartError(f"name one tree to propose calls for, and not {len(suites)}")
    return suites[0]


def _put_beside(suite: Suite, config: Path | None) -> str:
    """Write the proposed tests into the file beside the tree, and say where; never over tests of people."""
    if suite.tests or suite.cannot:
        raise StartError(f"{suite.path} holds tests: put in by hand what --generate prints without --write")
    proposed = _proposed(suite, config)
    if all(line.startswith("#") for line in proposed.splitlines()):
        return proposed
    _write(suite.path, proposed + "\n")
    return f"written to {suite.path}: read each test, it expects what the tree does today"


def _proposed(suite: Suite, config: Path | None) -> str:
    """Return the tests that are missing of a tree; what no call reaches is told on the way."""
    line = line_beside(suite.tree, config)
    report = run_suite(suite, line=line)
    calls = [result.transcript for result in report.results if result.transcript is not None]
    tree = tree_of(suite)
    proposal = propose(tree, suite.cannot, but=calls, line=line)
    unreached = [
        f"# not reached by any call: {one.branch} {one.step} {one.action}: {one.exit}"
        for one in proposal.coverage.missing
    ]
    return "\n".join([*unreached, written(tree, proposal) or "# there is nothing to propose"])


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StartError(f"{path} cannot be written: {error.strerror}") from error
