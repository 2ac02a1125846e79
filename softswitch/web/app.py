"""The interface as one ASGI application, built from the services that are handed in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import msgspec
from fastapi import Depends, FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.responses import Response

from softswitch.web.api import (
    agents,
    audit,
    calls,
    customers,
    documents,
    events,
    live_calls,
    messages,
    orders,
    outbox,
    providers,
    queues,
    ratings,
    recordings,
    schedules,
    tickets,
    voicemail,
)
from softswitch.web.api.base import known_query, query_names
from softswitch.web.api.events import Streaming
from softswitch.web.description import describe
from softswitch.web.errors import PROBLEM_TYPE, Fault, Unacceptable, WebError
from softswitch.web.gate import Gate, Guards, Limits, Receive, Scope, Send
from softswitch.web.problems import problem_of, refusal_of
from softswitch.web.services import Services

ROUTERS: Final = (
    *(customers, tickets, orders, schedules, calls, live_calls, queues, agents, recordings, voicemail),
    *(messages, ratings, outbox, events, audit, providers, documents),
)
UNGUARDED: Final = (providers.PATH,)
"""Whoever calls these proves himself by a signature."""
BY_ROUTER: Final = (400, 404, 405)
"""How a request is refused that finds no route, or whose body cannot be read."""


@cache
def make_routes() -> FastAPI:
    """Return the application without what it stands on: enough to describe it.

    It holds nothing of any line, so that one serves all interfaces of a process: to make it and its
    description takes a quarter of a second.
    """
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    for resource in ROUTERS:
        # What others' systems call is theirs to write; elsewhere a mistyped filter would give out all.
        strict = [] if resource is providers else [Depends(known_query)]
        app.include_router(resource.router, dependencies=strict)
    describe(app)
    app.add_exception_handler(WebError, _refused)
    app.add_exception_handler(RequestValidationError, _not_right)
    app.add_exception_handler(WebSocketRequestValidationError, _not_right)
    for status in BY_ROUTER:
        app.add_exception_handler(status, _no_such_route)
    app.add_exception_handler(Exception, _broken)
    app.state.query_names = query_names(app.openapi())
    return app


def make_app(services: Services, streaming: Streaming, guards: Guards, limits: Limits) -> Gate:
    """Return the whole interface, its gate in front."""
    routes = make_routes()

    async def with_services(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {}).update(services=services, streaming=streaming, excuse=guards.excuse)
        await routes(scope, receive, send)

    return Gate(with_services, guards, limits)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, WebError)
    if isinstance(request, WebSocket):
        raise error  # The gate knows how a WebSocket is refused.
    return _answer(request, error)


async def _not_right(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError | WebSocketRequestValidationError)
    refused = Unacceptable("The request is not right.", faults=_faults(error.errors()))
    return await _refused(request, refused)


async def _no_such_route(request: Request, error: Exception) -> Response:
    status, headers = getattr(error, "status_code", 400), getattr(error, "headers", None)
    return await _refused(request, refusal_of(status, headers or {}))


async def _broken(request: Request, error: Exception) -> Response:
    """Answer for a fault of ours; the gate writes it down."""
    return _answer(request, problem_of(error, request.state.excuse))


def _answer(request: Request, error: WebError) -> Response:
    body = msgspec.json.encode(error.document(request.url.path))
    headers = {**error.headers(), "X-Problem": error.code}
    return Response(body, error.status, headers, media_type=PROBLEM_TYPE)


def _faults(errors: Sequence[object]) -> tuple[Fault, ...]:
    """Return what is wrong, field by field, and nothing of what was given: it may be anybody's secret."""
    found = []
    for error in errors:
        assert isinstance(error, dict)
        where = ".".join(str(part) for part in error["loc"])
        found.append(Fault(where, str(error["msg"])))
    return tuple(found[:50])
