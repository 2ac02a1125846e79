"""The description of the interface (OpenAPI 3.1), made from the models that check what comes and goes."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from softswitch import __version__
from softswitch.web.api.base import ProblemDocument
from softswitch.web.idempotency import HEADER
from softswitch.web.scopes import SCOPES

TITLE: Final = "softswitch"

_INTRODUCTION: Final = """\
A telephone switch, for programs: customers, tickets and orders; opening hours; calls that were and calls that
are; recordings and voicemail; and the events of all of it as they happen.

Every request carries a token: `Authorization: Bearer TOKEN`. Tokens are made by `softswitch tokens add`; each
may do what its scopes say, and one that is bound to an agent sees that agent's own calls alone.

Lists come in pages: give `next` of a page as `cursor` to get the one after it. What is refused is told as a
problem (RFC 9457) with a `code` for programs. A POST with an `Idempotency-Key` is done once, however often
it is sent. A change names the state it is about: `If-Match` with the ETag of what was read.

Scopes:

"""


def describe(app: FastAPI) -> None:
    """Let an application describe itself so."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    scopes = "\n".join(f"* `{scope}`: {words}" for scope, words in SCOPES.items())
    made: dict[str, Any] = get_openapi(
        title=TITLE, version=__version__, description=_INTRODUCTION + scopes, routes=app.routes
    )
    schemas = made["components"]["schemas"]
    _, problems = models_json_schema(
        [(ProblemDocument, "validation")], ref_template="#/components/schemas/{model}"
    )
    schemas.update(problems["$defs"])
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for operations in made["paths"].values():
        for method, operation in operations.items():
            _finish(method, operation)
    return made


def _finish(method: str, operation: dict[str, Any]) -> None:
    """Add what all operations of a method have, and the scopes to the words."""
    scopes = sorted({scope for one in operation.get("security", ()) for scope in one.get("token", ())})
    if scopes:
        needed = ", ".join(f"`{scope}`" for scope in scopes)
        operation["description"] = f"{operation.get('description', '')}\n\nScope: {needed}.".strip()
    if method == "post" and operation.get("security"):
        schema = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"}
        field = {
            "name": HEADER,
            "in": "header",
            "required": False,
            "schema": schema,
            "description": "A name of your own for this request: sent again with it, it is not done again.",
        }
        operation.setdefault("parameters", []).append(field)
