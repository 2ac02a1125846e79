"""Deliveries and audit as programs see them, on a real database."""

from __future__ import annotations

import random

import pytest

from softswitch.ids import make_id
from softswitch.interface.kept import GIVEN_UP, LineAudit, LineOutbox
from softswitch.outbox.dispatcher import Dispatcher
from softswitch.outbox.model import Delivery, State
from softswitch.storage.audit_store import AuditStore
from softswitch.storage.database import Database
from softswitch.storage.outbox_store import OutboxStore
from softswitch.web.errors import Conflict, NotThere, Unacceptable
from softswitch.web.model import AuditEntry
from tests.fakes.clock import FakeClock
from tests.storage.conftest import running


def outbox_of(database: Database, clock: FakeClock) -> LineOutbox:
    store = OutboxStore(database, clock)
    return LineOutbox(store, Dispatcher(store, {}, clock, lambda event: None, random.random))


async def test_deliveries_in_pages_newest_first(database: Database, clock: FakeClock) -> None:
    outbox = outbox_of(database, clock)
    for number in range(5):
        await outbox.store.post([Delivery(f"k:{number}", "mail:support", "secret body")])
        clock.advance(1)
    first = await outbox.find(state="", channel="", after="", limit=3)
    second = await outbox.find(state="waiting", channel="mail:support", after=first.after, limit=3)
    assert [one.key for one in (*first.items, *second.items)] == ["k:4", "k:3", "k:2", "k:1", "k:0"]
    assert (bool(first.after), second.after) == (True, "")
    assert (await outbox.find(state="", channel="sms:x", after="", limit=3)).items == ()
    assert "secret" not in repr(first)
    with pytest.raises(Unacceptable):
        await outbox.find(state="lost", channel="", after="", limit=3)


async def test_a_delivery_is_given_up_and_tried_anew(database: Database, clock: FakeClock) -> None:
    outbox = outbox_of(database, clock)
    await outbox.store.post([Delivery("k:1", "mail:support", "{}")])
    assert (await outbox.get("k:1")).state == "waiting"
    given_up = await outbox.give_up("k:1")
    assert (given_up.state, given_up.trouble) == ("expired", GIVEN_UP)
    assert (await outbox.give_up("k:1")).state == "expired"
    assert (await outbox.retry("k:1")).state == "waiting"
    clock.advance(60)
    posted = await outbox.store.find("k:1")
    assert posted is not None
    await outbox.store.put_off(posted, clock.wall().replace(hour=23), "the server is down")
    assert await outbox.store.due("mail:support") == []
    await outbox.retry("k:1")
    assert len(await outbox.store.due("mail:support")) == 1
    await outbox.store.settle(posted, State.DELIVERED, reference="250 ok")
    for act in (outbox.retry, outbox.give_up):
        with pytest.raises(Conflict, match="was delivered"):
            await act("k:1")
    with pytest.raises(NotThere):
        await outbox.get("k:2")


async def test_audit_in_pages(database: Database, clock: FakeClock) -> None:
    store = AuditStore(database, clock)
    audit = LineAudit(store)
    async with running(store.run):
        for number in range(3):
            at = clock.wall()
            store.keep(AuditEntry(make_id(at), at, "T", "crm", "", "::1", "GET", f"/v1/{number}", 200))
            clock.advance(1)
        await store.flush()
        first = await audit.find(token="T", since=None, until=None, after="", limit=2)
        rest = await audit.find(token="T", since=None, until=None, after=first.after, limit=2)
    assert [one.path for one in (*first.items, *rest.items)] == ["/v1/2", "/v1/1", "/v1/0"]
    assert rest.after == ""
