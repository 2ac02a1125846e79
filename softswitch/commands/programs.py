"""``softswitch tokens`` and ``softswitch audit``: which programs may ask the line, and what they asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from softswitch.commands.shown import as_json, local_time, sentence, table
from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.web.model import AuditEntry, Token
from softswitch.words import Both

TOKENS: Final[Sequence[Both]] = (
    ("id", "id"),
    ("name", "nazwa"),
    ("agent", "agent"),
    ("made", "utworzony"),
    ("ends", "wygasa"),
    ("last used", "ostatnio użyty"),
    ("may", "może"),
)
AUDIT: Final[Sequence[Both]] = (
    ("when", "kiedy"),
    ("who", "kto"),
    ("from", "skąd"),
    ("what", "co"),
    ("result", "wynik"),
)


def show_tokens(tokens: Sequence[Token], now: datetime, *, view: View) -> RenderableType:
    """Return tokens; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json([_told(one) for one in tokens])
    if not tokens:
        return sentence(
            view,
            "There are no tokens yet: `softswitch tokens add NAME --scope customers:read` makes one.",
            "Nie ma jeszcze tokenów: utworzy je `softswitch tokens add NAZWA --scope customers:read`.",
        )
    return table(view, TOKENS, [_row(one, now, view) for one in tokens])


def _row(one: Token, now: datetime, view: View) -> tuple[str, ...]:
    polish = view.language == POLISH
    if one.revoked is not None:
        ends = "unieważniony" if polish else "revoked"
    elif one.expires is None:
        ends = "nigdy" if polish else "never"
    elif not one.holds(now):
        ends = "wygasł" if polish else "over"
    else:
        ends = _time(one.expires, view)
    return (
        one.id,
        one.name,
        one.agent,
        _time(one.made, view),
        ends,
        _time(one.used, view),
        " ".join(one.scopes),
    )


def show_new_token(token: Token, text: str, *, view: View) -> RenderableType:
    """Return a token that was made, with its text: the only time that it is shown."""
    if view.as_json:
        return as_json({**_told(token), "token": text})
    said = sentence(
        view,
        f"Token {token.id} for {token.name}. It is shown this once, and kept nowhere: hand it on now.",
        f"Token {token.id} dla: {token.name}. Widać go tylko teraz i nigdzie go nie zapisano: przekaż go.",
    )
    return Group(said, Text(text, overflow="fold"))


def show_revoked(token: str, *, revoked: bool, view: View) -> RenderableType:
    """Return what came of taking a token back."""
    if view.as_json:
        return as_json({"id": token, "revoked": revoked})
    if revoked:
        return sentence(view, f"{token} holds no more.", f"{token} już nie działa.")
    return sentence(view, f"No token {token} holds.", f"Nie ma ważnego tokenu {token}.")


def show_audit(entries: Sequence[AuditEntry], *, view: View) -> RenderableType:
    """Return requests, newest first; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json(list(entries))
    if not entries:
        return sentence(view, "Nobody has asked for anything yet.", "Nikt jeszcze o nic nie pytał.")
    rows = [
        (
            _time(one.at, view),
            one.name or ("?" if not one.token else one.token),
            one.source,
            f"{one.method} {one.path}",
            f"{one.status} {one.code}".strip(),
        )
        for one in entries
    ]
    return table(view, AUDIT, rows)


def _told(token: Token) -> dict[str, object]:
    told = asdict(token)
    del told["digest"]
    return told


def _time(at: datetime | None, view: View) -> str:
    return "" if at is None else local_time(at.isoformat(), view)
