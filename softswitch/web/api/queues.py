"""Queues: /v1/queues."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from softswitch.web.api.base import Here, needs, problems
from softswitch.web.errors import NotThere
from softswitch.web.model import Token
from softswitch.web.resources.base import Id
from softswitch.web.resources.line import QueueState

router = APIRouter(prefix="/v1/queues", tags=["queues"])

Reader = Annotated[Token, needs("queues:read")]


@router.get("", responses=problems())
async def list_queues(here: Here, token: Reader) -> list[QueueState]:
    """List all queues: who waits now, and today's figures."""
    return list(here.queues.queues())


@router.get("/{queue}", responses=problems(404))
async def get_queue(here: Here, token: Reader, queue: Id) -> QueueState:
    """Return a queue: who waits now, and today's figures."""
    for one in here.queues.queues():
        if one.queue == queue:
            return one
    raise NotThere(f"There is no queue {queue}.")
