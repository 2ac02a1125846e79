"""The command line: ``softswitch demo``, ``run``, ``check``, ``phone``, ``simulate``, ``call``, ``trace``."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from softswitch import __version__
from softswitch.app import Notices, Switch, running
from softswitch.calls.why import POLISH
from softswitch.cli.applying import COMMANDS as APPLYING
from softswitch.cli.asking import COMMANDS as ASKING
from softswitch.cli.channels import COMMANDS as CHANNELS
from softswitch.cli.customers import customers
from softswitch.cli.ending import EXIT_STEP_FAILED, exit_with, judged, put, run_to_the_end, say
from softswitch.cli.hours import COMMANDS as HOURS
from softswitch.cli.keeping import COMMANDS as KEEPING
from softswitch.cli.messages import COMMANDS as MESSAGES
from softswitch.cli.options import (
    CONFIGURATION,
    AsJson,
    Bind,
    ConfigFile,
    Polish,
    Port,
    Records,
    language_of,
    view_of,
)
from softswitch.cli.paying import COMMANDS as PAYING
from softswitch.cli.programs import COMMANDS as PROGRAMS
from softswitch.cli.stored import from_database
from softswitch.cli.tickets import COMMANDS as TICKETS
from softswitch.clock import SystemClock
from softswitch.commands.records import show_call, show_calls
from softswitch.commands.trace import Shape, explained, show_phone, show_trace
from softswitch.config import Config, load_config
from softswitch.console import Console
from softswitch.demo import prepare_demo
from softswitch.garbage import collected_in_time
from softswitch.greeting import invitation, numbers_of
from softswitch.ivr.catalogue import describe
from softswitch.ivr.rehearsal import Rehearsal, rehearse
from softswitch.narration import CauseFirst, narrate
from softswitch.phone.run import PhoneSetup, take_steps
from softswitch.phone.steps import HELP, parse_steps
from softswitch.phone.telephone import PATIENCE
from softswitch.preflight import examine
from softswitch.storage.event_store import EventStore
from softswitch.trace.messages import Wire
from softswitch.understood import understood

OWNER_ONLY = 0o077
"""Taken from all others of what a line writes: who called whom, and the sound of what they were told."""

PASSWORD_VARIABLE = "SOFTSWITCH_PASSWORD"
"""A password given here, and not as an option, stands in no list of processes."""

app = typer.Typer(
    name="softswitch",
    help="A telephone switch with a voice menu: phones register to it, callers hear menus and reach people.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


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
    """Start the demo line: four phones, a menu (100), a queue (300), an echo (600), a test line (*43)."""
    language = language_of(pl)
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
    language = language_of(pl)

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
    exit_with(judged(lambda: _check(load_config(config))))


def _check(config: Config) -> None:
    found = examine(config)
    for warning in found.warnings:
        say(f"warning: {warning}")
    if found.running:
        say(f"a switch is running with the folder {config.home}: its ports were not tried")
    if found.faults and found.obstacles:
        # Of both kinds the one that is raised decides the exit code; the other is not to be a surprise.
        say("\n".join(found.obstacles))
    replace(found, running="").refuse()
    say(numbers_of(config, found.trees))
    if also := understood(config):
        say(also)
    count = len(found.warnings)
    say(f"0 faults, {count} warning{'' if count == 1 else 's'}")


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
) -> None:
    """Walk through a voice menu in virtual time, on the same interpreter as real calls."""
    how = Rehearsal(
        press or (), dial or (), hang_up_after, called, queue or (), figures or (), pay or (), identity or ()
    )
    text, code = rehearse(tree, how)
    typer.echo(text)
    raise typer.Exit(code)


@app.command()
def actions(
    name: Annotated[str | None, typer.Argument(help="The action; all of them in short unless given.")] = None,
    pl: Polish = False,
) -> None:
    """Show the steps a voice menu is made of: what they do, their parameters and their ways out."""
    exit_with(judged(lambda: say(describe(name, language_of(pl)))))


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
        worked.append(await take_steps(setup, parse_steps(steps or []), say))

    exit_with(run_to_the_end(act()) or (0 if worked == [True] else EXIT_STEP_FAILED))


@app.command()
def calls(
    home: Records = Path("demo"),
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 20,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """List the last calls: who, whom, how long, what came of it."""
    _show(home, json, lambda events: show_calls(events, limit=limit, view=view_of(json, pl)))


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
    view = replace(view_of(json, pl), every_step=every_step)
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
    shape, wire = Shape(language_of(pl), messages, mermaid, svg, pcap), Wire(home)
    if phone is not None:
        user = phone
        _show(home, mermaid, lambda events: show_phone(events, wire, user, shape))
    else:
        part = call_id or ""
        _show(home, mermaid, lambda events: show_trace(events, wire, part, shape))


for _name, _command in (
    (name, command)
    for room in (ASKING, HOURS, TICKETS, MESSAGES, PAYING, CHANNELS, APPLYING, PROGRAMS, KEEPING)
    for name, command in room.items()
):
    app.command(_name)(_command)

app.add_typer(customers, name="customers")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _show(
    home: Path, as_json: bool, ask: Callable[[EventStore], Awaitable[tuple[RenderableType, int]]]
) -> None:
    shown, code = from_database(home, lambda database: ask(EventStore(database, SystemClock())))
    put(shown, as_json)
    exit_with(code)


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

    exit_with(run_to_the_end(serve()))


def main() -> None:
    """Run the command line."""
    app()
