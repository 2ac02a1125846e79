"""``softswitch check``: the whole line, or voice menus alone, looked at before anybody calls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from softswitch.cli.ending import exit_with, judged
from softswitch.cli.options import CONFIGURATION, ConfigFile, Polish, language_of
from softswitch.commands.checking import Around, Checked, as_data, check_trees, schema_text, told
from softswitch.ivr.faults_polish import error_in


def check(
    trees: Annotated[
        list[Path] | None, typer.Argument(help="Files of voice menus; the whole line unless given.")
    ] = None,
    config: ConfigFile = CONFIGURATION,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: every finding as JSON.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Write the JSON Schema of voice menus, for editors.")
    ] = False,
    pl: Polish = False,
) -> None:
    """Check everything that a start would check, and start nothing; exit code 0 if the line could start.

    With files of voice menus: what is wrong in them, and what callers will suffer from; exit code 1 for
    faults and warnings. What they name, such as queues and templates, is checked where a configuration is.
    """
    if schema:
        typer.echo(schema_text())
        return
    if not trees:
        # Only here and below: menus alone are checked without all that a line is made of.
        from softswitch.cli.checking_line import check_line

        if as_json:
            raise typer.BadParameter("--json goes with files of voice menus")
        exit_with(judged(lambda: check_line(config), error_in(language_of(pl))))
        return
    checked: list[Checked] = []
    exit_with(judged(lambda: checked.append(check_trees(trees, _around(config)))))
    typer.echo(as_data(checked[0]) if as_json else told(checked[0], language_of(pl)))
    raise typer.Exit(0 if checked[0].is_good else 1)


def _around(config: Path) -> Around:
    """Return what a configuration holds for its trees, nothing where there is none beside."""
    if not config.is_file():
        return Around()
    from softswitch.cli.checking_line import around

    return around(config)
