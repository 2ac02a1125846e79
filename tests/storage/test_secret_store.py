"""A secret is made once and known again after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path

from softswitch.storage.database import Database
from softswitch.storage.secret_store import SecretStore


def counted() -> Callable[[], bytes]:
    numbers = count(1)
    return lambda: bytes([next(numbers)]) * 32


async def test_a_secret_is_made_once(database: Database) -> None:
    store, make = SecretStore(database), counted()
    first = await store.get_or_make("nonces", make)
    assert first == b"\x01" * 32
    assert await store.get_or_make("nonces", make) == first
    assert await store.get_or_make("cookies", make) == b"\x02" * 32


async def test_it_is_the_same_after_a_restart(database: Database, file: Path) -> None:
    made = await SecretStore(database).get_or_make("nonces", counted())
    again = await Database.open(f"sqlite:///{file}")
    assert await SecretStore(again).get_or_make("nonces", lambda: b"another") == made
    await again.close()


async def test_tenants_have_secrets_of_their_own(database: Database) -> None:
    make = counted()
    await SecretStore(database).get_or_make("nonces", make)
    assert await SecretStore(database, tenant="other").get_or_make("nonces", make) == b"\x02" * 32


async def test_of_two_at_once_one_wins(database: Database) -> None:
    make = counted()
    stores = [SecretStore(database) for _ in range(2)]
    secrets = await asyncio.gather(*(store.get_or_make("nonces", make) for store in stores))
    assert secrets[0] == secrets[1]
