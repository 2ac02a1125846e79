"""The command line: ``softswitch demo``, ``run``, ``phone``, ``simulate``, ``calls``, ``call``."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console as Screen
from rich.console import RenderableType

from softswitch import __version__
from softswitch.app import DATABASE, Notices, Switch, running
from softswitch.calls.record import ENGLISH, POLISH
from softswitch.clock import SystemClock
from softswitch.commands.records import View, show_call, show_calls
from softswitch.config import Config, load_config
from softswitch.console import Console
from softswitch.demo import invitation, prepare_demo
from softswitch.errors import ConfigError, SoftswitchError
from softswitch.ivr.simulate import simulate_command
from softswitch.narration import narrate
from softswitch.phone.run import PhoneSetup, take_steps
from softswitch.phone.steps import HELP, parse_steps
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore

EXIT_CANNOT_START = 1
EXIT_WRONG_CONFIG = 2
EXIT_STEP_FAILED = 3

app = typer.Typer(
    name="softswitch",
    help="A telephone switch with a voice menu: phones register to it, callers hear menus and reach people.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Home = Annotated[
    Path, typer.Option("--home", help="Folder for configuration, database, speech cache and recordings.")
]


@app.command()
def demo(
    home: Home = Path("demo"),
    bind: Annotated[str | None, typer.Option(help="Address to listen on; all of them unless given.")] = None,
    port: Annotated[
        int | None, typer.Option(help="SIP port, UDP and TCP; 5060 unless given.", min=0, max=65_535)
    ] = None,
    password: Annotated[
        str | None, typer.Option(help="One password for all demo accounts, for tests.", show_default=False)
    ] = None,
) -> None:
    """Start the demo line: four phones, a menu under 100, echo under 600, a test line under *43."""

    def config() -> Config:
        return prepare_demo(home, bind=bind, port=port, password=password)

    _serve(config, greet=lambda switch: invitation(switch.config, switch.addresses()))


@app.command()
def run(
    config: Annotated[Path, typer.Option(help="The configuration file, softswitch.yaml.")],
) -> None:
    """Start a line of your own from its configuration."""
    _serve(lambda: load_config(config), greet=lambda switch: f"listening on {', '.join(switch.addresses())}")


@app.command()
def simulate(
    tree: Annotated[Path, typer.Argument(help="The tree's file.", exists=False)],
    press: Annotated[
        list[str] | None, typer.Option(help="Keys to press; each --press waits for its own moment.")
    ] = None,
    hang_up_after: Annotated[
        float | None, typer.Option(help="Hang up this many seconds after the last key.")
    ] = None,
    called: Annotated[str, typer.Option(help="The number that was dialled.")] = "",
) -> None:
    """Walk through a voice menu in virtual time, on the same interpreter as real calls."""
    text, code = simulate_command(tree, press or [], hang_up_after=hang_up_after, called=called)
    typer.echo(text)
    raise typer.Exit(code)


STEPS_HELP = "Steps, taken in order:\n\n\b\n" + "\n".join(HELP.values())


@app.command(epilog=STEPS_HELP)
def phone(
    steps: Annotated[
        list[str] | None, typer.Argument(help="What to do, such as: call:100 wait:3 press:1.")
    ] = None,
    user: Annotated[str, typer.Option(help="The account.")] = "1001",
    password: Annotated[
        str,
        typer.Option(
            help="Its password; asked for when not given.",
            prompt="Password",
            hide_input=True,
            show_default=False,
        ),
    ] = "",
    server: Annotated[str, typer.Option(help="The switch, HOST or HOST:PORT.")] = "127.0.0.1:5060",
    tcp: Annotated[bool, typer.Option("--tcp", help="Use TCP instead of UDP.")] = False,
    port: Annotated[
        int, typer.Option(help="The phone's own SIP port; 0 takes a free one.", min=0, max=65_535)
    ] = 0,
    rtp: Annotated[
        int, typer.Option(help="The first of a hundred RTP ports of the phone.", min=1024, max=65_436)
    ] = 30_000,
    play: Annotated[
        Path | None, typer.Option(help="A sound file to play into the call, over and over.")
    ] = None,
    record: Annotated[Path | None, typer.Option(help="A WAV file for what is heard.")] = None,
    no_register: Annotated[bool, typer.Option("--no-register", help="Call without registering.")] = False,
    keep_registered: Annotated[
        bool, typer.Option("--keep-registered", help="Do not take the registration back at the end.")
    ] = False,
) -> None:
    """Be a telephone: register, call, press keys, play and record; exit code 0 if every step worked."""
    setup = PhoneSetup(
        user=user,
        server=server,
        password=password,
        transport="TCP" if tcp else "UDP",
        port=port,
        rtp=(rtp, rtp + 99),
        play=play,
        record=record,
        register=not no_register,
        keep_registered=keep_registered,
    )
    worked: list[bool] = []

    async def act() -> None:
        worked.append(await take_steps(setup, parse_steps(steps or []), _say))

    _exit_with(_run(act()) or (0 if worked == [True] else EXIT_STEP_FAILED))


AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
Polish = Annotated[bool, typer.Option("--pl", help="Po polsku.")]


@app.command()
def calls(
    home: Home = Path("demo"),
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 20,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """List the last calls: who, whom, how long, what came of it."""
    _show(home, json, lambda events: show_calls(events, limit=limit, view=_view(json, pl)))


@app.command()
def call(
    call_id: Annotated[str, typer.Argument(help="The call's id, its beginning or its end.")],
    home: Home = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Show one call step by step, and why it ended, in one sentence."""
    _show(home, json, lambda events: show_call(events, call_id, view=_view(json, pl)))


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _view(as_json: bool, polish: bool) -> View:
    return View(as_json=as_json, language=POLISH if polish else ENGLISH)


def _show(
    home: Path, as_json: bool, ask: Callable[[EventStore], Awaitable[tuple[RenderableType, int]]]
) -> None:
    answer: list[tuple[RenderableType, int]] = []

    async def read() -> None:
        database = await Database.open(f"sqlite:///{home / DATABASE}", create=False)
        try:
            answer.append(await ask(EventStore(database, SystemClock())))
        finally:
            await database.close()

    _exit_with(_run(read()))
    shown, code = answer[0]
    if as_json:
        _say(str(shown))
    else:
        Screen().print(shown)
    _exit_with(code)


def _serve(make_config: Callable[[], Config], *, greet: Callable[[Switch], str]) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")

    async def serve() -> None:
        config = make_config()
        stop = asyncio.Event()
        console = Console(sys.stdout)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        notices = Notices(event=lambda entry: console.say(narrate(entry)))
        try:
            async with running(config, clock=SystemClock(), notices=notices) as switch:
                console.say(greet(switch))
                # What was built for the start stays: the garbage collector need not look through it again.
                gc.collect()
                gc.freeze()
                console.say("ready")
                await stop.wait()
                console.say("stopping: ending the calls")
        finally:
            console.close()

    _exit_with(_run(serve()))


def _run(work: Coroutine[None, None, None]) -> int:
    """Run to the end; return the exit code, after one clear sentence on standard error if it failed."""
    try:
        uvloop.run(work)
    except ConfigError as error:
        return _complain(error, EXIT_WRONG_CONFIG)
    except SoftswitchError as error:
        return _complain(error, EXIT_CANNOT_START)
    return 0


def _complain(error: SoftswitchError, code: int) -> int:
    print(error, file=sys.stderr)  # noqa: T201 - the command line's own voice
    return code


def _exit_with(code: int) -> None:
    if code:
        raise typer.Exit(code)


def _say(line: str) -> None:
    # Flushed, so that programs that wait for a line see it when it is true.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the command line."""
    app()
