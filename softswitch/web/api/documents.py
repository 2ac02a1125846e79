"""The description of the interface, for programs and for people: /openapi.json, /docs."""

from __future__ import annotations

from html import escape
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from softswitch.web.api.base import needs
from softswitch.web.model import Token

router = APIRouter(include_in_schema=False)

Anybody = Annotated[Token, needs()]

_STYLE: Final = (
    "body{font:16px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}code,pre{background:#8881;"
    "padding:.1em .3em}pre{padding:1em;overflow:auto}h2{margin-top:2em}summary{cursor:pointer}"
)


@router.get("/openapi.json")
async def openapi(request: Request, token: Anybody) -> JSONResponse:
    """Return the description."""
    return JSONResponse(request.app.openapi())


@router.get("/docs")
async def docs(request: Request, token: Anybody) -> HTMLResponse:
    """Return the description as a page that needs nothing from elsewhere."""
    return HTMLResponse(as_page(request.app.openapi()))


def as_page(document: dict[str, Any]) -> str:
    """Return a description as HTML, without scripts and without anything from elsewhere."""
    info = document["info"]
    parts = [
        f"<!doctype html><meta charset=utf-8><title>{escape(info['title'])}</title><style>{_STYLE}</style>",
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>",
        f"<pre>{escape(info['description'])}</pre>",
    ]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts.append(_operation(path, method, operation))
    return "\n".join(parts)


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    fields = "".join(
        f"<li><code>{escape(one['name'])}</code> ({one['in']}) {escape(one.get('description', ''))}</li>"
        for one in operation.get("parameters", ())
    )
    words = escape(operation.get("description", ""))
    answers = ", ".join(
        f"{status} {escape(one['description'])}" for status, one in operation["responses"].items()
    )
    return (
        f"<details><summary><code>{escape(method.upper())} {escape(path)}</code> "
        f"{escape(operation.get('summary', ''))}</summary><pre>{words}</pre>"
        f"<ul>{fields}</ul><p>{answers}</p></details>"
    )
