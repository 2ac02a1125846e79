"""One step of a payment: written down before it goes out, asked, written down after it came back.

What is not known after a step is not guessed: the payment stays open, and is asked about.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from softswitch.clock import Clock
from softswitch.events import Event, PaymentChanged, PaymentDoubtful, PaymentSettled
from softswitch.outbox.model import Delivery
from softswitch.payments.errors import BadMove, NoAnswer, NoSuchProvider, ProviderRefused
from softswitch.payments.ledger import Ledger
from softswitch.payments.model import SETTLED, Doing, Method, News, Payment, State
from softswitch.payments.provider import Answer, Provider

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=60)
"""A payment that its call works on is left alone by everybody else for so long after its last step."""

LOOK_EVERY: Final = timedelta(seconds=5)
LOOK_SELDOM: Final = timedelta(minutes=15)
"""An open payment is looked at after a quarter of its age, no sooner and no later than these."""

Record = Callable[[Event, str], None]
"""Appends an event to the log, with the id of its call."""

Request = Callable[[Provider, str], Awaitable[Answer]]
Paperwork = Callable[[Payment], Sequence[Delivery]]


def _none(_: Payment) -> Sequence[Delivery]:
    return ()


@dataclass(frozen=True, slots=True)
class Paper:
    """What is sent to customers: deliveries with keys of their own, none where nobody wants any."""

    receipt: Paperwork
    link: Paperwork


class Steps:
    """Makes steps. ``served`` are the payments a call works on; ``wake`` is called when something is due.

    Whoever calls sees to it that one at a time works on a payment.
    """

    def __init__(
        self,
        ledger: Ledger,
        providers: Mapping[str, Provider],
        clock: Clock,
        *,
        record: Record,
        paper: Paper,
        wake: Callable[[], None],
        served: Collection[str],
    ) -> None:
        self._ledger = ledger
        self._providers = providers
        self._clock = clock
        self._record = record
        self._paper = paper
        self._wake = wake
        self._served = served

    async def started(self, payment: Payment, *, paper: Paperwork = _none) -> Payment:
        """Ask the provider to expect a code, or for a pay-link, whose message is ``paper``."""
        order, until = payment.order, payment.until
        if payment.method is Method.BLIK or until is None:
            going = replace(payment, doing=Doing.START)
            return await self.ask(going, lambda one, key: one.start(order, key))
        going = replace(payment, doing=Doing.LINK)
        return await self.ask(going, lambda one, key: one.link(order, key, until), paper=paper)

    async def looked_at(self, payment: Payment) -> Payment:
        """Ask the provider how far it is; one that is over, or not known there, as it is."""
        if payment.settled or not payment.reference:
            return payment
        try:
            answer = await self.provider(payment.order.provider).look(payment.reference)
        except NoAnswer:
            return await self._silent(payment)
        except ProviderRefused as error:
            logger.error("payment %s cannot be asked about: %s", payment.id, error)
            return await self._silent(payment)
        return await self._learned(payment, answer)

    async def called_off(self, payment: Payment, reason: str) -> Payment:
        """Call it off; ``reason`` is why. One that is over stays as it is."""
        if payment.settled:
            return payment
        if not payment.reference:
            # Whether the provider knows it is not known: it is made to, and then told to forget it.
            payment = await self.started(replace(payment, reason=reason))
            if not payment.reference or payment.settled:
                return payment
        going = replace(payment, doing=Doing.CANCEL, reason=reason)
        reference = payment.reference
        return await self.ask(going, lambda one, key: one.cancel(reference, key))

    async def refunded(self, payment: Payment) -> Payment:
        """Ask for the money to go back. Raises ProviderRefused."""
        reference = payment.reference
        return await self.ask(
            replace(payment, doing=Doing.REFUND), lambda one, key: one.refund(reference, key)
        )

    async def ask(self, payment: Payment, request: Request, *, paper: Paperwork = _none) -> Payment:
        """Write down what is about to be asked, ask it, and write down what came back, with its paper."""
        payment = await self._keep(payment)
        try:
            answer = await request(self.provider(payment.order.provider), payment.key(payment.doing))
        except NoAnswer:
            return await self._silent(payment)
        except ProviderRefused as error:
            return await self._not_done(payment, error)
        return await self._learned(payment, answer, paper=paper)

    async def _learned(self, payment: Payment, answer: Answer, *, paper: Paperwork = _none) -> Payment:
        if payment.reference and answer.reference not in ("", payment.reference):
            # Of another payment: paid there is not paid here, and what it is here nobody has said.
            logger.error("payment %s: the provider answers with another payment", payment.id)
            return await self._silent(payment)
        if answer.news is News.PAID and answer.paid not in (None, payment.order.amount):
            # Neither paid nor not: people have to look where the rest is, or whose the money was.
            logger.error("payment %s: the provider says that another sum was paid", payment.id)
            if payment.state is not State.UNKNOWN:
                self._doubt(payment, answer.news)
            return await self._silent(payment)
        reason = answer.reason
        if answer.news is News.ABORTED:
            reason = payment.reason or reason
        try:
            moved = payment.moved(answer.news, reason=reason)
        except BadMove as error:
            logger.error("%s", error)
            self._doubt(payment, answer.news)
            return await self._keep(replace(payment, doing=Doing.NOTHING), before=payment)
        if moved.state is State.PAID and payment.state in (State.REFUSED, State.ABORTED):
            self._doubt(payment, answer.news)
        found = replace(
            moved,
            doing=Doing.NOTHING,
            reference=answer.reference or payment.reference,
            url=answer.url or payment.url,
        )
        return await self._keep(found, before=payment, paper=paper)

    async def _silent(self, payment: Payment) -> Payment:
        return await self._keep(payment.moved(News.SILENCE), before=payment)

    async def _not_done(self, payment: Payment, error: ProviderRefused) -> Payment:
        """Write down that the provider certainly did not do what was asked."""
        logger.warning("payment %s, %s: %s", payment.id, payment.doing, error)
        match payment.doing:
            case Doing.START | Doing.LINK:
                return await self._learned(payment, Answer(News.REFUSED, "", error.reason))
            case Doing.CANCEL if error.reason == "no_such_payment":
                return await self._learned(payment, Answer(News.ABORTED, "", error.reason))
            case Doing.CANCEL:
                return await self._silent(payment)
            case Doing.REFUND:
                await self._keep(replace(payment, doing=Doing.NOTHING), before=payment)
                raise error
            case _:
                # The code was not taken: the provider still waits for one.
                kept = replace(payment, doing=Doing.NOTHING, state=State.WAITING_FOR_CODE)
                return await self._keep(replace(kept, reason=error.reason), before=payment)

    async def _keep(
        self, payment: Payment, *, before: Payment | None = None, paper: Paperwork = _none
    ) -> Payment:
        """Write it down, with what follows from it, and tell what is new."""
        now = self._clock.wall()
        if payment == before and payment.id in self._served and before.due - now > LEASE / 2:
            return before  # Asked every two seconds, and nothing is new: the lease is long enough.
        deliver = list(paper(payment)) if payment.url else []
        if before is not None and payment.state is not before.state:
            if payment.state in (State.PAID, State.REFUNDED):
                deliver += self._paper.receipt(payment)
            payment = replace(payment, changed=now)
        kept = await self._ledger.save(replace(payment, due=self._next_look(payment, now)), deliver)
        if deliver:
            self._wake()
        if before is not None and kept.state is not before.state:
            self._tell(kept)
        return kept

    def _next_look(self, payment: Payment, now: datetime) -> datetime:
        if payment.id in self._served:
            return now + LEASE
        wait = min(max((now - payment.created) / 4, LOOK_EVERY), LOOK_SELDOM)
        over = payment.until
        return min(now + wait, over) if over is not None and over > now else now + wait

    def _tell(self, payment: Payment) -> None:
        order = payment.order
        if payment.id in self._served:
            changed = PaymentChanged(payment.id, order.amount, payment.state.value, payment.reason)
            self._record(changed, order.call)
        elif payment.state in SETTLED or payment.state is State.UNKNOWN:
            settled = PaymentSettled(
                payment.id, order.amount, payment.state.value, payment.reason, order.call
            )
            self._record(settled, "")

    def _doubt(self, payment: Payment, news: News) -> None:
        order = payment.order
        doubtful = PaymentDoubtful(payment.id, order.amount, payment.state.value, news.value)
        self._record(doubtful, order.call if payment.id in self._served else "")

    def provider(self, name: str) -> Provider:
        """Return a provider by its name; raise NoSuchProvider."""
        provider = self._providers.get(name)
        if provider is None:
            raise NoSuchProvider(f"there is no payment provider '{name}'")
        return provider
