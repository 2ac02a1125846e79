"""``webhooks``, ``verify`` and ``try-mail`` as they are typed."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from softswitch.cli import EXIT_CANNOT_START, EXIT_STEP_FAILED
from softswitch.events import CallEnded, Entry
from softswitch.integrations.manifest import HEAD, Manifest
from softswitch.integrations.webhook_signing import key_of
from softswitch.outbox.messages import Notice, read
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.place import settle
from softswitch.storage.webhook_store import WebhookStore
from softswitch.webhook_payloads import happening
from tests.cli.running import refused, run
from tests.fakes.clock import START, FakeClock
from tests.integrations.post import Post, post_office

CONFIG = """\
accounts:
  '1001': {password: a-Long-one-1}
home: line
webhooks:
  crm: {url: "https://crm.example.com/hook", secrets: [whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw]}
mail:
  support: {host: 127.0.0.1, port: 2525, security: none, from: centrala@firma.pl, time_limit_s: 2}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return the configuration of a line that has told of three calls."""

    async def fill() -> None:
        (tmp_path / "line").mkdir()
        database = await Database.open(settle(tmp_path / "line", None))
        events = EventStore(database, FakeClock())
        store = WebhookStore(
            database, FakeClock(), {"crm": ("call.ended",)}, tell=happening, of_calls=events.whole_calls
        )
        end = CallEnded("answered", "caller_hung_up", 200, 16, "caller")
        async with database.writing() as connection:
            await store.follow(
                connection, [Entry(number, START, f"CALL{number}", end) for number in (1, 2, 3)]
            )
        await store.note_gone("crm")
        await database.close()

    (tmp_path / "softswitch.yaml").write_text(CONFIG)
    asyncio.run(fill())
    return tmp_path / "softswitch.yaml"


def waiting(config: Path) -> list[str]:
    """Return the ids of the messages that wait, in their order."""

    async def look() -> list[str]:
        database = await Database.open(settle(config.parent / "line", None))
        found = await OutboxStore(database, FakeClock()).latest(channel="webhook:crm")
        await database.close()
        return [read(one.delivery.body, Notice).id for one in sorted(found, key=lambda one: one.id)]

    return asyncio.run(look())


def test_receivers_are_listed_told_again_and_welcomed(config: Path) -> None:
    [crm] = json.loads(run("webhooks", "--json", "--config", config).output)
    assert (crm["receiver"], crm["last"], crm["events"]) == ("crm", 3, ["call.ended"])
    assert crm["gone"] is not None
    assert "crm is told again" in run("webhooks", "enable", "crm", "--config", config).output
    assert json.loads(run("webhooks", "--json", "--config", config).output)[0]["gone"] is None
    assert "Sent to crm again: 2" in run("webhooks", "replay", "crm", "--from", 2, "--config", config).output
    ids = [f"webhook:crm:call-ended:CALL{number}" for number in (1, 2, 3, 2, 3)]
    assert waiting(config) == ids
    assert "1" in run("webhooks", "replay", "crm", "--from", 2, "--to", 2, "--config", config).output
    assert waiting(config) == [*ids, "webhook:crm:call-ended:CALL2"]


def test_a_secret_that_is_made_is_one() -> None:
    made = [run("webhooks", "secret").output.strip() for _ in range(2)]
    assert all(len(key_of(one)) == 32 for one in made)
    assert made[0] != made[1]


@pytest.mark.parametrize(
    "words", [("replay",), ("enable",), ("resend", "crm"), ("secret", "crm"), ("replay", "nobody")]
)
def test_half_a_wish_is_refused(config: Path, words: tuple[str, ...]) -> None:
    assert run("webhooks", *words, "--config", config).exit_code == 2


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    folder = tmp_path / "dropped"
    folder.mkdir()
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    manifest = Manifest(folder, key=key)
    (folder / "a.wav").write_bytes(b"sound")
    manifest.add("a.wav", 5, hashlib.sha256(b"sound").hexdigest(), START)
    (folder / HEAD).write_bytes(manifest.head(START))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(public)
    return folder


def test_an_untouched_drop_is_told_from_a_changed_one(dropped: Path) -> None:
    key = dropped.parent / "key.pem"
    whole = run("verify", dropped, "--key", key)
    assert whole.exit_code == 0
    assert "and signed" in whole.output
    (dropped / "a.wav").write_bytes(b"Sound")
    changed = run("verify", dropped)
    assert changed.exit_code == EXIT_STEP_FAILED
    assert "a.wav: its content is not what was put there" in changed.output
    assert json.loads(run("verify", dropped, "--json").output)["files"] == 1


def test_a_key_that_is_none_is_said(dropped: Path) -> None:
    (dropped.parent / "key.pem").write_text("x")
    sentence = refused(EXIT_CANNOT_START, "verify", dropped, "--key", dropped.parent / "key.pem")
    assert "holds no public key" in sentence


async def test_a_mailbox_is_tried(config: Path) -> None:
    async with post_office(Post()) as post:
        text = CONFIG.replace("2525", str(post.port))
        await asyncio.to_thread(config.write_text, text)
        words = ("try-mail", "support", "a@example.com", "--config", config)
        result = await asyncio.to_thread(run, *words)
        assert "4711" in result.output
        assert [one.people for one in post.taken] == [["a@example.com"]]
        post.refuses["a@example.com"] = "550 no such user"
        assert "550 no such user" in await asyncio.to_thread(refused, EXIT_CANNOT_START, *words)


def test_a_mailbox_that_is_not_there_is_said(config: Path) -> None:
    assert run("try-mail", "sales", "a@example.com", "--config", config).exit_code == 2
