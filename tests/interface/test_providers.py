"""Notices of providers: believed by their signature, and then only the reason to ask a real sandbox."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from softswitch.integrations.blik import BlikProvider
from softswitch.integrations.payment_wire import AiohttpWire
from softswitch.interface.providers import LineProviders
from softswitch.payments.code import Code
from softswitch.payments.model import Order, Payment, State
from softswitch.payments.paper import paper
from softswitch.payments.sandbox.server import Options, running
from softswitch.payments.service import Payments
from softswitch.payments.signature import signed
from softswitch.storage.database import Database
from softswitch.storage.payment_store import PaymentStore
from softswitch.web.errors import NotThere, Unproved
from tests.fakes.clock import FakeClock

ORDER = Order(amount=12_345, provider="sandbox", description="FV 7", purpose="FV/7")


@dataclass
class Rig:
    """A line's payments, at a provider."""

    hooks: LineProviders
    store: PaymentStore
    clock: FakeClock

    async def told(self, reference: str, secret: str = "secret") -> None:
        """Let the provider tell that something has happened."""
        body = json.dumps({"payment": {"id": reference}}).encode()
        headers = {"sandbox-signature": signed(body, secret, self.clock.wall())}
        await self.hooks.receive("sandbox", headers, body)

    async def waiting(self) -> Payment:
        """Begin a payment, which the customer then confirms in the bank's program."""
        begun = await self.hooks.payments.begin(ORDER)
        await self.hooks.payments.submit(begun.id, Code("770010"))
        self.clock.advance(20)
        return await self.store.find(begun.id)


@pytest.fixture
async def rig(database: Database, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Rig]:
    wire = AiohttpWire(seconds=5)
    async with running(Options(tmp_path / "journal", api_key="key"), clock) as sandbox:
        provider = BlikProvider(wire, sandbox.url, "key", "secret")
        store = PaymentStore(database, clock)
        payments = Payments(
            store, {"sandbox": provider}, clock, record=lambda event, call: None, paper=paper()
        )
        yield Rig(LineProviders(payments), store, clock)
        await wire.close()


async def test_a_notice_lets_the_payment_be_looked_at(rig: Rig) -> None:
    waiting = await rig.waiting()
    assert waiting.state is State.WAITING_FOR_CUSTOMER
    await rig.told(waiting.reference)
    assert (await rig.store.find(waiting.id)).state is State.PAID
    # Told again, or of what is none of ours, it changes nothing.
    await rig.told(waiting.reference)
    await rig.told("somebody-elses")
    assert (await rig.store.find(waiting.id)).state is State.PAID


async def test_what_is_not_proved_is_not_believed(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    waiting = await rig.waiting()
    with caplog.at_level(logging.WARNING), pytest.raises(Unproved):
        await rig.told(waiting.reference, "another-secret")
    assert "not believed" in caplog.text
    assert "another-secret" not in caplog.text
    assert (await rig.store.find(waiting.id)).state is State.WAITING_FOR_CUSTOMER
    with pytest.raises(Unproved):
        await rig.hooks.receive("sandbox", {}, b"not even json")
    with pytest.raises(NotThere):
        await rig.hooks.receive("nobody", {}, b"{}")
