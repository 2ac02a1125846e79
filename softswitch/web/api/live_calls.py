"""Calls that are, and what can be done with them: /v1/live-calls."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response

from softswitch.web.api.base import Here, by, needs, problems
from softswitch.web.api.privacy import for_agent, took_part
from softswitch.web.errors import Fault, Forbidden, NotThere, Unacceptable
from softswitch.web.model import Token
from softswitch.web.resources.base import Id
from softswitch.web.resources.line import (
    Begun,
    LiveCall,
    NewCall,
    Supervise,
    Supervised,
    Transferring,
    TransferTo,
)
from softswitch.web.services import Services

router = APIRouter(prefix="/v1/live-calls", tags=["live calls"])

Reader = Annotated[Token, needs("live-calls:read")]
Controller = Annotated[Token, needs("live-calls:control")]


@router.get("", responses=problems())
async def list_live_calls(here: Here, token: Reader) -> list[LiveCall]:
    """List the calls that go on now, the oldest first. A token bound to an agent sees that agent's alone."""
    if not token.agent:
        return list(here.live.all())
    return [for_agent(one, here.numbers) for one in here.live.all() if took_part(token.agent, one)]


@router.post("", status_code=201, responses=problems(404, 409))
async def begin_call(here: Here, token: Controller, new: NewCall, response: Response) -> Begun:
    """Ring an account, and connect whoever answers with a number (click to call).

    With `call` in place of `number` whoever called then is called back, though the number be hidden.
    """
    if token.agent and new.account != token.agent:
        raise Forbidden("A token bound to an agent begins calls for that agent alone.")
    number = await called_back(here, token, number=new.number, call=new.call)
    begun = Begun(call=here.control.begin(new.account, number, ring_s=new.ring_s, by=by(token)))
    response.headers["Location"] = f"/v1/live-calls/{begun.call}"
    return begun


@router.get("/{call}", responses=problems(404))
async def get_live_call(here: Here, token: Reader, call: Id) -> LiveCall:
    """Return a call that goes on now."""
    return _visible(here, token, call)


@router.delete("/{call}", status_code=204, responses=problems(404))
async def hang_up(here: Here, token: Controller, call: Id) -> None:
    """End a call."""
    _visible(here, token, call)
    here.control.hang_up(call)


@router.post("/{call}/transfer", status_code=202, responses=problems(404, 409))
async def transfer(here: Here, token: Controller, call: Id, to: TransferTo) -> Transferring:
    """Hand over whoever is served in a call to another number.

    Where two talk it is done as the phone of the one who talks would: if nobody answers, the talk goes on as
    before. Who hears a menu or waits in a queue is led on there at once.
    """
    _visible(here, token, call)
    if token.agent and to.by not in (None, token.agent):
        raise Forbidden("A token bound to an agent hands over that agent's calls alone.")
    await here.control.transfer(call, to.number, by=token.agent or to.by or "")
    return Transferring(call=call, number=to.number)


@router.post("/{call}/supervision", responses=problems(404, 409))
async def supervise(here: Here, token: Controller, call: Id, how: Supervise) -> Supervised:
    """Let an account hear a talk, and speak to nobody, to the agent alone, or to both."""
    if token.agent:
        raise Forbidden("A token bound to an agent supervises nobody.")
    _visible(here, token, call)
    return here.control.supervise(call, by=how.by, mode=how.mode)


async def called_back(services: Services, token: Token, *, number: str | None, call: str | None) -> str:
    """Return the number that is meant, given or by the call it called in; raise Unacceptable or NotThere."""
    if (number is None) == (call is None):
        reason = "give either a number or a call"
        raise Unacceptable("Whom to call is not clear.", faults=(Fault("body.number", reason),))
    if number is not None:
        return number
    assert call is not None
    found = await services.calls.get(call)
    if token.agent and not took_part(token.agent, found):
        raise NotThere(f"There is no call {call}.")
    other = found.called if token.agent and found.account == token.agent else found.caller
    if not any(letter.isdigit() for letter in other):
        raise Unacceptable("Its caller's number is not known.", faults=(Fault("body.call", "no number"),))
    return other


def _visible(services: Services, token: Token, call: str) -> LiveCall:
    """Return a call that this token may see; raise NotThere for every other."""
    found = services.live.get(call)
    if not token.agent:
        return found
    if not took_part(token.agent, found):
        raise NotThere(f"There is no call {call} now.")
    return for_agent(found, services.numbers)
