"""Customers as programs see them, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from softswitch.crm.card import OpenTicket
from softswitch.crm.history_model import Contact, ContactKind
from softswitch.crm.privacy import Privacy
from softswitch.crm.service import Customers
from softswitch.interface.customers import LineCards, LineCustomers
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from softswitch.storage.privacy_store import PrivacyStore
from softswitch.web.errors import Conflict, NotThere, Stale, Unacceptable
from softswitch.web.resources.people import CustomerChange, CustomerSearch, NewCustomer
from tests.crm.reading_rules import RULES
from tests.fakes.clock import START, FakeClock

PESEL = "44051401359"
ANNA = {"name": "Anna Maria Nowak", "numbers": ["600 100 200"], "pesel": PESEL, "vip": True}


class Tickets:
    """One open ticket for everybody."""

    async def open_tickets(self, customer: str, numbers: object) -> tuple[OpenTicket, ...]:
        """See softswitch.crm.stores.Tickets."""
        return (
            OpenTicket("t1", "Parcel", "open", "high", START, version=7, queue="support", number="+48600"),
        )


@pytest.fixture
async def here(database: Database, clock: FakeClock) -> AsyncIterator[LineCustomers]:
    store = CustomerStore(database)
    customers = Customers(store, ContactStore(database), RULES, clock, tickets=Tickets())
    yield LineCustomers(customers, Privacy(customers, store, PrivacyStore(database), clock))
    await customers.close()


async def test_a_customer_is_added_read_and_changed(here: LineCustomers) -> None:
    made = await here.add(NewCustomer.model_validate(ANNA), by="crm")
    assert (made.name, made.numbers, made.vip) == ("Anna Maria Nowak", ("+48600100200",), True)
    assert made.pesel.endswith("1359")
    assert made.pesel != PESEL
    assert made.born is None
    whole = await here.get(made.id, whole=True)
    assert (whole.pesel, str(whole.born)) == (PESEL, "1944-05-14")
    changed = await here.change(made.id, CustomerChange(notes="Call early"), version=made.version, by="crm")
    assert (changed.notes, changed.vip, changed.version) == ("Call early", True, made.version + 1)
    with pytest.raises(Stale):
        await here.change(made.id, CustomerChange(vip=False), version=made.version, by="crm")
    anyhow = await here.change(made.id, CustomerChange(vip=False), version=None, by="crm")
    assert not anyhow.vip


async def test_a_company_has_one_name(here: LineCustomers) -> None:
    made = await here.add(NewCustomer(kind="company", name="Dobra Firma sp. z o.o."), by="crm")
    assert (made.kind, made.name) == ("company", "Dobra Firma sp. z o.o.")
    changed = await here.change(made.id, CustomerChange(name="Lepsza Firma"), version=None, by="crm")
    assert changed.name == "Lepsza Firma"


async def test_what_is_wrong_is_named_by_field(here: LineCustomers) -> None:
    with pytest.raises(Unacceptable) as refused:
        await here.add(NewCustomer(name="X", pesel="123", fields={"nothing": "x"}), by="crm")
    assert {one.where for one in refused.value.faults} == {"body.pesel", "body.nothing"}
    await here.add(NewCustomer.model_validate(ANNA), by="crm")
    with pytest.raises(Conflict):
        await here.add(NewCustomer.model_validate(ANNA), by="crm")
    for ask in (here.get("none", whole=False), here.contacts("none", after="", limit=5)):
        with pytest.raises(NotThere):
            await ask


async def test_customers_are_found(here: LineCustomers) -> None:
    anna = await here.add(NewCustomer.model_validate(ANNA), by="crm")
    jan = await here.add(NewCustomer(name="Jan Kowalski", numbers=("600 100 300",)), by="crm")

    async def found(**search: object) -> list[str]:
        part = await here.find(CustomerSearch.model_validate(search), after="", limit=10)
        return [one.id for one in part.items]

    assert await found(number="0048 600-100-200") == [anna.id]
    assert await found(pesel=PESEL, text="nowak") == [anna.id]
    assert await found(pesel=PESEL, text="kowalski") == []
    assert await found(text="kowal") == [jan.id]
    assert await found(vip=True) == [anna.id]
    assert await found(vip=False) == [jan.id]
    assert await found(pesel=PESEL, number="600100300") == []
    assert {one.id async for one in here.rows()} == {anna.id, jan.id}


async def test_a_person_is_exported_and_erased(here: LineCustomers) -> None:
    made = await here.add(NewCustomer.model_validate(ANNA), by="crm")
    assert PESEL in str(await here.everything(made.id, by="crm"))
    await here.erase(made.id, by="crm")
    for ask in (
        here.get(made.id, whole=False),
        here.everything(made.id, by="crm"),
        here.erase(made.id, by="x"),
    ):
        with pytest.raises(NotThere):
            await ask


async def test_a_card_has_the_last_contacts_and_open_tickets(here: LineCustomers) -> None:
    made = await here.add(NewCustomer.model_validate(ANNA), by="crm")
    await here.customers.note(
        *(Contact(f"k{n:02}", ContactKind.CALL, START, number="+48600100200") for n in range(15))
    )
    cards = LineCards(here.customers, within=5.0)
    card = await cards.card("600100200")
    assert card is not None
    assert card.customer is not None
    assert (card.customer.id, len(card.contacts)) == (made.id, 10)
    assert [one.title for one in card.tickets] == ["Parcel"]
    # With this a program changes it, and is not told that it is of another version.
    assert [(one.version, one.queue, one.number) for one in card.tickets] == [(7, "support", "+48600")]
    page = await here.contacts(made.id, after="", limit=10)
    rest = await here.contacts(made.id, after=page.after, limit=10)
    assert len(page.items) + len(rest.items) == 15
    assert await cards.card("anonymous") is None
    hidden = await cards.card("anonymous", made.id)
    assert hidden is not None
    assert hidden.customer == card.customer
    unknown = await cards.card("600999999")
    assert unknown is not None
    assert unknown.customer is None


async def test_a_number_of_several_is_nobodys(here: LineCustomers) -> None:
    for name in ("Anna Nowak", "Jan Nowak"):
        await here.add(NewCustomer(name=name, numbers=("600100200",)), by="crm")
    card = await LineCards(here.customers, within=5.0).card("600100200")
    assert card is not None
    assert card.customer is None
    assert len(card.candidates) == 2


async def test_a_card_that_is_late_is_said_to_be(here: LineCustomers) -> None:
    with pytest.raises(TimeoutError):
        await LineCards(here.customers, within=0.0).card("600100200")
