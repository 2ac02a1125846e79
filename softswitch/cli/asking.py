"""Commands that ask the running switch, or have it do something."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console as Screen
from rich.console import RenderableType

from softswitch.cli.ending import exit_with, judged, put
from softswitch.cli.options import AsJson, Polish, Records, view_of
from softswitch.commands.defence import Phone, ShutOut, show_bans, show_lifted, show_phones
from softswitch.commands.queues import chosen, show_agent, show_agents, show_queues
from softswitch.commands.trunks import TrunkState, show_trunks
from softswitch.commands.watching import watch
from softswitch.control import ask
from softswitch.queues.figures import AgentFigures, Figures

ACTS: Final = ("login", "logout", "pause", "resume", "ready")
"""What can be done for an agent; the switch knows each as ``agent_…``."""


def phones(home: Records = Path("demo"), json: AsJson = False, pl: Polish = False) -> None:
    """List the phones that are registered now: whose, from where, until when, which."""
    view = view_of(json, pl)
    exit_with(judged(lambda: put(show_phones(ask(home, "phones", list[Phone]), view=view), json)))


def trunks(home: Records = Path("demo"), json: AsJson = False, pl: Polish = False) -> None:
    """Show how the trunks are now: whether they answer, until when registered, how many calls."""
    view = view_of(json, pl)
    exit_with(judged(lambda: put(show_trunks(ask(home, "trunks", list[TrunkState]), view=view), json)))


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
    view = view_of(json, pl)

    def show() -> None:
        if what:
            lifted = ask(home, "lift", bool, source=who)
            put(show_lifted(who, lifted=lifted, view=view), json)
        else:
            put(show_bans(ask(home, "bans", list[ShutOut]), view=view), json)

    exit_with(judged(show))


def queues(
    queue: Annotated[str, typer.Option(help="One queue alone, in full, with its agents.")] = "",
    with_agents: Annotated[bool, typer.Option("--agents", help="Also the agents.")] = False,
    on: Annotated[bool, typer.Option("--watch", help="Look again every second, until Ctrl-C.")] = False,
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Show how queues are now and were today: who waits and how long, answered, lost, service level."""
    view = view_of(json, pl)

    def look() -> RenderableType:
        return show_queues(chosen(ask(home, "queues", Figures), queue), view=view, with_agents=with_agents)

    exit_with(judged(lambda: _shown(look, json, watching=on)))


def agents(
    what: Annotated[
        str, typer.Argument(help="login, logout, pause, resume, or ready after a talk.", show_default=False)
    ] = "",
    who: Annotated[str, typer.Argument(help="The agent's account.", show_default=False)] = "",
    queue: Annotated[str, typer.Option(help="For one queue alone, or only its agents.")] = "",
    reason: Annotated[str, typer.Option(help="Of a pause.")] = "",
    minutes: Annotated[float, typer.Option(help="After which a pause ends by itself.", min=0)] = 0.0,
    on: Annotated[bool, typer.Option("--watch", help="Look again every second, until Ctrl-C.")] = False,
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Show what agents do and did today; `agents pause 1001 --reason lunch` does it for them."""
    if what not in ("", *ACTS) or bool(what) != bool(who):
        raise typer.BadParameter(f"say nothing, or one of {', '.join(ACTS)} and an agent")
    view = view_of(json, pl)

    def look() -> RenderableType:
        return show_agents(chosen(ask(home, "queues", Figures), queue), view=view)

    def act() -> None:
        more = {"reason": reason, "minutes": f"{minutes:g}"} if what == "pause" else {}
        agent = ask(home, f"agent_{what}", AgentFigures, agent=who, queue=queue, **more)
        put(show_agent(agent, view=view), json)

    exit_with(judged(act if what else lambda: _shown(look, json, watching=on)))


def _shown(look: Callable[[], RenderableType], as_json: bool, *, watching: bool) -> None:
    if watching and not as_json:
        watch(look, Screen(), time.sleep)
    else:
        put(look(), as_json)
