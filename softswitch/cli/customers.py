"""``softswitch customers …``: find, show, import, export, erase; on the line's database, running or not."""

from __future__ import annotations

import contextlib
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC
from pathlib import Path
from typing import Annotated, Final, TextIO, TypeVar

import msgspec
import typer
from rich.console import RenderableType

from softswitch.cli.ending import EXIT_STEP_FAILED, exit_with, judged, put, run_to_the_end, say
from softswitch.cli.options import CONFIGURATION, AsJson, Polish, view_of
from softswitch.cli.stored import from_database
from softswitch.clock import SystemClock
from softswitch.commands.customers import show_acts, show_customer, show_erased, show_found, show_report
from softswitch.config import Config, load_config
from softswitch.crm.customer_model import Customer
from softswitch.crm.errors import CrmError, NoSuchCustomer
from softswitch.crm.exporting import exported
from softswitch.crm.factors import CustomerFactors
from softswitch.crm.importing import Import, OnDuplicate, Report
from softswitch.crm.service import Customers
from softswitch.crm.sheets import read_sheet
from softswitch.customers import CustomerBase, OpenTickets, build_customers
from softswitch.personal import personal_data
from softswitch.pins import LONGEST_PIN, SHORTEST_PIN
from softswitch.recordings.catalogue import Catalogue
from softswitch.recordings.shelf import FOLDER, Shelf
from softswitch.storage import place
from softswitch.storage.database import Database, opened
from softswitch.storage.event_store import EventStore
from softswitch.storage.recording_store import RecordingStore
from softswitch.storage.request_store import RequestStore
from softswitch.storage.ticket_store import TicketStore

OWNER_ONLY: Final = 0o600
"""A file of customers is its owner's business alone."""

customers = typer.Typer(
    help="Find, show, import, export and erase customers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Answer = TypeVar("Answer")


def _file_of(given: Path) -> Path:
    return given / CONFIGURATION if given.is_dir() else given


Line = Annotated[
    Path,
    typer.Option(
        "--config", "--home", help="The line's configuration, or the folder it is in.", callback=_file_of
    ),
]
Who = Annotated[
    str, typer.Argument(help="The customer's id, or a number, PESEL, NIP or the like of one alone.")
]


@customers.command("find")
def find(
    text: Annotated[
        str, typer.Argument(help="Part of a name, or a whole number, e-mail, PESEL, NIP, REGON.")
    ] = "",
    vip: Annotated[bool, typer.Option("--vip", help="VIP customers alone.")] = False,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=100)] = 20,
    config: Line = CONFIGURATION,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Find customers by part of a name, or by anything whole that they have; everybody without a word."""
    view = view_of(json, pl)

    async def ask(base: CustomerBase) -> RenderableType:
        page = await base.customers.search(text, vip_only=vip, limit=limit)
        shown = base.rules.numbers.national
        return show_found(page.customers, more=bool(page.after), view=view, shown=shown)

    put(_asked(config, ask), json)


@customers.command("show")
def show(
    who: Who,
    contacts: Annotated[int, typer.Option(help="How many of the last contacts.", min=1, max=100)] = 10,
    config: Line = CONFIGURATION,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Show a customer and the last contacts: calls, messages, tickets, ratings."""

    view = view_of(json, pl)

    async def ask(base: CustomerBase) -> RenderableType:
        one = await _one(base.customers, who)
        page = await base.customers.history(one, limit=contacts)
        company = await base.customers.company_of(one)
        config, shown = base.rules.config, base.rules.numbers.national
        return show_customer(one, company, page.contacts, config, view=view, shown=shown)

    put(_asked(config, ask), json)


@customers.command("import")
def take_in(
    file: Annotated[Path, typer.Argument(help="A CSV file with headings.", exists=True, dir_okay=False)],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; only tell what would come of it.")
    ] = False,
    by: Annotated[
        str | None,
        typer.Option(
            help="By what customers are known again: customer_number, number, pesel, nip, regon, email, id, "
            "a field of your own, or '' to take every line for a new one; as configured unless given."
        ),
    ] = None,
    on_duplicate: Annotated[
        OnDuplicate, typer.Option(help="What is done with who is there already.")
    ] = OnDuplicate.REFUSE,
    config: Line = CONFIGURATION,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Import customers from a CSV file: good lines are written, bad ones named (exit code 3)."""
    octets: list[bytes] = []
    exit_with(judged(lambda: octets.append(_read(file))))

    async def work(base: CustomerBase) -> Report:
        sheet = read_sheet(octets[0], base.rules.config)
        job = Import(
            base.store,
            base.rules,
            SystemClock(),
            by=base.rules.config.duplicates_by if by is None else by,
            on_duplicate=on_duplicate,
            dry_run=dry_run,
        )
        return await job.run(sheet)

    report = _changed(config, work)
    put(show_report(report, view=view_of(json, pl)), json)
    exit_with(EXIT_STEP_FAILED if report.bad else 0)


@customers.command("export")
def give_out(
    file: Annotated[Path, typer.Argument(help="The CSV file to make; - writes to the screen.")],
    separator: Annotated[str, typer.Option(help="What separates columns.")] = ";",
    config: Line = CONFIGURATION,
) -> None:
    """Export all customers into a CSV file that spreadsheets open and `import` reads back."""
    if len(separator) != 1:
        raise typer.BadParameter("one sign is wanted")

    async def write(base: CustomerBase, out: TextIO) -> int:
        async for text in exported(base.store, base.rules.config, separator=separator):
            out.write(text)
        return await base.store.count()

    if str(file) == "-":
        _asked(config, lambda base: write(base, sys.stdout))
        return
    with open(_private(file), "w", encoding="utf-8", newline="") as out:
        count = _asked(config, lambda base: write(base, out))
    say(f"{file}: {count}")


@customers.command("gdpr-export")
def hand_over(
    who: Who,
    file: Annotated[Path, typer.Argument(help="The JSON file to make.")],
    config: Line = CONFIGURATION,
) -> None:
    """Write all that is known of a person into a JSON file, to be handed over; it is noted who did it."""

    async def ask(base: CustomerBase) -> dict[str, object]:
        one = await _one(base.customers, who)
        return await base.privacy.export(one.id, by=_user())

    with open(_private(file), "wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(_changed(config, ask)), indent=2))
    say(f"{file}")


@customers.command("erase")
def erase(
    who: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask back.")] = False,
    config: Line = CONFIGURATION,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Erase a person everywhere, for good; calls stay, without the person. It is noted who did it."""
    one = _asked(config, lambda base: _one(base.customers, who))
    if not yes:
        question = (
            f"Usunąć na zawsze: {one.name or one.id}?" if pl else f"Erase {one.name or one.id} for good?"
        )
        typer.confirm(question, abort=True)
    act = _changed(config, lambda base: base.privacy.erase(one.id, by=_user()))
    put(show_erased(act, view=view_of(json, pl)), json)


@customers.command("acts")
def acts(
    who: Annotated[str, typer.Argument(help="The id of one customer alone.", show_default=False)] = "",
    config: Line = CONFIGURATION,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """List who exported or erased whose data, and when."""
    found = _asked(config, lambda base: base.privacy.acts(who))
    put(show_acts(found, view=view_of(json, pl)), json)


@customers.command("pin")
def pin(
    who: Who,
    remove: Annotated[bool, typer.Option("--remove", help="Take the PIN away.")] = False,
    config: Line = CONFIGURATION,
) -> None:
    """Give a customer a PIN, to be typed at the telephone; it is asked for here and kept as a hash alone."""
    typed = (
        ""
        if remove
        else typer.prompt(f"PIN ({SHORTEST_PIN}-{LONGEST_PIN})", hide_input=True, confirmation_prompt=True)
    )

    async def work(base: CustomerBase) -> str:
        one = await _one(base.customers, who)
        factors = CustomerFactors(base.customers, base.pins, SystemClock(), lambda customer, hashed: None)
        if remove:
            return "removed" if await factors.remove_pin(one.id) else "there was none"
        await factors.set_pin(one.id, typed)
        return "kept"

    say(f"PIN: {_changed(config, work)}")


async def _one(found: Customers, who: str) -> Customer:
    """Return the one customer who is meant; raise :class:`CrmError` for nobody and for several."""
    with contextlib.suppress(NoSuchCustomer):
        return await found.get(who)
    page = await found.search(who, limit=2)
    if len(page.customers) != 1:
        many = "nobody" if not page.customers else "more than one customer"
        raise CrmError(f"{many} is meant by '{who[:40]}': `softswitch customers find` shows ids")
    return page.customers[0]


def _asked(config: Path, ask: Callable[[CustomerBase], Awaitable[Answer]]) -> Answer:
    line = _loaded(config)
    return from_database(line.home, lambda database: ask(_base(line, database)))


def _changed(config: Path, work: Callable[[CustomerBase], Awaitable[Answer]]) -> Answer:
    """Do it on the line's database, made if it is new: customers may be there before the first call."""
    line = _loaded(config)
    answer: list[Answer] = []

    async def do() -> None:
        async with opened(place.settle(line.home, line.storage.url), create=True) as database:
            answer.append(await work(_base(line, database)))

    exit_with(run_to_the_end(do()))
    return answer[0]


def _loaded(config: Path) -> Config:
    found: list[Config] = []
    exit_with(judged(lambda: found.append(load_config(config))))
    return found[0]


def _base(line: Config, database: Database) -> CustomerBase:
    clock = SystemClock()
    shelf = Shelf(line.home / FOLDER, least_free=0, zone=UTC)
    tickets, requests = TicketStore(database, clock), RequestStore(database, clock)
    catalogue = Catalogue(RecordingStore(database, clock), shelf, clock)
    return build_customers(
        line,
        database,
        EventStore(database, clock),
        clock,
        tickets=OpenTickets(tickets),
        parts=personal_data(database, tickets, requests, catalogue),
    )


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CrmError(f"{file} cannot be read: {error.strerror}") from error


def _private(file: Path) -> int:
    """Open a file that its owner alone may read; what cannot be written ends the command with a sentence."""
    descriptors: list[int] = []

    def open_it() -> None:
        try:
            descriptors.append(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY))
        except OSError as error:
            raise CrmError(f"{file} cannot be written: {error.strerror}") from error
        os.fchmod(descriptors[0], OWNER_ONLY)

    exit_with(judged(open_it))
    return descriptors[0]


def _user() -> str:
    """Return who types this, for the record."""
    return f"{getpass.getuser()} (command line)"
