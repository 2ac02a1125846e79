"""``softswitch recordings``: found, looked at, given out, held, erased; and talks recorded on demand."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import RenderableType
from rich.text import Text

from softswitch.cli.ending import exit_with, judged, put, run_to_the_end
from softswitch.cli.options import AsJson, Polish, Records, view_of
from softswitch.clock import SystemClock
from softswitch.commands.recordings import (
    RecordingAnswer,
    moment,
    show_answer,
    show_erasure,
    show_recording,
    show_recordings,
)
from softswitch.commands.view import View
from softswitch.control import NoSwitch, ask
from softswitch.errors import StartError
from softswitch.events import RecordingErased
from softswitch.languages import POLISH
from softswitch.recordings.catalogue import Catalogue
from softswitch.recordings.model import Deed, Search
from softswitch.recordings.shelf import FOLDER, Shelf
from softswitch.storage import place
from softswitch.storage.database import Database
from softswitch.storage.recording_store import RecordingStore

TALKS: Final = ("start", "stop", "pause", "resume")
"""What the running switch does with a talk; it knows each as ``recording_…``."""
OF_ONE: Final = ("info", "play", "export", "hold", "release")
WHATS: Final = ("list", *OF_ONE, "erase", "tidy", *TALKS)

What = Annotated[
    str,
    typer.Argument(
        help="list, info, play, export, hold, release, erase, tidy; of a talk that goes on: start, stop, "
        "pause, resume.",
        show_default=False,
    ),
]
Which = Annotated[
    str,
    typer.Argument(
        help="The recording's id, or its end; of a talk: an account, or the end of the call's id.",
        show_default=False,
    ),
]


def recordings(
    what: What = "list",
    which: Which = "",
    since: Annotated[str, typer.Option(help="From then on: 2026-11-22, '2026-11-22 18:30', today.")] = "",
    until: Annotated[str, typer.Option(help="Before then.")] = "",
    number: Annotated[list[str] | None, typer.Option(help="Of a number, however it is written.")] = None,
    queue: Annotated[str, typer.Option(help="Of a queue.")] = "",
    agent: Annotated[str, typer.Option(help="Of an agent.")] = "",
    call: Annotated[str, typer.Option(help="Of a call: its whole id.")] = "",
    customer: Annotated[str, typer.Option(help="Of a customer.")] = "",
    held: Annotated[bool, typer.Option("--held", help="Only what somebody holds.")] = False,
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 20,
    why: Annotated[str, typer.Option(help="Why: kept in the access log. Needed to hold and to erase.")] = "",
    by: Annotated[str, typer.Option(help="Who does it, unless it is who types it.")] = "",
    to: Annotated[Path | None, typer.Option(help="The new file of an export.", show_default=False)] = None,
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Find recordings of talks; `recordings info 7K2A-1` shows one, `erase 7K2A-1 --why …` erases it.

    `recordings play` tells the file and writes down that you listened; `export --to FILE` copies it and
    checks its hash. `hold` keeps one whatever its time, `release` ends that. `erase` takes one, or with
    --number, --call or --customer all of them. `tidy` erases what is overdue, as the switch does every hour.
    `start`, `stop`, `pause` and `resume` are for a talk that goes on: `recordings start 1001`.
    """
    view, by = view_of(json, pl), by or getpass.getuser()
    wanted = _Wanted(since, until, tuple(number or ()), queue, agent, call, customer, held, limit)
    _check(what, which, why, to, wanted)
    if what in TALKS:
        exit_with(judged(lambda: _act_on_talk(home, what, which, by, view, as_json=json)))
        return
    if what == "list":
        exit_with(_with_catalogue(home, lambda kept: _list(kept, wanted, view), json))
    elif what == "tidy":
        exit_with(_with_catalogue(home, lambda kept: _tidy(kept, view), json))
    elif what == "erase":
        exit_with(_with_catalogue(home, lambda kept: _erase(kept, which, wanted, by, why, view), json))
    else:
        deed = _Deed(what, which, by, why, to)
        exit_with(_with_catalogue(home, lambda kept: _of_one(kept, deed, view), json))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is looked for, as it was typed."""

    since: str
    until: str
    numbers: tuple[str, ...]
    queue: str
    agent: str
    call: str
    customer: str
    held: bool
    limit: int

    @property
    def names_somebody(self) -> bool:
        """Whether it means a person's or a call's, and not all there are."""
        return bool(self.numbers or self.call or self.customer)

    def search(self) -> Search:
        """Return it read; raise RecordingError for what is no time."""
        return Search(
            since=moment(self.since) if self.since else None,
            until=moment(self.until) if self.until else None,
            queue=self.queue,
            agent=self.agent,
            numbers=self.numbers,
            call=self.call,
            customer=self.customer,
            held=True if self.held else None,
            limit=self.limit,
        )


@dataclass(frozen=True, slots=True)
class _Deed:
    """What is to be done with one recording, as it was typed."""

    what: str
    which: str
    by: str
    why: str
    to: Path | None


def _check(what: str, which: str, why: str, to: Path | None, wanted: _Wanted) -> None:
    if what not in WHATS:
        raise typer.BadParameter(f"say one of {', '.join(WHATS)}")
    if what in (*OF_ONE, *TALKS) and not which:
        raise typer.BadParameter(f"{what} needs to know which: see `recordings list`")
    if what in ("hold", "erase") and not why:
        raise typer.BadParameter(f"{what} needs --why: it is kept with the recording")
    if what == "erase" and bool(which) == wanted.names_somebody:
        raise typer.BadParameter("name one recording, or whose: --number, --call or --customer")
    if what == "export" and to is None:
        raise typer.BadParameter("export needs --to, the file that is to be written")


def _act_on_talk(home: Path, what: str, whom: str, by: str, view: View, *, as_json: bool) -> None:
    answer = ask(home, f"recording_{what}", RecordingAnswer, whom=whom, by=by)
    put(show_answer(what, answer, view=view), as_json)


async def _list(kept: Catalogue, wanted: _Wanted, view: View) -> RenderableType:
    return show_recordings(await kept.store.search(wanted.search()), view=view)


async def _tidy(kept: Catalogue, view: View) -> RenderableType:
    count = await kept.tidy()
    return Text(f"Usunięto nagrania: {count}." if view.language == POLISH else f"Recordings erased: {count}.")


async def _erase(
    kept: Catalogue, which: str, wanted: _Wanted, by: str, why: str, view: View
) -> RenderableType:
    if which:
        one = await kept.find(which)
        await kept.erase(one.id, by=by, why=why)
        polish = view.language == POLISH
        return Text(f"Nagranie {one.id} usunięto." if polish else f"The recording {one.id} is erased.")
    return show_erasure(await kept.erase_all(wanted.search(), by=by, why=why), view=view)


async def _of_one(kept: Catalogue, deed: _Deed, view: View) -> RenderableType:
    one = await kept.find(deed.which)
    match deed.what:
        case "play":
            path = await kept.open_file(one.id, by=deed.by, deed=Deed.LISTENED, why=deed.why)
            return Text(str(path))
        case "export":
            assert deed.to is not None
            one = await kept.give_out(one.id, deed.to, by=deed.by, why=deed.why)
        case "hold":
            one = await kept.store.hold(one.id, by=deed.by, why=deed.why)
        case "release":
            one = await kept.store.release(one.id, by=deed.by, why=deed.why)
        case _:
            pass
    folder = str(kept.shelf.folder)
    return show_recording(one, await kept.store.accesses(one.id), view=view, folder=folder)


def _with_catalogue(home: Path, work: Callable[[Catalogue], Awaitable[RenderableType]], as_json: bool) -> int:
    async def do() -> None:
        async with _catalogue(home) as kept:
            put(await work(kept), as_json)

    return run_to_the_end(do())


@contextlib.asynccontextmanager
async def _catalogue(home: Path) -> AsyncIterator[Catalogue]:
    url = place.known_url(home)
    if url is None:
        raise StartError(f"there is no database {home / place.FILE}: nothing was recorded there yet")

    def told(event: RecordingErased, call: str) -> None:
        # The log is the running switch's; where none runs, the access log alone has it.
        with contextlib.suppress(NoSwitch):
            about = {"recording": event.recording, "by": event.by, "why": event.why}
            ask(home, "recording_erased", bool, call=call, **about)

    database = await Database.open(url, create=False)
    clock = SystemClock()
    shelf = Shelf(home / FOLDER, least_free=0, zone=UTC)
    try:
        yield Catalogue(RecordingStore(database, clock), shelf, clock, told=told)
    finally:
        await database.close()
