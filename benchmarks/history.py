"""How long a customer's history, card and search take among a million contacts, on SQLite and PostgreSQL.

python -m benchmarks.history                                   SQLite, a million contacts, 100,000 customers
python -m benchmarks.history --url postgresql://user@host/name  the same there; the database must be empty
python -m benchmarks.history --postgres                        there, in a server of its own (of the tests)
python -m benchmarks.history --contacts 100000                 a short one

It prints milliseconds at the median, the 99th percentile and at worst, processor time a question, and how
long an import of as many lines as there are customers takes. The garbage collector looks as it does in the
switch. The exit status is 1 when the 99th percentile of a row is over 20 ms, or an import of 100,000 lines
would take more than a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from softswitch.clock import SystemClock
from softswitch.crm.config import CustomersConfig
from softswitch.crm.history_model import ANSWERED, Contact, ContactKind
from softswitch.crm.importing import Import, Report
from softswitch.crm.numbers import Numbers
from softswitch.crm.reading import Rules
from softswitch.crm.service import Customers, KeeperBy
from softswitch.crm.sheets import read_sheet
from softswitch.garbage import collected_in_time
from softswitch.storage.contact_store import ContactStore, put_contacts
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from softswitch.trunks.numbers import Numbering

LIMIT_MS: Final = 20.0
"""What an answer may take at the 99th percentile."""
IMPORT_LIMIT_S: Final = 60.0
"""What an import of so many lines may take:"""
IMPORT_LINES: Final = 100_000
SEED: Final = 1
YEARS: Final = 3
BATCH: Final = 2000
FREQUENT: Final = 5000
"""Contacts of one customer who calls all day: a branch office, a courier."""
FIRST_NUMBER: Final = 601_000_000
SURNAMES: Final = ("Nowak", "Kowalski", "Wiśniewska", "Wójcik", "Żółkiewska", "Łęcki", "Dąbrowska", "Zając")


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a question took, in milliseconds."""

    what: str
    median: float
    p99: float
    worst: float
    cpu: float = 0.0

    def __str__(self) -> str:
        return f"{self.what:<44}{self.median:9.2f}{self.p99:9.2f}{self.worst:9.2f}{self.cpu:9.2f}"


@dataclass(frozen=True, slots=True)
class Measured:
    """All there is to tell: seconds that an import of so many lines took, and how long answers take."""

    lines: int
    imported_s: float
    timings: Sequence[Timing]

    def misses(self) -> list[str]:
        """Return in which ways the bar is missed."""
        missed = [f"{one.what.strip()}: {one.p99:.1f} ms" for one in self.timings if one.p99 > LIMIT_MS]
        if self.imported_s > IMPORT_LIMIT_S * self.lines / IMPORT_LINES:
            missed.append(f"an import of {self.lines} lines took {self.imported_s:.1f} s")
        return missed


def timing(what: str, taken: Sequence[float], cpu: float = 0.0) -> Timing:
    """Return the figures of the seconds that a question took each time, and of processor time of all."""
    ordered = sorted(seconds * 1000 for seconds in taken)
    at_99 = ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)]
    return Timing(what, ordered[len(ordered) // 2], at_99, ordered[-1], cpu / len(taken) * 1000)


def people(count: int) -> str:
    """Return a CSV file of so many customers."""
    chance = random.Random(SEED)
    lines = ["customer_number;first_name;last_name;numbers;emails;group;keeper;card"]
    for place in range(count):
        surname = f"{chance.choice(SURNAMES)}-{place:06}"
        lines.append(
            f"C{place};Anna;{surname};+48{FIRST_NUMBER + place};a{place}@example.pl;Biznes;;K{place}"
        )
    return "\n".join(lines)


async def fill(database: Database, contacts: int, customers: int) -> None:
    """Write so many contacts of three years; every tenth of a number that is nobody's."""
    chance = random.Random(SEED)
    now = datetime.now(UTC)
    for first in range(0, contacts, BATCH):
        batch = []
        for place in range(first, min(first + BATCH, contacts)):
            who = 0 if place < FREQUENT else chance.randrange(customers + customers // 10)
            answered = chance.random() < 0.8
            batch.append(
                Contact(
                    f"call:{place:09}",
                    ContactKind.CALL,
                    now - timedelta(seconds=chance.randrange(YEARS * 365 * 86_400)),
                    f"+48{FIRST_NUMBER + who}",
                    agent="1001" if answered else "",
                    queue="sales",
                    result=ANSWERED if answered else "abandoned",
                    seconds=120.0,
                    reference=f"{place:026}",
                    text="bank: gate › cards",
                )
            )
        async with database.writing() as connection:
            await put_contacts(connection, batch)


async def timed(what: str, ask: Callable[[int], Awaitable[object]], times: int) -> Timing:
    """Ask again and again, and return how long it took."""
    taken, used = [], time.process_time()
    for turn in range(times):
        begun = time.perf_counter()
        await ask(turn)
        taken.append(time.perf_counter() - begun)
    return timing(what, taken, time.process_time() - used)


async def measure(
    url: str, *, contacts: int, customers: int, times: int, say: Callable[[str], None]
) -> Measured:
    """Fill the database at ``url``, ask it, and return the figures."""
    database = await Database.open(url)
    try:
        numbering = Numbering("PL")
        config = CustomersConfig.model_validate({"fields": {"card": "text"}})
        rules = Rules(Numbers(numbering, "PL"), config)
        store, history = CustomerStore(database), ContactStore(database)
        begun, used = time.perf_counter(), time.process_time()
        report = await _imported(store, rules, customers)
        imported, used = time.perf_counter() - begun, time.process_time() - used
        say(f"{report.created} customers imported in {imported:.1f} s ({used:.1f} s of processor time)")
        begun = time.perf_counter()
        await fill(database, contacts, customers)
        say(f"{contacts} contacts written in {time.perf_counter() - begun:.1f} s")
        service = Customers(store, history, rules, SystemClock())
        try:
            with collected_in_time():
                return Measured(customers, imported, await _ask(service, customers, times))
        finally:
            await service.close()
    finally:
        await database.close()


async def _imported(store: CustomerStore, rules: Rules, customers: int) -> Report:
    job = Import(store, rules, SystemClock(), by="customer_number")
    return await job.run(read_sheet(people(customers).encode(), rules.config))


async def _ask(service: Customers, customers: int, times: int) -> list[Timing]:
    chance = random.Random(SEED + 1)
    who = [f"{FIRST_NUMBER + chance.randrange(customers)}" for _ in range(times)]
    found = [(await service.find_by_number(number)).customers[0] for number in who]
    often = (await service.find_by_number(f"{FIRST_NUMBER}")).customers[0]
    page = await service.history(often, limit=100)
    return [
        await timed("history of a customer", lambda turn: service.history(found[turn]), times),
        await timed(
            "history of one who calls all day", lambda turn: service.history(often, limit=100), times
        ),
        await timed("  its second page", lambda turn: service.history(often, after=page.after), times),
        await timed(
            "history of a number of nobody's",
            lambda turn: service.history_of_number(f"{FIRST_NUMBER + customers + turn % 100}"),
            times,
        ),
        await timed("customer by number", lambda turn: service.find_by_number(who[turn]), times),
        await timed("card", lambda turn: service.card(who[turn], within=60), times),
        await timed("who talked last", lambda turn: service.keeper(who[turn], KeeperBy.LAST_TALK), times),
        await timed(
            "search by part of a name", lambda turn: service.search(f"{turn:04} anna"), min(times, 50)
        ),
        await timed("search by a number", lambda turn: service.search(who[turn]), min(times, 50)),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description=__doc__)
    parser.add_argument("--url", help="an empty database; a SQLite file of its own unless given")
    parser.add_argument("--postgres", action="store_true", help="a PostgreSQL of its own, as the tests have")
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=500, help="how often each question is asked")
    given = parser.parse_args(arguments)
    with _database(given.url, own_server=given.postgres) as url:
        work = measure(url, contacts=given.contacts, customers=given.customers, times=given.times, say=print)
        measured = asyncio.run(work)
    print(f"{'milliseconds':<44}{'median':>9}{'p99':>9}{'worst':>9}{'cpu':>9}")
    for one in measured.timings:
        print(one)
    for miss in measured.misses():
        print(miss, file=sys.stderr)
    return int(bool(measured.misses()))


@contextmanager
def _database(url: str | None, *, own_server: bool) -> Iterator[str]:
    """Lend the URL of an empty database."""
    if url:
        yield url
    elif own_server:
        # Only here: nobody else needs what tests need.
        from tests.fakes.postgres import cluster

        with cluster() as server:
            yield server.url(asyncio.run(server.fresh()))
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'history.db'}"


if __name__ == "__main__":
    sys.exit(main())
