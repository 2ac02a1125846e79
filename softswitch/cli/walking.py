"""Commands about voice menus without a call: ``softswitch simulate`` walks one, ``actions`` shows steps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from softswitch.cli.ending import exit_with, judged, say
from softswitch.cli.options import Polish, language_of
from softswitch.ivr.catalogue import describe
from softswitch.ivr.faults_polish import error_in
from softswitch.ivr.interactive import begun, play
from softswitch.ivr.rehearsal import Rehearsal, rehearse
from softswitch.tree_beside import line_beside


def simulate(
    tree: Annotated[Path, typer.Argument(help="The tree's file.", exists=False)],
    press: Annotated[
        list[str] | None, typer.Option(help="Keys to press; each --press waits for its own moment.")
    ] = None,
    dial: Annotated[
        list[str] | None,
        typer.Option(
            help="What comes of a number the menu dials, one --dial for each in order: busy, no_answer, "
            "unreachable, declined, unknown, or answered:after=5:talk=30."
        ),
    ] = None,
    hang_up_after: Annotated[
        float | None, typer.Option(help="Hang up this many seconds after the last key.")
    ] = None,
    called: Annotated[str, typer.Option(help="The number that was dialled, one of the tree's.")] = "",
    queue: Annotated[
        list[str] | None,
        typer.Option(
            help="What comes of a wait in a queue, one --queue for each in order: answered:after=20:talk=60, "
            "full, empty, or max_wait, no_agent, callback with :after=300."
        ),
    ] = None,
    figures: Annotated[
        list[str] | None,
        typer.Option(help="How many agents and callers a queue has: sales:logged_in=3:free=1:waiting=5."),
    ] = None,
    pay: Annotated[
        list[str] | None,
        typer.Option(
            help="What comes of a payment, one --pay for each in order: refused, unknown, already_paid, or "
            "paid:after=5:wrong=2."
        ),
    ] = None,
    identity: Annotated[
        list[str] | None,
        typer.Option(help="What comes of an identity check: verified, wrong, locked, unavailable."),
    ] = None,
    scene: Annotated[
        Path | None,
        typer.Option(help="A YAML file with who calls, when, and how all stands: as 'given' in tests."),
    ] = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Ask at the terminal what the caller does.")
    ] = False,
    pl: Polish = False,
) -> None:
    """Walk through a voice menu in virtual time, on the same interpreter as real calls."""
    how = Rehearsal(
        press or (),
        dial or (),
        hang_up_after,
        called,
        queue or (),
        figures or (),
        pay or (),
        identity or (),
        scene,
    )
    language = language_of(pl)
    if interactive:
        exit_with(
            judged(
                lambda: play(begun(tree, how, line_beside(tree), language), say, ask_line), error_in(language)
            )
        )
        return
    text, code = rehearse(tree, how, line_beside, language)
    typer.echo(text)
    raise typer.Exit(code)


def actions(
    name: Annotated[str | None, typer.Argument(help="The action; all of them in short unless given.")] = None,
    pl: Polish = False,
) -> None:
    """Show the steps a voice menu is made of: what they do, their parameters and their ways out."""
    exit_with(judged(lambda: say(describe(name, language_of(pl)))))


def ask_line(question: str) -> str | None:
    """Ask at the terminal; None when there is nobody there any more."""
    try:
        answer: str = typer.prompt(question, default="", show_default=False)
    except typer.Abort:
        return None
    return answer
