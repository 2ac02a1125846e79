"""``softswitch draw``: pictures of voice menus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from softswitch.cli.ending import exit_with, judged, say
from softswitch.cli.options import From, Polish, Records, To, TreeFile, language_of
from softswitch.commands.paths import drawn, heated, proven, tree_at
from softswitch.errors import StartError
from softswitch.ivr.drawing.marks import Marks
from softswitch.ivr.model import Tree
from softswitch.languages import POLISH
from softswitch.tree_beside import line_beside


def draw(
    tree: TreeFile,
    svg: Annotated[
        Path | None, typer.Option(help="Write the picture into this file, and not to the terminal.")
    ] = None,
    mermaid: Annotated[
        bool, typer.Option("--mermaid", help="As a Mermaid flowchart, for READMEs and wikis.")
    ] = False,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="With what the tests beside the menu go through.")
    ] = False,
    heat: Annotated[bool, typer.Option("--heat", help="With the ways that real calls went.")] = False,
    first: From = "",
    last: To = "",
    home: Records = Path("demo"),
    pl: Polish = False,
) -> None:
    """Draw a voice menu: branches, their steps, all ways out, where callers come in and how they leave.

    An SVG picture for light and dark ground, or a Mermaid flowchart; --heat takes the calls of a line's log.
    """
    if coverage and heat:
        raise typer.BadParameter("either --coverage or --heat: a picture has one set of colours")
    if mermaid and svg is not None:
        raise typer.BadParameter("either --svg or --mermaid")
    language = language_of(pl)
    picture: list[tuple[Tree, Marks]] = []

    def look() -> None:
        picture.append(proven(tree, language, line_beside(tree)) if coverage else (tree_at(tree), Marks()))

    exit_with(judged(look))
    (found, marks) = picture[0]
    if heat:
        # Only here: a database is opened for it, and no other picture pays for its import.
        from softswitch.cli.wayfinding import paths_of

        marks = heated(paths_of(found, home, first, last), language)
    text = drawn(found, marks, language, as_mermaid=mermaid)
    if svg is None:
        say(text.rstrip("\n"))
    else:
        exit_with(judged(lambda: _write(svg, text)))
        say(f"zapisano {svg}" if language == POLISH else f"written to {svg}")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StartError(f"{path} cannot be written: {error.strerror}") from error
