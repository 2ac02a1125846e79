"""Agents of queues: /v1/agents."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from softswitch.web.api.base import Here, needs, problems
from softswitch.web.errors import NotThere
from softswitch.web.model import Token
from softswitch.web.resources.base import Id
from softswitch.web.resources.line import AgentAct, AgentState
from softswitch.web.services import Services

router = APIRouter(prefix="/v1/agents", tags=["agents"])

Reader = Annotated[Token, needs("agents:read")]
Controller = Annotated[Token, needs("agents:control")]


@router.get("", responses=problems())
async def list_agents(here: Here, token: Reader) -> list[AgentState]:
    """List agents: what they do now, and today's figures. A token bound to an agent sees that one alone."""
    return [
        _shown(here, token, one)
        for one in here.queues.agents()
        if not token.agent or one.agent == token.agent
    ]


@router.get("/{agent}", responses=problems(404))
async def get_agent(here: Here, token: Reader, agent: Id) -> AgentState:
    """Return an agent."""
    for one in here.queues.agents():
        if one.agent == agent and token.agent in ("", agent):
            return _shown(here, token, one)
    raise NotThere(f"There is no agent {agent}.")


@router.post("/{agent}/act", responses=problems(404, 409))
async def act_for_agent(here: Here, token: Controller, agent: Id, act: AgentAct) -> AgentState:
    """Log an agent in or out, pause him, end his pause or his wrap-up."""
    if token.agent not in ("", agent):
        raise NotThere(f"There is no agent {agent}.")
    return _shown(here, token, here.queues.act(agent, act))


def _shown(services: Services, token: Token, agent: AgentState) -> AgentState:
    """Return an agent as the token may see him: with whom he talks may be hidden from himself."""
    if not token.agent or not agent.party:
        return agent
    for call in services.live.all():
        shown = services.numbers.hidden(call.id)
        if shown is not None and call.caller == agent.party:
            return agent.model_copy(update={"party": shown})
    return agent
