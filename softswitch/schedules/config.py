"""The parts of the configuration that belong to opening hours, duties and lists of callers."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from softswitch.parts import Code, Codes, Part
from softswitch.schedules.dates import parse_span
from softswitch.schedules.hours import (
    ALWAYS,
    DAYS,
    TRADING_SUNDAY,
    parse_days,
    parse_hours,
    parse_time,
)
from softswitch.schedules.public_holidays import has_holidays
from softswitch.schedules.wall_clock import DAY_MINUTES

Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z*#+._-]{1,64}$")]
"""What can be dialled."""

Name = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
"""By which trees, commands and the log know a schedule, a duty or a list."""

Shown = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A name for people: spoken, or on a display."""

USUAL: Final = "usual"
"""In place of hours: a special day that is none, with the hours of its day of the week."""
HIDDEN: Final = "hidden"
"""In place of a caller's number: all who hide theirs."""


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # The last for one that is a folder of zones.
        raise ValueError(f"there is no time zone {value}: Europe/Warsaw is one") from None
    return value


def _hours(value: str) -> str:
    parse_hours(value)
    return value


def _hours_or_usual(value: str) -> str:
    return value if value == USUAL else _hours(value)


def _days(value: str) -> str:
    if value != TRADING_SUNDAY:
        parse_days(value)
    return value


def _span(value: str) -> str:
    parse_span(value)
    return value


def _time_of_day(value: str) -> str:
    if parse_time(value) == DAY_MINUTES:
        raise ValueError("the day's end is the next one's 0:00: write that")
    return value


def _caller(value: str) -> str:
    if value != HIDDEN and not any(letter.isdigit() for letter in value):
        raise ValueError(f"'{value[:40]}' is no number: write +48600100200, +4812* for a range, or {HIDDEN}")
    return value


Zone = Annotated[str, AfterValidator(_zone)]
Hours = Annotated[str, AfterValidator(_hours)]
HoursOrUsual = Annotated[str, AfterValidator(_hours_or_usual)]
Days = Annotated[str, AfterValidator(_days)]
Dates = Annotated[str, AfterValidator(_span)]
TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
CallerNumber = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_caller)]


class SpecialDayConfig(Part):
    """What holds on special days in place of the week; it may be the hours alone."""

    hours: HoursOrUsual
    name: Shown = ""


class ScheduleConfig(Part):
    """Opening hours of a week, with the days on which they do not hold.

    Days that are not named are closed. What is said of a special day holds from midnight to midnight, so that
    hours of the day before do not reach into it.
    """

    name: Shown = ""
    zone: Zone = "Europe/Warsaw"
    week: dict[Days, Hours] = Field(min_length=1, examples=["{mon-fri: 9:00-17:00, sat: 10-14}"])
    holidays: str | None = None
    special: dict[Dates, SpecialDayConfig] = Field(default_factory=dict)
    key: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}$")] | None = None
    may_switch: tuple[Number, ...] = ()

    @field_validator("week")
    @classmethod
    def _each_day_once(cls, value: dict[str, str]) -> dict[str, str]:
        seen: dict[int, str] = {}
        for text in value:
            for day in () if text == TRADING_SUNDAY else parse_days(text):
                if day in seen:
                    raise ValueError(f"{DAYS[day]} is named twice, by '{seen[day]}' and by '{text}'")
                seen[day] = text
        return value

    @field_validator("holidays")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and not has_holidays(value):
            raise ValueError(f"the holidays of '{value[:20]}' are not known: write PL, or another country so")
        return value

    @field_validator("special", mode="before")
    @classmethod
    def _hours_alone(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {day: {"hours": part} if isinstance(part, str) else part for day, part in value.items()}


class ShiftConfig(Part):
    """Who is on duty; it may be the main number alone."""

    main: Number
    spare: Number | None = None

    @model_validator(mode="after")
    def _apart(self) -> ShiftConfig:
        if self.spare == self.main:
            raise ValueError(f"the spare number is the main one, {self.main}: leave it out")
        return self


class DutyConfig(Part):
    """A duty: its number, and who is rung there on which day.

    The main phone rings for ``ring_s``, then the spare one, in rounds until somebody answers, and for
    ``limit_s`` at most (0: until the caller hangs up). Whose day it is changes at ``change_at``. Whoever
    answers outside has to press 1 with ``confirm``, so that no mailbox takes the call.
    """

    number: Number
    name: Shown = ""
    zone: Zone = "Europe/Warsaw"
    change_at: TimeOfDay = "0:00"
    week: dict[Days, ShiftConfig] = Field(
        default_factory=dict, examples=["{mon-fri: {main: 1001, spare: 1002}}"]
    )
    days: dict[Dates, ShiftConfig] = Field(default_factory=dict)
    ring_s: float = Field(default=20.0, ge=5.0, le=120.0)
    limit_s: float = Field(default=600.0, ge=0.0, le=3600.0)
    confirm: bool = True
    by: Number | None = None
    otherwise: Number | None = None

    @field_validator("week", "days", mode="before")
    @classmethod
    def _main_alone(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {day: {"main": part} if isinstance(part, str) else part for day, part in value.items()}

    @field_validator("week")
    @classmethod
    def _each_day_once(cls, value: dict[str, ShiftConfig]) -> dict[str, ShiftConfig]:
        if TRADING_SUNDAY in value:
            raise ValueError(f"{TRADING_SUNDAY} belongs into opening hours")
        ScheduleConfig.model_validate({"week": dict.fromkeys(value, ALWAYS)}) if value else None
        return value

    @model_validator(mode="after")
    def _anybody(self) -> DutyConfig:
        if not self.week and not self.days:
            raise ValueError("nobody is ever on duty: name somebody by day (week: {mon-sun: 1001})")
        return self


class VipConfig(Part):
    """A caller who is put straight through to one consultant; it may be the consultant's number alone.

    When he does not answer the call goes to ``otherwise``, else where the dialled number leads anyway.
    """

    to: Number
    otherwise: Number | None = None
    name: Shown = ""


When = Literal["open", "closed", "special", "outage"]


class CallerListConfig(Part):
    """Callers who are led elsewhere than the number they dial leads all others.

    Only those who dial one of ``at``, if that is given; and only while ``schedule`` says one of ``during``.
    """

    numbers: tuple[CallerNumber, ...] = ()
    to: Number
    at: tuple[CallerNumber, ...] = ()
    schedule: Name | None = None
    during: tuple[When, ...] = ("closed", "special")


class CallersConfig(Part):
    """Lists that are looked at before all else when somebody calls from outside.

    In this order: ``blocked``, ``vip``, then ``lists`` as they stand.
    """

    blocked: tuple[CallerNumber, ...] = ()
    vip: dict[CallerNumber, VipConfig] = Field(default_factory=dict)
    lists: dict[Name, CallerListConfig] = Field(default_factory=dict)

    @field_validator("vip", mode="before")
    @classmethod
    def _number_alone(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {number: {"to": part} if isinstance(part, str) else part for number, part in value.items()}

    @field_validator("lists")
    @classmethod
    def _own_names(cls, value: dict[str, CallerListConfig]) -> dict[str, CallerListConfig]:
        for name in ("blocked", "vip"):
            if name in value:
                raise ValueError(f"'{name}' has its own place, beside 'lists'")
        return value


class ScheduleCodesConfig(Codes):
    """What is dialled to switch schedules by hand; the ``key`` of one schedule may follow."""

    day: Code = "*61"
    night: Code = "*62"
    outage: Code = "*63"
    automatic: Code = "*64"


class SchedulesConfig(Part):
    """Opening hours, duties and lists of callers, by name."""

    schedules: dict[Name, ScheduleConfig] = Field(default_factory=dict)
    schedule_codes: ScheduleCodesConfig = ScheduleCodesConfig()
    duties: dict[Name, DutyConfig] = Field(default_factory=dict)
    callers: CallersConfig = CallersConfig()
