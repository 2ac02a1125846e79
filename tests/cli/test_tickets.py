"""The command about tickets, on the database of a line."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from softswitch.cli import EXIT_CANNOT_START
from softswitch.clock import SystemClock
from softswitch.crm.ticket_model import NewTicket, Ticket
from softswitch.storage.database import opened
from softswitch.storage.place import FILE
from softswitch.storage.ticket_store import TicketStore
from tests.cli.running import refused, run


def with_ticket(home: Path) -> Ticket:
    async def write() -> Ticket:
        async with opened(f"sqlite:///{home / FILE}", create=True) as database:
            return await TicketStore(database, SystemClock()).open(
                NewTicket("support", "Call from 600100200", number="600100200", by="menu")
            )

    return asyncio.run(write())


def test_a_ticket_from_its_list_to_its_end(tmp_path: Path) -> None:
    end = with_ticket(tmp_path).id[-6:]
    assert end in run("tickets", "--home", tmp_path).output
    assert end in run("tickets", "--number", "600100200", "--home", tmp_path).output
    taken = run("tickets", "take", end, "--by", "1001", "--home", tmp_path)
    assert "open -> in progress" in taken.output
    closed = run("tickets", "close", end, "--note", "called back", "--home", tmp_path)
    assert "called back" in closed.output
    assert "There are no tickets." in run("tickets", "--home", tmp_path).output
    assert end in run("tickets", "--all", "--home", tmp_path).output
    assert "in progress -> closed" in run("tickets", "show", end, "--home", tmp_path).output


@pytest.mark.parametrize("words", [("close",), ("burn", "ABCDEF")])
def test_what_it_cannot_do(words: tuple[str, ...], tmp_path: Path) -> None:
    result = run("tickets", *words, "--home", tmp_path)
    assert result.exit_code == 2
    assert "say nothing, or show" in result.output


def test_a_ticket_that_there_is_not(tmp_path: Path) -> None:
    with_ticket(tmp_path)
    assert refused(EXIT_CANNOT_START, "tickets", "show", "ZZZZZZ", "--home", tmp_path) == (
        "there is no ticket ZZZZZZ"
    )
    assert refused(EXIT_CANNOT_START, "tickets", "note", "ZZZZZZ", "--home", tmp_path).endswith("ZZZZZZ")
