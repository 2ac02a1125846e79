"""A ledger and an outbox in memory, and the sandbox's books as a provider: what outlives a killed process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from softswitch.clock import Clock
from softswitch.outbox.model import Delivery
from softswitch.payments.code import Code
from softswitch.payments.errors import AlreadyOpen, NoAnswer, NoSuchPayment, Overtaken, ProviderRefused
from softswitch.payments.model import HOLDING, News, Order, Payment
from softswitch.payments.provider import Answer, Notice
from softswitch.payments.sandbox.bank import Account, Bank, Standing
from softswitch.payments.sandbox.entries import AnyEntry, Made

Step = Callable[[str], None]
"""Told the name of every step before it is made and after; may raise, as a kill would end it there."""


def no_step(name: str) -> None:
    """Let every step be."""


@dataclass
class MemoryLedger:
    """Implements :class:`softswitch.payments.ledger.Ledger`."""

    rows: dict[str, Payment] = field(default_factory=dict)
    outbox: dict[str, Delivery] = field(default_factory=dict)
    step: Step = no_step

    async def add(self, payment: Payment) -> None:
        """Write a new one down."""
        self.step("before add")
        self._check_purpose(payment)
        self.rows[payment.id] = payment
        self.step("after add")

    async def save(self, payment: Payment, deliver: Sequence[Delivery] = ()) -> Payment:
        """Write a change down."""
        self.step("before save")
        if self.rows[payment.id].version != payment.version:
            raise Overtaken(payment.id)
        kept = replace(payment, version=payment.version + 1)
        self.rows[payment.id] = kept
        for delivery in deliver:
            self.outbox.setdefault(delivery.key, delivery)
        self.step("after save")
        return kept

    async def find(self, payment: str) -> Payment:
        """Return the payment of an id."""
        if payment not in self.rows:
            raise NoSuchPayment(payment)
        return self.rows[payment]

    async def by_reference(self, provider: str, reference: str) -> Payment | None:
        """Return the payment that a provider calls so."""
        found = [one for one in self.rows.values() if one.reference == reference]
        return found[0] if found else None

    async def due(self, now: datetime, *, node: str = "", limit: int = 100) -> list[Payment]:
        """Return those that are to be looked at."""
        return [
            one
            for one in self.rows.values()
            if not one.settled and (one.due <= now or (node and one.node == node))
        ]

    async def latest(self, *, limit: int = 100, open_only: bool = False) -> list[Payment]:
        """Return the newest ones."""
        found = [one for one in self.rows.values() if not (open_only and one.settled)]
        return sorted(found, key=lambda one: one.id, reverse=True)[:limit]

    def _check_purpose(self, payment: Payment) -> None:
        purpose = payment.order.purpose
        for other in self.rows.values():
            if purpose and other.order.purpose == purpose and other.state in HOLDING:
                raise AlreadyOpen(purpose, other.id)


_NEWS: Mapping[Standing, News] = {
    Standing.WAITING_FOR_CODE: News.WANTS_CODE,
    Standing.WAITING_FOR_CUSTOMER: News.WITH_CUSTOMER,
    Standing.PAID: News.PAID,
    Standing.FAILED: News.REFUSED,
    Standing.CANCELLED: News.ABORTED,
    Standing.REFUNDED: News.REFUNDED,
}


class BankProvider:
    """The sandbox's books as a :class:`~softswitch.payments.provider.Provider`, without a wire.

    ``mute`` are names of requests that are heard and not answered, ``deaf`` those that are not heard;
    ``refusing`` those that are refused, with the reason.
    """

    def __init__(self, clock: Clock, step: Step = no_step) -> None:
        self.entries: list[AnyEntry] = []
        self.bank = Bank()
        self.mute: set[str] = set()
        self.deaf: set[str] = set()
        self.refusing: dict[str, str] = {}
        self.asked: list[tuple[str, str]] = []
        self.step = step
        self._clock = clock
        self._answers: dict[str, Answer] = {}

    @property
    def now(self) -> float:
        """Unix time."""
        return self._clock.wall().timestamp()

    async def start(self, order: Order, key: str) -> Answer:
        """Make a payment."""
        return self._once("start", key, lambda: self._made(order, key, ""))

    async def link(self, order: Order, key: str, until: datetime) -> Answer:
        """Make a pay-link."""
        return self._once("link", key, lambda: self._made(order, key, f"t-{key}", until.timestamp()))

    async def submit(self, reference: str, code: Code, key: str) -> Answer:
        """Take a code."""

        def do() -> Answer:
            account = self.bank.accounts[reference]
            if account.standing is not Standing.WAITING_FOR_CODE:
                return self._told(account)
            self._write(self.bank.take_code(account, code.reveal(), self.now))
            if account.standing is Standing.WAITING_FOR_CODE:
                return Answer(News.CODE_WRONG, reference, "wrong_code")
            return self._told(account)

        return self._once("submit", key, do)

    async def look(self, reference: str) -> Answer:
        """Tell how far it is."""
        return self._once("look", "", lambda: self._told(self.bank.accounts[reference]))

    async def cancel(self, reference: str, key: str) -> Answer:
        """Call it off."""

        def do() -> Answer:
            account = self.bank.accounts[reference]
            self._write(self.bank.cancel(account, self.now))
            return self._told(account)

        return self._once("cancel", key, do)

    async def refund(self, reference: str, key: str) -> Answer:
        """Give it back."""

        def do() -> Answer:
            account = self.bank.accounts[reference]
            self._write(self.bank.refund(account, self.now))
            return self._told(account)

        return self._once("refund", key, do)

    def notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice | None:
        """Take the body for the reference."""
        return Notice(body.decode()) if body else None

    def _once(self, what: str, key: str, do: Callable[[], Answer]) -> Answer:
        self.asked.append((what, key))
        self.step(f"before {what}")
        if what in self.refusing:
            raise ProviderRefused(self.refusing[what])
        if what in self.deaf:
            raise NoAnswer("deaf")
        for entry in list(self.bank.due(self.now)):
            self._write(entry)
        if key and key in self._answers:
            answer = self._answers[key]
        else:
            answer = do()
            if key:
                self._answers[key] = answer
        if what in self.mute:
            raise NoAnswer("mute")
        self.step(f"after {what}")
        return answer

    def _made(self, order: Order, key: str, token: str, until: float = 0.0) -> Answer:
        name = f"P{len(self.bank.accounts)}"
        made = Made(
            at=self.now,
            payment=name,
            key=key,
            amount=order.amount,
            description=order.description,
            purpose=order.purpose,
            token=token,
            until=until,
        )
        self._write(made)
        told = self._told(self.bank.accounts[name])
        return replace(told, url=f"https://pay/{token}") if token else told

    def _told(self, account: Account) -> Answer:
        news = _NEWS[account.standing]
        return Answer(news, account.id, account.reason if news is News.REFUSED else "")

    def pay(self, reference: str) -> None:
        """Let the customer pay on a link's page."""
        self._write(self.bank.confirm(self.bank.accounts[reference], self.now))

    def _write(self, entry: AnyEntry | None) -> None:
        if entry is not None:
            self.entries.append(entry)
            self.bank.apply(entry)
