"""Codes that switch opening hours by phone: day, night, outage, and by the calendar again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.speaking import Speaking
from softswitch.numerals import HOUR, Case, counted
from softswitch.registrar.accounts import Account
from softswitch.schedules.model import ALL, Mode
from softswitch.schedules.service import Schedules
from softswitch.schedules.texts import Text, phrase, spoken

SERVED: Final = Termination(Reason.SERVICE_ENDED)
AUTOMATIC: Final = "automatic"
MOST_HOURS: Final = 99
_REST: Final = re.compile(r"([0-9]{0,4})(?:\*([1-9][0-9]?))?\Z")
"""What follows a code: the key of one schedule, and a star and for how many hours."""
_SAID: Final = {Mode.DAY: Text.DAY, Mode.NIGHT: Text.NIGHT, Mode.OUTAGE: Text.OUTAGE}


@dataclass(frozen=True, slots=True)
class ScheduleCodes:
    """Finds codes, and does what they stand for."""

    schedules: Schedules
    speaking: Speaking
    language_of: Callable[[str], str]

    def find(self, dialled: str, account: Account) -> ScheduleCode | None:
        """Return what a dialled code does, None for what is none, or means no schedule there is."""
        config = self.schedules.config
        found = config.schedule_codes.find(dialled) if config.schedules and account.user else None
        rest = None if found is None else _REST.match(found[1])
        if found is None or rest is None:
            return None
        schedule = ALL
        if rest[1]:
            named = [name for name, part in config.schedules.items() if part.key == rest[1]]
            if not named:
                return None
            schedule = named[0]
        if rest[2] and found[0] == AUTOMATIC:
            return None
        return ScheduleCode(self, dialled, found[0], schedule, int(rest[2] or 0), account.user)

    def may_switch(self, schedule: str, user: str) -> bool:
        """Tell whether an account may switch a schedule; all of them who may switch each."""
        parts = self.schedules.config.schedules
        names = parts if schedule == ALL else (schedule,)
        return all(user in parts[name].may_switch for name in names)

    def do(self, code: ScheduleCode) -> tuple[str, str]:
        """Do what a code stands for; return what is said of it, and in which language."""
        language, schedules = self.language_of(code.user), self.schedules
        known = schedules.schedules.get(code.schedule)
        name = phrase(Text.ALL, language) if known is None else known.shown
        if code.does == AUTOMATIC:
            schedules.release(code.schedule, by=code.user)
            return phrase(Text.AUTOMATIC, language, name=name), spoken(language)
        mode = Mode(code.does)
        until = self._until(code, mode)
        schedules.switch(code.schedule, mode, by=code.user, until=until)
        said = [phrase(_SAID[mode], language, name=name)]
        if code.hours:
            hours = counted(code.hours, HOUR[spoken(language)], spoken(language), Case.ACCUSATIVE)
            said.append(phrase(Text.FOR_HOURS, language, time=hours))
        elif until is not None:
            said.append(phrase(Text.UNTIL_MIDNIGHT, language))
        return " ".join(said), spoken(language)

    def _until(self, code: ScheduleCode, mode: Mode) -> datetime | None:
        if code.hours:
            return self.schedules.now() + timedelta(hours=code.hours)
        # Who switches to night and goes home has forgotten it by the morning; an outage ends when it ends.
        return None if mode is Mode.OUTAGE else self.schedules.midnight(code.schedule)


@dataclass(frozen=True, slots=True)
class ScheduleCode:
    """One code that was dialled by an account; ``hours`` is 0 where none were said."""

    codes: ScheduleCodes
    code: str
    does: str
    schedule: str
    hours: int
    user: str
    kind: str = "code"

    @property
    def name(self) -> str:
        """The code."""
        return self.code

    async def __call__(self, call: Call) -> Termination:
        """Do it for the caller, and say what holds now."""
        # Whoever is sent to a code by a transfer uses nobody's rights by it.
        if call.caller is not call.first or call.caller.party != self.user:
            return Termination(Reason.UNKNOWN_NUMBER)
        codes = self.codes
        if codes.may_switch(self.schedule, self.user):
            said = codes.do(self)
        else:
            language = codes.language_of(self.user)
            said = phrase(Text.NOT_YOURS, language), spoken(language)
        await codes.speaking.tell(call, lambda party: said)
        return SERVED
