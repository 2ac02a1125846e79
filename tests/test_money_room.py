"""Payments and identity checks as a switch builds them, on a real database and with a real sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import pytest
from argon2 import PasswordHasher

from softswitch.bus import EventLog
from softswitch.clock import SystemClock
from softswitch.crm.identity_config import IdentityConfig
from softswitch.crm.identity_model import KnownFactors
from softswitch.events import Entry, PaymentBegan, PaymentSettled
from softswitch.integrations.blik import BlikProvider
from softswitch.integrations.payment_intents import PaymentIntents
from softswitch.ivr.desks.gate import NoGate, Shown, Shows
from softswitch.ivr.desks.till import Bill, Standing
from softswitch.money_room import Footing, PaymentRoom, build_gate
from softswitch.payments.config import PaymentsConfig
from softswitch.payments.sandbox.bank import charged_twice
from softswitch.payments.sandbox.journal import read_journal
from softswitch.payments.sandbox.server import Options, running
from softswitch.storage.database import Database
from softswitch.tree_desks import TreeTill
from tests.fakes.blank import blank
from tests.fakes.patience import PATIENCE

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
JAN = KnownFactors("17", "Jan", QUICK.hash("4711"), "44051401359", date(1944, 5, 14))


class Known:
    """Everybody is Jan."""

    async def by_customer_number(self, number: str) -> KnownFactors | None:
        return JAN if number == "1001" else None

    async def by_calling_number(self, number: str) -> KnownFactors | None:
        return JAN


@pytest.fixture
async def database(tmp_path) -> AsyncIterator[Database]:
    opened = await Database.open(blank(tmp_path / "softswitch.db"))
    yield opened
    await opened.close()


@pytest.fixture
def footing(database) -> Footing:
    clock = SystemClock()
    return Footing(database, clock, EventLog(clock), lambda: None)


def test_providers_are_built_by_their_kind(footing):
    intents = {"kind": "payment_intents", "return_url": "https://firm.example"}
    config = PaymentsConfig.model_validate(
        {
            "providers": {
                "bank": {"kind": "blik", "url": "http://127.0.0.1:1", "api_key": "k"},
                "stripe": {**intents, "url": "https://api.example", "api_key": "k"},
            }
        }
    )
    providers = PaymentRoom(config, footing).payments.providers
    assert isinstance(providers["bank"], BlikProvider)
    assert isinstance(providers["stripe"], PaymentIntents)


async def test_a_caller_pays_and_hangs_up_and_is_charged_once(tmp_path, footing):
    seen: list[Entry] = []
    settled = asyncio.Event()

    def read(entry: Entry) -> None:
        seen.append(entry)
        if isinstance(entry.event, PaymentSettled):
            settled.set()

    footing.log.subscribe(read)
    async with running(Options(tmp_path / "journal", api_key="key"), footing.clock) as sandbox:
        bank = {"kind": "blik", "url": sandbox.url, "api_key": "key"}
        room = PaymentRoom(PaymentsConfig.model_validate({"providers": {"bank": bank}}), footing)
        job = asyncio.create_task(room.run())
        till = TreeTill(room.payments)
        charge = await till.begin(Bill(12_345, call="01C", purpose="FV/7"))
        assert (await till.submit(charge.id, "770000")).standing is Standing.CONFIRMING
        till.let_go(charge.id)
        async with asyncio.timeout(PATIENCE):
            await settled.wait()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
    assert next(type(entry.event) for entry in seen if entry.call == "01C") is PaymentBegan
    assert (await room.payments.latest())[0].state == "paid"
    assert charged_twice(read_journal(tmp_path / "journal")) == []


async def test_callers_are_checked_against_who_is_known(footing):
    gate = await build_gate(IdentityConfig(), footing, Known())
    right = Shows({"customer_number": "1001", "pin": "4711"}, "+48500100200")
    assert (await gate.check(("customer_number", "pin"), right)).shown is Shown.VERIFIED
    wrong = Shows({"customer_number": "1001", "pin": "4712"}, "+48500100200")
    shown = [(await gate.check(("customer_number", "pin"), wrong)).shown for _ in range(3)]
    assert shown == [Shown.WRONG, Shown.WRONG, Shown.LOCKED]
    again = await build_gate(IdentityConfig(), footing, Known())
    assert (await again.check(("customer_number", "pin"), right)).shown is Shown.LOCKED, "after a restart"
    assert isinstance(await build_gate(IdentityConfig(), footing, None), NoGate)
