"""Opening hours for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from softswitch.schedules.errors import ScheduleError, UnknownSchedule
from softswitch.schedules.model import ALL, HandSwitch, Mode, Open, Special, State
from softswitch.schedules.preview import OPEN
from softswitch.schedules.service import Schedules
from softswitch.web.errors import Conflict, NotThere, WebError
from softswitch.web.resources.line import Schedule, ScheduleDay, SwitchTo

BY_LETTERS: Final = 60
"""Letters of who switched that are kept."""

Word = Literal["open", "closed", "special"]


@dataclass(frozen=True, slots=True)
class LineSchedules:
    """Implements :class:`softswitch.web.services.Schedules`."""

    schedules: Schedules

    def all(self) -> Sequence[Schedule]:
        """See Schedules."""
        return [self._shown(name) for name in sorted(self.schedules.schedules)]

    def preview(self, schedule: str, *, days: int) -> Sequence[ScheduleDay]:
        """See Schedules."""
        try:
            found = self.schedules.preview(schedule, days=days)
        except ScheduleError as error:
            raise _refused(error) from error
        return [
            ScheduleDay(
                day=date.fromisoformat(one.day),
                state="special"
                if one.special
                else "open"
                if any(_is_open(part.state) for part in one.parts)
                else "closed",
                name=one.name,
                hours=tuple(
                    f"{_clock(part.begin)}-{_clock(part.end)}" for part in one.parts if _is_open(part.state)
                ),
            )
            for one in found
        ]

    async def switch(self, schedule: str, to: SwitchTo, *, by: str) -> Schedule:
        """See Schedules."""
        try:
            self.schedules.schedule(schedule)
        except ScheduleError as error:
            raise _refused(error) from error
        self._switch(schedule, to, by)
        return self._shown(schedule)

    async def switch_all(self, to: SwitchTo, *, by: str) -> Sequence[Schedule]:
        """See Schedules."""
        self._demand_any()
        self._switch(ALL, to, by)
        return self.all()

    async def release_all(self, *, by: str) -> Sequence[Schedule]:
        """See Schedules."""
        self._demand_any()
        self.schedules.release(ALL, by=by[:BY_LETTERS])
        return self.all()

    async def release(self, schedule: str, *, by: str) -> Schedule:
        """See Schedules."""
        try:
            self.schedules.schedule(schedule)
            held = self.schedules.release(schedule, by=by[:BY_LETTERS])
        except ScheduleError as error:
            raise _refused(error) from error
        hand = self.schedules.standing(schedule).hand
        if hand is not None and not held:
            raise Conflict(
                f"All schedules are switched to {hand.mode.value} by {hand.by}: that is taken back for all, "
                "by DELETE /v1/schedules/switch, *64 on a phone or softswitch schedules auto."
            )
        return self._shown(schedule)

    def _demand_any(self) -> None:
        if not self.schedules.schedules:
            raise NotThere("This line has no schedules.")

    def _switch(self, name: str, to: SwitchTo, by: str) -> None:
        mode, note = Mode(to.switch), to.note.strip()
        until = None if to.minutes is None else self.schedules.now() + timedelta(minutes=to.minutes)
        try:
            self.schedules.switch(name, mode, by=by[:BY_LETTERS], until=until, note=note)
        except ScheduleError as error:
            raise _refused(error) from error

    def _shown(self, name: str) -> Schedule:
        standing, change = self.schedules.standing(name), self.schedules.next_change(name)
        hand: HandSwitch | None = standing.hand
        return Schedule(
            name=name,
            zone=str(self.schedules.schedule(name).zone),
            state=_word(standing.state),
            why=_why(standing.state, hand),
            until=None if change is None else change.at,
            switch="" if hand is None else hand.mode.value,
            switch_until=None if hand is None else hand.until,
            switched_by="" if hand is None else hand.by,
        )


def _word(state: State) -> Word:
    match state:
        case Open():
            return "open"
        case Special():
            return "special"
        case _:
            return "closed"


def _why(state: State, hand: HandSwitch | None) -> str:
    if hand is not None:
        return hand.note or f"switched to {hand.mode.value} by {hand.by}"
    return state.name if isinstance(state, Special) else ""


def _is_open(word: str) -> bool:
    return word == OPEN


def _clock(text: str) -> str:
    return f"{datetime.fromisoformat(text):%H:%M}"


def _refused(error: ScheduleError) -> WebError:
    text = f"{str(error)[:1].upper()}{str(error)[1:]}."
    return NotThere(text) if isinstance(error, UnknownSchedule) else Conflict(text)
