"""Steps that look at the clock and the calendar to decide where to go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo

from softswitch.ivr.desks.hours import Time, TimeNow
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import EndReason, HangUp, Next, Outcome, Taken, lead
from softswitch.ivr.references import BranchName, Kind, ScheduleName, checked_template
from softswitch.ivr.variables import CUSTOM_FIELD, VARIABLE
from softswitch.ivr.visit import Visit
from softswitch.sameness import folded

_FAMILIES = (CUSTOM_FIELD, VARIABLE)


def _checked_variable(name: str, info: ValidationInfo) -> str:
    if not name.upper().startswith(_FAMILIES):
        raise ValueError(f"'{name}' is no own field of a customer: write {CUSTOM_FIELD}NAME")
    checked_template("{{" + name + "}}", info)
    return name.upper()


class ByHours(Action):
    """Go on by the opening hours. The caller hears nothing of it.

    A special day, such as a public holiday, goes the way of ``open`` within the hours of that day and the way
    of ``special`` all the rest of it. A schedule that was switched by hand says what it was switched to until
    it is switched back. Where ``field`` holds the name of another schedule, in small letters or capitals,
    that one counts: customers can have hours of their own.
    """

    example: ClassVar[str] = "- by_hours: {schedule: standard, closed: sorry, special: sorry}"
    instant: ClassVar[bool] = True

    schedule: ScheduleName = Field(description="The name of the schedule.")
    field: (
        Annotated[str, AfterValidator(_checked_variable), Kind("variable's name", "nazwa zmiennej")] | None
    ) = Field(
        default=None,
        description="A variable that may name another schedule, such as CUSTOMER.CUSTOM_FIELD.HOURS.",
    )
    open: BranchName | None = Field(
        default=None, description="The branch in opening hours; none: the next step."
    )
    closed: BranchName | None = Field(default=None, description="The branch out of hours; none hangs up.")
    special: BranchName | None = Field(
        default=None, description="The branch on special days; none is as closed."
    )
    outage: BranchName | None = Field(
        default=None, description="The branch while an outage is switched on; none is as closed."
    )

    def exits(self) -> Mapping[str, Outcome]:
        """Return the four exits."""
        closed = lead(self.closed, HangUp(EndReason.NO_WAY_ON))
        return {
            Time.OPEN.value: lead(self.open, Next()),
            Time.CLOSED.value: closed,
            Time.SPECIAL.value: lead(self.special, closed),
            Time.OUTAGE.value: lead(self.outage, closed),
        }

    async def run(self, visit: Visit) -> Taken:
        """Look and go."""
        schedule = self._schedule(visit)
        now = visit.world.desks.hours.now(schedule)
        return self.take(now.time.value, _told(schedule, now))

    def _schedule(self, visit: Visit) -> str:
        wanted = visit.value(self.field).strip() if self.field is not None else ""
        names = visit.world.desks.hours.names
        if wanted in names:
            return wanted
        return next((name for name in names if wanted and folded(name) == folded(wanted)), self.schedule)


def _told(schedule: str, now: TimeNow) -> str:
    more = ", ".join(text for text in (now.name, now.note) if text)
    return f"{schedule}: {more}" if more else schedule
