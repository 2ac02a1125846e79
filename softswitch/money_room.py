"""Payments and identity checks of a running switch, built in one place."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo
from typing import Final

from softswitch.bus import EventLog
from softswitch.clock import Clock
from softswitch.crm.identity import Identity, Policy
from softswitch.crm.identity_config import IdentityConfig
from softswitch.crm.identity_model import Factors
from softswitch.events import Event
from softswitch.integrations.blik import BlikProvider
from softswitch.integrations.payment_intents import PaymentIntents
from softswitch.integrations.payment_wire import AiohttpWire
from softswitch.ivr.desks.gate import Gate, NoGate
from softswitch.payments.config import PaymentsConfig, ProviderConfig
from softswitch.payments.model import Limits
from softswitch.payments.paper import paper
from softswitch.payments.provider import Provider
from softswitch.payments.service import Payments, Terms
from softswitch.pins import Pins
from softswitch.storage.database import Database
from softswitch.storage.identity_store import IdentityStore
from softswitch.storage.payment_store import PaymentStore
from softswitch.storage.secret_store import SecretStore
from softswitch.tree_desks import TreeGate

PEPPER_OCTETS: Final = 32
PEPPER: Final = "identity"
"""The name of the secret under which numbers that were typed are counted."""


@dataclass(frozen=True, slots=True)
class Footing:
    """What payments and identity checks stand on; ``wake`` is called when something is to be sent.

    Receipts tell the time of ``zone``.
    """

    database: Database
    clock: Clock
    log: EventLog
    wake: Callable[[], None]
    zone: tzinfo = UTC


class PaymentRoom:
    """The payments of a switch, and its connections to providers. ``run`` is a job of the back office."""

    def __init__(self, config: PaymentsConfig, footing: Footing) -> None:
        self._wires: list[AiohttpWire] = []
        self.payments = Payments(
            PaymentStore(footing.database, footing.clock),
            {name: self._provider(one) for name, one in config.providers.items()},
            footing.clock,
            record=lambda event, call: _append(footing.log, event, call),
            paper=paper(footing.zone),
            terms=Terms(
                limits=Limits(config.smallest, config.largest), link_for=timedelta(hours=config.link_hours)
            ),
            wake=footing.wake,
        )

    async def run(self) -> None:
        """Find out what became of open payments, until cancelled; then close the connections."""
        try:
            await self.payments.run()
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the connections to the providers."""
        for wire in self._wires:
            await wire.close()

    def _provider(self, config: ProviderConfig) -> Provider:
        wire = AiohttpWire(seconds=config.answer_s)
        self._wires.append(wire)
        match config.kind:
            case "blik":
                return BlikProvider(wire, config.url, config.api_key, config.webhook_secret)
            case "payment_intents":
                return PaymentIntents(
                    wire, config.url, config.api_key, config.webhook_secret, return_url=config.return_url
                )


async def build_gate(config: IdentityConfig, footing: Footing, factors: Factors | None) -> Gate:
    """Return who finds out who callers are; nobody where no customers are known."""
    if factors is None:
        return NoGate()
    pepper = await SecretStore(footing.database).get_or_make(
        PEPPER, lambda: secrets.token_bytes(PEPPER_OCTETS)
    )
    identity = Identity(factors, IdentityStore(footing.database), Pins(), footing.clock, pepper=pepper)
    policy = Policy(
        most=config.tries, withheld=config.withheld_tries, lock=timedelta(minutes=config.lock_minutes)
    )
    return TreeGate(identity, policy)


def _append(log: EventLog, event: Event, call: str) -> None:
    log.append(event, call=call)
