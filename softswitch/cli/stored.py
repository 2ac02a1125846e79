"""Commands that look into a line's database, whether its switch runs or not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from softswitch.cli.ending import NAME_IT, exit_with, run_to_the_end
from softswitch.errors import StartError
from softswitch.storage import place
from softswitch.storage.database import Database, opened

Answer = TypeVar("Answer")


def from_database(
    home: Path, ask: Callable[[Database], Awaitable[Answer]], *, changes: bool = False
) -> Answer:
    """Return what ``ask`` finds in the database of the line in ``home``; a clear sentence ends the command.

    A database of an earlier version is brought to this one only for what ``changes`` something.
    """
    answer: list[Answer] = []

    async def read() -> None:
        url = place.known_url(home)
        if url is None:
            raise StartError(
                f"there is no database {home / place.FILE}: nothing was recorded there yet. {NAME_IT}"
            )
        async with opened(url, create=changes) as database:
            answer.append(await ask(database))

    exit_with(run_to_the_end(read()))
    return answer[0]
