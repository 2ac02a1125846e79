"""Customers, imports and records as they are shown."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from rich.console import Console, RenderableType

from softswitch.commands.customers import (
    KINDS,
    MOST_FAULTS_SHOWN,
    show_acts,
    show_customer,
    show_erased,
    show_found,
    show_report,
)
from softswitch.commands.view import View
from softswitch.crm.config import CustomersConfig
from softswitch.crm.customer_model import Customer, Kind
from softswitch.crm.errors import FieldFault
from softswitch.crm.history_model import ANSWERED, Contact, ContactKind, Way
from softswitch.crm.importing import LineFault, Report
from softswitch.crm.privacy_model import ERASE, EXPORT, Act
from tests.fakes.clock import START

CONFIG = CustomersConfig.model_validate(
    {"fields": {"consent": "yes_no", "points": {"kind": "number", "label": "Punkty"}}}
)
FIRM = Customer(id="C9", kind=Kind.COMPANY, company_name="Żółw", nip="5260250274", keeper="1002")
ANNA = Customer(
    id="C1", first_name="Anna", last_name="\x1b[31mŁoś", company="C9", numbers=("+48601234567",), vip=True,
    pesel="44051401359", own={"consent": False, "points": 7},
)  # fmt: skip
CALL = Contact(
    "call:1",
    ContactKind.CALL,
    START,
    "+48601234567",
    "C1",
    Way.OUT,
    "1001",
    "sales",
    result=ANSWERED,
    seconds=75,
)
LOST = Contact("call:2", ContactKind.CALL, START, "", "C1", result="abandoned", queue="sales")

ENGLISH, POLISH, JSON = View(zone=UTC), View(language="pl", zone=UTC), View(as_json=True)


def text(shown: RenderableType) -> str:
    out = io.StringIO()
    Console(file=out, width=160).print(shown)
    return out.getvalue()


def plain(number: str) -> str:
    return number.removeprefix("+48")


def test_whoever_was_found() -> None:
    shown = text(show_found([ANNA, FIRM], more=True, view=ENGLISH, shown=plain))
    assert "601234567" in shown
    assert "\x1b" not in shown
    assert "There are more" in shown
    assert "There are more" not in text(show_found([ANNA], more=False, view=ENGLISH, shown=plain))
    assert "Nikogo" in text(show_found([], more=False, view=POLISH, shown=plain))
    told = json.loads(str(show_found([ANNA], more=False, view=JSON, shown=plain)))
    assert (told[0]["id"], told[0]["pesel"], told[0]["own"]) == (
        "C1",
        "*******1359",
        {"consent": False, "points": 7},
    )


@pytest.mark.parametrize(
    ("view", "wanted"),
    [
        (ENGLISH, ("*******1359", "no", "Punkty", "7", "1002 (Żółw)", "talked", "1 min 15 s", "call, ours",
                   "the caller hung up")),
        (POLISH, ("*******1359", "nie", "Punkty", "7", "rozmowa, od nas", "odebrane", "1001 / sales")),
    ],
)  # fmt: skip
def test_a_customer_whole(view: View, wanted: tuple[str, ...]) -> None:
    shown = text(show_customer(ANNA, FIRM, [CALL, LOST], CONFIG, view=view, shown=plain))
    for word in wanted:
        assert word in shown, word
    assert "44051401359" not in shown


def test_a_company_and_nothing_before() -> None:
    shown = text(show_customer(FIRM, None, [], CONFIG, view=ENGLISH, shown=plain))
    assert "526-025-02-74" in shown
    assert "No contacts yet." in shown
    told = json.loads(str(show_customer(ANNA, FIRM, [CALL], CONFIG, view=JSON, shown=plain)))
    assert told["contacts"][0]["reference"] == ""


def test_a_person_s_company_may_be_known_by_name_alone() -> None:
    person = Customer(id="C3", last_name="Nowak", company_name="Sklep „Pod Lwem”")
    assert "Sklep „Pod Lwem”" in text(show_customer(person, None, [], CONFIG, view=POLISH, shown=plain))


def test_every_kind_of_contact_has_its_word() -> None:
    assert set(KINDS) == set(ContactKind)


def test_what_came_of_an_import() -> None:
    fault = FieldFault("nip", "it is empty", "jest pusty")
    faults = [LineFault(line, fault) for line in range(2, MOST_FAULTS_SHOWN + 5)]
    report = Report(dry_run=True, ignored=("buty",), lines=300, created=97, bad=len(faults), faults=faults)
    shown = text(show_report(report, view=ENGLISH))
    assert "left out: buty" in shown
    assert "line 2: nip: it is empty" in shown
    assert "… and 3 more" in shown
    assert "A trial, nothing was written. Lines: 300, new customers: 97" in shown
    polish = text(show_report(report, view=POLISH))
    assert "wiersz 2: nip: jest pusty" in polish
    assert "Próba, nic nie zapisano." in polish
    assert len(json.loads(str(show_report(report, view=JSON)))["faults"]) == len(faults)
    assert "trial" not in text(show_report(Report(dry_run=False), view=ENGLISH))


def test_who_did_what_to_whose_data() -> None:
    at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    erased = Act("A1", at, "admin", ERASE, "C1", {"contacts": 2})
    assert "C1 is erased (contacts: 2)" in text(show_erased(erased, view=ENGLISH))
    assert "Usunięto C1" in text(show_erased(erased, view=POLISH))
    assert json.loads(str(show_erased(erased, view=JSON)))["counts"] == {"contacts": 2}
    shown = text(show_acts([erased, Act("A2", at, "api", EXPORT, "C2")], view=ENGLISH))
    assert "2026-01-05 09:00:00" in shown
    assert "exported" in shown
    assert json.loads(str(show_acts([erased], view=JSON)))[0]["id"] == "A1"
    assert "Nobody's data" in text(show_acts([], view=ENGLISH))
