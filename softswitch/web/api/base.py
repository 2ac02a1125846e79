"""What all routes have in common: who asks, what stands behind, how refusals are described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Request, Security
from fastapi.requests import HTTPConnection
from fastapi.security import HTTPBearer, SecurityScopes
from pydantic import BaseModel, Field

from softswitch.web.errors import PROBLEM_TYPE, Fault, Forbidden, NotConfigured, Unacceptable, Unproved
from softswitch.web.gate import CALLER
from softswitch.web.model import Token
from softswitch.web.scopes import AGENT_SCOPES
from softswitch.web.services import Services

Part = TypeVar("Part")

TOKEN: Final = HTTPBearer(
    scheme_name="token",
    auto_error=False,
    description="A token made by `softswitch tokens add NAME --scope customers:read`.",
)


class FaultDocument(BaseModel):
    """One thing wrong in a request."""

    where: str
    reason: str


class ProblemDocument(BaseModel):
    """Why a request was not served (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(description="A word for programs.")
    errors: list[FaultDocument] = Field(default=[], description="Each field that is not right.")


_MEANINGS: Final[Mapping[int, str]] = {
    400: "The body cannot be read",
    401: "No token, or none that holds",
    403: "The token does not allow it",
    404: "There is no such thing",
    409: "It cannot be done as things are",
    412: "It was changed meanwhile",
    413: "Too large",
    422: "The request is not right",
    428: "If-Match is needed",
    429: "Too many requests",
    500: "A fault of the switch",
    503: "Not now",
}
_ALWAYS: Final = (400, 401, 403, 413, 422, 429, 500, 503)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of how a route refuses, of these statuses and of those that all routes have."""
    schema = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
    return {
        status: {"description": _MEANINGS[status], "content": {PROBLEM_TYPE: schema}}
        for status in sorted({*statuses, *_ALWAYS})
    }


def token_of(request: Request) -> Token:
    """Return the token that asks; the gate has proved it."""
    token = getattr(request.state, CALLER, None)
    if not isinstance(token, Token):
        raise Unproved
    return token


# Async, and awaiting nothing, like all that routes depend on: the framework takes what is not to a thread.
async def _allowed(wanted: SecurityScopes, request: Request, _: Annotated[object, Depends(TOKEN)]) -> Token:
    token = token_of(request)
    for scope in wanted.scopes:
        if not token.allows(scope) or (token.agent and scope not in AGENT_SCOPES):
            raise Forbidden(f"It needs the scope {scope}.")
    return token


def needs(*scopes: str) -> Any:  # noqa: ANN401 - FastAPI's own marker has no type
    """Return what a route's parameter of type Token depends on: a token that goes as far as all scopes."""
    return Security(_allowed, scopes=list(scopes))


async def _services(request: Request) -> Services:
    services: Services = request.state.services
    return services


Here = Annotated[Services, Depends(_services)]
"""The services, as a parameter of a route."""


def configured(part: Part | None, what: str) -> Part:
    """Return a part of the line; raise NotConfigured where it has none."""
    if part is None:
        raise NotConfigured(f"This line has no {what}.")
    return part


def by(token: Token) -> str:
    """Return who asks, for records of what was done: a token's name, and whose it is."""
    return f"{token.name} ({token.agent or token.id})"


def query_names(description: Mapping[str, Any]) -> Mapping[tuple[str, str], frozenset[str]]:
    """Return the names in the query of each route, by its path and method, as its description has them."""
    return {
        (path, method.upper()): frozenset(
            one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"
        )
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    }


async def known_query(connection: HTTPConnection) -> None:
    """Refuse parameters in a query that the route is not described with, by their names.

    What is not described, such as a WebSocket, is left to its route.
    """
    scope = connection.scope
    route = getattr(scope.get("route"), "path", ""), scope.get("method", "")
    known = connection.app.state.query_names.get(route)
    if known is None:
        return
    strange = sorted(set(connection.query_params) - known)
    if strange:
        faults = tuple(Fault(f"query.{name[:40]}", "there is no such parameter") for name in strange[:10])
        raise Unacceptable("The request is not right.", faults=faults)
