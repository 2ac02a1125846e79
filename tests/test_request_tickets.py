"""Requests to be called back become tickets, each once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from softswitch.crm.service import Customers
from softswitch.crm.ticket_config import TicketsConfig
from softswitch.crm.ticket_model import TicketState
from softswitch.crm.tickets import Tickets
from softswitch.request_tickets import OPENED_BY, RequestTickets
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from softswitch.storage.ticket_store import TicketStore
from softswitch.voicemail.config import RequestsConfig
from softswitch.voicemail.model import Request
from tests.crm.reading_rules import RULES
from tests.fakes.blank import blank
from tests.fakes.clock import START, FakeClock

REQUEST = Request("01REQ", "night", "600100200", "600100200", "222", "01CALL", START, "Anna Nowak")


async def test_a_request_is_one_ticket_however_often_it_is_opened(tmp_path: Path) -> None:
    clock = FakeClock()
    database = await Database.open(blank(tmp_path / "switch.db"))
    store = TicketStore(database, clock)
    tickets = Tickets(
        TicketsConfig.model_validate({"tickets": {"night": {}, "office": {}}}), store, clock, lambda at: at
    )
    customers = Customers(CustomerStore(database), ContactStore(database), RULES, clock)
    anna = await customers.create({"last_name": "Nowak", "numbers": ["600100200"]})
    desks = {
        "night": RequestsConfig(ticket=True, language="pl"),
        "day": RequestsConfig(ticket=True, ticket_queue="office", language="en"),
    }
    opens = RequestTickets(desks, tickets, customers)
    first = await opens.open(REQUEST)
    assert await opens.open(REQUEST) == first
    ticket = await store.find(first)
    assert (ticket.queue, ticket.number, ticket.customer) == ("night", "+48600100200", anna.id)
    assert (ticket.title, ticket.call) == (
        "Prośba o oddzwonienie: +48600100200 Anna Nowak",
        "01CALL",
    )
    assert (ticket.state, (await store.history(first))[0].by) == (TicketState.OPEN, OPENED_BY)
    # Another request of the same call is another ticket.
    other = await store.find(await opens.open(replace(REQUEST, id="01REQ2", desk="day", name="")))
    assert (other.queue, other.title) == ("office", "Asks to be called back: +48600100200")
    await customers.close()
    await database.close()
