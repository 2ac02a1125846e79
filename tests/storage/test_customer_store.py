"""Customers are kept whole, found by all they have, and never changed behind somebody's back."""

from __future__ import annotations

import asyncio
import traceback
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from softswitch.crm.customer_model import Customer, Kind, Query
from softswitch.crm.errors import ChangedMeanwhile, CrmError, DuplicateCustomer, NoSuchCustomer
from softswitch.sameness import folded
from softswitch.storage import customer_store
from softswitch.storage.customer_index import CustomerIndex
from softswitch.storage.customer_store import CustomerStore, remove_customer
from softswitch.storage.database import Database
from tests.storage.conftest import statements

AT = datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=UTC)

ANNA = Customer(
    id="C1", first_name="Anna", last_name="Żółć-Łęcka", company="C9",
    numbers=("+48601234567", "+48221234567"), emails=("Anna@Example.PL",), customer_number="AB-7",
    pesel="44051401359", nip="5260250274", regon="000331501", group="Biznes", type="stały", vip=True,
    keeper="1001", language="pl", born=date(1944, 5, 14), notes="Woli „e-mail”.\nDzwonić po 10.",
    own={"loyalty": 12.5, "consent": True, "city": "Łódź", "points": 7}, created=AT, changed=AT,
)  # fmt: skip
JAN = Customer(
    id="C2", first_name="Jan", last_name="Kowalski", numbers=("+48601234567",), created=AT, changed=AT
)
FIRM = Customer(
    id="C9", kind=Kind.COMPANY, company_name="Łęcka 50% & Synowie", keeper="1002", created=AT, changed=AT
)


@pytest.fixture
def store(database: Database) -> CustomerStore:
    return CustomerStore(database)


async def ids(store: CustomerStore, query: Query, limit: int = 20) -> list[str]:
    return [one.id for one in (await store.search(query, limit=limit)).customers]


async def test_a_customer_comes_back_as_it_was(store: CustomerStore) -> None:
    made = await store.create(ANNA)
    assert made == replace(ANNA, version=1)
    assert await store.get("C1") == made
    assert await store.get("C2") is None
    await store.create(FIRM)
    assert await store.get_all(["C9", "C1", "none"]) == {"C1": made, "C9": replace(FIRM, version=1)}
    assert await store.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "+48601234567"), ("number", "+48221234567"), ("pesel", "44051401359"),
        ("nip", "5260250274"),
        ("regon", "000331501"), ("customer_number", "ab-7"), ("email", "anna@example.pl"),
        ("own.loyalty", "12.5"), ("own.consent", "yes"), ("own.city", "lodz"), ("own.points", "7"),
    ],
)  # fmt: skip
async def test_a_customer_is_found_by_all_it_has(store: CustomerStore, field: str, value: str) -> None:
    await store.create(ANNA)
    assert [one.id for one in await store.find(field, value)] == ["C1"]
    assert await store.find(field, value + "0") == ()


async def test_whoever_shares_a_number_is_found_with_it(store: CustomerStore) -> None:
    await store.create_all((JAN, ANNA))
    assert [one.id for one in await store.find("number", "+48601234567")] == ["C1", "C2"]
    assert [one.id for one in await store.find("number", "+48601234567", vip_only=True)] == ["C1"]
    found = await store.find_each("number", ["+48601234567", "+48221234567", "+48999"])
    assert found == {"+48601234567": ["C1", "C2"], "+48221234567": ["C1"]}


async def test_a_change_is_found_by_what_is_new_alone(store: CustomerStore) -> None:
    made = await store.create(ANNA)
    later = await store.change(
        replace(made, numbers=("+48700100200",), pesel="", last_name="Nowak"), expected=1
    )
    assert (later.version, await store.get("C1")) == (2, later)
    assert await store.find("number", "+48601234567") == ()
    assert [one.id for one in await store.find("number", "+48700100200")] == ["C1"]
    assert await ids(store, Query(words=("nowak",))) == ["C1"]
    assert await ids(store, Query(words=("zolc",))) == []


async def test_who_comes_second_is_told(store: CustomerStore) -> None:
    made = await store.create(ANNA)
    await store.change(replace(made, group="A"), expected=1)
    with pytest.raises(ChangedMeanwhile, match="version 2, not 1") as raised:
        await store.change(replace(made, group="B"), expected=1)
    assert raised.value.found == 2
    with pytest.raises(NoSuchCustomer, match="there is no customer C7"):
        await store.change(replace(made, id="C7", pesel="", customer_number=""), expected=1)
    found = await store.get("C1")
    assert found is not None
    assert found.group == "A"
    assert [one.id for one in await store.find("pesel", ANNA.pesel)] == ["C1"]


async def test_of_many_changes_at_once_one_wins(store: CustomerStore) -> None:
    made = await store.create(ANNA)
    tries = (store.change(replace(made, group=str(one)), expected=1) for one in range(8))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Customer) for result in results) == 1
    assert sum(isinstance(result, ChangedMeanwhile) for result in results) == 7


@pytest.mark.parametrize(
    ("double", "field"),
    [(replace(JAN, customer_number="ab-7"), "customer_number"), (replace(JAN, pesel="44051401359"), "pesel")],
)
async def test_what_proves_who_one_is_belongs_to_one(
    store: CustomerStore, double: Customer, field: str
) -> None:
    await store.create(ANNA)
    with pytest.raises(DuplicateCustomer) as raised:
        await store.create(double)
    assert (raised.value.field, raised.value.other) == (field, "C1")
    assert "44051401359" not in str(raised.value)
    assert await store.get("C2") is None
    made = await store.create(JAN)
    with pytest.raises(DuplicateCustomer):
        await store.change(double, expected=made.version)
    assert await store.get("C2") == made


async def test_the_same_twice_in_one_go_is_refused_whole(store: CustomerStore) -> None:
    with pytest.raises(DuplicateCustomer) as raised:
        await store.create_all((ANNA, replace(JAN, pesel=ANNA.pesel)))
    assert (raised.value.field, raised.value.other) == ("pesel", "C1")
    assert await store.count() == 0


async def test_what_another_process_was_faster_with_is_told_without_the_pesel(
    store: CustomerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def looked_too_early(*args: object) -> None:
        """Find nobody: the other one is not yet there."""

    await store.create(ANNA)
    monkeypatch.setattr(CustomerIndex, "refuse_duplicates", looked_too_early)
    with pytest.raises(DuplicateCustomer) as raised:
        await store.create(replace(JAN, pesel=ANNA.pesel))
    assert ANNA.pesel not in "".join(traceback.format_exception(raised.value))
    made = replace(JAN, id="C5", customer_number="J")
    await store.create(made)
    with pytest.raises(DuplicateCustomer) as raised:
        await store.change(replace(made, pesel=ANNA.pesel), expected=1)
    assert ANNA.pesel not in "".join(traceback.format_exception(raised.value))


async def test_a_database_that_fails_tells_no_values(store: CustomerStore, database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("DROP TABLE customer_keys"))
    with pytest.raises(SQLAlchemyError) as raised:
        await store.create(replace(ANNA, customer_number=""))
    assert ANNA.pesel not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(), ["C2", "C9", "C1"]),
        (Query(words=("kowal",)), ["C2"]),
        (Query(words=("lecka",)), ["C9", "C1"]),
        (Query(words=("lecka", "anna")), ["C1"]),
        (Query(words=("%",)), ["C9"]),
        (Query(words=("_",)), []),
        (Query(words=("'; drop table customers; --",)), []),
        (Query(words=("kowal",), values=(("pesel", "44051401359"),)), ["C2", "C1"]),
        (Query(values=(("number", "+48601234567"), ("nip", "x"))), ["C2", "C1"]),
        (Query(vip_only=True), ["C1"]),
        (Query(kind=Kind.COMPANY), ["C9"]),
        (Query(group="Biznes"), ["C1"]),
        (Query(keeper="1002"), ["C9"]),
        (Query(words=("lecka",), vip_only=True, kind=Kind.PERSON), ["C1"]),
    ],
)
async def test_search(store: CustomerStore, query: Query, found: list[str]) -> None:
    await store.create_all((ANNA, JAN, FIRM))
    assert await ids(store, query) == found


async def test_pages_hold_everybody_once_in_one_order(store: CustomerStore) -> None:
    names = ["Łoś", "Zając", "Ćma", "Ćma", "Los", "Żuk", "Ósemka"]
    await store.create_all([Customer(id=f"C{place}", last_name=name) for place, name in enumerate(names)])
    seen: list[str] = []
    after = ""
    while True:
        page = await store.search(Query(), limit=2, after=after)
        seen += [one.last_name for one in page.customers]
        after = page.after
        if not after:
            break
    assert seen == sorted(names, key=folded)
    with pytest.raises(CrmError, match="no such page"):
        await store.search(Query(), after="{")


async def test_pages_of_whoever_has_a_value(store: CustomerStore) -> None:
    names = ["Łoś", "Zając", "Ćma", "Żuk", "Osa"]
    await store.create_all(
        [Customer(id=f"C{place}", last_name=name, own={"city": "Łódź"}) for place, name in enumerate(names)]
    )
    await store.create(Customer(id="C9", last_name="Mrówka", own={"city": "Gdynia"}))
    query = Query(values=(("own.city", "lodz"), ("pesel", "lodz")))
    seen, after = [], ""
    for _ in range(3):
        page = await store.search(query, limit=2, after=after)
        seen += [one.last_name for one in page.customers]
        after = page.after
    assert (seen, after) == (sorted(names, key=folded), "")


async def test_people_of_a_company(store: CustomerStore) -> None:
    await store.create_all((ANNA, JAN, FIRM))
    assert [one.id for one in await store.people_of("C9")] == ["C1"]


async def test_companies_by_name(store: CustomerStore) -> None:
    await store.create_all((FIRM, Customer(id="C3", last_name="Łęcka 50% & Synowie")))
    assert await store.companies_named([folded("ŁĘCKA 50% & synowie"), "x"]) == {
        "lecka 50% & synowie": ["C9"]
    }


async def test_who_is_removed_is_found_by_nothing(store: CustomerStore, database: Database) -> None:
    await store.create_all((ANNA, FIRM))
    async with database.writing() as connection:
        assert await remove_customer(connection, "C9", tenant="default")
        assert not await remove_customer(connection, "C9", tenant="default")
    left = await store.get("C1")
    assert left is not None
    assert (left.company, left.version) == ("", 2)
    async with database.writing() as connection:
        assert await remove_customer(connection, "C1", tenant="default")
    assert await store.find("pesel", ANNA.pesel) == ()
    await store.create(ANNA)


async def test_an_import_changes_many_at_once(store: CustomerStore) -> None:
    made = await store.create_all((ANNA, JAN))
    # They swap what only one may have: no order of single changes would do.
    swapped = (
        replace(made[0], customer_number="J-1", pesel=""),
        replace(made[1], customer_number="AB-7", pesel=ANNA.pesel),
    )
    later = await store.change_all(swapped)
    assert [one.version for one in later] == [2, 2]
    assert await store.get_all(["C1", "C2"]) == {one.id: one for one in later}
    assert [one.id for one in await store.find("pesel", ANNA.pesel)] == ["C2"]


async def test_a_server_is_told_to_look_whenever_there_is_twice_as_much(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer_store, "SURVEYED_FIRST", 2)
    store = CustomerStore(database)
    looks = []
    for number in range(9):
        with statements() as given:
            await store.create(Customer(f"C{number}", last_name="Nowak", created=AT, changed=AT))
        looks.append(any(one.startswith("ANALYZE") for one in given))
    # SQLite chooses the same ways however much there is.
    at = (2, 4, 8) if database.dialect == "postgresql" else ()
    assert looks == [number + 1 in at for number in range(9)]


async def test_another_firm_s_customers_are_its_own(store: CustomerStore, database: Database) -> None:
    theirs = CustomerStore(database, tenant="other")
    await store.create(ANNA)
    await theirs.create(replace(ANNA, first_name="Ewa"))
    assert [one.first_name for one in await theirs.find("pesel", ANNA.pesel)] == ["Ewa"]
    assert [one.first_name for one in (await store.search(Query())).customers] == ["Anna"]
    assert await theirs.count() == 1


async def test_long_texts_fit_every_index(store: CustomerStore) -> None:
    long = replace(
        ANNA, first_name="ﷺ" * 200, last_name="Ż" * 200, company_name="ΐ" * 200, customer_number="ΐ" * 200,
        own={"city": "ﷺ" * 2000}, notes="ż" * 20_000,
    )  # fmt: skip
    assert await store.create(long) == replace(long, version=1)
