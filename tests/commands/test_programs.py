"""Tokens and audit, in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rich.console import Console

from softswitch.commands.programs import show_audit, show_new_token, show_tokens
from softswitch.commands.view import View
from softswitch.web.model import AuditEntry, Token
from softswitch.web.tokens import issue
from tests.fakes.clock import START

ENDS = START + timedelta(days=1)


def shown(what: object, width: int = 200) -> str:
    console = Console(width=width, record=True, file=None, quiet=True)
    console.quiet = False
    with console.capture() as captured:
        console.print(what)
    return captured.get()


@pytest.mark.parametrize(
    ("token", "english", "polish"),
    [
        (Token("A", "crm", ("calls:read",), "", START), "never", "nigdy"),
        (Token("A", "crm", ("calls:read",), "", START, START), "over", "wygasł"),
        (Token("A", "crm", ("calls:read",), "", START, ENDS), "2026-01-06", "2026-01-06"),
        (Token("A", "crm", ("calls:read",), "", START, ENDS, revoked=START), "revoked", "unieważniony"),
    ],
)
def test_when_a_token_ends(token: Token, english: str, polish: str) -> None:
    assert english in shown(show_tokens([token], START, view=View()))
    assert polish in shown(show_tokens([token], START, view=View(language="pl")))


def test_a_new_token_is_shown_whole_however_narrow_the_terminal() -> None:
    token, text = issue("crm", ("calls:read",), START)
    assert text in "".join(shown(show_new_token(token, text, view=View()), width=30).split("\n"))


def test_nobody_paints_the_terminal() -> None:
    entry = AuditEntry("A", START, "", "\x1b[31mred", "", "::1", "GET", "/v1/me", 200)
    assert "\x1b" not in shown(show_audit([entry], view=View()))
