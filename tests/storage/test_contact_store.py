"""The history of a customer is one list, newest first, by all of its numbers and by nobody else's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.event import listen, remove

from softswitch.crm.customer_model import Customer
from softswitch.crm.errors import CrmError
from softswitch.crm.history_model import ANSWERED, Contact, ContactKind, ContactPage, Way
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MOBILE, DESK, SHARED = "+48601234567", "+48221234567", "+48227654321"

ANNA = Customer(id="C1", last_name="Anna", numbers=(MOBILE, SHARED))
JAN = Customer(id="C2", last_name="Jan", numbers=(DESK, SHARED))


@pytest.fixture
def store(database: Database) -> ContactStore:
    return ContactStore(database)


@pytest.fixture
async def people(database: Database) -> None:
    await CustomerStore(database).create_all((ANNA, JAN))


def call(number: str, minutes: float = 0, **more: object) -> Contact:
    at = START + timedelta(minutes=minutes)
    return Contact(f"{number}:{minutes}", more.pop("kind", ContactKind.CALL), at, number, **more)  # type: ignore[arg-type]


def told(page: ContactPage) -> list[tuple[str, float]]:
    return [(one.number, (one.at - START).total_seconds() / 60) for one in page.contacts]


async def test_a_contact_comes_back_as_it_was(store: ContactStore) -> None:
    whole = Contact(
        "call:X", ContactKind.CAMPAIGN, START, MOBILE, "C1", Way.OUT, "1002", "sales", "spring", ANSWERED,
        12.5, "X", "bank: gate › cards",
    )  # fmt: skip
    await store.add(whole)
    assert (await store.history("C1", ())).contacts == (whole,)


async def test_written_twice_it_is_there_once(store: ContactStore) -> None:
    await store.add(call(MOBILE), call(MOBILE))
    await store.add(call(MOBILE, result="busy"))
    assert (await store.history("", [MOBILE])).contacts == (call(MOBILE),)
    await store.add()


@pytest.mark.usefixtures("people")
async def test_a_contact_goes_to_whoever_alone_has_its_number(store: ContactStore) -> None:
    await store.add(
        call(MOBILE, 1), call(DESK, 2), call(SHARED, 3), call("+48999", 4), call("", 5, customer="C2")
    )
    assert told(await store.history("C1", ANNA.numbers)) == [(SHARED, 3), (MOBILE, 1)]
    assert told(await store.history("C2", JAN.numbers)) == [("", 5), (SHARED, 3), (DESK, 2)]
    # Who had the number before keeps what was his.
    assert told(await store.history("C1", [*ANNA.numbers, DESK])) == [(SHARED, 3), (MOBILE, 1)]
    # Whoever turns up later finds what was nobody's.
    assert told(await store.history("C3", ["+48999"])) == [("+48999", 4)]
    assert told(await store.history("", ())) == []


@pytest.mark.usefixtures("people")
async def test_on_a_shared_number_who_has_said_who_he_is_counts(store: ContactStore) -> None:
    await store.add(call(SHARED, 1, customer="C1"), call(SHARED, 2))
    assert told(await store.history("C2", JAN.numbers)) == [(SHARED, 2)]
    assert told(await store.history("C1", ANNA.numbers)) == [(SHARED, 2), (SHARED, 1)]


async def test_kinds_alone(store: ContactStore) -> None:
    await store.add(
        call(MOBILE, 1), call(MOBILE, 2, kind=ContactKind.SMS), call(MOBILE, 3, kind=ContactKind.MAIL)
    )
    page = await store.history("", [MOBILE], kinds=(ContactKind.SMS, ContactKind.MAIL))
    assert told(page) == [(MOBILE, 3), (MOBILE, 2)]


async def test_pages(store: ContactStore) -> None:
    # Some in the very same moment: none is left out or told twice.
    await store.add(
        *(Contact(f"{n:03}", ContactKind.CALL, START + timedelta(minutes=n // 3), MOBILE) for n in range(25))
    )
    seen: list[str] = []
    after = ""
    for _ in range(9):
        page = await store.history("", [MOBILE, DESK], limit=4, after=after)
        seen += [one.id for one in page.contacts]
        after = page.after
        if not after:
            break
    assert seen == [f"{n:03}" for n in reversed(range(25))]
    with pytest.raises(CrmError, match="no such page"):
        await store.history("", [MOBILE], after="[1]")


@pytest.mark.usefixtures("people")
async def test_p14_who_talked_last_and_who_called_last_in_a_campaign(store: ContactStore) -> None:
    await store.add(
        call(MOBILE, 1, agent="1001", result=ANSWERED),
        call(SHARED, 2, agent="1002", result=ANSWERED, queue="sales"),
        call(MOBILE, 3, agent="1003", result="no_answer"),
        call(MOBILE, 4, result="abandoned", queue="sales"),
        call(MOBILE, 5, agent="1004", kind=ContactKind.SMS),
        call(MOBILE, 6, agent="1005", kind=ContactKind.CAMPAIGN, campaign="spring", result="no_answer"),
        call(DESK, 7, agent="1006", result=ANSWERED),
    )
    numbers, since = ANNA.numbers, START
    assert await store.last_agent("C1", numbers, since=since) == "1002"
    assert await store.last_agent("C1", numbers, since=START + timedelta(minutes=2)) == "1002"
    assert await store.last_agent("C1", numbers, since=START + timedelta(minutes=2.1)) == ""
    assert await store.last_agent("C1", numbers, since=since, campaigns=True) == ""
    tried = await store.last_agent("C1", numbers, since=since, campaigns=True, answered_only=False)
    assert tried == "1005"
    assert await store.last_agent("", ["+48999"], since=since) == ""


async def test_what_is_too_old_is_forgotten(store: ContactStore) -> None:
    await store.add(call(MOBILE, 1), call(MOBILE, 2), call(DESK, 3))
    assert await store.forget(START + timedelta(minutes=2)) == 1
    assert await store.forget(START + timedelta(minutes=2)) == 0
    assert told(await store.history("", [MOBILE, DESK])) == [(DESK, 3), (MOBILE, 2)]


async def test_another_firm_s_history_is_its_own(store: ContactStore, database: Database) -> None:
    await store.add(call(MOBILE))
    assert (await ContactStore(database, tenant="other").history("", [MOBILE])).contacts == ()


async def test_no_history_is_read_whole_to_find_its_newest(file: Path) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(*event_of: object) -> None:
        asked.append((str(event_of[2]), tuple(event_of[3])))  # type: ignore[arg-type]

    database = await Database.open(f"sqlite:///{file}")
    listen(Engine, "before_cursor_execute", note)
    try:
        await ContactStore(database).history("C1", [MOBILE, DESK], after='["2026-01-05","x"]')
        await ContactStore(database).last_agent("C1", [MOBILE], since=START)
    finally:
        remove(Engine, "before_cursor_execute", note)
        await database.close()
    plans = [
        plan
        for statement, values in asked
        if "contacts" in statement
        for plan in planned(file, statement, values)
    ]
    searches = [plan for plan in plans if "contacts" in plan]
    assert len(searches) == 5
    for plan in searches:
        assert "SEARCH contacts USING INDEX contacts_by_" in plan, plan
        assert "at" in plan, plan


def planned(file: Path, statement: str, values: tuple[object, ...]) -> list[str]:
    """Return how SQLite goes about a statement."""
    with closing(sqlite3.connect(file)) as connection:
        return [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]


NUMBERS = st.sampled_from(["", MOBILE, DESK, SHARED])
WRITTEN = st.lists(
    st.tuples(NUMBERS, st.sampled_from(["", "C1", "C2", "C9"]), st.integers(0, 5)), max_size=30
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WRITTEN, st.lists(NUMBERS, max_size=3), st.sampled_from(["", "C1", "C2"]), st.integers(1, 12))
async def test_whatever_was_written_the_newest_are_told(
    database: Database, written: list[tuple[str, str, int]], numbers: list[str], customer: str, limit: int
) -> None:
    tenant = f"{hash((tuple(written), tuple(numbers), customer, limit))}"
    store = ContactStore(database, tenant=tenant)
    new = [
        Contact(f"{place:03}", ContactKind.CALL, START + timedelta(minutes=minute), number, owner)
        for place, (number, owner, minute) in enumerate(written)
    ]
    await store.add(*new)
    wanted = [
        one for one in new if one.customer == customer != "" or (one.customer == "" and one.number in numbers)
    ]
    wanted.sort(key=lambda one: (one.at, one.id), reverse=True)
    assert (await store.history(customer, numbers, limit=limit)).contacts == tuple(wanted[:limit])
