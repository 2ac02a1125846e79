"""What is exported comes back as it was, and runs in no spreadsheet."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from softswitch.crm.customer_model import Customer, Query
from softswitch.crm.errors import WrongCustomer
from softswitch.crm.exporting import cells, exported
from softswitch.crm.importing import Import, OnDuplicate
from softswitch.crm.reading import WRITTEN_FIELDS, read_customer
from softswitch.crm.service import Customers
from softswitch.crm.sheets import Line, read_sheet, written_line
from softswitch.storage.customer_store import CustomerStore
from tests.crm.reading_rules import CONFIG, RULES
from tests.fakes.clock import FakeClock


async def text_of(store: CustomerStore, query: Query | None = None) -> str:
    return "".join([line async for line in exported(store, CONFIG, query=query)])


async def test_a_whole_file(customers: Customers, store: CustomerStore) -> None:
    firm = await customers.create({"company_name": "=Żółw", "nip": "5260250274"})
    anna = await customers.create(
        {"name": "Anna Łoś", "company": firm.id, "numbers": "601234567; 1001", "vip": True,
         "born": "1990-12-31", "notes": "dwie\nlinie; i \"cudzysłów\"", "points": -1.5, "consent": False}
    )  # fmt: skip
    text = await text_of(store)
    assert text.startswith("\ufeffid;kind;first_name;")
    # By name, and "=Żółw" is before all letters.
    assert text.splitlines()[1].split(";")[:5] == [firm.id, "company", "", "", "'=Żółw"]
    (line,) = [line for line in read_sheet(text.encode(), CONFIG).lines() if line.cells["id"] == anna.id]
    assert line.cells["numbers"] == "+48601234567; 1001"
    assert (line.cells["points"], line.cells["consent"], line.cells["vip"]) == ("-1.5", "no", "yes")
    vip = await text_of(store, Query(vip_only=True))
    assert (anna.id in vip, "=Żółw" in vip) == (True, False)


async def test_an_export_that_is_imported_changes_nothing(customers: Customers, store: CustomerStore) -> None:
    for number in range(205):
        await customers.create(
            {"last_name": f"=N{number}", "customer_number": f"C{number}", "points": number}
        )
    before = {one.id: one for one in (await store.search(Query(), limit=100)).customers}
    text = await text_of(store)
    assert text.count("\r\n") == 206
    job = Import(store, RULES, FakeClock(), by="id", on_duplicate=OnDuplicate.UPDATE)
    report = await job.run(read_sheet(text.encode(), CONFIG))
    assert (report.changed, report.bad) == (205, 0)
    after = await store.get_all(list(before))
    assert {key: replace(one, version=1) for key, one in after.items()} == before


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(st.dictionaries(st.sampled_from(["first_name", "last_name", "group", "type", "notes", "card"]), TEXT))
def test_any_customer_comes_back(raw: dict[str, str]) -> None:
    try:
        customer = read_customer({"customer_number": "X", **raw}, RULES)
    except WrongCustomer:
        customer = Customer(customer_number="X")
    headings = written_line(("id", *WRITTEN_FIELDS, *CONFIG.fields))
    sheet = read_sheet((headings + written_line(cells(customer, CONFIG))).encode(), CONFIG)
    (line,) = sheet.lines()
    assert isinstance(line, Line)
    assert read_customer(line.cells, RULES) == customer
