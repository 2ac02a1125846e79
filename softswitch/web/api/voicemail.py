"""Voicemail, and requests to be called back: /v1/voicemail, /v1/callbacks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from softswitch.web.api.base import Here, by, configured, needs, problems
from softswitch.web.api.sounds import sound_answer
from softswitch.web.model import Token
from softswitch.web.paging import USUAL_PAGE, Cursor, Limit, Page, from_cursor, page_of
from softswitch.web.resources.base import Id
from softswitch.web.resources.kept import Box, CallbackRequest, MessageChange, VoiceMessage
from softswitch.web.services import Services, Voicemail

router = APIRouter(prefix="/v1", tags=["voicemail"])

Reader = Annotated[Token, needs("voicemail:read")]
Writer = Annotated[Token, needs("voicemail:write")]
Controller = Annotated[Token, needs("voicemail:control")]


def _part(services: Services) -> Voicemail:
    return configured(services.voicemail, "voicemail")


@router.get("/voicemail", responses=problems(404))
async def list_boxes(here: Here, token: Reader) -> list[Box]:
    """List all boxes, and how many messages are in each."""
    return list(await _part(here).boxes())


@router.get("/voicemail/{box}/messages", responses=problems(404))
async def list_voice_messages(
    here: Here, token: Reader, box: Id, limit: Limit = USUAL_PAGE, cursor: Cursor = ""
) -> Page[VoiceMessage]:
    """List the messages of a box, the newest first."""
    return page_of(await _part(here).find(box, after=from_cursor(cursor), limit=limit))


@router.get("/voicemail-messages/{message}", responses=problems(404))
async def get_voice_message(here: Here, token: Reader, message: Id) -> VoiceMessage:
    """Return what is known of a message."""
    return await _part(here).get(message)


@router.get(
    "/voicemail-messages/{message}/sound",
    responses={**problems(404, 409), 200: {"content": {"audio/wav": {}}}},
    response_class=Response,
)
async def hear_voice_message(here: Here, token: Reader, message: Id) -> Response:
    """Send the sound of a message. It does not count as heard by that."""
    return await sound_answer(await _part(here).sound(message, by=by(token)))


@router.patch("/voicemail-messages/{message}", responses=problems(404))
async def change_voice_message(here: Here, token: Writer, message: Id, change: MessageChange) -> VoiceMessage:
    """Mark a message as heard, or as new; lamps follow."""
    return await _part(here).mark(message, heard=change.heard, by=by(token))


@router.delete("/voicemail-messages/{message}", status_code=204, responses=problems(404))
async def erase_voice_message(here: Here, token: Controller, message: Id) -> None:
    """Erase a message."""
    await _part(here).erase(message, by=by(token))


@router.get("/callbacks", responses=problems(404))
async def list_callbacks(
    here: Here,
    token: Reader,
    done: Annotated[bool, Query(description="Those that are done, in place of those that are not.")] = False,
    limit: Limit = USUAL_PAGE,
    cursor: Cursor = "",
) -> Page[CallbackRequest]:
    """List who asked to be called back."""
    return page_of(await _part(here).callbacks(done=done, after=from_cursor(cursor), limit=limit))


@router.put("/callbacks/{callback}/done", responses=problems(404, 409))
async def tick_off_callback(here: Here, token: Writer, callback: Id) -> CallbackRequest:
    """Say that somebody was called back; said twice it changes nothing."""
    return await _part(here).tick_off(callback, by=by(token))
