"""``softswitch phone``: a telephone for the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from softswitch.cli.codes import EXIT_STEP_FAILED
from softswitch.cli.ending import exit_with, run_to_the_end, say
from softswitch.cli.options import PASSWORD_VARIABLE
from softswitch.phone.run import PhoneSetup, take_steps
from softswitch.phone.steps import HELP, parse_steps
from softswitch.phone.telephone import PATIENCE

STEPS_HELP: Final = "Steps, taken in order:\n\n\b\n" + "\n".join(HELP.values())


def _not_empty(value: str) -> str:
    if not value.strip():
        raise typer.BadParameter("it is empty")
    return value


def phone(
    steps: Annotated[
        list[str] | None, typer.Argument(help="What to do, such as: call:100 wait:3 press:1.")
    ] = None,
    user: Annotated[str, typer.Option(help="The account.", callback=_not_empty)] = "1001",
    password: Annotated[
        str | None,
        typer.Option(
            help="Its password; asked for when not given. Who calls from outside has none: press Enter.",
            envvar=PASSWORD_VARIABLE,
            show_default=False,
        ),
    ] = None,
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
    if password is None:
        password = typer.prompt("Password", default="", hide_input=True, show_default=False)
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


phone.__doc__ = f"{phone.__doc__}\n\n{STEPS_HELP}"
