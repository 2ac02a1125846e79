"""The room put together: schedules, duties' numbers, codes and lists, as they were before this start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from softswitch.bus import EventLog
from softswitch.calls.call import Destination
from softswitch.calls.lines import Lines
from softswitch.calls.origin import ANONYMOUS
from softswitch.calls.speaking import Speaking
from softswitch.clock import Clock
from softswitch.registrar.accounts import Account
from softswitch.schedules.callers import CallerBook
from softswitch.schedules.codes import ScheduleCodes
from softswitch.schedules.config import SchedulesConfig
from softswitch.schedules.duty import DutyDestination
from softswitch.schedules.model import DutyDay, HandSwitch, ListedCaller, SpecialDay
from softswitch.schedules.screening import ScreenedLines
from softswitch.schedules.service import Kept, Schedules


class Store(Protocol):
    """Where what people change is kept (see :class:`softswitch.storage.schedule_store.ScheduleStore`)."""

    def save_switch(self, schedule: str, switch: HandSwitch | None) -> None:
        """Keep a hand switch, or that there is none; no I/O."""
        ...

    def save_duty_day(self, duty: str, day: date, put_in: DutyDay | None) -> None:
        """Keep who has a day, or that the roster says so; no I/O."""
        ...

    def save_special_day(self, schedule: str, day: date, put_in: SpecialDay | None) -> None:
        """Keep a special day, or that there is none; no I/O."""
        ...

    def save_caller(self, name: str, number: str, entry: ListedCaller | None) -> None:
        """Keep a number on a list, or that it is off; no I/O."""
        ...

    async def switches(self) -> tuple[HandSwitch, ...]:
        """Return the hand switches that were kept."""
        ...

    async def duty_days(self) -> tuple[DutyDay, ...]:
        """Return the days that were kept."""
        ...

    async def special_days(self) -> tuple[SpecialDay, ...]:
        """Return the special days that were kept."""
        ...

    async def callers(self) -> tuple[ListedCaller, ...]:
        """Return the numbers on lists that were kept."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What the room stands on.

    ``leads_to`` finds where a number leads with an account's rights, or for None with the switch's own;
    ``spelling`` returns what numbers are compared by; ``language_of`` is an account's, "" for none.
    """

    clock: Clock
    log: EventLog
    speaking: Speaking
    leads_to: Callable[[str, str | None], Destination | None]
    spelling: Callable[[str], str]
    language_of: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Schedules, duties and lists of a running switch."""

    schedules: Schedules
    callers: CallerBook
    codes: ScheduleCodes
    numbers: Mapping[str, Destination]
    """The numbers of the duties."""
    leads_to: Callable[[str, str | None], Destination | None]

    def personal(self, number: str, account: Account) -> Destination | None:
        """Return what a code does that an account dials, None for what is none."""
        return self.codes.find(number, account)

    def screened(self, lines: Lines) -> Lines:
        """Return the lines to the outside with the lists of callers in front."""
        return ScreenedLines(lines, self.callers, lambda number: self.leads_to(number, None))


async def build_schedules(config: SchedulesConfig, store: Store, means: Means) -> OpeningHours:
    """Build it; everything that was changed before this start holds again."""
    kept = Kept(
        store.save_switch,
        store.save_duty_day,
        await store.switches(),
        await store.duty_days(),
        store.save_special_day,
        await store.special_days(),
    )
    schedules = Schedules(config, clock=means.clock, log=means.log, kept=kept)
    book = CallerBook(
        config.callers,
        spelling=means.spelling,
        hidden=ANONYMOUS,
        state=schedules.state,
        changed=store.save_caller,
        restored=await store.callers(),
    )
    numbers = {
        roster.config.number: DutyDestination(
            roster, means.leads_to, schedules.now, means.speaking, means.language_of
        )
        for roster in schedules.rosters.values()
    }
    codes = ScheduleCodes(schedules, means.speaking, means.language_of)
    return OpeningHours(schedules, book, codes, numbers, means.leads_to)
