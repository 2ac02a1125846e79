"""Opening hours: /v1/schedules."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from softswitch.web.api.base import Here, by, configured, needs, problems
from softswitch.web.errors import NotThere
from softswitch.web.model import Token
from softswitch.web.resources.base import Id
from softswitch.web.resources.line import Schedule, ScheduleDay, SwitchTo
from softswitch.web.services import Schedules, Services

router = APIRouter(prefix="/v1/schedules", tags=["schedules"])

Reader = Annotated[Token, needs("schedules:read")]
Controller = Annotated[Token, needs("schedules:control")]


def _part(services: Services) -> Schedules:
    return configured(services.schedules, "schedules")


@router.get("", responses=problems(404))
async def list_schedules(here: Here, token: Reader) -> list[Schedule]:
    """List all opening hours, and how they stand now."""
    return list(_part(here).all())


@router.get("/{schedule}", responses=problems(404))
async def get_schedule(here: Here, token: Reader, schedule: Id) -> Schedule:
    """Return how a schedule stands now."""
    for one in _part(here).all():
        if one.name == schedule:
            return one
    raise NotThere(f"There is no schedule {schedule}.")


@router.get("/{schedule}/days", responses=problems(404))
async def preview_schedule(
    here: Here, token: Reader, schedule: Id, days: Annotated[int, Query(ge=1, le=62)] = 14
) -> list[ScheduleDay]:
    """Return the coming days, today first, with holidays and special days."""
    return list(_part(here).preview(schedule, days=days))


@router.put("/switch", responses=problems(404, 409))
async def switch_all_schedules(here: Here, token: Controller, to: SwitchTo) -> list[Schedule]:
    """Switch all schedules by hand, as in an outage; each keeps what it is switched to itself."""
    return list(await _part(here).switch_all(to, by=by(token)))


@router.delete("/switch", responses=problems(404))
async def release_all_schedules(here: Here, token: Controller) -> list[Schedule]:
    """Take back what all schedules were switched to."""
    return list(await _part(here).release_all(by=by(token)))


@router.put("/{schedule}/switch", responses=problems(404, 409))
async def switch_schedule(here: Here, token: Controller, schedule: Id, to: SwitchTo) -> Schedule:
    """Switch a schedule by hand, for some time or until it is released."""
    return await _part(here).switch(schedule, to, by=by(token))


@router.delete("/{schedule}/switch", responses=problems(404, 409))
async def release_schedule(here: Here, token: Controller, schedule: Id) -> Schedule:
    """Let a schedule go by its hours again."""
    return await _part(here).release(schedule, by=by(token))
