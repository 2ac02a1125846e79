"""Text messages (SMS): /v1/messages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from softswitch.web.api.base import Here, by, configured, needs, problems
from softswitch.web.api.live_calls import called_back
from softswitch.web.api.privacy import took_part
from softswitch.web.errors import Fault, NotThere, Unacceptable
from softswitch.web.model import Token
from softswitch.web.resources.base import Id, Name
from softswitch.web.resources.line import Message, MessageTemplate, NewMessage
from softswitch.web.services import Messages, Services

router = APIRouter(prefix="/v1/messages", tags=["messages"])

Reader = Annotated[Token, needs("messages:read")]
Writer = Annotated[Token, needs("messages:write")]


def _part(services: Services) -> Messages:
    return configured(services.messages, "text messages")


@router.post("", status_code=202, responses=problems(404, 409))
async def send_message(here: Here, token: Writer, new: NewMessage) -> Message:
    """Send a text message, to a number or to whoever called in a call. With an Idempotency-Key once.

    With both it goes to the number and stands with the call: who calls from a landline names a mobile. A
    token bound to an agent sends messages within that agent's own calls alone.
    """
    part = _part(here)
    if (new.text is None) == (new.template is None):
        reason = "give either a text or a template"
        raise Unacceptable("What to write is not clear.", faults=(Fault("body.text", reason),))
    if token.agent and new.call is None:
        reason = "a token bound to an agent names one of that agent's calls"
        raise Unacceptable("Whom to write to is not clear.", faults=(Fault("body.call", reason),))
    if new.number is None and new.call is None:
        reason = "give a number, a call, or both"
        raise Unacceptable("Whom to write to is not clear.", faults=(Fault("body.number", reason),))
    number = await _meant(here, token, new)
    return await part.send(number, new, agent=token.agent, by=by(token))


async def _meant(services: Services, token: Token, new: NewMessage) -> str:
    """Return the number to write to; raise Unacceptable, or NotThere for a call this token does not see."""
    if new.number is None or new.call is None:
        return await called_back(services, token, number=new.number, call=new.call)
    found = await services.calls.get(new.call)
    if token.agent and not took_part(token.agent, found):
        raise NotThere(f"There is no call {new.call}.")
    return new.number


@router.get("", responses=problems(404))
async def list_messages(
    here: Here, token: Reader, call: Annotated[Name, Query(description="Of this call.")]
) -> list[Message]:
    """List the text messages that belong to a call, the oldest first."""
    part = _part(here)
    if token.agent and not took_part(token.agent, await here.calls.get(call)):
        raise NotThere(f"There is no call {call}.")
    return list(await part.of_call(call))


@router.get("/templates", responses=problems(404))
async def list_templates(here: Here, token: Reader) -> list[MessageTemplate]:
    """List the texts that can be sent by their names."""
    return list(_part(here).templates())


@router.get("/{message}", responses=problems(404))
async def get_message(here: Here, token: Reader, message: Id) -> Message:
    """Return what became of a message."""
    found = await _part(here).get(message)
    if token.agent:
        call = await here.calls.get(found.call) if found.call else None
        if call is None or not took_part(token.agent, call):
            raise NotThere(f"There is no message {message}.")
    return found
