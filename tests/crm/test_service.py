"""Customers as menus, queues and screens ask for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

import pytest

from softswitch.crm.card import Card, OpenTicket
from softswitch.crm.customer_model import Customer, Kind
from softswitch.crm.errors import ChangedMeanwhile, CrmError, DuplicateCustomer, NoSuchCustomer, WrongCustomer
from softswitch.crm.history_model import ANSWERED, Contact, ContactKind
from softswitch.crm.service import (
    CARD_KEPT_SECONDS,
    MOST_LOOKUPS,
    Customers,
    Found,
    KeeperBy,
    Narrowing,
)
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.customer_store import CustomerStore
from tests.crm.reading_rules import RULES
from tests.fakes.clock import START, FakeClock

MOBILE = "+48601234567"
ANNA = {"first_name": "Anna", "last_name": "Żółć", "numbers": "601 234 567", "customer_number": "123456",
        "pesel": "44051401359", "group": "Biznes", "vip": "tak", "card": "K-9", "consent": "tak"}  # fmt: skip


async def made(customers: Customers, **raw: object) -> Customer:
    return await customers.create(raw)


def names(found: Found) -> list[str]:
    return [one.last_name for one in found.customers]


# T27: found by number


@pytest.mark.parametrize("spelled", ["+48 601 234 567", "601-234-567", "0048601234567", "sip:+48601234567@x"])
async def test_t27_found_by_the_number_in_any_spelling(customers: Customers, spelled: str) -> None:
    anna = await customers.create(ANNA)
    assert anna.created == START
    assert len(anna.id) == 26
    assert (await customers.find_by_number(spelled)).one == anna
    assert (await customers.find_by_number(spelled, vip_only=True)).one == anna


@pytest.mark.parametrize("number", ["anonymous", "", "602", "+48700100200", "not a number"])
async def test_nobody_is_found_by_what_is_nobody_s(customers: Customers, number: str) -> None:
    await customers.create(ANNA)
    assert await customers.find_by_number(number) == Found()


async def test_who_is_no_vip_is_not_found_among_them(customers: Customers) -> None:
    await made(customers, last_name="Nowak", numbers=[MOBILE])
    assert (await customers.find_by_number(MOBILE, vip_only=True)).one is None


@pytest.mark.parametrize(
    ("field", "wanted", "who"),
    [("group", "biznes", ["Żółć"]), ("group", "standard", ["Nowak"]), ("group", "inna", []),
     ("consent", "true", ["Żółć"]), ("consent", "", ["Nowak"]), ("vip", "nie", ["Nowak"])],
)  # fmt: skip
async def test_a_field_tells_which_of_two_on_one_number(
    customers: Customers, field: str, wanted: str, who: list[str]
) -> None:
    await customers.create(ANNA)
    await made(customers, last_name="Nowak", numbers=[MOBILE], group="Standard")
    both = await customers.find_by_number(MOBILE)
    assert (len(both.customers), both.one) == (2, None)
    assert names(await customers.find_by_number(MOBILE, narrowing=Narrowing(field, wanted))) == who


async def test_one_alone_needs_no_narrowing(customers: Customers) -> None:
    await customers.create(ANNA)
    assert names(await customers.find_by_number(MOBILE, narrowing=Narrowing("group", "inna"))) == ["Żółć"]


# T05: found by what was typed


@pytest.mark.parametrize(
    ("field", "typed", "prefix", "who"),
    [
        ("customer_number", "456", "123", ["Żółć"]), ("customer_number", "456", "", []),
        ("pesel", "44051401359", "", ["Żółć"]), ("pesel", "44051401358", "", []),
        ("card", "9", "k-", ["Żółć"]), ("points", "x", "", []), ("consent", "tak", "", ["Żółć"]),
        ("number", "601234567", "", ["Żółć"]),
    ],
)  # fmt: skip
async def test_found_by_what_was_typed_behind_a_prefix(
    customers: Customers, field: str, typed: str, prefix: str, who: list[str]
) -> None:
    await customers.create(ANNA)
    assert names(await customers.find(field, typed, prefix=prefix)) == who


async def test_by_some_fields_nobody_is_found(customers: Customers) -> None:
    with pytest.raises(CrmError, match="not found by 'notes'"):
        await customers.find("notes", "x")


async def test_who_is_not_there_is_created_with_number_and_field(customers: Customers) -> None:
    found, new = await customers.find_or_create("customer_number", "456", prefix="123", number="601 234 567")
    assert new
    assert found.one is not None
    assert (found.one.customer_number, found.one.numbers) == ("123456", (MOBILE,))
    assert await customers.find_or_create("customer_number", "456", prefix="123") == (found, False)
    assert (await customers.find_by_number(MOBILE)).one == found.one


@pytest.mark.parametrize(("field", "typed"), [("pesel", "123"), ("points", "x"), ("number", "7")])
async def test_nobody_is_created_of_what_is_wrong(customers: Customers, field: str, typed: str) -> None:
    assert await customers.find_or_create(field, typed, number=MOBILE) == (Found(), False)
    assert (await customers.search("")).customers == ()


async def test_a_hidden_caller_is_created_without_a_number(customers: Customers) -> None:
    found, new = await customers.find_or_create("card", "77", number="anonymous")
    assert new
    assert found.one is not None
    assert (found.one.numbers, found.one.own) == ((), {"card": "77"})
    found, new = await customers.find_or_create("number", "602345678", number=MOBILE)
    assert found.one is not None
    assert found.one.numbers == ("+48602345678", MOBILE)


# Changes


async def test_a_change_needs_the_version_that_was_read(customers: Customers, clock: FakeClock) -> None:
    anna = await customers.create(ANNA)
    clock.advance(60)
    later = await customers.change(anna.id, {"group": "Standard"}, version=1)
    assert (later.group, later.version, later.last_name) == ("Standard", 2, "Żółć")
    assert (later.created, later.changed) == (START, START + timedelta(minutes=1))
    with pytest.raises(ChangedMeanwhile):
        await customers.change(anna.id, {"group": "A"}, version=1)
    with pytest.raises(NoSuchCustomer):
        await customers.change("none", {}, version=1)
    with pytest.raises(WrongCustomer):
        await customers.change(anna.id, {"nip": "1"}, version=2)
    assert await customers.get(anna.id) == later


async def test_two_customers_cannot_prove_to_be_one(customers: Customers) -> None:
    anna = await customers.create(ANNA)
    with pytest.raises(DuplicateCustomer) as raised:
        await made(customers, last_name="X", pesel=ANNA["pesel"])
    assert raised.value.other == anna.id


async def test_a_person_belongs_to_a_company_that_is_there(customers: Customers) -> None:
    firm = await made(customers, company_name="Żółw")
    person = await made(customers, last_name="X", company=firm.id)
    assert await customers.company_of(person) == firm
    assert await customers.company_of(firm) is None
    for wrong in ("none", person.id):
        with pytest.raises(WrongCustomer, match="there is no such company"):
            await made(customers, last_name="Y", company=wrong)


# Search


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("", ["Nowak", "Żółć"]), ("zolc", ["Żółć"]), ("ŻÓŁ ann", ["Żółć"]), ("601234567", ["Żółć"]),
        ("+48 601 234 567", ["Żółć"]), ("440514 01359", ["Żółć"]), ("123456", ["Żółć"]), ("k-9", ["Żółć"]),
        ("4405140135", []), ("nowak@firma.pl", ["Nowak"]), ("nobody", []), ("tak", []),
    ],
)  # fmt: skip
async def test_search_in_all_fields(customers: Customers, text: str, who: list[str]) -> None:
    await customers.create(ANNA)
    await made(customers, last_name="Nowak", emails="nowak@firma.pl")
    page = await customers.search(text)
    assert [one.last_name for one in page.customers] == who
    only = await customers.search(text, vip_only=True, kind=Kind.PERSON)
    assert [one.last_name for one in only.customers] == [name for name in who if name == "Żółć"]


# T10: who looks after them


async def test_t10_the_keeper_is_the_customer_s_own_else_the_company_s(customers: Customers) -> None:
    firm = await made(customers, company_name="Żółw", keeper="1002")
    await made(customers, last_name="A", numbers="601234567", company=firm.id)
    own = await made(customers, last_name="B", numbers="602345678", company=firm.id, keeper="1001")
    await made(customers, last_name="C", numbers="603456789")
    assert await customers.keeper("601 234 567") == "1002"
    assert await customers.keeper("602345678") == "1001"
    assert await customers.keeper("603456789") == ""
    assert await customers.keeper("anonymous") == ""
    assert await customers.keeper("anonymous", customer=own) == "1001"


async def test_on_a_shared_number_only_a_common_keeper_counts(customers: Customers) -> None:
    await made(customers, last_name="A", numbers=MOBILE, keeper="1001")
    await made(customers, last_name="B", numbers=MOBILE, keeper="1001")
    assert await customers.keeper(MOBILE) == "1001"
    await made(customers, last_name="C", numbers=MOBILE, keeper="1002")
    assert await customers.keeper(MOBILE) == ""


@pytest.mark.parametrize(
    ("by", "days", "agent"),
    [(KeeperBy.LAST_TALK, 3, "1001"), (KeeperBy.LAST_TALK, 1, ""), (KeeperBy.LAST_TALK, 9, "1001"),
     (KeeperBy.LAST_CAMPAIGN, 7, "1002"), (KeeperBy.LAST_CAMPAIGN, 5, "")],
)  # fmt: skip
async def test_t10_p14_the_last_agent_within_some_days(
    customers: Customers, by: KeeperBy, days: float, agent: str
) -> None:
    await made(customers, last_name="A", numbers=f"{MOBILE}; 22 123 45 67")
    day = timedelta(days=1)
    await customers.note(
        Contact("1", ContactKind.CALL, START - 2 * day, "+48221234567", agent="1001", result=ANSWERED),
        Contact("2", ContactKind.CALL, START - day, MOBILE, agent="1003", result="no_answer"),
        Contact("3", ContactKind.CAMPAIGN, START - 6 * day, MOBILE, agent="1002", result="no_answer"),
        Contact("4", ContactKind.CALL, START - 8 * day, MOBILE, agent="1004", result=ANSWERED),
    )
    assert await customers.keeper(MOBILE, by, days=days) == agent


async def test_the_last_agent_of_a_number_nobody_knows(customers: Customers) -> None:
    await customers.note(Contact("1", ContactKind.CALL, START, MOBILE, agent="1001", result=ANSWERED))
    assert await customers.keeper(MOBILE, KeeperBy.LAST_TALK) == "1001"
    assert await customers.keeper("anonymous", KeeperBy.LAST_TALK) == ""


class Elsewhere:
    """Another system that knows keepers: it answers, fails or never answers."""

    def __init__(self, answer: str | Exception | None) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def keeper(self, number: str) -> str:
        self.asked.append(number)
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is None:
            await asyncio.Event().wait()
        return str(self.answer)


@pytest.mark.parametrize(
    ("answer", "keeper"), [("1002", "1002"), ("", ""), (OSError("down"), ""), (None, "")]
)
async def test_p07_another_system_names_the_keeper_or_nobody_does(
    store: CustomerStore, history: ContactStore, clock: FakeClock, caplog: pytest.LogCaptureFixture,
    answer: str | Exception | None, keeper: str,
) -> None:  # fmt: skip
    other = Elsewhere(answer)
    customers = Customers(store, history, RULES, clock, keepers=other)
    with caplog.at_level(logging.WARNING):
        assert await customers.keeper("601 234 567", KeeperBy.EXTERNAL, within=0.05) == keeper
    assert other.asked == [MOBILE]
    assert (answer in ("1002", "")) is not bool(caplog.records)
    assert await customers.keeper("anonymous", KeeperBy.EXTERNAL) == ""
    assert await Customers(store, history, RULES, clock).keeper(MOBILE, KeeperBy.EXTERNAL) == ""


# I04: the card


class Desk:
    """Open tickets, as another part of the switch would know them; it may fail or hang."""

    TICKET = OpenTicket("T1", "Reklamacja", "open", "high", START)

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.go.set()
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.fails = False

    async def open_tickets(self, customer: str, numbers: Sequence[str]) -> Sequence[OpenTicket]:
        self.asked.append((customer, tuple(numbers)))
        await self.go.wait()
        if self.fails:
            raise OSError("no tickets")
        return (self.TICKET,)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def shown(store: CustomerStore, history: ContactStore, clock: FakeClock, desk: Desk) -> Customers:
    return Customers(store, history, RULES, clock, tickets=desk)


async def test_i04_a_card_tells_who_what_was_before_and_what_is_open(shown: Customers, desk: Desk) -> None:
    firm = await shown.create({"company_name": "Żółw", "keeper": "1002"})
    anna = await shown.create({**ANNA, "company": firm.id})
    calls = [Contact(f"{n:02}", ContactKind.CALL, START + timedelta(minutes=n), MOBILE) for n in range(12)]
    await shown.note(*calls)
    card = await shown.card("601 234 567", within=5)
    assert (card.number, card.customer, card.company, card.keeper) == (MOBILE, anna, firm, "1002")
    assert [one.id for one in card.contacts] == [f"{n:02}" for n in range(11, 1, -1)]
    assert (card.tickets, card.late) == ((Desk.TICKET,), False)
    assert desk.asked == [(anna.id, (MOBILE,))]
    assert [one.id for one in (await shown.history(anna, limit=3)).contacts] == ["11", "10", "09"]
    assert (await shown.history(anna, kinds=(ContactKind.SMS,))).contacts == ()


async def test_a_new_number_has_its_history_too(shown: Customers, desk: Desk) -> None:
    await shown.note(Contact("1", ContactKind.CALL, START, MOBILE))
    card = await shown.card(MOBILE, within=5)
    assert (card.customer, len(card.contacts), desk.asked) == (None, 1, [("", (MOBILE,))])
    assert (await shown.history_of_number("601234567")).contacts == card.contacts
    assert (await shown.history_of_number("anonymous")).contacts == ()


async def test_of_several_the_card_names_all_and_takes_none(shown: Customers) -> None:
    for name in ("A", "B"):
        await shown.create({"last_name": name, "numbers": MOBILE, "keeper": "1001"})
    card = await shown.card(MOBILE, within=5)
    assert (len(card.customers), card.customer, card.keeper) == (2, None, "")


async def test_who_was_found_already_has_a_card_whatever_number_calls(shown: Customers, desk: Desk) -> None:
    anna = await shown.create(ANNA)
    await shown.create({"last_name": "B", "numbers": MOBILE})
    assert (await shown.card(MOBILE, within=5)).customer is None
    assert (await shown.card(MOBILE, customer=anna.id, within=5)).customer == anna
    assert (await shown.card("anonymous", customer=anna.id, within=5)).customer == anna
    gone = await shown.card("anonymous", customer="gone", within=5)
    assert (gone.customers, gone.late, desk.asked[-1]) == ((), False, ("", ()))


async def test_a_hidden_number_has_an_empty_card(shown: Customers, desk: Desk) -> None:
    assert await shown.card("anonymous") == Card(None)
    assert await shown.card(None) == Card(None)
    assert desk.asked == []


async def test_ten_phones_that_ring_for_one_call_ask_once(
    shown: Customers, desk: Desk, clock: FakeClock
) -> None:
    cards = await asyncio.gather(*(shown.card(MOBILE, within=5) for _ in range(10)))
    assert len(desk.asked) == 1
    assert len(set(map(id, cards))) == 1
    await shown.card(MOBILE, within=5)
    assert len(desk.asked) == 1
    clock.advance(CARD_KEPT_SECONDS)
    await shown.card(MOBILE, within=5)
    assert len(desk.asked) == 2


async def test_p06_who_was_created_is_on_the_very_next_card(shown: Customers, desk: Desk) -> None:
    assert (await shown.card(MOBILE, within=5)).customer is None
    desk.go.clear()
    while_asked = asyncio.create_task(shown.card(MOBILE, within=5))
    anna = await shown.create(ANNA)
    desk.go.set()
    await while_asked
    assert (await shown.card(MOBILE, within=5)).customer == anna


async def test_a_slow_look_up_is_late_and_there_when_asked_again(shown: Customers, desk: Desk) -> None:
    anna = await shown.create(ANNA)
    desk.go.clear()
    assert await shown.card(MOBILE, within=0.02) == Card(MOBILE, late=True)
    desk.go.set()
    card = await shown.card(MOBILE, within=5)
    assert (card.customer, card.late, len(desk.asked)) == (anna, False, 1)


async def test_broken_tickets_do_not_hide_the_customer(
    shown: Customers, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    anna = await shown.create(ANNA)
    desk.fails = True
    card = await shown.card(MOBILE, within=5)
    assert (card.customer, card.tickets, card.late) == (anna, (), False)
    assert "the open tickets of a caller cannot be read" in caplog.text


class Broken(CustomerStore):
    """A database that fails, or hangs."""

    def __init__(self) -> None:
        self.hangs = False

    async def find(self, *args: object, **options: object) -> tuple[Customer, ...]:
        if self.hangs:
            await asyncio.Event().wait()
        raise OSError("the disk is gone")


async def test_a_broken_database_makes_a_late_card_and_no_fault(
    history: ContactStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    customers = Customers(Broken(), history, RULES, clock)
    assert await customers.card(MOBILE, within=5) == Card(MOBILE, late=True)
    assert await customers.keeper(MOBILE) == ""
    assert "the card of a caller cannot be read" in caplog.text


async def test_a_database_that_hangs_holds_up_nobody(history: ContactStore, clock: FakeClock) -> None:
    broken = Broken()
    broken.hangs = True
    customers = Customers(broken, history, RULES, clock)
    numbers = [f"+48601{number:06}" for number in range(MOST_LOOKUPS + 50)]
    cards = await asyncio.gather(*(customers.card(number, within=0.05) for number in numbers))
    assert all(card.late for card in cards)
    assert len(customers._lookups) == MOST_LOOKUPS
    await customers.close()
    assert not customers._lookups
