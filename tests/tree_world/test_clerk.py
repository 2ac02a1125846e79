"""Tickets that menus ask for: the event, and the ticket that a real store makes of it."""

from __future__ import annotations

import pytest

from softswitch.events import CallEnded, Entry, QueueEntered, TicketAsked
from softswitch.ivr.desks.clerk import Wanted
from softswitch.ivr.simulated.script import press
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.ticket_store import TicketStore
from tests.tree_world.line import CALLER, line, walk

TREE = """
a:
  - ticket:
      queue: missed
      title: "Nieodebrane połączenie z numeru %%number%%"
      priority: high
      category: sale
      when: {when}
  - say: "next"
  - menu: {{prompt: "One.", keys: {{1: a}}, no_input: {{repeat: 0}}}}
"""
ENDED = CallEnded("completed", "caller_hung_up", 200, 16, "caller")
QUEUED = QueueEntered("sales", CALLER, 1, 0)


async def tickets_after(here, told, *events):
    store = TicketStore(here.database, here.clock)
    asked = [one for one in told.events if isinstance(one, TicketAsked)]
    for number, event in enumerate([*asked, *events], 1):
        async with here.database.writing() as connection:
            await store.follow(connection, [Entry(number, here.clock.wall(), "C1", event)])
    assert isinstance(here.office.outbox, OutboxStore)
    return await store.latest()


async def test_t02_one_ticket_with_title_queue_priority_and_category(tmp_path):
    async with line(tmp_path) as here:
        told = await walk(here.office.desks, TREE.format(when="now"), press("1"), press("1"))
        assert told.heard.count("next") == 3
        (ticket,) = await tickets_after(here, told, ENDED, ENDED)
        assert (ticket.queue, ticket.priority, ticket.category) == ("missed", "high", "sale")
        assert ticket.title == f"Nieodebrane połączenie z numeru {CALLER}"
        assert (ticket.number, ticket.call, ticket.step) == (CALLER, "C1", "t.a.1")


@pytest.mark.parametrize(("events", "made"), [([ENDED], 1), ([QUEUED, ENDED], 0), ([ENDED, QUEUED], 1)])
async def test_t02_only_of_a_caller_who_reached_nobody(tmp_path, events, made):
    async with line(tmp_path) as here:
        told = await walk(here.office.desks, TREE.format(when="on_hangup"))
        assert len(await tickets_after(here, told, *events)) == made


async def test_t02_a_name_that_looks_like_a_variable_is_a_name(tmp_path):
    async with line(tmp_path) as here:
        asked = here.office.desks.clerk.asked(Wanted("t.a.1", "missed", title="Call of %%x%% {{Y}}\n!"))
        assert asked.title == "Call of %%x%% {{Y}} !"
        own = here.office.desks.clerk.asked(Wanted("t.a.1", "missed", number=CALLER))
        assert own.title == f"Missed call from {CALLER}"


@pytest.mark.parametrize("wanted", [Wanted("t.a.1", "nope"), Wanted("t.a.1", "missed", category="other")])
async def test_what_is_not_set_up_is_no_ticket_and_no_fault_of_the_call(tmp_path, wanted):
    async with line(tmp_path) as here:
        assert here.office.desks.clerk.asked(wanted) is None
