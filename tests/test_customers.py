"""Customers put together: what a call leaves in the history, on a running back office."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from softswitch.back_office import Ground, build_back_office
from softswitch.bus import EventLog
from softswitch.calls.hangup import Reason
from softswitch.config import Config
from softswitch.customers import build_customers
from softswitch.events import CallArrived
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from tests.calls.stories import Story
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock
from tests.fakes.offline import Offline


async def test_a_call_is_in_the_customer_s_history_when_it_is_over(tmp_path: Path) -> None:
    clock = FakeClock()
    database = await Database.open(blank(tmp_path / "switch.db"))
    config = Config.model_validate(
        {"home": tmp_path, "country": "DE", "customers": {"keep_history_days": 30}}
    )
    events = EventStore(database, clock)
    log = EventLog(clock)
    log.subscribe(events.store)
    office = await build_back_office(Ground(config, database, events, clock, log, Offline()))
    base = build_customers(config, database, events, clock)
    assert [one.days for one in base.keeping] == [30]
    # Numbers without a country are of the country that is configured.
    anna = await base.customers.create({"last_name": "A", "numbers": "030 901820"})
    arrived = CallArrived("a", "+4930901820", "", "100", "203.0.113.1:5060", "", trunk="office")
    entries = Story().at(0, arrived).over(9, Reason.CALLER_HUNG_UP)
    tasks: list[asyncio.Task[None]] = []
    async with asyncio.TaskGroup() as group:
        office.run(lambda job: tasks.append(group.create_task(job)))
        tasks.append(group.create_task(events.run()))
        tasks.append(group.create_task(base.run()))
        for entry in entries:
            events.store(replace(entry, call="ONE"))
        await events.flush()
        await office.following.caught_up()
        for task in tasks:
            task.cancel()
    (contact,) = (await base.customers.history(anna)).contacts
    assert (contact.reference, contact.customer) == ("ONE", anna.id)
    await database.close()


async def test_numbers_that_lead_into_the_line_are_ours(tmp_path: Path) -> None:
    clock, database = FakeClock(), await Database.open(blank(tmp_path / "switch.db"))
    accounts, numbers = {"1001": {"password": "a-Long-one-1"}}, {"+48 22 123 45 67": "1001", "+4822*": "1001"}
    config = Config.model_validate({"home": tmp_path, "accounts": accounts, "numbers": numbers})
    rules = build_customers(config, database, EventStore(database, clock), clock).customers.rules
    assert [one for one in ("+48221234567", "+48221234568", "1001") if rules.is_ours(one)] == ["+48221234567"]
    await database.close()
