"""Exports hold everything, erasures reach every part, and both leave a record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from softswitch.crm.errors import CrmError, NoSuchCustomer
from softswitch.crm.history_model import Contact, ContactKind
from softswitch.crm.privacy import Enclosed, Privacy
from softswitch.crm.privacy_model import ERASE, EXPORT, Person
from softswitch.crm.service import Customers
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from softswitch.storage.privacy_store import PrivacyStore
from tests.crm.reading_rules import RULES
from tests.fakes.clock import START, FakeClock

MOBILE, DESK = "+48601234567", "+48221234567"


class Tickets:
    """Another part of the switch that keeps something of persons."""

    name = "tickets"

    def __init__(self) -> None:
        self.kept = ["T1", "T2"]
        self.asked: list[Person] = []
        self.fails = False

    async def export(self, person: Person) -> object:
        self.asked.append(person)
        return list(self.kept)

    async def erase(self, person: Person) -> int:
        if self.fails:
            raise OSError("no disk")
        self.asked.append(person)
        gone, self.kept = len(self.kept), []
        return gone


@pytest.fixture
def tickets() -> Tickets:
    return Tickets()


@pytest.fixture
def privacy(
    customers: Customers, store: CustomerStore, database: Database, clock: FakeClock, tickets: Tickets
) -> Privacy:
    return Privacy(customers, store, PrivacyStore(database), clock, (tickets,), key=bytes)


async def test_an_export_holds_everything(customers: Customers, privacy: Privacy, tickets: Tickets) -> None:
    anna = await customers.create(
        {"name": "Anna Żółć", "numbers": [MOBILE, DESK], "pesel": "44051401359", "consent": True,
         "emails": "a@b.pl"}
    )  # fmt: skip
    await customers.create({"last_name": "Nowak", "numbers": DESK})
    await customers.note(Contact("sms:1", ContactKind.SMS, START, MOBILE, text="kod"))
    told = await privacy.export(anna.id, by="1001")
    assert told["customer"]["pesel"] == "44051401359"
    assert told["customer"]["born"] == "1944-05-14"
    assert told["customer"]["numbers"] == [MOBILE, DESK]
    assert told["customer"]["own"] == {"consent": True}
    assert [one["text"] for one in told["contacts"]] == ["kod"]
    assert told["tickets"] == ["T1", "T2"]
    (asked,) = tickets.asked
    assert asked == Person(anna.id, (MOBILE, DESK), (MOBILE,), ("a@b.pl",), asked.marks)
    # What stands for nobody else: not the number that another customer has.
    ways = {"+48601234567", "48601234567", "0048601234567", "601234567", "0601234567", "601 234 567"}
    assert set(asked.marks) == {anna.id, *ways, "a@b.pl", "44051401359", "Anna Żółć"}
    (act,) = await privacy.acts(anna.id)
    assert (act.act, act.by, act.at, act.customer) == (EXPORT, "1001", START, anna.id)
    assert act.counts == {"contacts": 1, "calls": 0, "tickets": 2}
    assert "Anna" not in str(act)


async def test_an_erasure_reaches_every_part(
    customers: Customers, privacy: Privacy, tickets: Tickets
) -> None:
    anna = await customers.create({"name": "Anna Żółć", "numbers": MOBILE})
    assert (await customers.card(MOBILE, within=5)).customer == anna
    act = await privacy.erase(anna.id, by="admin")
    assert (act.act, act.counts) == (ERASE, {"tickets": 2, "contacts": 0, "events": 0, "customers": 1})
    assert tickets.kept == []
    assert (await customers.card(MOBILE, within=5)).customer is None
    with pytest.raises(NoSuchCustomer):
        await privacy.erase(anna.id, by="admin")
    with pytest.raises(NoSuchCustomer):
        await privacy.export(anna.id, by="admin")
    assert [one.act for one in await privacy.acts()] == [ERASE]


async def test_what_fails_half_way_is_done_again(
    customers: Customers, privacy: Privacy, tickets: Tickets, caplog: pytest.LogCaptureFixture
) -> None:
    anna = await customers.create({"name": "Anna Żółć", "numbers": MOBILE})
    tickets.fails = True
    with pytest.raises(CrmError, match="tickets of the customer cannot be erased"):
        await privacy.erase(anna.id, by="admin")
    assert (await customers.get(anna.id)) == anna
    assert await privacy.acts() == []
    tickets.fails = False
    await privacy.erase(anna.id, by="admin")
    assert "tickets of a customer cannot be erased" in caplog.text


async def test_a_name_and_an_address_of_two_tell_of_neither(
    customers: Customers, privacy: Privacy, tickets: Tickets
) -> None:
    anna = await customers.create({"name": "Anna Żółć", "emails": "dom@b.pl"})
    await customers.create({"name": "Anna Żółć", "emails": ["dom@b.pl", "anna@b.pl"]})
    await privacy.export(anna.id, by="1001")
    assert tickets.asked[0].marks == (anna.id,)


async def test_a_number_of_the_line_is_nobody_s_own(
    store: CustomerStore, database: Database, clock: FakeClock, tickets: Tickets
) -> None:
    rules = replace(RULES, is_ours=lambda number: number == DESK)
    customers = Customers(store, ContactStore(database), rules, clock)
    privacy = Privacy(customers, store, PrivacyStore(database), clock, (tickets,), key=bytes)
    firm = await customers.create({"last_name": "Firma", "numbers": [MOBILE, DESK]})
    await privacy.export(firm.id, by="1001")
    await privacy.erase(firm.id, by="1001")
    assert [(one.numbers, one.own_numbers) for one in tickets.asked] == [((MOBILE,), (MOBILE,))] * 2
    assert all(DESK[3:] not in mark for mark in tickets.asked[-1].marks)


async def test_files_are_handed_out_by_the_parts_that_have_some(
    customers: Customers, store: CustomerStore, database: Database, clock: FakeClock, tickets: Tickets
) -> None:
    class Voices(Tickets):
        name = "voices"

        async def enclosed(self, person: Person, by: str) -> list[Enclosed]:
            return [Enclosed(f"voices/{by}.wav", Path("voice.wav"))]

    anna = await customers.create({"name": "Anna Żółć"})
    both = Privacy(customers, store, PrivacyStore(database), clock, (tickets, Voices()), key=bytes)
    assert await both.enclosed(anna.id, by="1001") == [Enclosed("voices/1001.wav", Path("voice.wav"))]
    with pytest.raises(NoSuchCustomer):
        await both.enclosed("nobody", by="1001")
