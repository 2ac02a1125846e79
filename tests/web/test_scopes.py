"""What tokens may be allowed."""

from __future__ import annotations

import pytest

from softswitch.web.scopes import AGENT_SCOPES, SCOPES, UnknownScope, parse_scopes


def test_stars_stand_for_all() -> None:
    assert parse_scopes(["customers:*"]) == ("customers:control", "customers:read", "customers:write")
    assert set(parse_scopes(["*:read"])) == {scope for scope in SCOPES if scope.endswith(":read")}
    assert set(parse_scopes(["*:*"])) == set(SCOPES)
    assert parse_scopes(["calls:read", " calls:read "]) == ("calls:read",)


def test_an_agent_can_have_less() -> None:
    assert set(parse_scopes(["*:*"], agent="1001")) == set(AGENT_SCOPES)
    with pytest.raises(UnknownScope, match="bound to an agent"):
        parse_scopes(["customers:read"], agent="1001")


@pytest.mark.parametrize("word", ["customers", "customers:", ":read", "clients:read", "calls:write", ""])
def test_what_is_no_scope(word: str) -> None:
    with pytest.raises(UnknownScope):
        parse_scopes([word])


def test_a_token_needs_one() -> None:
    with pytest.raises(UnknownScope, match="at least one"):
        parse_scopes([])


def test_every_scope_is_known_by_one_of_three_verbs() -> None:
    assert {scope.partition(":")[2] for scope in SCOPES} == {"read", "write", "control"}
    assert set(SCOPES) > AGENT_SCOPES
