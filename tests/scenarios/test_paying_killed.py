"""A process that pays is killed with SIGKILL again and again; the bank's journal shows each charge once."""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import timedelta
from pathlib import Path

from softswitch.clock import SystemClock
from softswitch.payments.model import State
from softswitch.payments.sandbox.bank import charged_twice
from softswitch.payments.sandbox.entries import Charged
from softswitch.payments.sandbox.journal import read_journal
from softswitch.payments.sandbox.server import Options, running
from softswitch.storage.database import Database
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.payment_store import PaymentStore
from tests.fakes.patience import PATIENCE
from tests.scenarios.killed_payer import room_on

KILLS = 10
FARTHEST_S = 0.06
"""Within so long after a payment's end the next one is killed: a payment takes 25 ms."""


async def killed_once(url: str, database: str, start: int, chance: random.Random) -> None:
    """Let a process pay, and kill it in the middle of something."""
    argv = [sys.executable, "-m", "tests.scenarios.killed_payer", url, database, str(start)]
    process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        for _ in range(3 * chance.randint(1, 3)):
            assert await process.stdout.readline()
    await asyncio.sleep(chance.uniform(0, FARTHEST_S))
    process.kill()
    await process.wait()


async def test_whenever_it_is_killed_nobody_is_charged_twice_and_every_receipt_is_there_once(
    tmp_path: Path,
) -> None:
    chance, journal = random.Random(6), tmp_path / "journal"
    url = f"sqlite:///{tmp_path / 'switch.db'}"
    async with running(Options(journal), SystemClock()) as sandbox:
        for number in range(KILLS):
            await killed_once(sandbox.url, url, 1_000 * number, chance)
        database = await Database.open(url)
        room = room_on(database, sandbox.url)
        try:
            store, outbox = PaymentStore(database, SystemClock()), OutboxStore(database, SystemClock())
            left_open = await store.latest(limit=1000, open_only=True)
            async with asyncio.timeout(PATIENCE):
                while await store.latest(open_only=True):
                    await room.payments.reconcile(node="switch")
            found = await store.latest(limit=1000)
            receipts = [one.delivery.key for one in await outbox.latest(limit=1000)]
        finally:
            await room.close()
            await database.close()
    paid = [one for one in found if one.state is State.PAID]
    entries = read_journal(journal)
    assert charged_twice(entries) == []
    charges = {one.payment for one in entries if isinstance(one, Charged)}
    assert charges == {one.reference for one in paid}
    assert sorted(receipts) == sorted(f"payment:{one.id}:paid" for one in paid)
    assert len(paid) >= KILLS
    assert left_open, "no kill has hit a payment: the test shows nothing"
    assert all(one.changed - one.created < timedelta(minutes=5) for one in found)
