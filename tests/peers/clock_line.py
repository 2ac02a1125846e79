"""A line with rows whose wall clock is set by the test: opening hours, duties, and what was days ago."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.integrations import places
from tests.peers.line import LIFE_SECONDS, START_SECONDS
from tests.peers.programs import LOOPBACK, Program
from tests.peers.rows_line import KNOWN, OTHER, SPARE_PLACE, Menu, RowsLine, number

WARSAW = ZoneInfo("Europe/Warsaw")
BEGINS = datetime(2027, 1, 11, 12, 0, tzinfo=WARSAW)
"""A Monday."""

OPEN_HZ, CLOSED_HZ, SPECIAL_HZ = 500.0, 700.0, 900.0
TONES = {"open": OPEN_HZ, "closed": CLOSED_HZ, "special": SPECIAL_HZ}
"""What is heard of the branches: short, so that many calls take little time."""

MAIN = "6900"
"""The row of the tree's own start: who calls it hears of an outage first."""

PATIENT = "+48607000111"
"""Whose own hours are others than those of the firm."""

_SAYS = "".join(f"  {branch}: [play: {branch}.wav, hangup]\n" for branch in TONES)
_BRANCHES = """\
  first: [play: open.wav, hangup]
  down: [play: special.wav, return]
  r0301: [hangup]
  r1610: [by_hours: {schedule: office, open: open, closed: closed, special: special}]
  r1611: [by_hours: {schedule: evenings, open: open, closed: closed, special: special}]
  r1612:
    - find_customer: {}
    - by_hours:
        {schedule: office, field: CUSTOMER.CUSTOM_FIELD.GODZINY, open: open, closed: closed, special: special}
  r1613: [by_hours: {schedule: dawn, open: open, closed: closed}]
  r1014: [keeper: {strategy: last_talk, days: 3, otherwise: numbers, queue: firms}]
  r1110: [duty: {name: nights, nobody: closed}]
  r0801: [queue: sales]
  r0802: [queue: firms]
"""

CLOCKED = Menu(
    f"tree: clocked\nlanguage: pl\nnumbers: ['{number(MAIN)}']\nstart: first\noutage: down\nbranches:\n"
    + _SAYS
    + _BRANCHES,
    elsewhere={"1015": "r1014"},
    config={
        "schedules": {
            "ever": {"week": {"mon-sun": "always"}, "may_switch": ["1001"]},
            "never": {"week": {"mon-sun": "closed"}, "may_switch": ["1001"]},
            "office": {
                "week": {"mon-fri": "8-16"},
                "may_switch": ["1001"],
                "holidays": "PL",
                "special": {"2027-02-03": "7-12"},
            },
            "evenings": {"week": {"mon-fri": "14-20"}, "may_switch": ["1001"]},
            "dawn": {"week": {"sun": "2:30-3:30"}, "may_switch": ["1001"]},
        },
        "duties": {
            "nights": {"number": "541", "week": {"mon": "1002", "tue-sun": "1003"}, "ring_s": 5},
        },
        "agents": {"1002": {"numbers": [number("1015")]}},
        "customers": {"fields": {"godziny": "text"}},
        "recordings": {"queues": {"firms": "always"}, "form": "wav"},
        "drops": {
            "archive": {
                "ftp": {
                    "host": LOOPBACK,
                    "port": SPARE_PLACE,
                    "tls": "none",
                    "user": places.USER,
                    "password": places.PASSWORD,
                }
            }
        },
        "callers": {
            "vip": {KNOWN: {"to": "1001", "otherwise": "1002"}},
            "lists": {
                "partners": {"numbers": [OTHER], "to": "1003", "schedule": "office", "during": ["closed"]}
            },
        },
    },
    customers=f"imię;nazwisko;nr klienta;telefon;godziny\nZofia;Sowa;1;{PATIENT};evenings\n",
    tones={f"{branch}.wav": hertz for branch, hertz in TONES.items()},
)


class ClockLine(RowsLine):
    """That line; its clock stands nearly still."""

    def set_clock(self, moment: datetime) -> None:
        """Make it this time, for whatever comes now."""
        file = self._clock.with_suffix(".new")
        file.write_text(f"{moment.astimezone(ZoneInfo('UTC')).isoformat()} {time.monotonic()}")
        file.replace(self._clock)

    @property
    def _clock(self) -> Path:
        return self.home / "clock"

    def _start(self) -> Program:
        self.set_clock(BEGINS)
        argv = [sys.executable, str(Path(__file__).with_name("clocked.py")), str(self._clock), "run"]
        argv += ["--config", str(self._config), "--bind", LOOPBACK, "--port", str(self.port)]
        switch = Program(argv, log=self._log, life_seconds=LIFE_SECONDS)
        switch.wait_start(r"^ready$", START_SECONDS)
        return switch
