"""Recordings of talks: /v1/recordings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from softswitch.web.api.base import Here, by, configured, needs, problems
from softswitch.web.api.sounds import sound_answer
from softswitch.web.model import Token
from softswitch.web.narrowing import When, Which
from softswitch.web.paging import USUAL_PAGE, Cursor, Limit, Page, from_cursor, page_of
from softswitch.web.resources.base import Id, Number
from softswitch.web.resources.kept import Hold, Recording
from softswitch.web.services import Recordings, Services

router = APIRouter(prefix="/v1/recordings", tags=["recordings"])

Reader = Annotated[Token, needs("recordings:read")]
Writer = Annotated[Token, needs("recordings:write")]
Controller = Annotated[Token, needs("recordings:control")]


def _part(services: Services) -> Recordings:
    return configured(services.recordings, "recordings")


@router.get("", responses=problems(404))
async def list_recordings(
    here: Here,
    token: Reader,
    since: When = None,
    until: When = None,
    queue: Which = None,
    agent: Which = None,
    number: Annotated[Number | None, Query()] = None,
    call: Which = None,
    limit: Limit = USUAL_PAGE,
    cursor: Cursor = "",
) -> Page[Recording]:
    """List recordings, the newest first."""
    found = await _part(here).find(
        since=since,
        until=until,
        queue=queue or "",
        agent=agent or "",
        number=number or "",
        call=call or "",
        after=from_cursor(cursor),
        limit=limit,
    )
    return page_of(found)


@router.get("/{recording}", responses=problems(404))
async def get_recording(here: Here, token: Reader, recording: Id) -> Recording:
    """Return what is known of a recording."""
    return await _part(here).get(recording)


@router.get(
    "/{recording}/sound",
    responses={**problems(404, 409), 200: {"content": {"audio/wav": {}}}},
    response_class=Response,
)
async def hear_recording(here: Here, token: Reader, recording: Id) -> Response:
    """Send the sound; who hears it is written down."""
    return await sound_answer(await _part(here).sound(recording, by=by(token)))


@router.put("/{recording}/hold", responses=problems(404, 409))
async def hold_recording(here: Here, token: Writer, recording: Id, hold: Hold) -> Recording:
    """Keep a recording, whatever the limits say, until it is released."""
    return await _part(here).hold(recording, hold.reason, by=by(token))


@router.delete("/{recording}/hold", responses=problems(404, 409))
async def release_recording(here: Here, token: Writer, recording: Id) -> Recording:
    """Keep a recording no longer than the limits say."""
    return await _part(here).release(recording, by=by(token))


@router.delete("/{recording}", status_code=204, responses=problems(404, 409))
async def erase_recording(here: Here, token: Controller, recording: Id) -> None:
    """Erase a recording, unless it is held."""
    await _part(here).erase(recording, by=by(token))
