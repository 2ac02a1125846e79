"""What may stand under schedules, duties and callers, and what is said of what may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.config import load_config
from softswitch.errors import ConfigError
from softswitch.schedules.config import SchedulesConfig

WHOLE = """
accounts:
  1001: {password: secret-1001}
  1002: {password: secret-1002}
schedules:
  office:
    name: Biuro
    week:
      mon-fri: 9:00-17:00
      sat: 10-13, 14-16
      sun: closed
    holidays: PL
    special:
      2026-12-31: 9:00-12:00
      12-27..12-30: {hours: closed, name: przerwa}
      11-11: usual
    key: 1
    may_switch: [1001]
duties:
  doctor:
    number: 540
    change_at: 7:00
    week:
      mon-thu: {main: 1001, spare: 1002}
      fri-sun: 1002
    days: {2026-12-24..2026-12-26: 1001}
callers:
  blocked: [+48 700 111 222, hidden]
  vip:
    +48 600 100 200: {to: 1001, otherwise: 1002, name: Jan}
    601200300: 1002
  lists:
    partners: {numbers: [+4812*], to: 1002, schedule: office, during: [closed]}
"""


def read(folder: Path, text: str) -> SchedulesConfig:
    path = folder / "softswitch.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def told(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    return str(caught.value).replace(str(folder / "softswitch.yaml"), "file")


def test_all_that_may_be_written(tmp_path: Path) -> None:
    config = read(tmp_path, WHOLE)
    office = config.schedules["office"]
    assert office.week == {"mon-fri": "9:00-17:00", "sat": "10-13, 14-16", "sun": "closed"}
    assert (office.zone, office.holidays, office.key) == ("Europe/Warsaw", "PL", "1")
    assert {day: part.hours for day, part in office.special.items()} == {
        "2026-12-31": "9:00-12:00",
        "12-27..12-30": "closed",
        "11-11": "usual",
    }
    doctor = config.duties["doctor"]
    assert (doctor.week["fri-sun"].main, doctor.week["fri-sun"].spare) == ("1002", None)
    assert (doctor.ring_s, doctor.limit_s) == (20, 600)
    assert config.callers.vip["601200300"].to == "1002"
    assert config.callers.lists["partners"].during == ("closed",)


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ("office: {week: {mon-fri: 9-17, fri: 9-12}}", "fri is named twice, by 'mon-fri' and by 'fri'"),
        ("office: {week: {monday: 9-17}}", "'monday' is no day: mon, tue"),
        ("office: {week: {mon: 9-5-3}}", "schedules.office.week.mon: '9-5-3' is no range of hours"),
        ("office: {week: {}}", "the list is empty"),
        ("office: {}", "the parameter 'week' is missing"),
        ("office: {week: {mon: 9-17}, zone: Europe/Warszawa}", "there is no time zone Europe/Warszawa"),
        ("office: {week: {mon: 9-17}, holidays: Polska}", "the holidays of 'Polska' are not known"),
        ("office: {week: {mon: 9-17}, special: {2026-02-30: closed}}", "there is no day 2026-02-30"),
        ("office: {week: {mon: 9-17}, special: {2026-12-24: shut}}", "'shut' is no range of hours"),
        ("office: {week: {mon: 9-17}, speciel: {}}", "unknown parameter 'speciel'"),
    ],
)
def test_faults_of_schedules_are_told_with_their_line(tmp_path: Path, part: str, fault: str) -> None:
    found = told(tmp_path, f"accounts: {{1001: {{password: secret-1}}}}\nschedules:\n  {part}\n")
    assert found.startswith("file line 3: ")
    assert fault in found


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ("duties: {doctor: {number: 540}}", "nobody is ever on duty"),
        ("duties: {doctor: {number: 540, week: {mon: {main: 1001, spare: 1001}}}}", "is the main one, 1001"),
        ("duties: {doctor: {number: 540, week: {mon-fri: 1001, mon: 1002}}}", "mon is named twice"),
        ("duties: {doctor: {number: 540, week: {trading-sunday: 1001}}}", "belongs into opening hours"),
        ("duties: {doctor: {number: 540, week: {mon: 1001}, change_at: 24:00}}", "the next one's 0:00"),
        ("callers: {blocked: [nobody]}", "'nobody' is no number"),
        ("callers: {lists: {vip: {numbers: [601200300], to: 1001}}}", "'vip' has its own place"),
        ("schedule_codes: {day: 61}", "has letters that cannot stand here"),
    ],
)
def test_faults_of_duties_and_lists(tmp_path: Path, part: str, fault: str) -> None:
    assert fault in told(tmp_path, f"accounts: {{1001: {{password: secret-1}}}}\n{part}\n")


def test_the_longest_code_counts() -> None:
    codes = SchedulesConfig.model_validate({"schedule_codes": {"day": "*6", "night": "*62"}}).schedule_codes
    assert codes.find("*62") == ("night", "")
    assert codes.find("*61") == ("day", "1")
    assert codes.find("*64") == ("automatic", "")
    assert codes.find("1001") is None
