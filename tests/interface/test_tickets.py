"""Tickets as programs see them, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from softswitch.crm.service import Customers
from softswitch.crm.ticket_config import TicketsConfig
from softswitch.crm.tickets import Tickets
from softswitch.interface.tickets import LineTickets
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from softswitch.storage.ticket_store import TicketStore
from softswitch.web.errors import NotThere, Stale, Unacceptable
from softswitch.web.resources.people import NewTicket, TicketChange
from tests.crm.reading_rules import RULES
from tests.fakes.clock import FakeClock

CONFIG = TicketsConfig.model_validate({"tickets": {"support": {"categories": ["invoice"]}, "sales": {}}})


@pytest.fixture
async def here(database: Database, clock: FakeClock) -> AsyncIterator[LineTickets]:
    store = TicketStore(database, clock)
    customers = Customers(CustomerStore(database), ContactStore(database), RULES, clock)
    yield LineTickets(Tickets(CONFIG, store, clock, lambda at: at), store, customers)
    await customers.close()


async def somebody(here: LineTickets, name: str = "Nowak") -> str:
    return (await here.customers.create({"last_name": name})).id


async def test_a_ticket_is_opened_and_changed(here: LineTickets, clock: FakeClock) -> None:
    anna = await somebody(here)
    new = NewTicket(title="Parcel", queue="support", priority="high", number="600100200", customer=anna)
    made = await here.open(new, by="crm")
    assert (made.title, made.status, made.priority, made.customer) == ("Parcel", "open", "high", anna)
    assert await here.get(made.id) == made
    # In the very moment in which it was opened: no clock tells the two apart.
    change = TicketChange(status="closed", assignee="1001", note="done")
    changed = await here.change(made.id, change, version=made.version, by="crm")
    assert (changed.status, changed.assignee, changed.version) == ("closed", "1001", made.version + 1)
    with pytest.raises(Stale):
        await here.change(made.id, TicketChange(status="open"), version=made.version, by="crm")
    assert (await here.change(made.id, TicketChange(status="open"), version=None, by="crm")).status == "open"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("600 100 200", "+48600100200"), ("0048600100200", "+48600100200"), ("1001", "1001"), ("*97", "*97")],
)
async def test_a_number_is_kept_as_those_of_callers_are(here: LineTickets, given: str, kept: str) -> None:
    made = await here.open(NewTicket(title="Parcel", queue="support", number=given), by="crm")
    assert made.number == kept
    assert [one.id for one in await here.store.open_tickets("", [kept])] == [made.id]


async def test_what_cannot_be_is_said(here: LineTickets) -> None:
    with pytest.raises(Unacceptable, match="no queue of tickets"):
        await here.open(NewTicket(title="x", queue="nothing"), by="crm")
    made = await here.open(NewTicket(title="x", queue="support"), by="crm")
    with pytest.raises(Unacceptable, match="no category"):
        await here.change(made.id, TicketChange(category="other"), version=None, by="crm")
    with pytest.raises(Unacceptable, match="no such customer"):
        await here.open(NewTicket(title="x", queue="support", customer="c1"), by="crm")
    with pytest.raises(Unacceptable, match="no such customer"):
        await here.change(made.id, TicketChange(customer="c1"), version=None, by="crm")
    for part in ("none", made.id[-8:]):
        with pytest.raises(NotThere):
            await here.get(part)


async def test_tickets_in_pages(here: LineTickets, clock: FakeClock) -> None:
    made, anna, jan = [], await somebody(here), await somebody(here, "Kowalski")
    for number in range(5):
        new = NewTicket(title=f"T{number}", queue="sales", customer=anna if number % 2 else jan)
        made.append(await here.open(new, by="crm"))
        clock.advance(1)

    async def found(**more: str) -> list[str]:
        wanted = {"status": "", "customer": "", "call": "", "queue": "", "after": "", **more}
        titles, after = [], ""
        while True:
            part = await here.find(**{**wanted, "after": after}, limit=2)
            titles += [one.title for one in part.items]
            if not (after := part.after):
                return titles

    assert await found() == ["T4", "T3", "T2", "T1", "T0"]
    assert await found(customer=anna) == ["T3", "T1"]
    assert await found(queue="support") == []
    await here.change(made[2].id, TicketChange(status="closed"), version=None, by="crm")
    assert await found(status="closed") == ["T2"]
