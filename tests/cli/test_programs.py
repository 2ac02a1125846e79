"""``tokens``, ``audit`` and ``api`` as they are typed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from softswitch.cli import EXIT_CANNOT_START
from softswitch.clock import SystemClock
from softswitch.storage.audit_store import AuditStore
from softswitch.storage.database import Database
from softswitch.storage.place import file_url, settle
from softswitch.storage.token_store import TokenStore
from softswitch.web.audit import Audit
from softswitch.web.model import Token
from softswitch.web.tokens import Tokens
from tests.cli.running import refused, run
from tests.storage.conftest import running

CONFIG = "accounts:\n  '1001': {password: a-Long-one-1}\nhome: line\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The configuration of a line that was started once."""

    async def make() -> None:
        database = await Database.open(settle(tmp_path / "line", None))
        await database.close()

    (tmp_path / "line").mkdir()
    asyncio.run(make())
    (tmp_path / "softswitch.yaml").write_text(CONFIG)
    return tmp_path / "softswitch.yaml"


def listed(config: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("tokens", "--json", "--config", config).output)
    return found


def proved(config: Path, text: str) -> Token | None:
    """Prove a token as the running switch does."""

    async def prove() -> Token | None:
        database = await Database.open(file_url(config.parent / "line"))
        try:
            return await Tokens(TokenStore(database), SystemClock()).prove(text)
        finally:
            await database.close()

    return asyncio.run(prove())


def test_a_token_is_made_shown_once_and_taken_back(config: Path) -> None:
    assert "no tokens yet" in run("tokens", "--config", config).output
    made = run(
        "tokens", "add", "crm", "--scope", "customers:read", "--scope", "tickets:*", "--config", config
    )
    text = made.output.strip().splitlines()[-1]
    token = proved(config, text)
    assert token is not None
    assert token.scopes == ("customers:read", "tickets:read", "tickets:write")
    assert token.expires is not None
    shown = run("tokens", "--config", config).output
    assert "crm" in shown
    assert text.split("_")[2] not in shown
    assert text.split("_")[2].encode() not in (config.parent / "line" / "switch.db").read_bytes()
    assert "holds no more" in run("tokens", "revoke", token.id, "--config", config).output
    again = run("tokens", "revoke", token.id, "--config", config)
    # A script must not take a token for revoked that it has misspelt.
    assert ("No token" in again.output, again.exit_code) == (True, EXIT_CANNOT_START)
    assert proved(config, text) is None
    assert "revoked" in run("tokens", "--config", config).output
    assert "unieważniony" in run("tokens", "--pl", "--config", config).output


def test_a_token_for_an_agent_that_never_ends(config: Path) -> None:
    words = ("add", "desk", "--scope", "*:*", "--agent", "1001", "--days", "0", "--json")
    made = json.loads(run("tokens", *words, "--config", config).output)
    assert (made["agent"], made["expires"]) == ("1001", None)
    assert "customers:read" not in made["scopes"]
    assert proved(config, made["token"]) is not None
    (only,) = listed(config)
    assert "digest" not in only
    assert "token" not in only


def test_what_is_wrong_is_said(config: Path) -> None:
    add = ("tokens", "add", "x", "--config", config)
    assert "is no scope" in refused(EXIT_CANNOT_START, *add, "--scope", "clients:read")
    assert "at least one scope" in refused(EXIT_CANNOT_START, *add)
    for words in (
        ("tokens", "add"),
        ("tokens", "lift", "x"),
        ("tokens", "--scope", "calls:read"),
        ("api", "x"),
    ):
        result = run(*words, *(("--config", config) if words[0] == "tokens" else ()))
        assert result.exit_code == 2
    assert listed(config) == []


def test_who_asked_for_what(config: Path) -> None:
    assert "Nobody has asked" in run("audit", "--config", config).output

    async def ask() -> None:
        database = await Database.open(file_url(config.parent / "line"))
        store = AuditStore(database, SystemClock())
        async with running(store.run):
            audit = Audit(store.keep, SystemClock())
            audit.note(None, source="203.0.113.9", method="GET", path="/v1/me", status=401, code="no_token")
            await store.flush()
        await database.close()

    asyncio.run(ask())
    shown = run("audit", "--config", config).output
    assert "203.0.113.9" in shown
    assert "401 no_token" in shown
    (entry,) = json.loads(run("audit", "--json", "--config", config).output)
    assert entry["path"] == "/v1/me"
    assert json.loads(run("audit", "--token", "T", "--json", "--config", config).output) == []


def test_the_description_is_printed() -> None:
    document = json.loads(run("api", "openapi").output)
    assert "/v1/live-calls/{call}/transfer" in document["paths"]
