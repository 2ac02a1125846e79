"""A PostgreSQL of the tests' own: a cluster in a folder that is gone afterwards, without a network port."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from softswitch.storage.database import Database

INSTALLED = Path("/usr/lib/postgresql")
USER = "postgres"
TEMPLATE = "template_softswitch"
START_SECONDS = 30
# Nothing of it has to outlast a power cut.
HASTE = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "listen_addresses=",
    "max_connections=200",
)


def program(name: str) -> Path:
    """Return a program of the newest PostgreSQL there is; without one the test fails."""
    found = sorted(INSTALLED.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if not found and (which := shutil.which(name)) is not None:
        found = [Path(which)]
    if not found:
        pytest.fail("PostgreSQL is not installed: type `make databases`")
    return found[-1]


class Cluster:
    """A running server. ``url`` names a database in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made = 0

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    async def ask(self, statement: str, name: str = USER) -> None:
        """Carry out one statement, past everything under test."""
        connection = await asyncpg.connect(user=USER, database=name, host=str(self.folder))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def prepare(self) -> None:
        """Make the database that all others are copied from."""
        await self.ask(f"CREATE DATABASE {TEMPLATE}")
        await (await Database.open(self.url(TEMPLATE))).close()

    async def fresh(self) -> str:
        """Return the name of a new database with all tables and no rows."""
        self._made += 1
        name = f"test_{self._made}"
        await self.ask(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return name

    async def drop(self, name: str) -> None:
        """Remove a database, whoever still has it open."""
        await self.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a server as long as the context lasts."""
    folder = Path(tempfile.mkdtemp(prefix="softswitch-postgres-"))
    data = folder / "data"
    # A language's order of letters, as servers of firms have it: what relies on that of octets shows.
    locale = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=pl-PL")
    options = " ".join(f"-c {setting}" for setting in (*HASTE, f"unix_socket_directories={folder}"))
    try:
        run = _runner(folder)
        run(program("initdb"), "-D", data, "-U", USER, "-A", "trust", "-N", "-E", "UTF8", *locale)
        control = program("pg_ctl")
        run(control, "-D", data, "-l", folder / "log", "-o", options, "-t", START_SECONDS, "-w", "start")
        try:
            running = Cluster(folder)
            asyncio.run(running.prepare())
            yield running
        finally:
            # Connections that are still open are cut.
            run(control, "-D", data, "-m", "fast", "-t", START_SECONDS, "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _runner(folder: Path) -> Callable[..., None]:
    """Return how to run a program of the server's: it refuses to be root."""
    other: list[str] = []
    if os.getuid() == 0:
        user = pwd.getpwnam(USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
        other = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]

    def run(*command: object) -> None:
        words = [*other, *map(str, command)]
        # Into a file: the server inherits what pg_ctl writes to, and would keep a pipe open.
        with (folder / "output").open("a+b") as output:
            if subprocess.run(words, stdout=output, stderr=output, cwd=folder, check=False).returncode:
                output.seek(0)
                pytest.fail(f"{' '.join(words)}: {output.read().decode(errors='replace')[-2000:]}")

    return run
