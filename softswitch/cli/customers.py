"""``softswitch customers …``: find, show, import, export, erase; on the line's database, running or not."""

from __future__ import annotations

import contextlib
import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import IO, Annotated, Final, TextIO, TypeVar

import typer
from rich.console import RenderableType

from softswitch.cli.codes import EXIT_CANNOT_START, EXIT_STEP_FAILED
from softswitch.cli.ending import complain, exit_with, judged, put, run_to_the_end, say
from softswitch.cli.options import CONFIGURATION, AsJson, Polish, view_of
from softswitch.cli.stored import from_database
from softswitch.clock import SystemClock
from softswitch.commands.customers import show_acts, show_customer, show_erased, show_found, show_report
from softswitch.commands.handing_over import as_json, write_set
from softswitch.config import Config, load_config
from softswitch.crm.customer_model import Customer
from softswitch.crm.errors import CrmError, NoSuchCustomer
from softswitch.crm.exporting import exported
from softswitch.crm.factors import CustomerFactors
from softswitch.crm.importing import Import, OnDuplicate, Report
from softswitch.crm.privacy import Enclosed
from softswitch.crm.service import Customers
from softswitch.crm.sheets import read_sheet
from softswitch.customers import CustomerBase, OpenTickets, build_customers
from softswitch.demo_lines import CUSTOMERS, CUSTOMERS_BEGUN
from softswitch.errors import StartError
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
    name="customers",
    help="Find, show, import, export and erase customers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
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
    with _private(file) as descriptor, open(descriptor, "w", encoding="utf-8", newline="") as out:
        count = _asked(config, lambda base: write(base, out))
    say(f"{file}: {count}")


@customers.command("gdpr-export")
def hand_over(
    who: Who,
    file: Annotated[
        Path, typer.Argument(help="The file to make: NAME.zip with a text, data and sound, or NAME.json.")
    ],
    config: Line = CONFIGURATION,
) -> None:
    """Write all that is known of a person into a file, to be handed over; it is noted who did it."""
    whole = file.suffix.lower() == ".zip"

    async def ask(base: CustomerBase) -> tuple[dict[str, object], Sequence[Enclosed]]:
        one = await _one(base.customers, who)
        told = await base.privacy.export(one.id, by=_user())
        return told, await base.privacy.enclosed(one.id, by=_user()) if whole else ()

    with _private(file) as descriptor, open(descriptor, "wb") as out:
        told, files = _changed(config, ask)
        if whole:
            exit_with(judged(lambda: _hand_over(out, told, files)))
        else:
            out.write(as_json(told))
    say(f"{file}")


def _hand_over(out: IO[bytes], told: Mapping[str, object], files: Sequence[Enclosed]) -> None:
    try:
        write_set(out, told, files)
    except OSError as error:
        raise CrmError(f"{error.filename or out.name} cannot be handed over: {error.strerror}") from error


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


def take_in_once(home: Path) -> None:
    """Take in the customers who come with a line to try, before its first start; show what is wrong.

    Whoever ends it midway finds it begun anew at the next start, until it has come to its end once.
    """
    file, begun = home / CUSTOMERS, home / CUSTOMERS_BEGUN
    if not file.is_file() or (place.known_url(home) is not None and not begun.exists()):
        return
    octets = _read(file)
    exit_with(judged(lambda: _mark(begun)))

    async def work(base: CustomerBase) -> Report:
        sheet = read_sheet(octets, base.rules.config)
        job = Import(
            base.store,
            base.rules,
            SystemClock(),
            by=base.rules.config.duplicates_by,
            on_duplicate=OnDuplicate.LEAVE,
        )
        return await job.run(sheet)

    report = _changed(home / CONFIGURATION, work)
    begun.unlink(missing_ok=True)
    if report.bad:
        put(show_report(report, view=view_of(as_json=False, polish=False)), as_json=False)


def _mark(begun: Path) -> None:
    try:
        begun.touch(OWNER_ONLY)
    except OSError as error:
        raise StartError(f"cannot write {begun}: {error.strerror}") from error


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
        parts=personal_data(database, tickets, requests, catalogue, clock, line.home),
    )


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CrmError(f"{file} cannot be read: {error.strerror}") from error


@contextlib.contextmanager
def _private(file: Path) -> Iterator[int]:
    """Lend a file that its owner alone may read; it replaces one of its name when it is whole.

    What cannot be written ends the command with a sentence.
    """
    target = file.resolve()
    # What is no file (a pipe, a terminal) has nothing to lose, and must stay what it is.
    is_file = target.is_file() or not target.exists()
    part = target.with_name(f".{target.name}.{os.getpid()}") if is_file else target
    try:
        if target.is_file():
            os.close(os.open(target, os.O_WRONLY))
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
        if is_file:
            os.fchmod(descriptor, OWNER_ONLY)
        yield descriptor
        if is_file:
            part.replace(target)
    except OSError as error:
        exit_with(complain(f"{file} cannot be written: {error.strerror}", EXIT_CANNOT_START))
    finally:
        if is_file:
            part.unlink(missing_ok=True)


def _user() -> str:
    """Return who types this, for the record."""
    return f"{getpass.getuser()} (command line)"
