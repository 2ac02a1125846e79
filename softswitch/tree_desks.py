"""Joins voice menus with payments and identity checks, which know nothing of each other."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from softswitch.crm.identity import Answers, Identity, Policy, Verdict, well_formed
from softswitch.crm.identity_model import Factor
from softswitch.errors import SoftswitchError
from softswitch.ivr.desks.gate import Person, Shown, Shows
from softswitch.ivr.desks.till import Bill, Charge, Standing
from softswitch.payments.code import Code
from softswitch.payments.errors import (
    AlreadyOpen,
    AmountRefused,
    NoSuchPayment,
    NoSuchProvider,
    PaymentError,
)
from softswitch.payments.model import Order, Payment, State
from softswitch.payments.service import Payments

logger = logging.getLogger(__name__)

CHECKED_WITHIN_S: Final = 5.0
"""How long a caller waits for an identity check; a database that takes longer is in trouble."""

PAID_WITHIN_S: Final = 15.0
"""How long a caller waits for one step of a payment, with music: ten seconds are the provider's."""

_STANDINGS: Final[Mapping[State, Standing]] = {
    State.CREATED: Standing.UNKNOWN,
    State.WAITING_FOR_CODE: Standing.WANTS_CODE,
    State.WAITING_FOR_CUSTOMER: Standing.CONFIRMING,
    State.PAID: Standing.PAID,
    State.REFUSED: Standing.REFUSED,
    State.ABORTED: Standing.ABORTED,
    State.UNKNOWN: Standing.UNKNOWN,
    State.REFUNDED: Standing.REFUSED,
}


class TreeTill:
    """Implements :class:`~softswitch.ivr.desks.till.Till` on the payments of a switch."""

    def __init__(self, payments: Payments) -> None:
        self._payments = payments

    @property
    def names(self) -> Collection[str]:
        """See :class:`~softswitch.ivr.desks.till.Till`."""
        return self._payments.providers.keys()

    async def begin(self, bill: Bill) -> Charge:
        """See :class:`~softswitch.ivr.desks.till.Till`."""
        return await self._made(bill, self._payments.begin(self._order(bill)))

    async def link(self, bill: Bill) -> Charge:
        """See :class:`~softswitch.ivr.desks.till.Till`."""
        return await self._made(bill, self._payments.link(self._order(bill)))

    async def submit(self, charge: str, digits: str) -> Charge:
        """See :class:`~softswitch.ivr.desks.till.Till`."""
        return await self._within(charge, self._payments.submit(charge, Code(digits)))

    async def look(self, charge: str) -> Charge:
        """See :class:`~softswitch.ivr.desks.till.Till`."""
        return await self._within(charge, self._payments.look(charge))

    async def abort(self, charge: str, reason: str) -> Charge:
        """See :class:`~softswitch.ivr.desks.till.Till`."""
        return await self._within(charge, self._payments.abort(charge, reason))

    def let_go(self, charge: str) -> None:
        """See :class:`~softswitch.ivr.desks.till.Till`."""
        self._payments.let_go(charge)

    def _order(self, bill: Bill) -> Order:
        return Order(
            amount=bill.amount,
            provider=bill.provider or next(iter(self._payments.providers), ""),
            description=bill.description,
            purpose=bill.purpose,
            call=bill.call,
            customer=bill.customer,
            language=bill.language,
            receipt=bill.receipt,
            receipt_to=bill.receipt_to,
            sms=bill.sms,
            sms_to=bill.sms_to,
        )

    async def _made(self, bill: Bill, making: Awaitable[Payment]) -> Charge:
        try:
            return await self._within("", making)
        except AlreadyOpen as error:
            return await self._other(error.payment)
        except AmountRefused:
            return Charge(Standing.NOT_TAKEN, reason="amount")
        except NoSuchProvider as error:
            logger.error("a caller cannot pay: %s", error)
            return Charge(Standing.NOT_TAKEN, reason="no_provider")

    async def _other(self, payment: str) -> Charge:
        """Return how the payment stands that is in the way; it is not this caller's to end."""
        try:
            found = await self._payments.look(payment)
        except NoSuchPayment:
            return Charge(Standing.ALREADY_OPEN)
        paid = found.state is State.PAID
        return Charge(Standing.ALREADY_PAID if paid else Standing.ALREADY_OPEN)

    async def _within(self, charge: str, doing: Awaitable[Payment]) -> Charge:
        try:
            async with asyncio.timeout(PAID_WITHIN_S):
                payment = await doing
        except TimeoutError:
            return Charge(Standing.UNKNOWN, charge)
        except PaymentError:
            raise
        except Exception as error:  # noqa: BLE001 - told, without what a statement of the database held
            logger.error("a step of payment %s failed: %s", charge or "(new)", type(error).__name__)
            return Charge(Standing.UNKNOWN, charge)
        return Charge(_STANDINGS[payment.state], payment.id, payment.reason)


class TreeGate:
    """Implements :class:`~softswitch.ivr.desks.gate.Gate` on the identity checks of a switch."""

    def __init__(self, identity: Identity, policy: Policy) -> None:
        self._identity = identity
        self._policy = policy

    async def locked(self, caller: str) -> Person | None:
        """See :class:`~softswitch.ivr.desks.gate.Gate`."""
        try:
            async with asyncio.timeout(CHECKED_WITHIN_S):
                left = await self._identity.locked_for(Answers({}, caller), self._policy)
        except (TimeoutError, OSError, SoftswitchError):
            return None  # What is typed then is checked, with the same lock.
        return Person(Shown.LOCKED, minutes=math.ceil(left.total_seconds() / 60)) if left else None

    async def check(self, asked: Sequence[str], shows: Shows) -> Person:
        """See :class:`~softswitch.ivr.desks.gate.Gate`."""
        policy = replace(self._policy, factors=tuple(Factor(one) for one in asked))
        answers = Answers({Factor(name): typed for name, typed in shows.typed.items()}, shows.caller)
        try:
            async with asyncio.timeout(CHECKED_WITHIN_S):
                checked = await self._identity.check(answers, policy)
        except Exception as error:  # noqa: BLE001 - told below, without what was typed
            logger.error("a caller's identity cannot be checked: %s", type(error).__name__)
            return Person(Shown.UNAVAILABLE)
        minutes = math.ceil(checked.locked_for.total_seconds() / 60)
        shown = {
            Verdict.VERIFIED: Shown.VERIFIED,
            Verdict.WRONG: Shown.WRONG,
            Verdict.LOCKED: Shown.LOCKED,
        }[checked.verdict]
        return Person(shown, checked.customer, checked.name, minutes)

    def well_formed(self, factor: str, typed: str) -> bool:
        """See :class:`~softswitch.ivr.desks.gate.Gate`."""
        return well_formed(Factor(factor), typed)
