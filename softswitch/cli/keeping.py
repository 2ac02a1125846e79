"""Commands for what a line keeps: its outbox, and backups of its database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from softswitch import home as homes
from softswitch.cli.codes import EXIT_CANNOT_START
from softswitch.cli.ending import exit_with, put, run_to_the_end, say
from softswitch.cli.options import AsJson, ConfigFile, Polish, Records, view_of
from softswitch.cli.stored import from_database
from softswitch.clock import SystemClock
from softswitch.commands.outbox import NOT_OVER, show_outbox, show_revived
from softswitch.config import load_config
from softswitch.storage import place
from softswitch.storage.archive import back_up, restore, told
from softswitch.storage.database import Database, opened
from softswitch.storage.outbox_store import OutboxStore


def outbox(
    what: Annotated[
        str, typer.Argument(help="'retry' tries anew what was given up.", show_default=False)
    ] = "",
    key: Annotated[
        str, typer.Argument(help="What to try anew, as the list calls it.", show_default=False)
    ] = "",
    channel: Annotated[str, typer.Option(help="One channel alone, such as mail:support.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Also what was delivered.")] = False,
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """List what is still to be sent out (mails, messages, recordings); `outbox retry KEY` tries one anew."""
    if what not in ("", "retry") or bool(what) != bool(key):
        raise typer.BadParameter("say nothing, or: retry KEY")
    view = view_of(json, pl)
    if what:
        revived = from_database(home, lambda found: _store(found).revive(key), changes=True)
        put(show_revived(key, revived=revived, view=view), json)
        exit_with(0 if revived else EXIT_CANNOT_START)
        return
    states = () if every else NOT_OVER
    posted = from_database(home, lambda found: _store(found).latest(states=states, channel=channel))
    put(show_outbox(posted, view=view), json)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to make: everything in the database, compressed.")],
    home: Records = Path("demo"),
) -> None:
    """Back up a line's database into one file, while its switch runs; recordings lie beside it."""
    for name, count in told(from_database(home, lambda database: back_up(database, file))):
        say(f"{name}: {count}")
    say(f"written: {file}")


def take_back(
    file: Annotated[Path, typer.Argument(help="A file that `backup` made.", exists=True, dir_okay=False)],
    config: ConfigFile = Path("softswitch.yaml"),
) -> None:
    """Restore a backup into the new database of a line; also from SQLite to PostgreSQL, or back."""

    async def work() -> None:
        line = load_config(config)
        with homes.owned(line.home):
            async with opened(place.settle(line.home, line.storage.url), create=True) as database:
                for name, count in told(await restore(database, file)):
                    say(f"{name}: {count}")
        say(f"restored from {file}")

    exit_with(run_to_the_end(work()))


def _store(database: Database) -> OutboxStore:
    return OutboxStore(database, SystemClock())
