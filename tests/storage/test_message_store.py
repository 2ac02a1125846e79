"""Text messages on disk, with their deliveries, on both databases."""

from __future__ import annotations

from datetime import timedelta

from softswitch.crm.history_model import Contact, ContactKind
from softswitch.outbox.model import Delivery, State
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.database import Database
from softswitch.storage.message_store import MessageStore, Sent, TextMessage
from softswitch.storage.outbox_store import OutboxStore
from tests.fakes.clock import START, FakeClock

NUMBER = "+48600100200"


async def add(store: MessageStore, name: str, call: str = "01CALL", hours: int = 0) -> TextMessage:
    message = TextMessage(name, START + timedelta(hours=hours), NUMBER, "default", call, "manual", "desk")
    contact = Contact(f"sms:{name}", ContactKind.SMS, message.at, NUMBER, reference=call)
    await store.add(message, Delivery(message.key, "sms:default", "{}"), contact)
    return message


async def test_a_message_its_delivery_and_its_contact_are_one(database: Database, clock: FakeClock) -> None:
    store, outbox = MessageStore(database, clock), OutboxStore(database, clock)
    message = await add(store, "M1")
    assert await store.find("M1") == Sent(message, State.WAITING)
    posted = await outbox.find("sms:M1")
    assert posted is not None
    await outbox.settle(posted, State.REFUSED, trouble="no such number")
    assert await store.find("M1") == Sent(message, State.REFUSED, "no such number")
    (contact,) = (await ContactStore(database).history("", [NUMBER])).contacts
    assert (contact.kind, contact.reference) == (ContactKind.SMS, "01CALL")
    assert await store.find("M2") is None
    assert await MessageStore(database, clock, tenant="other").find("M1") is None


async def test_messages_of_a_call_and_of_a_number(database: Database, clock: FakeClock) -> None:
    store = MessageStore(database, clock)
    for name, call in (("M1", "01A"), ("M2", "01B"), ("M3", "01A")):
        await add(store, name, call)
    assert [one.message.id for one in await store.of_call("01A")] == ["M1", "M3"]
    assert [one.message.id for one in await store.of_numbers([NUMBER])] == ["M1", "M2", "M3"]
    assert await store.erase(["+48999"]) == 0
    assert await store.erase([NUMBER]) == 3
    assert await store.of_numbers([NUMBER]) == ()


async def test_what_the_outbox_has_forgotten_is_not_known(database: Database, clock: FakeClock) -> None:
    store, outbox = MessageStore(database, clock), OutboxStore(database, clock)
    old, new = await add(store, "M1"), await add(store, "M2", hours=5)
    posted = await outbox.find(old.key)
    assert posted is not None
    await outbox.settle(posted, State.DELIVERED)
    await outbox.forget(clock.wall() + timedelta(seconds=1))
    assert await store.find("M1") == Sent(old, None)
    assert await store.forget(START + timedelta(hours=1)) == 1
    assert await store.find("M1") is None
    assert await store.find("M2") == Sent(new, State.WAITING)
