"""Text messages (SMS): /v1/messages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from softswitch.web.api.base import Here, by, configured, needs, problems
from softswitch.web.api.live_calls import called_back
from softswitch.web.api.privacy import took_part
from softswitch.web.errors import Fault, NotThere, Unacceptable
from softswitch.web.model import Token
from softswitch.web.resources.base import Id
from softswitch.web.resources.line import Message, NewMessage
from softswitch.web.services import Messages, Services

router = APIRouter(prefix="/v1/messages", tags=["messages"])

Reader = Annotated[Token, needs("messages:read")]
Writer = Annotated[Token, needs("messages:write")]


def _part(services: Services) -> Messages:
    return configured(services.messages, "text messages")


@router.post("", status_code=202, responses=problems(404, 409))
async def send_message(here: Here, token: Writer, new: NewMessage) -> Message:
    """Send a text message, to a number or to whoever called in a call. With an Idempotency-Key once.

    A token bound to an agent sends messages within that agent's own calls alone.
    """
    part = _part(here)
    if token.agent and new.call is None:
        reason = "a token bound to an agent names one of that agent's calls"
        raise Unacceptable("Whom to write to is not clear.", faults=(Fault("body.call", reason),))
    number = await called_back(here, token, number=new.number, call=new.call)
    return await part.send(number, new.text, gateway=new.gateway or "", call=new.call or "", by=by(token))


@router.get("/{message}", responses=problems(404))
async def get_message(here: Here, token: Reader, message: Id) -> Message:
    """Return what became of a message."""
    found = await _part(here).get(message)
    if token.agent:
        call = await here.calls.get(found.call) if found.call else None
        if call is None or not took_part(token.agent, call):
            raise NotThere(f"There is no message {message}.")
    return found
