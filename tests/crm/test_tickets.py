"""Tickets as menus, programs and people open and change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from softswitch.crm.ticket_config import TicketsConfig
from softswitch.crm.ticket_errors import NoSuchTicket, TicketError
from softswitch.crm.ticket_model import NewTicket, Priority, Ticket, TicketChange, TicketState
from softswitch.crm.tickets import Asked, Tickets
from softswitch.events import TicketAsked
from tests.fakes.clock import START, FakeClock

CONFIG = TicketsConfig.model_validate(
    {
        "tickets": {
            "support": {
                "name": "Wsparcie",
                "title": "%%number%% for %%queue%% at %%time%%",
                "priority": "high",
                "categories": ["invoice", "other"],
            },
            "sales": {},
        }
    }
)


class Memory:
    """Keeps tickets in memory. Implements :class:`softswitch.crm.tickets.Store`."""

    def __init__(self) -> None:
        self.opened: list[NewTicket] = []
        self.changes: list[tuple[dict[str, str], str, str]] = []

    async def open(self, new: NewTicket) -> Ticket:
        self.opened.append(new)
        return self._ticket()

    async def change(
        self, ticket: str, changes: Mapping[str, str], *, by: str, note: str = "", version: int | None = None
    ) -> Ticket:
        self.changes.append((dict(changes), by, note))
        return replace(self._ticket(), assignee=changes.get("assignee", ""))

    async def find(self, part: str) -> Ticket:
        if part != "T1":
            raise NoSuchTicket(f"there is no ticket {part}")
        return self._ticket()

    async def history(self, ticket: str) -> tuple[TicketChange, ...]:
        return ()

    async def open_tickets(self, customer: str, numbers: Sequence[str]) -> tuple[Ticket, ...]:
        return ()

    def _ticket(self) -> Ticket:
        state, priority = TicketState.OPEN, Priority.HIGH
        return Ticket("T1", "support", "x", state, priority, "", "", "", "", "", "", START, START)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def tickets(memory: Memory) -> Tickets:
    return Tickets(CONFIG, memory, FakeClock(), lambda at: at + timedelta(hours=1))


async def test_what_is_not_said_is_as_the_queue_has_it(tickets: Tickets, memory: Memory) -> None:
    await tickets.open(Asked("support", number="+48600100200"), by="1001", call="C1", step="s")
    (new,) = memory.opened
    assert new.title == "+48600100200 for Wsparcie at 10:00"
    assert (new.priority, new.category, new.by, new.call, new.step) == (Priority.HIGH, "", "1001", "C1", "s")


async def test_what_is_said_goes_before(tickets: Tickets, memory: Memory) -> None:
    asked = Asked(
        "support", "Invoice of %%name%%", "urgent", "invoice", "+48600100200", "K1", {"name": "Jan"}
    )
    await tickets.open(asked, by="api")
    (new,) = memory.opened
    assert (new.title, new.priority, new.category) == ("Invoice of Jan", Priority.URGENT, "invoice")
    assert new.customer == "K1"


def test_a_menu_asks_by_an_event(tickets: Tickets, memory: Memory) -> None:
    event = tickets.asked(Asked("sales", number="600100200"), step="bank.closed.2", at_once=False)
    assert event == TicketAsked(
        "bank.closed.2", "sales", "Missed call from 600100200", "normal", "", "600100200", False
    )
    assert memory.opened == []


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Asked("bank"), "there is no queue of tickets 'bank', only sales, support"),
        (Asked("support", priority="huge"), "'huge' is no priority: low, normal"),
        (Asked("support", category="car"), "'car' is no category of support: invoice, other are"),
        (Asked("support", title="%%nubmer%%"), "the title of the ticket: there is no variable 'nubmer'"),
    ],
)
async def test_what_is_not_set_up(asked: Asked, reason: str, tickets: Tickets, memory: Memory) -> None:
    with pytest.raises(TicketError, match=reason):
        await tickets.open(asked, by="1001")
    assert memory.opened == []


async def test_changes(tickets: Tickets, memory: Memory) -> None:
    changed = await tickets.change("T1", by="1001", state="in_progress", assignee="1001", note=" on it ")
    assert changed.assignee == "1001"
    await tickets.change("T1", by="1001", priority="low", category="other", customer="K1")
    assert memory.changes == [
        ({"state": "in_progress", "assignee": "1001"}, "1001", "on it"),
        ({"priority": "low", "category": "other", "customer": "K1"}, "1001", ""),
    ]
    for wrong in ({}, {"state": "gone"}, {"priority": "huge"}, {"category": "car"}):
        with pytest.raises(TicketError):
            await tickets.change("T1", by="1001", **wrong)
    with pytest.raises(NoSuchTicket):
        await tickets.change("T2", by="1001", state="closed")
