"""Opening hours, duties and lists as people see them in a terminal."""

from __future__ import annotations

import json
from datetime import date

from rich.console import Console, RenderableType

from softswitch.commands.schedules import show_callers, show_duties, show_hours, show_preview
from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.schedules.figures import HoursFigures, ListedFigures, hours_figures
from softswitch.schedules.model import ALL, Mode
from softswitch.schedules.preview import preview
from tests.schedules.moments import schedule, warsaw
from tests.schedules.test_service import Here

ENGLISH, IN_POLISH, AS_JSON = View(), View(language=POLISH), View(as_json=True)


def seen(shown: RenderableType) -> list[str]:
    console = Console(width=140, color_system=None)
    with console.capture() as capture:
        console.print(shown)
    return [line.rstrip() for line in capture.get().splitlines()]


def test_schedules_and_duties_now() -> None:
    here = Here()
    here.schedules.switch("office", Mode.NIGHT, by="1001", until=warsaw("2026-12-17T14:00"))
    lines = seen(show_hours(hours_figures(here.schedules), view=ENGLISH))
    assert lines[0].split() == ["schedule", "says", "until", "then", "by", "hand"]
    assert " ".join(lines[1].split()) == (
        "office closed 2026-12-17 14:00 open night (1001), until 2026-12-17 14:00"
    )
    assert " ".join(lines[2].split()) == "shop open 2026-12-17 20:00 closed -"
    assert " ".join(lines[-1].split()) == "doctor 540 1001 - 2026-12-18 00:00"


def test_an_outage_in_polish() -> None:
    here = Here()
    here.schedules.switch(ALL, Mode.OUTAGE, by="operator", note="brak prądu")
    lines = seen(show_hours(hours_figures(here.schedules), view=IN_POLISH))
    assert " ".join(lines[1].split()) == "office awaria: brak prądu - - awaria (operator, wszystkie)"


def test_a_preview_is_a_picture() -> None:
    office = schedule(holidays="PL", special={"2026-12-31": "8-12"})
    lines = seen(show_preview(list(preview(office, date(2026, 12, 23), 9)), view=ENGLISH))
    picture = {line[:9]: line[11:59] for line in lines[1:10]}
    assert picture["Wed 23.12"] == "·" * 16 + "█" * 16 + "·" * 16
    assert picture["Thu 24.12"] == "░" * 48
    assert picture["Sun 27.12"] == "·" * 48
    assert picture["Thu 31.12"] == "░" * 16 + "█" * 8 + "░" * 24
    assert lines[1].endswith("8:00-16:00")
    assert lines[2].endswith("closed  Wigilia Bożego Narodzenia")
    assert lines[9].endswith("8:00-12:00  special day")


def test_days_on_which_clocks_change() -> None:
    always = schedule(week={"mon-sun": "0:30-24:00"})
    spring, autumn = (
        seen(show_preview(list(preview(always, day, 1)), view=IN_POLISH))[1]
        for day in (date(2026, 3, 29), date(2026, 10, 25))
    )
    assert spring.endswith("0:30-24:00  doba 23 h")
    assert autumn.endswith("0:30-24:00  doba 25 h")
    assert f" ·{'█' * 47} " in autumn


def test_where_there_is_nothing() -> None:
    nothing = HoursFigures((), ())
    assert seen(show_hours(nothing, view=ENGLISH)) == ["There are no schedules."]
    assert seen(show_duties((), view=IN_POLISH)) == ["Nie ma dyżurów."]
    assert seen(show_callers([], view=ENGLISH)) == ["No numbers are on lists but those of the configuration."]


def test_lists_of_callers() -> None:
    vip = ListedFigures("vip", "+48505111222", "Ewa", "1001", "", "operator", "2026-12-17T11:00:00+00:00")
    lines = seen(show_callers([vip], view=ENGLISH))
    assert " ".join(lines[1].split()) == "vip +48505111222 Ewa 1001 - operator"


def test_json_is_what_the_switch_said() -> None:
    figures = hours_figures(Here().schedules)
    shown = json.loads(str(show_hours(figures, view=AS_JSON)))
    assert shown["schedules"][0]["state"] == "open"
    assert json.loads(str(show_duties(figures.duties, view=AS_JSON)))[0]["main"] == "1001"
    days = list(preview(schedule(), date(2026, 12, 23), 1))
    assert json.loads(str(show_preview(days, view=AS_JSON)))[0]["day"] == "2026-12-23"
    assert json.loads(str(show_callers([], view=AS_JSON))) == []
