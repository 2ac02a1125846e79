"""What providers of payments tell by themselves: /v1/providers. Signatures prove them, no token does."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request

from softswitch.web.api.base import Here, configured, problems
from softswitch.web.resources.base import Id

PATH: Final = "/v1/providers/"

router = APIRouter(prefix="/v1/providers", tags=["providers"])


@router.post("/{provider}", status_code=204, responses=problems(404))
async def provider_tells(here: Here, provider: Id, request: Request) -> None:
    """Take a message of a provider, once its signature is proved."""
    hooks = configured(here.providers, "provider of payments")
    await hooks.receive(provider, dict(request.headers), await request.body())
