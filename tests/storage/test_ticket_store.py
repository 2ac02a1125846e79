"""Tickets: once for a step of a call whatever happens, changed with their history, found by customer."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from softswitch.crm.ticket_errors import NoSuchTicket
from softswitch.crm.ticket_model import NewTicket, Priority, Ticket, TicketState
from softswitch.events import CallEnded, Entry, Event, LegsBridged, QueueEntered, TicketAsked
from softswitch.outbox.model import Delivery
from softswitch.storage.database import Database
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.ticket_store import TicketStore
from tests.fakes.clock import FakeClock
from tests.storage.conftest import statements

NEW = NewTicket(
    "support",
    "Call from +48600100200",
    Priority.HIGH,
    "invoice",
    "+48600100200",
    "",
    "C1",
    "bank.closed.1",
    "menu",
)
NOW_ASKED = TicketAsked("bank.closed.1", "support", "Call", "high", "", "+48600100200", True)
LATER = replace(NOW_ASKED, at_once=False)
ENDED = CallEnded("completed", "caller_hung_up", 200, 16, "caller")
QUEUED = QueueEntered("sales", "+48600100200", 1, 0)


def entries(clock: FakeClock, call: str, *events: Event) -> list[Entry]:
    return [Entry(number, clock.wall(), call, event) for number, event in enumerate(events, 1)]


async def followed(
    store: TicketStore, database: Database, clock: FakeClock, *events: Event, call: str = "C1"
) -> None:
    """Follow events one by one, each in a transaction of its own, as after a fall at any point."""
    for entry in entries(clock, call, *events):
        async with database.writing() as connection:
            await store.follow(connection, [entry])


async def test_a_ticket_as_it_was_opened(database: Database, clock: FakeClock) -> None:
    store = TicketStore(database, clock)
    ticket = await store.open(NEW)
    assert ticket == Ticket(
        ticket.id,
        "support",
        "Call from +48600100200",
        TicketState.OPEN,
        Priority.HIGH,
        "invoice",
        "+48600100200",
        "",
        "C1",
        "bank.closed.1",
        "",
        clock.wall(),
        clock.wall(),
    )
    assert await store.find(ticket.id) == ticket
    assert await store.find(ticket.id[-6:].lower()) == ticket
    (opening,) = await store.history(ticket.id)
    assert (opening.by, opening.field, opening.new) == ("menu", "state", "open")
    for part in ("", "XYZ", "0" * 26, "%%%%"):
        with pytest.raises(NoSuchTicket):
            await store.find(part)
    assert await TicketStore(database, clock, tenant="other").latest() == ()


async def test_one_step_of_a_call_makes_one_ticket_however_many_ask(
    database: Database, clock: FakeClock
) -> None:
    opened: list[Ticket] = []
    store = TicketStore(database, clock, announce=lambda ticket: [opened.append(ticket)][1:])
    made = await asyncio.gather(*(store.open(NEW) for _ in range(5)))
    assert len({ticket.id for ticket in made}) == len(opened) == 1
    await store.open(replace(NEW, step="bank.closed.2"))
    # Those that no menu asked for have no step, and are all different.
    await store.open(replace(NEW, call="", step=""))
    await store.open(replace(NEW, call="", step=""))
    assert len(await store.latest()) == 4


async def test_what_follows_goes_out_with_the_ticket_once(database: Database, clock: FakeClock) -> None:
    woken: list[bool] = []
    store = TicketStore(
        database,
        clock,
        announce=lambda ticket: [Delivery(f"ticket:{ticket.call}", "mail:support", "{}")],
        opened=lambda: woken.append(True),
    )
    await store.open(NEW)
    await store.open(NEW)
    posted = await OutboxStore(database, clock).latest(states=(), channel="")
    assert [one.delivery.key for one in posted] == ["ticket:C1"]
    assert woken


@pytest.mark.parametrize(
    ("events", "made"),
    [
        ([NOW_ASKED, ENDED], 1),
        ([NOW_ASKED, QUEUED, ENDED], 1),
        ([LATER, ENDED], 1),
        ([LATER, QUEUED, ENDED], 0),
        ([LATER, LegsBridged("a", "b1"), ENDED], 0),
        ([LATER, QUEUED, LATER, ENDED], 1),
        ([LATER, LATER, ENDED], 1),
        ([LATER, replace(LATER, step="bank.closed.2"), ENDED], 2),
        # An end of the branch and a hanging up that race: both are told, in either order.
        ([LATER, ENDED, ENDED], 1),
        ([NOW_ASKED, NOW_ASKED, ENDED], 1),
        ([QUEUED, ENDED], 0),
    ],
)
async def test_menus_ask_and_the_log_decides(
    events: list[Event], made: int, database: Database, clock: FakeClock
) -> None:
    store = TicketStore(database, clock)
    await followed(store, database, clock, *events)
    assert len(await store.latest()) == made
    # Read once more from the beginning, nothing is made twice.
    async with database.writing() as connection:
        await store.follow(connection, entries(clock, "C1", *events))
    assert len(await store.latest()) == made


async def test_calls_do_not_mix(database: Database, clock: FakeClock) -> None:
    store = TicketStore(database, clock)
    await followed(store, database, clock, LATER, call="C1")
    await followed(store, database, clock, LATER, QUEUED, call="C2")
    await followed(store, database, clock, ENDED, call="C2")
    assert await store.latest() == ()
    await followed(store, database, clock, ENDED, call="C1")
    (ticket,) = await store.latest()
    assert (ticket.call, ticket.title, ticket.priority) == ("C1", "Call", Priority.HIGH)


async def test_calls_of_one_portion_do_not_mix(database: Database, clock: FakeClock) -> None:
    store = TicketStore(database, clock)
    await followed(store, database, clock, LATER, call="C1")
    told: list[tuple[str, Event]] = [
        ("C2", LATER),
        ("C3", NOW_ASKED),
        ("C1", ENDED),
        ("C2", QUEUED),
        ("C4", LATER),
    ]
    told += [("C2", ENDED), ("C3", ENDED), ("C4", ENDED), ("C4", LATER), ("C5", LATER)]
    portion = [Entry(number, clock.wall(), call, event) for number, (call, event) in enumerate(told, 1)]
    for _ in range(2):
        async with database.writing() as connection:
            await store.follow(connection, portion)
        assert sorted(ticket.call for ticket in await store.latest()) == ["C1", "C3", "C4"]


async def test_calls_that_ask_for_nothing_cost_one_question_together(
    database: Database, clock: FakeClock
) -> None:
    store = TicketStore(database, clock)
    ends = [Entry(number, clock.wall(), f"C{number}", ENDED) for number in range(200)]
    async with database.writing() as connection:
        with statements() as given:
            await store.follow(connection, ends)
    assert len(given) == 1


async def test_a_priority_of_another_version_is_an_ordinary_one(database: Database, clock: FakeClock) -> None:
    store = TicketStore(database, clock)
    await followed(store, database, clock, replace(NOW_ASKED, priority="volcanic"))
    (ticket,) = await store.latest()
    assert ticket.priority is Priority.NORMAL


async def test_changes_and_their_history(database: Database, clock: FakeClock) -> None:
    store = TicketStore(database, clock)
    ticket = await store.open(NEW)
    clock.advance(60)
    changed = await store.change(ticket.id, {"state": "in_progress", "assignee": "1001"}, by="1001")
    assert (changed.state, changed.assignee, changed.changed) == (
        TicketState.IN_PROGRESS,
        "1001",
        clock.wall(),
    )
    clock.advance(60)
    same = await store.change(ticket.id, {"state": "in_progress"}, by="1001")
    assert same == changed
    await store.change(ticket.id, {"state": "closed"}, by="1002", note="oddzwoniono")
    told = [(one.by, one.field, one.old, one.new) for one in await store.history(ticket.id)]
    assert told[0] == ("menu", "state", "", "open")
    assert sorted(told[1:3]) == [("1001", "assignee", "", "1001"), ("1001", "state", "open", "in_progress")]
    assert sorted(told[3:]) == [
        ("1002", "note", "", "oddzwoniono"),
        ("1002", "state", "in_progress", "closed"),
    ]
    with pytest.raises(NoSuchTicket):
        await store.change("0" * 26, {"state": "closed"}, by="1001")


async def test_open_tickets_of_a_customer(database: Database, clock: FakeClock) -> None:
    store = TicketStore(database, clock)
    known = await store.open(replace(NEW, customer="K1", step="1"))
    clock.advance(1)
    nobodys = await store.open(replace(NEW, step="2"))
    clock.advance(1)
    done = await store.open(replace(NEW, customer="K1", step="3"))
    await store.change(done.id, {"state": "solved"}, by="1001")
    others = await store.open(replace(NEW, customer="K2", step="4"))
    assert await store.open_tickets("K1", ["+48600100200"]) == (nobodys, known)
    assert await store.open_tickets("", ["+48600100200"]) == (nobodys,)
    assert await store.open_tickets("K2", []) == (others,)
    assert await store.open_tickets("", []) == ()


async def test_lists(database: Database, clock: FakeClock) -> None:
    store = TicketStore(database, clock)
    made = []
    for number in range(3):
        made.append(await store.open(replace(NEW, queue="sales" if number else "support", step=str(number))))
        clock.advance(1)
    await store.change(made[2].id, {"state": "closed"}, by="1001")
    assert [one.id for one in await store.latest()] == [made[1].id, made[0].id]
    assert [one.id for one in await store.latest(states=())] == [one.id for one in made[::-1]]
    assert [one.id for one in await store.latest(queue="sales", states=())] == [made[2].id, made[1].id]
    assert [one.id for one in await store.latest(states=(), before=made[1].id)] == [made[0].id]
    assert len(await store.latest(states=(), limit=1)) == 1


def test_what_it_follows(database: Database, clock: FakeClock) -> None:
    follower = TicketStore(database, clock).follower()
    assert follower.name == "tickets"
    assert follower.kinds == {TicketAsked, QueueEntered, LegsBridged, CallEnded}


async def test_a_customer_is_forgotten_and_the_figures_stay(database: Database, clock: FakeClock) -> None:
    store = TicketStore(database, clock)
    mine = await store.open(replace(NEW, step="1"))
    other = await store.open(replace(NEW, number="+48700111222", step="2"))
    clock.advance(60)
    await store.change(mine.id, {"state": "closed"}, by="1001", note="Jan was angry")
    assert await store.erase("", []) == 0
    assert await store.erase("K1", ["+48600100200"]) == 1
    found = await store.find(mine.id)
    assert (found.number, found.title, found.state) == ("", "", TicketState.CLOSED)
    assert [one.new for one in await store.history(mine.id)] == ["open", "closed"]
    assert await store.find(other.id) == other


async def test_all_of_a_person_are_found_also_those_that_are_closed(
    database: Database, clock: FakeClock
) -> None:
    store = TicketStore(database, clock)
    first = await store.open(NEW)
    await store.change(first.id, {"state": "closed"}, by="anna")
    clock.advance(1)
    second = await store.open(replace(NEW, number="+48600999999", customer="K1", call="C2"))
    found = await store.of_person("K1", ["+48600100200"])
    assert [one.id for one in found] == [first.id, second.id]
    assert await store.of_person("", []) == ()
    assert await TicketStore(database, clock, tenant="other").of_person("K1", ["+48600100200"]) == ()
