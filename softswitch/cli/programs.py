"""Commands about programs that may ask the line: their tokens, what they asked, what they can ask."""

from __future__ import annotations

import json as text
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from softswitch.cli.codes import EXIT_CANNOT_START
from softswitch.cli.ending import exit_with, judged, put, say
from softswitch.cli.options import AsJson, Polish, Records, view_of
from softswitch.cli.stored import from_database
from softswitch.clock import SystemClock
from softswitch.commands.programs import show_audit, show_new_token, show_revoked, show_tokens
from softswitch.storage.audit_store import AuditStore
from softswitch.storage.database import Database
from softswitch.storage.token_store import TokenStore
from softswitch.web.model import Token
from softswitch.web.scopes import SCOPES, parse_scopes
from softswitch.web.tokens import issue

SCOPES_HELP: Final = "Scopes:\n\n\b\n" + "\n".join(f"{scope:20} {words}" for scope, words in SCOPES.items())


def tokens(
    what: Annotated[
        str, typer.Argument(help="add, revoke; or nothing, to list them.", show_default=False)
    ] = "",
    who: Annotated[
        str, typer.Argument(help="A name for a new token, or the id of one to revoke.", show_default=False)
    ] = "",
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do, such as customers:read or 'tickets:*'; may stand several times."),
    ] = None,
    agent: Annotated[
        str, typer.Option(help="Bind it to this account: it sees that account's own calls alone.")
    ] = "",
    days: Annotated[int, typer.Option(help="After which it ends; 0 for never.", min=0, max=3650)] = 365,
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """List the tokens of programs; `tokens add crm --scope customers:read` makes one, `tokens revoke ID`."""
    if what not in ("", "add", "revoke") or bool(what) != bool(who):
        raise typer.BadParameter("say nothing, or: add NAME --scope SCOPE, or: revoke ID")
    if scope and what != "add":
        raise typer.BadParameter("scopes belong to a new token: tokens add NAME --scope SCOPE")
    view, now = view_of(json, pl), SystemClock().wall()
    if what == "add":
        made: list[tuple[Token, str]] = []
        exit_with(judged(lambda: made.append(_issue(who, scope or [], agent, days, now))))
        token, shown = made[0]
        from_database(home, lambda database: TokenStore(database).add(token), changes=True)
        put(show_new_token(token, shown, view=view), json)
    elif what == "revoke":
        revoked = from_database(home, lambda database: TokenStore(database).revoke(who, now), changes=True)
        put(show_revoked(who, revoked=revoked, view=view), json)
        exit_with(0 if revoked else EXIT_CANNOT_START)
    else:
        put(show_tokens(from_database(home, lambda found: TokenStore(found).all()), now, view=view), json)


def _issue(name: str, scopes: list[str], agent: str, days: int, now: datetime) -> tuple[Token, str]:
    lasts = timedelta(days=days) if days else None
    return issue(name, parse_scopes(scopes, agent=agent), now, agent=agent, lasts=lasts)


def audit(
    token: Annotated[str, typer.Option(help="The requests of one token alone, by its id.")] = "",
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1, max=10_000)] = 50,
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """List what programs asked of the line: who, when, from where, what, and with which result."""

    def ask(database: Database) -> AuditStore:
        return AuditStore(database, SystemClock())

    found = from_database(home, lambda database: ask(database).latest(token=token, limit=limit))
    put(show_audit(found, view=view_of(json, pl)), json)


def api(
    what: Annotated[str, typer.Argument(help="openapi: the whole description, as JSON.")],
) -> None:
    """Print the description of the interface for programs (OpenAPI), for generators of clients."""
    if what != "openapi":
        raise typer.BadParameter("say: api openapi")
    # Only here: no other command pays for what the interface is made of.
    from softswitch.web.app import make_routes

    say(text.dumps(make_routes().openapi(), indent=2, ensure_ascii=False))


tokens.__doc__ = f"{tokens.__doc__}\n\n{SCOPES_HELP}"
