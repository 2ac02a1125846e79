"""An import writes what is right, names what is wrong, and makes nobody twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from softswitch.crm.config import CustomersConfig
from softswitch.crm.customer_model import Customer, Kind, Query
from softswitch.crm.errors import CrmError, DuplicateCustomer
from softswitch.crm.importing import Import, OnDuplicate, Report
from softswitch.crm.sheets import read_sheet
from softswitch.storage.customer_store import CustomerStore
from tests.crm.reading_rules import CONFIG, RULES
from tests.fakes.clock import START, FakeClock

PEOPLE = """nr klienta;imię;nazwisko;telefon;pesel;grupa;card
A1;Anna;Żółć;601 234 567;44051401359;Biznes;K-9
A2;Jan;Nowak;22 123 45 67;;;
"""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


async def imported(
    store: CustomerStore,
    text: str,
    *,
    by: str = "customer_number",
    on_duplicate: OnDuplicate = OnDuplicate.REFUSE,
    dry_run: bool = False,
) -> Report:
    job = Import(store, RULES, FakeClock(), by=by, on_duplicate=on_duplicate, dry_run=dry_run)
    return await job.run(read_sheet(text.encode(), CONFIG))


async def everybody(store: CustomerStore) -> dict[str, Customer]:
    return {one.name: one for one in (await store.search(Query(), limit=100)).customers}


def told(report: Report) -> tuple[int, int, int, int, int]:
    return report.lines, report.created, report.changed, report.left, report.bad


def faults(report: Report) -> list[str]:
    assert all(one.fault.polish for one in report.faults)
    return [str(one) for one in report.faults]


async def test_new_customers_are_written(store: CustomerStore) -> None:
    report = await imported(store, PEOPLE)
    assert (told(report), faults(report)) == ((2, 2, 0, 0, 0), [])
    found = await everybody(store)
    anna = found["Anna Żółć"]
    assert (anna.numbers, anna.group, anna.own) == (("+48601234567",), "Biznes", {"card": "K-9"})
    assert (anna.created, anna.version, len(anna.id)) == (START, 1, 26)
    assert found["Jan Nowak"].numbers == ("+48221234567",)


async def test_a_dry_run_tells_the_same_and_writes_nothing(store: CustomerStore) -> None:
    text = PEOPLE + "A3;;;brak;44051401358;;\nA1;X;Y;;;;\n"
    dry = await imported(store, text, dry_run=True)
    assert await everybody(store) == {}
    real = await imported(store, text)
    assert (told(dry), faults(dry)) == (told(real), faults(real))
    assert told(real) == (4, 2, 0, 0, 2)
    assert faults(real) == [
        "line 4: numbers: it says that there is no number",
        "line 4: pesel: its check digit does not fit: one digit is wrong, or two are swapped",
        "line 5: customer_number: the same stands in line 2 already",
    ]


async def test_who_is_there_is_refused_left_or_changed(store: CustomerStore) -> None:
    await imported(store, PEOPLE)
    before = await everybody(store)
    text = "nr klienta;imię;nazwisko;grupa\na1;Anna Maria;;Standard\nA9;Ewa;Nowa;\n"
    refused = await imported(store, text, dry_run=True)
    assert faults(refused) == [
        f"line 2: customer_number: the customer {before['Anna Żółć'].id} has it already"
    ]
    assert told(refused) == (2, 1, 0, 0, 1)
    left = await imported(store, text, on_duplicate=OnDuplicate.LEAVE, dry_run=True)
    assert told(left) == (2, 1, 0, 1, 0)
    changed = await imported(store, text, on_duplicate=OnDuplicate.UPDATE)
    assert told(changed) == (2, 1, 1, 0, 0)
    anna = (await everybody(store))["Anna Maria Żółć"]
    # What the line left empty, or the file has no column for, stays.
    assert anna == replace(
        before["Anna Żółć"], first_name="Anna Maria", customer_number="a1", group="Standard", version=2
    )


@pytest.mark.parametrize(
    ("by", "heading", "cell"),
    [
        ("number", "telefon", "+48 601-234-567"), ("number", "telefon", "602345678, 601234567"),
        ("pesel", "pesel", "440514-01359"), ("card", "card", "k-9"), ("customer_number", "nr klienta", "a1"),
    ],
)  # fmt: skip
async def test_any_field_tells_who_is_there(store: CustomerStore, by: str, heading: str, cell: str) -> None:
    await imported(store, PEOPLE)
    text = f"nazwisko;{heading}\nNowa;{cell}\n"
    report = await imported(store, text, by=by, on_duplicate=OnDuplicate.UPDATE)
    assert told(report) == (1, 0, 1, 0, 0)
    assert "Anna Nowa" in await everybody(store)


async def test_an_export_comes_back_by_its_ids(store: CustomerStore) -> None:
    await imported(store, PEOPLE)
    anna = (await everybody(store))["Anna Żółć"]
    text = f"id;grupa\n{anna.id};Nowa\n{anna.id};Inna\n"
    report = await imported(store, text, by="id", on_duplicate=OnDuplicate.UPDATE)
    assert (told(report), faults(report)) == (
        (2, 0, 1, 0, 1),
        ["line 3: id: the same stands in line 2 already"],
    )
    assert (await everybody(store))["Anna Żółć"].group == "Nowa"


async def test_without_a_field_every_line_is_somebody_new(store: CustomerStore) -> None:
    text = "nazwisko;telefon\nA;601234567\nA;601234567\n"
    assert told(await imported(store, text, by="")) == (2, 2, 0, 0, 0)
    report = await imported(store, text, by="number", on_duplicate=OnDuplicate.UPDATE)
    assert report.bad == 2
    assert "several customers have it" in faults(report)[0]


async def test_a_line_without_the_field_is_a_fault(store: CustomerStore) -> None:
    report = await imported(store, "nazwisko;nr klienta\nA;\nB;B1\n")
    assert told(report) == (2, 1, 0, 0, 1)
    assert faults(report)[0].startswith("line 2: customer_number: it is empty")
    with pytest.raises(CrmError, match="not known again by 'notes'"):
        Import(store, RULES, FakeClock(), by="notes")


async def test_another_s_pesel_is_a_fault(store: CustomerStore) -> None:
    await imported(store, PEOPLE)
    anna = (await everybody(store))["Anna Żółć"]
    report = await imported(store, "nr klienta;nazwisko;pesel\nB1;B;44051401359\n")
    assert faults(report) == [f"line 2: pesel: the customer {anna.id} has the same"]
    assert "4405" not in str(faults(report))


async def test_people_find_their_company_wherever_it_stands(store: CustomerStore) -> None:
    text = (
        "nr klienta;nazwisko;nazwa firmy;firma;nip\n"
        "P1;Po nazwie;;ŻÓŁW sp. z o.o.;\n"
        "P2;Po NIP;;526-025-02-74;\n"
        "P3;Po numerze;;f1;\n"
        "P4;Bez firmy;;Nie ma takiej;\n"
        "F1;;Żółw sp. z o.o.;;5260250274\n"
    )
    dry = await imported(store, text, dry_run=True)
    report = await imported(store, text)
    assert (told(report), faults(report)) == (told(dry), faults(dry))
    assert faults(report) == ["line 5: company: there is no company 'Nie ma takiej'"]
    found = await everybody(store)
    firm = found["Żółw sp. z o.o."]
    assert firm.kind is Kind.COMPANY
    assert {found[name].company for name in ("Po nazwie", "Po NIP", "Po numerze")} == {firm.id}
    # The next file finds those of the database.
    again = f"nr klienta;nazwisko;firma\nP5;A;żółw sp. z o.o.\nP6;B;{firm.id}\nP7;C;F1\nP8;D;5260250274\n"
    assert told(await imported(store, again)) == (4, 4, 0, 0, 0)
    assert len(await store.people_of(firm.id)) == 7
    await imported(store, "nr klienta;nazwa firmy\nF2;Żółw sp. z o.o.\n")
    report = await imported(store, "nr klienta;nazwisko;firma\nP9;E;Żółw sp. z o.o.\n")
    assert faults(report) == ["line 2: company: several companies are 'Żółw sp. z o.o.'"]


async def test_more_lines_than_a_batch(store: CustomerStore) -> None:
    lines = [f"C{number};Nazwisko {number};{601_000_000 + number}" for number in range(1203)]
    text = "nr klienta;nazwisko;telefon\n" + "\n".join(lines)
    assert told(await imported(store, text)) == (1203, 1203, 0, 0, 0)
    assert await store.count() == 1203
    report = await imported(store, text, on_duplicate=OnDuplicate.UPDATE)
    assert told(report) == (1203, 0, 1203, 0, 0)


class Overtaken(CustomerStore):
    """A store into which somebody else writes just before an import does."""

    async def create_all(self, new: object) -> tuple[Customer, ...]:
        raise DuplicateCustomer("customer_number")

    async def change_all(self, changed: object) -> tuple[Customer, ...]:
        raise DuplicateCustomer("customer_number")

    async def create(self, new: Customer) -> Customer:
        if new.customer_number == "A1":
            raise DuplicateCustomer("customer_number", "C9")
        return (await super().create_all((new,)))[0]


async def test_who_was_created_meanwhile_costs_only_one_line(
    store: CustomerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    overtaken = Overtaken(store._database)
    report = await imported(overtaken, PEOPLE)
    assert (told(report), faults(report)) == (
        (2, 1, 0, 0, 1),
        ["line 2: customer_number: the customer C9 has the same customer number"],
    )
    text = "nr klienta;grupa\nA2;Nowa\n"
    report = await imported(overtaken, text, on_duplicate=OnDuplicate.UPDATE)
    assert told(report) == (1, 0, 1, 0, 0)


async def test_a_file_that_breaks_off_writes_nothing(store: CustomerStore) -> None:
    lines = "\n".join(f"C{number};N" for number in range(600))
    with pytest.raises(CrmError, match="cannot be read on"):
        await imported(store, f'nr klienta;nazwisko\n{lines}\n"C;x\n')
    assert await store.count() == 0


def test_the_field_is_one_that_is_looked_up() -> None:
    assert CustomersConfig().duplicates_by == "customer_number"
