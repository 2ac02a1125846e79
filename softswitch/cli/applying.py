"""Commands that try other systems: a program that drives calls, a connection of the configuration."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from softswitch.application_http import PostOverHttp
from softswitch.applications.program import Program
from softswitch.applications.protocol import About, Allowed
from softswitch.applications.signature import key_of
from softswitch.cli.ending import exit_with, run_to_the_end, say
from softswitch.cli.options import CONFIGURATION, ConfigFile
from softswitch.clock import SystemClock
from softswitch.commands.applications import Trial
from softswitch.commands.connections import read_variables, try_connection
from softswitch.config import load_config
from softswitch.errors import StartError
from softswitch.ids import make_id
from softswitch.integrations.addresses import Reach, read_place
from softswitch.integrations.authorities import trusting
from softswitch.integrations.connections import Connections
from softswitch.integrations.http import HttpClient, client_of

SECRET_VARIABLE: Final = "SOFTSWITCH_APPLICATION_SECRET"
"""A secret given here, and not as an option, stands in no list of processes."""

EVERYWHERE: Final = Reach((read_place("0.0.0.0/0"), read_place("::/0")))
"""Whoever types an address here may ask it anyway."""


def _readable(secret: str) -> str:
    try:
        key_of(secret)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return secret


def application(
    what: Annotated[str, typer.Argument(help="'try' plays a call against a program.")],
    url: Annotated[str, typer.Argument(help="Where the program listens, http://127.0.0.1:8080/")],
    secret: Annotated[
        str,
        typer.Option(help="The secret that signs the questions.", envvar=SECRET_VARIABLE, callback=_readable),
    ] = "",
    press: Annotated[
        list[str] | None,
        typer.Option(help="What is typed, one --press for each time it is asked; asked for when not given."),
    ] = None,
    caller: Annotated[str, typer.Option("--from", help="The caller's number.")] = "+48600100200",
    called: Annotated[str, typer.Option("--to", help="The number that was dialled.")] = "700",
    language: Annotated[str, typer.Option(help="The language of the call.")] = "pl",
    limit: Annotated[float, typer.Option(help="Seconds for an answer.", min=0.1, max=60.0)] = 5.0,
    queue: Annotated[list[str] | None, typer.Option(help="A queue there is, one --queue for each.")] = None,
    sounds: Annotated[Path | None, typer.Option(help="The folder of files it may play.")] = None,
    ca_file: Annotated[Path | None, typer.Option(help="Trust the certificates in this PEM file too.")] = None,
) -> None:
    """Play a call against a program that drives calls, in the terminal: `application try URL`.

    It is asked as a switch would ask it, with the same checks and the same signature. Nothing is dialled.
    Exit code 1 where a real call would have gone on at the fallback.
    """
    if what != "try":
        raise typer.BadParameter(f"did you mean: application try {url}")
    codes: list[int] = []
    clock = SystemClock()
    allowed = Allowed(queue or (), sounds)
    about = About(make_id(clock.wall()), caller, "", called, "", language, answered=False)

    async def play() -> None:
        trust = trusting([] if ca_file is None else [str(ca_file)])
        async with HttpClient(
            EVERYWHERE, clock, told=lambda event: None, random=random.random, trust=trust
        ) as http:
            program = Program(url, secret, limit, PostOverHttp(http), clock, lambda: allowed)
            codes.append(await Trial(program, about, _typed(press), say).play())

    exit_with(run_to_the_end(play()) or codes[0])


def _typed(press: list[str] | None) -> Callable[[str], str]:
    """Return what answers the program's questions: what was given beforehand, or whoever sits there."""
    if press is None:
        return lambda question: str(typer.prompt(question, default="", show_default=False))
    waiting = deque(press)

    def answer(question: str) -> str:
        typed = waiting.popleft() if waiting else ""
        say(f"  > {typed or '(nothing)'}")
        return typed

    return answer


def connection(
    name: Annotated[str, typer.Argument(help="The connection, as the configuration calls it.")],
    given: Annotated[
        list[str] | None,
        typer.Option("--set", help="A variable of the call, CALL.SRC_NUMBER=600100200, one --set for each."),
    ] = None,
    config: ConfigFile = CONFIGURATION,
) -> None:
    """Ask a connection to another system once, and show its status and what its answer gives.

    It goes where a running switch may go (http: allow), and does what it does: a POST is a POST.
    """
    codes: list[int] = []
    clock = SystemClock()

    async def work() -> None:
        line = load_config(config)
        variables = read_variables(given or ())
        try:
            http = client_of(line.http, clock, lambda event: None, random.random)
        except OSError as error:
            raise StartError(f"certificates cannot be read (http: authorities): {error}") from error
        async with http:
            known = Connections(line.connections, http)
            tried = await try_connection(known, name, variables, now=clock.monotonic)
        for line_shown in tried.lines:
            say(line_shown)
        codes.append(tried.code)

    exit_with(run_to_the_end(work()) or codes[0])
