"""A person goes from history and log, calls stay, and what is another's stays as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from softswitch.crm.customer_model import Customer
from softswitch.crm.history_model import Contact, ContactKind
from softswitch.crm.privacy_model import ERASE, EXPORT, Act, Eraser, Person
from softswitch.events import CallArrived, CallEnded, Entry, ForwardSet, PromptPlayed, StepTaken
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.privacy_store import PrivacyStore
from tests.fakes.clock import FakeClock
from tests.storage.conftest import running

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MOBILE, SHARED, OTHER = "+48601234567", "+48221234567", "+48700100200"

ANNA = Customer(id="C1", first_name="Anna", last_name="Żółć", numbers=(MOBILE, SHARED), pesel="44051401359")
JAN = Customer(id="C2", last_name="Jan", numbers=(SHARED, OTHER))
ERASER = Eraser(
    {MOBILE: [MOBILE, "601234567"], SHARED: [SHARED]}, ["Żółć", "Anna"], b"k" * 32, shared=[SHARED]
)
PERSON = Person("C1", (MOBILE, SHARED), (MOBILE,), (), eraser=ERASER)
TOKEN = ERASER.token(MOBILE)


def call(reference: str, caller: str, name: str, text: str) -> list[Entry]:
    told = (
        CallArrived("a", caller, name, "100", "203.0.113.1:5060", "", trunk="office"),
        PromptPlayed("bank", "gate", text, 2.0, False),
        StepTaken("anna", "żółć", "dial", "busy", f"called {caller} of Anna"),
        CallEnded("completed", "caller_hung_up", 200, 16, "caller"),
    )
    return [Entry(0, AT, reference, event) for event in told]


async def written_down(database: Database, clock: FakeClock) -> EventStore:
    await CustomerStore(database).create_all((ANNA, JAN))
    store = EventStore(database, clock)
    entries = [
        *call("ONE", "601234567", "Anna Żółć", "Dzień dobry, pani Żółć"),
        *call("TWO", SHARED, "Biuro", "Anna i Jan"),
        *call("SIX", OTHER, "Anna Obca", f"Anna, oddzwonimy pod {MOBILE}"),
        Entry(0, AT, "", ForwardSet("1001", "always", MOBILE)),
    ]
    async with running(store.run):
        for number, entry in enumerate(entries, start=1):
            store.store(Entry(number, entry.at, entry.call, entry.event))
        await store.flush()
    minute = timedelta(minutes=1)
    await ContactStore(database).add(
        Contact("call:ONE", ContactKind.CALL, AT, MOBILE, reference="ONE", text="bank: gate"),
        Contact("sms:1", ContactKind.SMS, AT + minute, MOBILE, text="Pani Anno, kod 1234"),
        Contact("call:TWO", ContactKind.CALL, AT + 2 * minute, SHARED, reference="TWO"),
        Contact("call:SIX", ContactKind.CALL, AT + 3 * minute, OTHER, reference="SIX"),
        Contact("note:1", ContactKind.NOTE, AT + 4 * minute, customer="C1", text="Anna prosi o kontakt"),
    )
    return store


async def test_a_person_s_contacts_and_calls_are_read_whole(database: Database, clock: FakeClock) -> None:
    await written_down(database, clock)
    store = PrivacyStore(database)
    assert [one.id for one in await store.contacts(PERSON)] == ["call:ONE", "sms:1", "note:1"]
    calls = await store.calls(["ONE", "NOT"])
    assert list(calls) == ["ONE"]
    assert [row["kind"] for row in calls["ONE"]] == ["CallArrived", "PromptPlayed", "StepTaken", "CallEnded"]
    assert calls["ONE"][0]["caller_name"] == "Anna Żółć"


async def test_an_erased_person_is_nowhere_and_calls_are_still_counted(
    database: Database, clock: FakeClock
) -> None:
    events = await written_down(database, clock)
    store = PrivacyStore(database)
    act = await store.erase(PERSON, Act("A1", AT, "1001", ERASE, "C1", {"tickets": 2}))
    # Three events of the own call, one of another's in which the number was said, a forwarding to it.
    assert act.counts == {"tickets": 2, "contacts": 3, "events": 5, "customers": 1}
    assert await store.acts() == [act]
    assert await CustomerStore(database).get("C1") is None

    arrived, prompt, step, ended = (entry.event for entry in await events.entries("ONE"))
    assert arrived == CallArrived("a", TOKEN, "", "100", "203.0.113.1:5060", "", trunk="office")
    assert prompt == PromptPlayed("bank", "gate", "Dzień dobry, pani erased", 2.0, False)
    # Names of trees and branches are codes, whatever a person is called.
    assert step == StepTaken("anna", "żółć", "dial", "busy", f"called {TOKEN} of erased")
    assert isinstance(ended, CallEnded)

    (contact,) = (await ContactStore(database).history("", [TOKEN], kinds=(ContactKind.CALL,))).contacts
    assert (contact.reference, contact.text, contact.customer) == ("ONE", "bank: gate", "")
    (sms,) = (await ContactStore(database).history("", [TOKEN], kinds=(ContactKind.SMS,))).contacts
    assert sms.text == ""
    assert await store.contacts(PERSON) == []


async def test_what_is_another_s_stays(database: Database, clock: FakeClock) -> None:
    events = await written_down(database, clock)
    before = await events.entries("TWO")
    await PrivacyStore(database).erase(PERSON, Act("A1", AT, "1001", ERASE, "C1"))
    assert await events.entries("TWO") == before
    arrived, prompt, *_ = (entry.event for entry in await events.entries("SIX"))
    assert isinstance(arrived, CallArrived)
    assert (arrived.caller, arrived.caller_name) == (OTHER, "Anna Obca")
    assert isinstance(prompt, PromptPlayed)
    assert prompt.text == f"Anna, oddzwonimy pod {TOKEN}"
    assert [one.id for one in (await ContactStore(database).history("C2", JAN.numbers)).contacts] == [
        "call:SIX",
        "call:TWO",
    ]


async def test_an_erasure_that_fails_leaves_all_as_it_was(database: Database, clock: FakeClock) -> None:
    events = await written_down(database, clock)
    store = PrivacyStore(database)
    await store.note(Act("A1", AT, "1001", EXPORT, "C1"))
    before = await events.entries("ONE")
    # The record of it cannot be written: the id is taken.
    with pytest.raises(Exception, match=r"UNIQUE|duplicate"):
        await store.erase(PERSON, Act("A1", AT, "1001", ERASE, "C1"))
    assert await CustomerStore(database).get("C1") is not None
    assert await events.entries("ONE") == before


async def test_acts_of_one_customer_the_newest_first(database: Database) -> None:
    store = PrivacyStore(database)
    acts = [Act(f"A{n}", AT, "1001", EXPORT, f"C{n % 2}", {"contacts": n}) for n in range(4)]
    for act in acts:
        await store.note(act)
    assert await store.acts("C1") == [acts[3], acts[1]]
    assert await PrivacyStore(database, tenant="other").acts() == []
