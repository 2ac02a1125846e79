"""Commands that serve a line: ``softswitch demo`` and ``softswitch run``."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from softswitch.app import Notices, Switch, running
from softswitch.cli.customers import take_in_once
from softswitch.cli.ending import exit_with, judged, run_to_the_end
from softswitch.cli.options import (
    CONFIGURATION,
    PASSWORD_VARIABLE,
    Bind,
    ConfigFile,
    Polish,
    Port,
    language_of,
)
from softswitch.clock import SystemClock
from softswitch.config import Config, load_config
from softswitch.console import Console
from softswitch.demo import prepare_demo
from softswitch.demo_lines import prepare_line, shipped_lines
from softswitch.garbage import collected_in_time, settled
from softswitch.greeting import invitation, numbers_of
from softswitch.languages import POLISH
from softswitch.narration.lines import CauseFirst, narrate

OWNER_ONLY: Final = 0o077
"""Taken from all others of what a line writes: who called whom, and the sound of what they were told."""

DEMO: Final = Path("demo")
"""The folder of the demo line; further lines to try have theirs beneath it."""

LineToTry = Annotated[
    str | None,
    typer.Option(
        "--demo",
        help=f"A line to try, copied into a folder of its own: {', '.join(shipped_lines())}.",
        show_default=False,
    ),
]


def demo(
    home: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the line's configuration, database and speech cache.",
            show_default="demo, or demo/NAME",
        ),
    ] = None,
    bind: Bind = None,
    port: Port = None,
    password: Annotated[
        str | None,
        typer.Option(
            help="One password for all demo accounts, for tests.",
            envvar=PASSWORD_VARIABLE,
            show_default=False,
        ),
    ] = None,
    line: LineToTry = None,
    pl: Polish = False,
) -> None:
    """Start the demo line: four phones, a menu (100), a queue (300), an echo (600), a test line (*43)."""
    _demonstrate(line, home, bind, port, password, language_of(pl))


def _demonstrate(
    line: str | None,
    home: Path | None,
    bind: str | None,
    port: int | None,
    password: str | None,
    language: str,
) -> None:
    if line is None:
        prepared = partial(prepare_demo, home or DEMO, bind=bind, port=port, password=password)
    else:
        folder = home or DEMO / line
        prepared = partial(prepare_line, line, folder, bind=bind, port=port, password=password)
        os.umask(OWNER_ONLY)
        made: list[Config] = []
        exit_with(judged(lambda: made.append(prepared())))
        take_in_once(folder)
    _serve(
        prepared,
        greet=lambda switch: invitation(
            switch.config, switch.trees, switch.addresses(), language, ports=switch.ports
        ),
        language=language,
    )


def run(
    context: typer.Context,
    config: ConfigFile = CONFIGURATION,
    home: Annotated[
        Path | None, typer.Option(help="Folder for database and speech cache, in place of the file's.")
    ] = None,
    bind: Bind = None,
    port: Port = None,
    line: LineToTry = None,
    pl: Polish = False,
) -> None:
    """Start a line of your own from its configuration; --home, --bind, --port count for this run alone."""
    language = language_of(pl)
    if line is not None:
        source = context.get_parameter_source("config")
        if source is not None and source.name != "DEFAULT":
            raise typer.BadParameter("a line to try has a configuration of its own: --config or --demo")
        _demonstrate(line, home, bind, port, None, language)
        return

    def prepared() -> Config:
        loaded = load_config(config).overridden(bind=bind, port=port)
        return loaded if home is None else loaded.model_copy(update={"home": home})

    def greet(switch: Switch) -> str:
        where = ", ".join(switch.addresses())
        at = "na porcie" if pl else "on port"
        also = "".join(f"\n{kind} {at} {port}" for kind, port in switch.ports.items())
        first = f"działa pod {where}" if pl else f"listening on {where}"
        return f"{first}{also}\n{numbers_of(switch.config, switch.trees, language)}"

    _serve(prepared, greet=greet, language=language)


def _serve(make_config: Callable[[], Config], *, greet: Callable[[Switch], str], language: str) -> None:
    os.umask(OWNER_ONLY)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")

    async def serve() -> None:
        config = make_config()
        stop = asyncio.Event()
        console = Console(sys.stdout)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        notices = Notices(
            event=CauseFirst(lambda entry: console.say(narrate(entry, language))).take,
            warned=lambda text: console.say(f"warning: {text}"),
        )
        try:
            async with running(config, clock=SystemClock(), notices=notices) as switch:
                console.say(greet(switch))
                with collected_in_time():
                    renewing: set[asyncio.Task[None]] = set()

                    def renew() -> None:
                        if not renewing:
                            task = asyncio.create_task(switch.renew())
                            renewing.add(task)
                            task.add_done_callback(renewing.discard)

                    loop.add_signal_handler(signal.SIGHUP, renew)
                    console.say("gotowe" if language == POLISH else "ready")
                    await stop.wait()
                    console.say(
                        "zatrzymanie: kończę rozmowy" if language == POLISH else "stopping: ending the calls"
                    )
        finally:
            console.close()

    with settled():
        code = run_to_the_end(serve())
    exit_with(code)
