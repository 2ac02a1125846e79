"""Whose call goes where: spellings, ranges, hidden numbers, and lists changed while the switch runs."""

from __future__ import annotations

import pytest

from softswitch.schedules.callers import BlockedCaller, CallerBook, Found, Led, Vip, range_of
from softswitch.schedules.config import CallersConfig
from softswitch.schedules.errors import ScheduleError, UnknownSchedule
from softswitch.schedules.model import Closed, ListedCaller, Open, Special, State
from softswitch.trunks.numbers import Numbering
from tests.schedules.moments import warsaw

NOW = warsaw("2026-12-17T12:00")
OURS, OTHER = "+48221234567", "+48221234568"
LISTS = {
    "blocked": ["700 111 222", "+4870*", "hidden"],
    "vip": {"(600) 100-200": {"to": "1001", "otherwise": "1002", "name": "Jan"}, "0048601200300": "1002"},
    "lists": {
        "partners": {"numbers": ["12 345 67 89", "+4822*"], "to": "300", "at": ["22 123 45 67"]},
        "late": {"numbers": ["+4812*", "+1 212 555 0100"], "to": "540", "schedule": "office"},
    },
}


class Book:
    """The lists above, and what the office's schedule says."""

    def __init__(self, restored: tuple[ListedCaller, ...] = ()) -> None:
        self.state: State = Open()
        self.told: list[tuple[str, str, ListedCaller | None]] = []
        self.book = CallerBook(
            CallersConfig.model_validate(LISTS),
            spelling=Numbering("PL").comparable,
            hidden="anonymous",
            state=lambda schedule: {"office": self.state}[schedule],
            changed=lambda *change: self.told.append(change),
            restored=restored,
        )


@pytest.mark.parametrize(
    ("caller", "called", "found"),
    [
        ("+48700111222", OURS, BlockedCaller()),
        ("+48701999999", OURS, BlockedCaller()),
        ("anonymous", OURS, BlockedCaller()),
        # Networks write numbers in their own ways.
        ("+48600100200", OURS, Vip("1001", "1002", "Jan")),
        ("600100200", OURS, Vip("1001", "1002", "Jan")),
        ("48600100200", OTHER, Vip("1001", "1002", "Jan")),
        ("+48601200300", OURS, Vip("1002")),
        ("+48123456789", OURS, Led("partners", "300")),
        ("+48228888888", OURS, Led("partners", "300")),
        ("+48228888888", OTHER, None),
        ("+48505111222", OURS, None),
        ("", OURS, None),
    ],
)
def test_who_is_found(caller: str, called: str, found: Found | None) -> None:
    assert Book().book.look_up(caller, called) == found


@pytest.mark.parametrize(
    ("state", "found"), [(Open(), None), (Closed(), Led("late", "540")), (Special("x"), Led("late", "540"))]
)
def test_d15_a_list_that_counts_out_of_hours_alone(state: State, found: Found | None) -> None:
    here = Book()
    here.state = state
    assert here.book.look_up("+12125550100", OURS) == found


def test_numbers_are_put_on_lists_while_the_switch_runs() -> None:
    here = Book()
    vip = here.book.add(ListedCaller("vip", "505 111 222", "operator", NOW, "Ewa", "1003"))
    assert vip.number == "+48505111222"
    assert here.book.look_up("+48505111222", OURS) == Vip("1003", "", "Ewa")
    here.book.add(ListedCaller("partners", "505-111-333", "operator", NOW))
    assert here.book.look_up("+48505111333", OURS) == Led("partners", "300")
    blocked = here.book.add(ListedCaller("blocked", "+48 505 111 222", "operator", NOW))
    # Of two lists the one that refuses goes first.
    assert here.book.look_up("+48505111222", OURS) == BlockedCaller()
    assert here.book.entries("blocked") == (blocked,)
    assert here.book.remove("blocked", "505111222")
    assert not here.book.remove("blocked", "505111222")
    assert [(name, number, entry is None) for name, number, entry in here.told] == [
        ("vip", "+48505111222", False),
        ("partners", "+48505111333", False),
        ("blocked", "+48505111222", False),
        ("blocked", "+48505111222", True),
    ]
    again = Book(restored=(vip, ListedCaller("gone", "+48505111222", "operator", NOW)))
    assert again.book.look_up("505111222", OURS) == Vip("1003", "", "Ewa")


def test_what_is_put_on_a_list_goes_before_the_file() -> None:
    here = Book()
    here.book.add(ListedCaller("vip", "600100200", "operator", NOW, "", "1004"))
    assert here.book.look_up("+48600100200", OURS) == Vip("1004")


def test_what_cannot_be_put_on_a_list() -> None:
    here = Book()
    with pytest.raises(
        UnknownSchedule, match="there is no list of callers 'gold', only blocked, vip, partners"
    ):
        here.book.add(ListedCaller("gold", "600100200", "operator", NOW))
    with pytest.raises(ScheduleError, match="is no single number"):
        here.book.add(ListedCaller("blocked", "+4812*", "operator", NOW))
    for entry in (
        ListedCaller("vip", "600100200", "operator", NOW),
        ListedCaller("blocked", "600100200", "operator", NOW, to="1001"),
    ):
        with pytest.raises(ScheduleError, match="a VIP needs the number of his consultant"):
            here.book.add(entry)
    assert here.told == []


@pytest.mark.parametrize(
    ("written", "start"), [("+4812*", "+4812"), ("+48 (12)*", "+4812"), ("601200300", "")]
)
def test_beginnings_of_numbers(written: str, start: str) -> None:
    assert range_of(written) == start


@pytest.mark.parametrize("written", ["12*", "*", "+*", "+4*"])
def test_what_is_no_beginning(written: str) -> None:
    with pytest.raises(ValueError, match="write it with the country's code"):
        range_of(written)
