"""Commands for payments: what became of them, giving money back, and a provider to try things with."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from softswitch.cli.codes import EXIT_CANNOT_START
from softswitch.cli.ending import complain, exit_with, put, run_to_the_end, say
from softswitch.cli.options import AsJson, Polish, Records, view_of
from softswitch.cli.stored import from_database
from softswitch.clock import SystemClock
from softswitch.commands.payments import show_payments, show_refund
from softswitch.errors import StartError
from softswitch.payments.errors import BadMove
from softswitch.payments.model import Doing, Payment, State
from softswitch.payments.sandbox.bank import charged_twice
from softswitch.payments.sandbox.codes import explained
from softswitch.payments.sandbox.journal import read_journal
from softswitch.payments.sandbox.server import Options, running
from softswitch.storage.database import Database
from softswitch.storage.payment_store import PaymentStore

DEEDS: Final = ("", "refund", "sandbox", "check")
SANDBOX_PORT: Final = 8790


def payments(
    what: Annotated[
        str,
        typer.Argument(
            help="'refund' gives money back; 'sandbox' runs a provider to try things with; 'check' reads its "
            "journal for anybody charged twice.",
            show_default=False,
        ),
    ] = "",
    payment: Annotated[
        str, typer.Argument(help="The payment to give back, as the list calls it.", show_default=False)
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Also what is over.")] = False,
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
    journal: Annotated[Path, typer.Option(help="The sandbox's journal.")] = Path("sandbox/journal.jsonl"),
    port: Annotated[
        int, typer.Option(help="The sandbox's port on 127.0.0.1.", min=0, max=65_535)
    ] = SANDBOX_PORT,
    api_key: Annotated[str, typer.Option(help="The key the sandbox wants of those who ask.")] = "sandbox",
    webhook: Annotated[str, typer.Option(help="Where the sandbox tells what became of payments.")] = "",
    webhook_secret: Annotated[str, typer.Option(help="What it signs that with.")] = "",
) -> None:
    """List open payments; `payments refund ID` gives one back; `payments sandbox` is a provider to try."""
    if what not in DEEDS or (what == "refund") != bool(payment):
        raise typer.BadParameter("say nothing, or: refund PAYMENT, sandbox, check")
    view = view_of(json, pl)
    if what == "sandbox":
        options = Options(journal, port=port, api_key=api_key, webhook=webhook, webhook_secret=webhook_secret)
        exit_with(run_to_the_end(_serve(options)))
    elif what == "check":
        if not journal.is_file():
            reason = f"there is no journal {journal}: name the sandbox's with --journal"
            exit_with(complain(reason, EXIT_CANNOT_START))
        exit_with(run_to_the_end(_check(journal)))
    elif what == "refund":
        given = from_database(home, lambda found: _give_back(found, payment), changes=True)
        put(show_refund(given, view=view), json)
    else:
        found = from_database(home, lambda database: _store(database).latest(open_only=not every))
        put(show_payments(found, view=view), json)


async def _give_back(database: Database, payment: str) -> Payment:
    """Write down that it is to go back; the running switch, or the next one, does it."""
    store = _store(database)
    found = await store.find(payment)
    if found.state is not State.PAID:
        raise BadMove(f"payment {found.id} is {found.state}: there is nothing to give back")
    return await store.save(replace(found, doing=Doing.REFUND, due=SystemClock().wall()))


async def _serve(options: Options) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    try:
        async with contextlib.AsyncExitStack() as stack:
            sandbox = await stack.enter_async_context(running(options, SystemClock()))
            say(f"the sandbox of payments answers at {sandbox.url}; no money moves there")
            say(explained())
            say("ready")
            await stop.wait()
    except OSError as error:
        raise StartError(f"the sandbox cannot listen on port {options.port}: {error.strerror}") from error


async def _check(journal: Path) -> None:
    entries = read_journal(journal)
    twice = charged_twice(entries)
    for one in twice:
        say(f"charged twice: {one}")
    if twice:
        raise StartError(f"{journal} shows charges that should not be")
    say(f"{journal}: {len(entries)} entries, nobody was charged twice")


def _store(database: Database) -> PaymentStore:
    return PaymentStore(database, SystemClock())
