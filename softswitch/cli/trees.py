"""Commands about the voice menus of the running switch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from softswitch.cli.codes import EXIT_CANNOT_START
from softswitch.cli.ending import exit_with, judged, put
from softswitch.cli.options import AsJson, Polish, Records, view_of
from softswitch.commands.trees import show_difference, show_report, show_trees, show_versions
from softswitch.control import ControlRefused, ask
from softswitch.ivr.publishing.figures import Comparison, Job, Report, TreeFigures, VersionFigures

PUBLISH, BACK, DIFFERENCE, VERSIONS = "publish", "back", "difference", "versions"
WORDS: Final[Mapping[str, tuple[int, int]]] = {
    # what is done: the fewest and the most words behind it
    "": (0, 0),
    PUBLISH: (0, 1000),
    BACK: (1, 2),
    DIFFERENCE: (1, 3),
    VERSIONS: (1, 1),
}


def trees(
    what: Annotated[
        str, typer.Argument(help="publish, back, difference or versions.", show_default=False)
    ] = "",
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help="publish [FILE…]; back NAME [VERSION]; difference NAME [A] [B], each a version or file; "
            "versions NAME.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Publish in spite of warnings; never of faults or failed tests.")
    ] = False,
    by: Annotated[str, typer.Option(help="Who does it, for the log.")] = "operator",
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Show the voice menus that callers enter; `trees publish` takes their files anew, calls go on.

    `trees difference NAME` tells what publishing would change, `trees back NAME` goes back a version.
    Exit code 1 where nothing was published because of what was found.
    """
    given = words or []
    if what not in WORDS:
        raise typer.BadParameter(f"say nothing, or one of {', '.join(filter(None, WORDS))}")
    fewest, most = WORDS[what]
    if not fewest <= len(given) <= most:
        raise typer.BadParameter("trees back NAME [VERSION], difference NAME [A] [B], versions NAME")
    view, done = view_of(json, pl), True

    def show() -> None:
        nonlocal done
        if what in (PUBLISH, BACK):
            report = _awaited(home, _begun(home, what, given, force, by))
            done = report.done
            put(show_report(report, view=view), json)
        elif what == DIFFERENCE:
            name, before, after = (*given, "", "")[:3]
            found = ask(home, "trees_difference", Comparison, tree=name, before=before, after=after)
            put(show_difference(found, view=view), json)
        elif what == VERSIONS:
            versions = ask(home, "trees_versions", list[VersionFigures], tree=given[0])
            put(show_versions(versions, view=view), json)
        else:
            put(show_trees(ask(home, "trees", list[TreeFigures]), view=view), json)

    exit_with(judged(show))
    exit_with(0 if done else EXIT_CANNOT_START)


def _begun(home: Path, what: str, given: list[str], force: bool, by: str) -> Job:
    if what == BACK:
        name, version = (*given, "")[:2]
        return ask(home, "trees_back", Job, tree=name, version=version, by=by)
    files = "\n".join(str(Path(one).absolute()) for one in given)
    return ask(home, "trees_publish", Job, files=files, force="yes" if force else "", by=by)


def _awaited(home: Path, job: Job) -> Report:
    """Wait for the end of a job, however long its prompts take to be spoken; each question waits a little."""
    while not job.is_over:
        job = ask(home, "trees_job", Job, job=str(job.number))
    if job.report is None:
        raise ControlRefused(job.trouble)
    return job.report
