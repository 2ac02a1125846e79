"""Opening hours in simulated calls: as the scene says, or as real schedules say at the scene's time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from softswitch.ivr.desks.hours import Hours, NoHours, Time, TimeNow
from softswitch.ivr.references import Kind


def _as_course(value: object) -> object:
    """Return a time alone, or a mapping of seconds to times, as pairs."""
    if isinstance(value, Mapping):
        return list(value.items())
    return value if isinstance(value, list | tuple) else [(0, value)]


def _in_order(course: tuple[tuple[float, Time], ...]) -> tuple[tuple[float, Time], ...]:
    if not course or course[0][0] != 0:
        raise ValueError("say how it is when the call begins, at 0: {0: open, 90: closed}")
    if any(later <= before for (before, _), (later, _) in pairwise(course)):
        raise ValueError("the seconds at which it changes must grow: {0: open, 90: closed}")
    return course


Course = Annotated[
    tuple[tuple[Annotated[float, Field(ge=0)], Time], ...],
    BeforeValidator(_as_course),
    AfterValidator(_in_order),
    Kind("open, closed, ... or {0: open, 90: closed}", "open, closed, ... albo {0: open, 90: closed}"),
]
"""What a schedule says in a call: ``open``, or what from which second on, ``{0: open, 90: closed}``."""

AT_ONCE: Final = 0.0


class SimulatedHours:
    """See :class:`softswitch.ivr.desks.hours.Hours`.

    ``given`` goes before the ``real`` schedules; a schedule that neither knows is open. ``seconds`` tells how
    long the call lasts already.
    """

    def __init__(
        self,
        given: Mapping[str, Course],
        outage: str | None = None,
        real: Hours | None = None,
        seconds: Callable[[], float] = lambda: AT_ONCE,
    ) -> None:
        self._given = given
        self._outage = outage
        self._real: Hours = real or NoHours()
        self._seconds = seconds

    @property
    def names(self) -> Collection[str]:
        """Those that are given or real."""
        return {*self._given, *self._real.names}

    def now(self, schedule: str) -> TimeNow:
        """Return what is given, else what is real."""
        if schedule in self._given:
            seconds = self._seconds()
            return TimeNow(next(time for since, time in reversed(self._given[schedule]) if since <= seconds))
        return self._real.now(schedule) if schedule in self._real.names else TimeNow(Time.OPEN)

    def outage(self) -> TimeNow | None:
        """Return the outage of the scene."""
        if self._outage is not None:
            return TimeNow(Time.OUTAGE, note=self._outage)
        return self._real.outage()
