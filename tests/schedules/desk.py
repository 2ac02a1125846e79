"""An office with opening hours: phones, features, duties and codes, on virtual time and a wall clock."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from softswitch.calls.call import Destination
from softswitch.calls.speaking import Speaking
from softswitch.registrar.accounts import Account
from softswitch.schedules.build import Means, OpeningHours, build_schedules
from softswitch.schedules.config import SchedulesConfig
from softswitch.schedules.model import DutyDay, HandSwitch, ListedCaller, SpecialDay
from softswitch.trunks.numbers import Numbering
from tests.fakes.exchange import Phone
from tests.features.office import Office, office
from tests.schedules.moments import warsaw

NOON = warsaw("2026-12-17T12:00")
MOBILE = "+48600100200"


@dataclass
class MemoryStore:
    """Keeps what is changed in memory. Implements :class:`softswitch.schedules.build.Store`."""

    hand: dict[str, HandSwitch | None] = field(default_factory=dict)
    days: dict[tuple[str, date], DutyDay | None] = field(default_factory=dict)
    special: dict[tuple[str, date], SpecialDay | None] = field(default_factory=dict)
    listed: dict[tuple[str, str], ListedCaller | None] = field(default_factory=dict)

    def save_switch(self, schedule: str, switch: HandSwitch | None) -> None:
        self.hand[schedule] = switch

    def save_duty_day(self, duty: str, day: date, put_in: DutyDay | None) -> None:
        self.days[duty, day] = put_in

    def save_special_day(self, schedule: str, day: date, put_in: SpecialDay | None) -> None:
        self.special[schedule, day] = put_in

    def save_caller(self, name: str, number: str, entry: ListedCaller | None) -> None:
        self.listed[name, number] = entry

    async def switches(self) -> tuple[HandSwitch, ...]:
        return tuple(one for one in self.hand.values() if one is not None)

    async def duty_days(self) -> tuple[DutyDay, ...]:
        return tuple(one for one in self.days.values() if one is not None)

    async def special_days(self) -> tuple[SpecialDay, ...]:
        return tuple(one for one in self.special.values() if one is not None)

    async def callers(self) -> tuple[ListedCaller, ...]:
        return tuple(one for one in self.listed.values() if one is not None)


class WallClock:
    """A wall clock that runs with the loop, from a moment that a test sets."""

    def __init__(self, here: Office, start: datetime = NOON) -> None:
        self._clock = here.switch.clock
        self._began = self._clock.wall()
        self.start = start

    def wall(self) -> datetime:
        return self.start + (self._clock.wall() - self._began)

    def monotonic(self) -> float:
        return self._clock.monotonic()


@dataclass
class Desk:
    """The office, its opening hours, and what was kept of them."""

    office: Office
    hours: OpeningHours
    store: MemoryStore
    clock: WallClock
    languages: dict[str, str] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)

    def phone(self, user: str) -> Phone:
        """Return the one phone of an account."""
        if user not in self.phones:
            self.phones[user] = self.office.phone(user)
        return self.phones[user]


@contextlib.asynccontextmanager
async def desk(
    people: Mapping[str, Mapping[str, object]] | None = None,
    *,
    outside: Mapping[str, str] | None = None,
    store: MemoryStore | None = None,
    **parts: object,
) -> AsyncIterator[Desk]:
    """Run an office; ``parts`` are those of SchedulesConfig, ``outside`` as of :func:`office`."""
    async with office(people, outside=outside) as here:
        languages: dict[str, str] = {}

        def leads_to(number: str, by: str | None) -> Destination | None:
            account = Account(by or "", "")
            return here.switch.routes.get(number) or here.features.route(number, account)

        kept, clock = store or MemoryStore(), WallClock(here)
        means = Means(
            clock=clock,
            log=here.switch.log,
            speaking=Speaking(here.speaker),
            leads_to=leads_to,
            spelling=Numbering("PL").comparable,
            language_of=lambda user: languages.get(user, ""),
        )
        hours = await build_schedules(SchedulesConfig.model_validate(parts), kept, means)
        here.switch.routes.update(hours.numbers)
        here.switch.router = lambda number, account: (
            here.features.route(number, account) or hours.personal(number, account)
        )
        yield Desk(here, hours, kept, clock, languages)
