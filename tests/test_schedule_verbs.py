"""What a running switch answers of its schedules, duties and lists, and changes when it is asked to."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from softswitch.control import ControlRefused
from softswitch.errors import SoftswitchError
from softswitch.schedule_verbs import schedule_verbs
from softswitch.schedules.figures import HoursFigures, ListedFigures
from softswitch.schedules.model import Closed, Open, Outage, Shift
from softswitch.schedules.preview import PreviewDay
from tests.schedules.moments import warsaw
from tests.schedules.test_callers import Book
from tests.schedules.test_service import NOON, Here

KINDS: dict[str, Any] = {
    "schedule_names": list[str],
    "schedule_preview": list[PreviewDay],
    "schedule_day": list[PreviewDay],
    "callers": list[ListedFigures],
}


class Line:
    """Schedules and lists, and their verbs as the control socket asks them."""

    def __init__(self) -> None:
        self.here, self.book = Here(), Book()
        self.schedules = self.here.schedules
        self.verbs = schedule_verbs(self.schedules, self.book.book, self._at_number)

    def _at_number(self, number: str) -> tuple[str, ...]:
        return ("office", "shop") if number == "720" else ()

    def ask(self, verb: str, **arguments: str) -> Any:
        """Ask; what is answered goes through JSON."""
        answer = msgspec.json.encode(self.verbs[verb](arguments))
        return msgspec.json.decode(answer, type=KINDS.get(verb, HoursFigures))


def test_how_it_is_now_and_at_another_moment() -> None:
    line = Line()
    assert [one.state for one in line.ask("schedules").schedules] == ["open", "open"]
    (office,) = line.ask("schedules", schedule="office", at="2026-12-17 16:00").schedules
    assert (office.state, office.at) == ("closed", "2026-12-17T16:00+01:00")


def test_n14_the_schedules_of_a_number() -> None:
    line = Line()
    assert line.ask("schedule_names", number="720") == ["office", "shop"]
    with pytest.raises(ControlRefused, match="1001 leads to no menu that goes by opening hours"):
        line.ask("schedule_names", number="1001")


def test_a_preview() -> None:
    line = Line()
    assert len(line.ask("schedule_preview", schedule="office")) == 14
    (day,) = line.ask("schedule_preview", schedule="office", first="2026-12-24", days="1")
    assert day.day == "2026-12-24"


@pytest.mark.parametrize(
    ("arguments", "until"),
    [
        ({"until": "14:00"}, warsaw("2026-12-17T14:00")),
        ({"for": "2h"}, warsaw("2026-12-17T14:00")),
        ({}, None),
    ],
)
def test_switching_by_hand(arguments: dict[str, str], until: object) -> None:
    line = Line()
    figures = line.ask("schedule_switch", schedule="office", mode="night", by="1001", **arguments)
    assert figures.schedules[0].state == "closed"
    assert line.schedules.state("office") == Closed()
    (switch,) = line.schedules.switches()
    assert (switch.by, switch.until) == ("1001", until)
    line.ask("schedule_switch", schedule="office", mode="auto")
    assert line.schedules.state("office") == Open()


def test_an_outage_of_all() -> None:
    line = Line()
    line.ask("schedule_switch", mode="outage", note="no power")
    assert line.schedules.state("shop") == Outage("no power")
    assert line.schedules.switches()[0].by == "operator"


def test_special_days() -> None:
    line = Line()
    change = {"schedule": "office", "day": "2026-12-24", "hours": "8-12", "name": "Wigilia"}
    (day,) = line.ask("schedule_day", **change)
    assert (day.special, day.name, len(day.parts)) == (True, "Wigilia", 3)
    (day,) = line.ask("schedule_day", schedule="office", day="2026-12-24")
    assert not day.special
    with pytest.raises(SoftswitchError, match="is no time of day"):
        line.ask("schedule_day", **{**change, "hours": "8-25"})


def test_duties() -> None:
    line, day = Line(), date(2026, 12, 17)
    (duty,) = line.ask("duty", duty="doctor", day="2026-12-17", main="1002", spare="1003").duties
    assert (duty.main, duty.spare) == ("1002", "1003")
    assert line.schedules.roster("doctor").of_day(day) == Shift("1002", "1003")
    line.ask("duty", duty="doctor", day="2026-12-17")
    assert line.schedules.roster("doctor").on_duty(NOON) == Shift("1001")


def test_lists_of_callers() -> None:
    line = Line()
    (vip,) = line.ask("callers", do="add", list="vip", number="505 111 222", to="1001", name="Ewa")
    assert (vip.number, vip.to, vip.name, vip.by) == ("+48505111222", "1001", "Ewa", "operator")
    assert line.ask("callers") == [vip]
    assert line.ask("callers", do="remove", list="vip", number="+48505111222") == []
    with pytest.raises(ControlRefused, match="is it in the configuration"):
        line.ask("callers", do="remove", list="vip", number="600100200")


@pytest.mark.parametrize(
    ("verb", "arguments", "reason"),
    [
        ("schedules", {"schedule": "bank"}, "there is no schedule 'bank'"),
        ("schedules", {"at": "noon"}, "is no moment"),
        ("schedule_preview", {"schedule": "office", "days": "many"}, "is no number of days"),
        ("schedule_preview", {"schedule": "office", "days": "0"}, "1 to 400 days"),
        ("schedule_preview", {"schedule": "office", "first": "24.12"}, "is no day"),
        ("schedule_switch", {"mode": "weekend"}, "is switched to day, night, outage or auto"),
        ("schedule_switch", {"mode": "day", "until": "14:00", "for": "2h"}, "not both"),
        ("schedule_switch", {"mode": "day", "until": "2026-01-01 9:00"}, "is over already"),
        ("duty", {"duty": "vet", "day": "2026-12-17", "main": "1001"}, "there is no duty 'vet'"),
        ("duty", {"duty": "doctor", "day": "today"}, "is no day"),
        ("callers", {"do": "empty"}, "put on lists by add"),
        ("callers", {"do": "add", "list": "gold", "number": "1"}, "no list of callers 'gold'"),
    ],
)
def test_what_is_refused_and_why(verb: str, arguments: dict[str, str], reason: str) -> None:
    line = Line()
    with pytest.raises(SoftswitchError, match=reason):
        line.ask(verb, **arguments)
    assert line.here.events == []
