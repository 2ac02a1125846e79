"""Payments as they are made: every step written down before it goes out and after it came back.

Whatever breaks when, nobody is charged twice: a request that may have been heard is sent again under the same
idempotency key, or asked about, and never made anew. What is not known is asked for until it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final
from weakref import WeakValueDictionary

from softswitch.clock import Clock
from softswitch.events import PaymentBegan
from softswitch.ids import make_id
from softswitch.payments.code import CODE_LIVES_S, Code
from softswitch.payments.errors import (
    AlreadyOpen,
    BadMove,
    Overtaken,
    PaymentError,
)
from softswitch.payments.ledger import Ledger
from softswitch.payments.model import (
    Doing,
    Limits,
    Method,
    Order,
    Payment,
    State,
)
from softswitch.payments.provider import Provider
from softswitch.payments.steps import LEASE, Paper, Record, Steps

logger = logging.getLogger(__name__)

CONFIRM_WITHIN: Final = timedelta(seconds=CODE_LIVES_S + 15)
"""The customer has two minutes; a quarter of one is for the provider to say so."""

LINK_FOR: Final = timedelta(hours=24)
IDLE_S: Final = 5.0
"""How often is looked whether something is due, when nothing says so."""

AT_ONCE: Final = 4
"""Payments that are reconciled side by side: a provider that hangs holds up few of them."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How payments are made. ``node`` names this switch among several on one database."""

    limits: Limits = field(default_factory=Limits)
    link_for: timedelta = LINK_FOR
    node: str = "switch"


class Payments:
    """Makes payments and finds out what became of them. ``wake`` is called when something is to be sent."""

    def __init__(
        self,
        ledger: Ledger,
        providers: Mapping[str, Provider],
        clock: Clock,
        *,
        record: Record,
        paper: Paper,
        terms: Terms | None = None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._ledger = ledger
        self._providers = providers
        self._clock = clock
        self._record = record
        self._paper = paper
        self._terms = terms or Terms()
        self._served: set[str] = set()
        """Payments that a call works on."""
        self._steps = Steps(
            ledger, providers, clock, record=record, paper=paper, wake=wake, served=self._served
        )
        self._left: set[str] = set()
        """Payments whose call has let go of them: they are looked at now."""
        self._stirred = asyncio.Event()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def providers(self) -> Mapping[str, Provider]:
        """The providers by name."""
        return self._providers

    # --- what a call does ---

    async def begin(self, order: Order) -> Payment:
        """Make the provider expect a BLIK code; the call serves the payment until :meth:`let_go`.

        Raises AmountRefused, NoSuchProvider, and AlreadyOpen when the purpose is being paid for or has been.
        """
        return await self._new(order, Method.BLIK, Doing.START)

    async def link(self, order: Order) -> Payment:
        """Make a pay-link and send it by the order's ``sms``; raises as :meth:`begin` does."""
        return await self._new(order, Method.LINK, Doing.LINK)

    async def submit(self, payment: str, code: Code) -> Payment:
        """Hand a code over. The same code again, after silence, goes under the same key.

        The state tells what came of it; with ``waiting_for_code`` the reason tells why it does so again.
        """
        async with self._turn(payment):
            found = await self._ledger.find(payment)
            if found.settled or found.state is State.WAITING_FOR_CUSTOMER or not found.reference:
                return found  # Without a reference the provider has not yet said that it waits for a code.
            again = found.doing is Doing.CODE
            going = replace(
                found,
                doing=Doing.CODE,
                tries=found.tries if again else found.tries + 1,
                until=self._clock.wall() + CONFIRM_WITHIN,
            )
            reference = found.reference
            return await self._steps.ask(going, lambda one, key: one.submit(reference, code, key))

    async def look(self, payment: str) -> Payment:
        """Ask the provider how far it is."""
        async with self._turn(payment):
            return await self._steps.looked_at(await self._ledger.find(payment))

    async def abort(self, payment: str, reason: str) -> Payment:
        """Call it off. It may turn out to be paid already, or not to be known yet."""
        async with self._turn(payment):
            return await self._steps.called_off(await self._ledger.find(payment), reason)

    def let_go(self, payment: str) -> None:
        """Take that no call works on it any more: what is open of it is found out without one."""
        if payment in self._served:
            self._served.discard(payment)
            self._left.add(payment)
            self._stirred.set()

    # --- what others do ---

    async def refund(self, payment: str) -> Payment:
        """Give the money back; raises ProviderRefused when the provider does not, BadMove if it is not paid.

        Without an answer it is asked again, under the same key, until there is one.
        """
        async with self._turn(payment):
            found = await self._ledger.find(payment)
            if found.state is State.REFUNDED:
                return found
            if found.state is not State.PAID:
                raise BadMove(f"payment {found.id} is {found.state}: there is nothing to give back")
            return await self._steps.refunded(found)

    async def noticed(self, provider: str, headers: Mapping[str, str], body: bytes) -> None:
        """Take a provider's webhook; what it says is only the reason to ask.

        Raises NoSuchProvider and BadSignature.
        """
        notice = self._steps.provider(provider).notice(headers, body, self._clock.wall())
        if notice is None:
            return
        found = await self._ledger.by_reference(provider, notice.reference)
        if found is not None and not found.settled:
            await self.look(found.id)

    async def latest(self, *, limit: int = 100, open_only: bool = False) -> list[Payment]:
        """Return the newest payments."""
        return await self._ledger.latest(limit=limit, open_only=open_only)

    # --- what nobody waits for ---

    async def run(self) -> None:
        """Find out what became of open payments, until cancelled."""
        node = self._terms.node
        while True:
            self._stirred.clear()
            try:
                await self.reconcile(node=node)
                # Those of an earlier run of this switch are taken up at its start, and by their time later.
                node = ""
            except Exception:
                # A database that is away comes back; nobody else finds out what became of the money.
                logger.exception("open payments could not be looked at")
            try:
                async with asyncio.timeout(IDLE_S):
                    await self._stirred.wait()
            except TimeoutError:
                continue

    async def reconcile(self, *, node: str = "") -> int:
        """Look at all that is due, and at all that is open of ``node``; return how many were settled."""
        left, self._left = self._left, set()
        due = await self._ledger.due(self._clock.wall(), node=node)
        wanted = dict.fromkeys([*left, *(payment.id for payment in due)])
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(payment: str) -> bool:
            async with turns:
                return await self._reconciled(payment)

        async with asyncio.TaskGroup() as tasks:
            done = [tasks.create_task(one(name)) for name in wanted if name not in self._served]
        return sum(task.result() for task in done)

    async def _reconciled(self, payment: str) -> bool:
        try:
            async with self._turn(payment):
                found = await self._ledger.find(payment)
                return not found.settled and (await self._brought_on(found)).settled
        except Overtaken:
            return False  # Another switch has it.
        except PaymentError as error:
            logger.warning("payment %s cannot be found out: %s", payment, error)
            return False

    async def _brought_on(self, payment: Payment) -> Payment:
        """Bring an open payment that no call works on one step further."""
        match payment.doing:
            case Doing.START | Doing.LINK:
                # Who asked for it has heard nothing, and got no link: it is found, and called off.
                return await self._steps.called_off(payment, "cut_off")
            case Doing.CANCEL:
                return await self._steps.called_off(payment, payment.reason)
            case Doing.REFUND:
                return await self._steps.refunded(payment)
            case Doing.CODE | Doing.NOTHING:
                return await self._left_alone(await self._steps.looked_at(payment))

    async def _left_alone(self, payment: Payment) -> Payment:
        """Call off what nobody can bring to an end any more."""
        if payment.state is State.WAITING_FOR_CODE:
            return await self._steps.called_off(payment, "hung_up")
        over = payment.until is not None and self._clock.wall() >= payment.until
        if payment.state is State.WAITING_FOR_CUSTOMER and over:
            return await self._steps.called_off(payment, "expired")
        return payment

    # --- steps ---

    async def _new(self, order: Order, method: Method, doing: Doing) -> Payment:
        self._steps.provider(order.provider)
        self._terms.limits.check(order.amount)
        now = self._clock.wall()
        payment = Payment(
            id=make_id(now),
            order=order,
            method=method,
            created=now,
            changed=now,
            due=now + LEASE,
            doing=doing,
            until=now + self._terms.link_for if method is Method.LINK else None,
            node=self._terms.node,
        )
        self._served.add(payment.id)
        try:
            await self._add(payment)
            self._record(
                PaymentBegan(payment.id, order.amount, method.value, order.provider, order.purpose),
                order.call,
            )
            async with self._turn(payment.id):
                return await self._steps.started(payment, paper=self._paper.link)
        except PaymentError:
            self.let_go(payment.id)
            raise
        except asyncio.CancelledError:
            self.let_go(payment.id)
            raise

    async def _add(self, payment: Payment) -> None:
        """Write it down; what an earlier call has left open of the same purpose is first ended."""
        try:
            await self._ledger.add(payment)
        except AlreadyOpen as error:
            if error.payment in self._served or not await self._reconciled(error.payment):
                raise
            await self._ledger.add(payment)

    def _turn(self, payment: str) -> AbstractAsyncContextManager[None]:
        """Let one at a time work on a payment."""
        return self._turns.setdefault(payment, asyncio.Lock())
