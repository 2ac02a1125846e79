"""What an agent's token sees: that agent's own calls, and no number that is hidden from agents."""

from __future__ import annotations

from typing import TypeVar

from softswitch.web.resources.line import CallDetail, CallSummary, LiveCall
from softswitch.web.services import Numbers

Shown = TypeVar("Shown", CallSummary, CallDetail, LiveCall)


def took_part(agent: str, call: CallSummary | LiveCall) -> bool:
    """Tell whether a call is an agent's own: he called, rings or talks in it."""
    if isinstance(call, LiveCall):
        return any(leg.party == agent for leg in call.legs)
    if isinstance(call, CallDetail) and any(leg.get("party") == agent for leg in call.legs):
        return True
    return agent in (call.caller, call.account, *call.agents)


def for_agent(call: Shown, numbers: Numbers) -> Shown:
    """Return a call as agents see it: with the number that is shown in place of a hidden one, and no name."""
    shown = numbers.hidden(call.id)
    if shown is None:
        return call
    update: dict[str, object] = {"caller": shown, "caller_name": ""}
    if isinstance(call, LiveCall):
        legs = (leg.model_copy(update={"party": shown}) if leg.is_caller else leg for leg in call.legs)
        update["legs"] = tuple(legs)
    return call.model_copy(update=update)
