"""The command line: ``softswitch demo``, ``run``, ``check``, ``phone``, ``simulate``, ``call``, ``trace``."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console as Screen
from rich.console import RenderableType

from softswitch import __version__
from softswitch.app import DATABASE, Notices, Switch, running
from softswitch.calls.audience import Mode
from softswitch.calls.why import ENGLISH, POLISH
from softswitch.clock import SystemClock
from softswitch.commands.defence import Phone, ShutOut, show_bans, show_lifted, show_phones
from softswitch.commands.records import View, show_call, show_calls
from softswitch.commands.supervision import HELP as SUPERVISION_HELP
from softswitch.commands.supervision import Supervised, show_supervised
from softswitch.commands.trace import Shape, explained, show_phone, show_trace
from softswitch.commands.trunks import TrunkState, show_trunks
from softswitch.config import Config, load_config
from softswitch.console import Console
from softswitch.control import NoSwitch, ask
from softswitch.demo import prepare_demo
from softswitch.errors import ConfigError, SoftswitchError, StartError
from softswitch.greeting import invitation, numbers_of
from softswitch.ivr.catalogue import describe
from softswitch.ivr.rehearsal import Rehearsal, rehearse
from softswitch.narration import CauseFirst, narrate
from softswitch.phone.run import PhoneSetup, take_steps
from softswitch.phone.steps import HELP, parse_steps
from softswitch.phone.telephone import PATIENCE
from softswitch.preflight import SUFFIXES, examine
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.trace.messages import Wire
from softswitch.understood import understood

EXIT_CANNOT_START = 1
EXIT_WRONG_CONFIG = 2
EXIT_STEP_FAILED = 3

OWNER_ONLY = 0o077
"""Taken from all others of what a line writes: who called whom, and the sound of what they were told."""

GARBAGE = (5000, 5, 10)
"""How many objects are made before the garbage collector looks at the young ones, and how often it does that
before it looks at older ones. The usual 700 has it look at what is under way, which ends by itself."""

PASSWORD_VARIABLE = "SOFTSWITCH_PASSWORD"
"""A password given here, and not as an option, stands in no list of processes."""

CONFIGURATION = Path("softswitch.yaml")
"""What is taken from where one stands, unless a command is told which line is meant."""

NAME_IT = "If another line is meant, name its configuration with --config, or its folder with --home."

app = typer.Typer(
    name="softswitch",
    help="A telephone switch with a voice menu: phones register to it, callers hear menus and reach people.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

ConfigFile = Annotated[Path, typer.Option(help="The configuration file.")]
Bind = Annotated[
    str | None, typer.Option(help="Address to listen on; what the configuration says unless given, else all.")
]
Port = Annotated[
    int | None,
    typer.Option(
        help="SIP port, UDP and TCP; what the configuration says unless given, else 5060.", min=0, max=65_535
    ),
]
Polish = Annotated[bool, typer.Option("--pl", help="Po polsku.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """A telephone switch with a voice menu: phones register to it, callers hear menus and reach people."""


@app.command()
def demo(
    home: Annotated[
        Path, typer.Option(help="Folder for the line's configuration, database and speech cache.")
    ] = Path("demo"),
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
    pl: Polish = False,
) -> None:
    """Start the demo line: four phones, a menu under 100, echo under 600, a test line under *43."""
    language = _language(pl)
    _serve(
        lambda: prepare_demo(home, bind=bind, port=port, password=password),
        greet=lambda switch: invitation(
            switch.config, switch.trees, switch.addresses(), language, ports=switch.ports
        ),
        language=language,
    )


@app.command()
def run(
    config: ConfigFile = CONFIGURATION,
    home: Annotated[
        Path | None, typer.Option(help="Folder for database and speech cache, in place of the file's.")
    ] = None,
    bind: Bind = None,
    port: Port = None,
    pl: Polish = False,
) -> None:
    """Start a line of your own from its configuration; --home, --bind and --port count for this run alone."""
    language = _language(pl)

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


@app.command()
def check(config: ConfigFile = CONFIGURATION) -> None:
    """Check everything that a start would check, and start nothing; exit code 0 if the line could start."""
    _exit_with(_judged(lambda: _check(load_config(config))))


def _check(config: Config) -> None:
    found = examine(config)
    for warning in found.warnings:
        _say(f"warning: {warning}")
    if found.running:
        _say(f"a switch is running with the folder {config.home}: its ports were not tried")
    if found.faults and found.obstacles:
        # Of both kinds the one that is raised decides the exit code; the other is not to be a surprise.
        _say("\n".join(found.obstacles))
    replace(found, running="").refuse()
    _say(numbers_of(config, found.trees))
    if also := understood(config):
        _say(also)
    count = len(found.warnings)
    _say(f"0 faults, {count} warning{'' if count == 1 else 's'}")


@app.command()
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
) -> None:
    """Walk through a voice menu in virtual time, on the same interpreter as real calls."""
    text, code = rehearse(
        tree, Rehearsal(press or (), dial or (), hang_up_after, called, queue or (), figures or ())
    )
    typer.echo(text)
    raise typer.Exit(code)


@app.command()
def actions(
    name: Annotated[str | None, typer.Argument(help="The action; all of them in short unless given.")] = None,
    pl: Polish = False,
) -> None:
    """Show the steps a voice menu is made of: what they do, their parameters and their ways out."""
    _exit_with(_judged(lambda: _say(describe(name, _language(pl)))))


def _not_empty(value: str) -> str:
    if not value.strip():
        raise typer.BadParameter("it is empty")
    return value


STEPS_HELP = "Steps, taken in order:\n\n\b\n" + "\n".join(HELP.values())


@app.command(epilog=STEPS_HELP)
def phone(
    steps: Annotated[
        list[str] | None, typer.Argument(help="What to do, such as: call:100 wait:3 press:1.")
    ] = None,
    user: Annotated[str, typer.Option(help="The account.", callback=_not_empty)] = "1001",
    password: Annotated[
        str,
        typer.Option(
            help="Its password; asked for when not given.",
            envvar=PASSWORD_VARIABLE,
            prompt="Password",
            hide_input=True,
            show_default=False,
        ),
    ] = "",
    server: Annotated[
        str, typer.Option(help="The switch, HOST or HOST:PORT; an IPv6 address in brackets.")
    ] = "127.0.0.1",
    tcp: Annotated[bool, typer.Option("--tcp", help="Use TCP instead of UDP.")] = False,
    tls: Annotated[bool, typer.Option("--tls", help="Use TLS; the port is then 5061, not 5060.")] = False,
    ca_file: Annotated[
        Path | None, typer.Option(help="Over TLS, trust the certificates in this PEM file.")
    ] = None,
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
    patience: Annotated[
        float, typer.Option(help="Seconds to wait for a first answer from the switch.", min=0.5, max=32.0)
    ] = PATIENCE,
) -> None:
    """Be a telephone: register, call, press keys, play and record; exit code 0 if every step worked."""
    setup = PhoneSetup(
        user=user,
        server=server,
        password=password,
        transport="TLS" if tls else "TCP" if tcp else "UDP",
        ca_file=ca_file,
        port=port,
        rtp=(rtp, rtp + 99),
        play=play,
        record=record,
        register=not no_register,
        keep_registered=keep_registered,
        patience=patience,
    )
    worked: list[bool] = []

    async def act() -> None:
        worked.append(await take_steps(setup, parse_steps(steps or []), _say))

    _exit_with(_run(act()) or (0 if worked == [True] else EXIT_STEP_FAILED))


def _home_of_the_line(context: typer.Context, given: Path) -> Path:
    """Return the folder of the line that is meant, by its folder or its configuration."""
    source = context.get_parameter_source("home")
    if source is not None and source.name == "DEFAULT" and CONFIGURATION.exists():
        given = CONFIGURATION
    if not given.is_file() and given.suffix not in SUFFIXES:
        return given
    found: list[Path] = []
    _exit_with(_judged(lambda: found.append(load_config(given).home)))
    return found[0]


Records = Annotated[
    Path,
    typer.Option(
        "--config",
        "--home",
        help="The line's configuration, or its folder, where its database is.",
        callback=_home_of_the_line,
        show_default=f"the line of ./{CONFIGURATION}, else demo",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


@app.command()
def calls(
    home: Records = Path("demo"),
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 20,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """List the last calls: who, whom, how long, what came of it."""
    _show(home, json, lambda events: show_calls(events, limit=limit, view=_view(json, pl)))


@app.command()
def call(
    call_id: Annotated[str, typer.Argument(help="The call's id, its beginning or its end.")],
    home: Records = Path("demo"),
    every_step: Annotated[
        bool, typer.Option("--all", help="Also the steps of a menu that only went on.")
    ] = False,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Show one call step by step, and why it ended, in one sentence."""
    view = replace(_view(json, pl), every_step=every_step)
    wire = Wire(home)

    def ask(events: EventStore) -> Awaitable[tuple[RenderableType, int]]:
        return show_call(
            events, call_id, view=view, explain=lambda call: explained(events, wire, call, view.language)
        )

    _show(home, json, ask)


@app.command()
def trace(
    call_id: Annotated[
        str | None,
        typer.Argument(help="The call's id, its beginning or its end; last; or a Call-ID of SIP."),
    ] = None,
    home: Records = Path("demo"),
    phone: Annotated[
        str | None, typer.Option(help="In place of a call: what passed with the phones of this account.")
    ] = None,
    messages: Annotated[bool, typer.Option("--messages", help="Every message in full.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="As a Mermaid sequence diagram.")] = False,
    svg: Annotated[Path | None, typer.Option(help="Write the ladder as a picture into this file.")] = None,
    pcap: Annotated[
        Path | None, typer.Option(help="Write the messages into this file, for Wireshark.")
    ] = None,
    pl: Polish = False,
) -> None:
    """Show a call as a ladder: every SIP message, the menu, the sound, and why it ended."""
    if (call_id is None) == (phone is None):
        raise typer.BadParameter("name a call, or --phone and an account")
    shape, wire = Shape(_language(pl), messages, mermaid, svg, pcap), Wire(home)
    if phone is not None:
        user = phone
        _show(home, mermaid, lambda events: show_phone(events, wire, user, shape))
    else:
        part = call_id or ""
        _show(home, mermaid, lambda events: show_trace(events, wire, part, shape))


@app.command()
def phones(home: Records = Path("demo"), json: AsJson = False, pl: Polish = False) -> None:
    """List the phones that are registered now: whose, from where, until when, which."""
    view = _view(json, pl)
    _exit_with(_judged(lambda: _print(show_phones(ask(home, "phones", list[Phone]), view=view), json)))


@app.command()
def trunks(home: Records = Path("demo"), json: AsJson = False, pl: Polish = False) -> None:
    """Show how the trunks are now: whether they answer, until when registered, how many calls."""
    view = _view(json, pl)
    _exit_with(_judged(lambda: _print(show_trunks(ask(home, "trunks", list[TrunkState]), view=view), json)))


def _supervising(mode: Mode) -> Callable[..., None]:
    """Return the command that lets somebody hear a talk in a mode, or go on in it."""

    def supervise(
        party: Annotated[str, typer.Argument(help="Whose talk: an account, or the end of a call's id.")],
        by: Annotated[str, typer.Option("--for", help="The account that is to hear it.")],
        home: Records = Path("demo"),
        json: AsJson = False,
        pl: Polish = False,
    ) -> None:
        view = _view(json, pl)

        def show() -> None:
            told = ask(home, "supervise", Supervised, whom=party, by=by, mode=mode.value)
            _print(show_supervised(told, view=view), json)

        _exit_with(_judged(show))

    return supervise


for _mode, _help in SUPERVISION_HELP.items():
    app.command(_mode.value, help=_help)(_supervising(_mode))


@app.command()
def bans(
    what: Annotated[str, typer.Argument(help="'lift' lets somebody in again.", show_default=False)] = "",
    who: Annotated[str, typer.Argument(help="The address or name to let in.", show_default=False)] = "",
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """List who is banned for wrong passwords now; `bans lift ADDRESS` lets somebody in again."""
    if what not in ("", "lift") or bool(what) != bool(who):
        raise typer.BadParameter(
            f"did you mean: bans lift {who or what}"
            if what not in ("", "lift")
            else "say nothing, or: lift ADDRESS"
        )
    view = _view(json, pl)

    def show() -> None:
        if what:
            lifted = ask(home, "lift", bool, source=who)
            _print(show_lifted(who, lifted=lifted, view=view), json)
        else:
            _print(show_bans(ask(home, "bans", list[ShutOut]), view=view), json)

    _exit_with(_judged(show))


def _print(shown: RenderableType, as_json: bool) -> None:
    if as_json:
        _say(str(shown))
    else:
        Screen().print(shown)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _language(polish: bool) -> str:
    return POLISH if polish else ENGLISH


def _view(as_json: bool, polish: bool) -> View:
    return View(as_json=as_json, language=_language(polish))


def _show(
    home: Path, as_json: bool, ask: Callable[[EventStore], Awaitable[tuple[RenderableType, int]]]
) -> None:
    answer: list[tuple[RenderableType, int]] = []

    async def read() -> None:
        if not (home / DATABASE).exists():
            raise StartError(
                f"there is no database {home / DATABASE}: nothing was recorded there yet. {NAME_IT}"
            )
        database = await Database.open(f"sqlite:///{home / DATABASE}", create=False)
        try:
            answer.append(await ask(EventStore(database, SystemClock())))
        finally:
            await database.close()

    _exit_with(_run(read()))
    shown, code = answer[0]
    _print(shown, as_json)
    _exit_with(code)


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
                # What was built for the start stays: the garbage collector need not look through it again.
                gc.collect()
                gc.freeze()
                gc.set_threshold(*GARBAGE)
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

    _exit_with(_run(serve()))


def _run(work: Coroutine[None, None, None]) -> int:
    """Run to the end; see :func:`_judged`."""
    return _judged(lambda: uvloop.run(work))


def _judged(work: Callable[[], None]) -> int:
    """Do it; return the exit code, after one clear sentence on standard error if it failed."""
    try:
        work()
    except ConfigError as error:
        return _complain(error, EXIT_WRONG_CONFIG)
    except NoSwitch as error:
        return _complain(StartError(f"{error}. {NAME_IT}"), EXIT_CANNOT_START)
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
