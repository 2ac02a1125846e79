"""What is changed by hand in schedules and duties, as people read it."""

from __future__ import annotations

import pytest

from softswitch.events import DutyChanged, Event, ScheduleReleased, ScheduleSwitched, SpecialDaySet
from softswitch.narration.lines import told


@pytest.mark.parametrize(
    ("event", "english", "polish"),
    [
        (
            ScheduleSwitched("office", "night", "1001", "2026-12-17T18:00+01:00"),
            "1001 switched the schedule office to night until 2026-12-17 18:00",
            "1001 przełącza harmonogram office: noc, do 2026-12-17 18:00",
        ),
        (
            ScheduleSwitched("", "outage", "operator", note="no power"),
            "operator switched all schedules to outage: no power",
            "operator przełącza wszystkie harmonogramy: awaria: no power",
        ),
        (
            ScheduleReleased("office", "1001"),
            "1001 let the schedule office follow the calendar again",
            "1001 wraca do kalendarza: harmonogram office",
        ),
        (
            SpecialDaySet("office", "2026-12-24", "8-12", "1001", "Wigilia"),
            "1001 gave the schedule office other hours on 2026-12-24, Wigilia: 8-12",
            "1001 ustawia godziny na 2026-12-24, Wigilia: 8-12 (harmonogram office)",
        ),
        (
            SpecialDaySet("office", "2026-12-24", "", "1001"),
            "1001 let the schedule office be as configured on 2026-12-24",
            "1001 przywraca zapisane godziny na 2026-12-24: harmonogram office",
        ),
        (
            DutyChanged("doctor", "2026-12-24", "1003", "1001", "operator"),
            "operator put 1003, 1001 on duty doctor on 2026-12-24",
            "operator wpisuje na dyżur doctor na 2026-12-24: 1003, 1001",
        ),
        (
            DutyChanged("doctor", "2026-12-24", "", "", "operator"),
            "operator let the roster hold again for doctor on 2026-12-24",
            "operator przywraca grafik dyżuru doctor na 2026-12-24",
        ),
    ],
)
def test_changes_by_hand(event: Event, english: str, polish: str) -> None:
    assert told(event) == english
    assert told(event, "pl") == polish
