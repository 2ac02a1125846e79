"""Tokens as they are kept."""

from __future__ import annotations

from datetime import timedelta

from softswitch.web.model import Token
from tests.fakes.clock import START


def test_a_token_holds_until_it_ends_or_is_taken_back() -> None:
    token = Token("A", "crm", ("calls:read",), "", START)
    assert token.holds(START)
    ends = Token("A", "crm", (), "", START, expires=START + timedelta(hours=1))
    assert ends.holds(START + timedelta(minutes=59))
    assert not ends.holds(START + timedelta(hours=1))
    assert not Token("A", "crm", (), "", START, revoked=START).holds(START)


def test_scopes_are_exact() -> None:
    token = Token("A", "crm", ("calls:read",), "", START)
    assert token.allows("calls:read")
    assert not token.allows("calls")
    assert not token.allows("calls:write")
