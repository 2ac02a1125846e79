"""The sandbox's books: what is asked, at a time, makes entries; entries make the state. No I/O.

Everything is first written into the journal and then applied, so that a sandbox that was killed comes back
with exactly what it had answered for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from softswitch.payments.sandbox.codes import Fate, behaviour
from softswitch.payments.sandbox.entries import (
    Answered,
    AnyEntry,
    Cancelled,
    Charged,
    CodeRefused,
    CodeTaken,
    Failed,
    Made,
    Notified,
    Refunded,
)


class Standing(StrEnum):
    """How far a payment is, in the sandbox's own words."""

    WAITING_FOR_CODE = "waiting_for_code"
    WAITING_FOR_CUSTOMER = "waiting_for_customer"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


OPEN = frozenset({Standing.WAITING_FOR_CODE, Standing.WAITING_FOR_CUSTOMER})


@dataclass(slots=True)
class Account:
    """One payment as the sandbox sees it."""

    made: Made
    standing: Standing
    reason: str = ""
    taken: CodeTaken | None = None
    charges: int = 0
    told: set[str] = field(default_factory=set)
    """The states that the webhook has taken."""

    @property
    def id(self) -> str:
        """Its id."""
        return self.made.payment

    def shown(self) -> dict[str, object]:
        """Return it as the API answers."""
        return {
            "id": self.id,
            "state": self.standing.value,
            "reason": self.reason,
            "amount": self.made.amount,
            "currency": "PLN",
            "description": self.made.description,
            "purpose": self.made.purpose,
        }


class Bank:
    """All payments of a sandbox."""

    def __init__(self, entries: Iterable[AnyEntry] = ()) -> None:
        self.accounts: dict[str, Account] = {}
        self.answers: dict[str, Answered] = {}
        self._by_token: dict[str, str] = {}
        for entry in entries:
            self.apply(entry)

    def by_token(self, token: str) -> Account | None:
        """Return the payment of a pay-link."""
        return self.accounts.get(self._by_token.get(token, ""))

    def apply(self, entry: AnyEntry) -> None:
        """Let an entry of the journal be so."""
        match entry:
            case Made():
                waits = Standing.WAITING_FOR_CUSTOMER if entry.token else Standing.WAITING_FOR_CODE
                self.accounts[entry.payment] = Account(entry, waits)
                if entry.token:
                    self._by_token[entry.token] = entry.payment
            case Answered():
                self.answers[entry.key] = entry
            case _:
                apply_to(self.accounts[entry.payment], entry)

    # --- what is asked; each yields what is to be written down and applied ---

    def take_code(self, account: Account, code: str, now: float) -> AnyEntry:
        """Return what becomes of a code for a payment that waits for one."""
        what = behaviour(code)
        if what.fate is Fate.WRONG:
            return CodeRefused(at=now, payment=account.id)
        return CodeTaken(at=now, payment=account.id, fate=what.fate.value, due=now + what.after_s)

    def confirm(self, account: Account, now: float) -> AnyEntry:
        """Return the charge of an open payment, which its customer has agreed to."""
        return Charged(at=now, payment=account.id, amount=account.made.amount)

    def fail(self, account: Account, reason: str, now: float) -> AnyEntry:
        """Return the end of an open payment without money."""
        return Failed(at=now, payment=account.id, reason=reason)

    def cancel(self, account: Account, now: float) -> AnyEntry | None:
        """Return the end of a payment that is still open, None for any other: that one stays as it is."""
        return Cancelled(at=now, payment=account.id) if account.standing in OPEN else None

    def refund(self, account: Account, now: float) -> AnyEntry | None:
        """Return the way back of a payment that was paid, None for any other."""
        if account.standing is not Standing.PAID:
            return None
        return Refunded(at=now, payment=account.id, amount=account.made.amount)

    def due(self, now: float) -> Iterator[AnyEntry]:
        """Yield what the customers and banks have done by now."""
        for account in self.accounts.values():
            if account.standing is not Standing.WAITING_FOR_CUSTOMER:
                continue
            taken = account.taken
            if taken is not None and taken.due <= now:
                yield self._outcome(account, taken)
            elif taken is None and account.made.until <= now:
                yield self.fail(account, "expired", now)

    def next_due(self) -> float | None:
        """Return when the next customer acts, None when nobody is waited for."""
        times = [
            account.taken.due if account.taken is not None else account.made.until
            for account in self.accounts.values()
            if account.standing is Standing.WAITING_FOR_CUSTOMER
        ]
        return min(times, default=None)

    def _outcome(self, account: Account, taken: CodeTaken) -> AnyEntry:
        fate = Fate(taken.fate)
        if fate in (Fate.ACCEPTED, Fate.ANSWER_LOST, Fate.BUSY, Fate.REQUEST_LOST):
            return self.confirm(account, taken.due)
        return self.fail(account, fate.value, taken.due)

    def untold(self) -> list[tuple[Account, str]]:
        """Return the ends of which the webhook has not been told, oldest first."""
        return [
            (account, account.standing.value)
            for account in self.accounts.values()
            if account.standing not in OPEN and account.standing.value not in account.told
        ]


def apply_to(account: Account, entry: AnyEntry) -> None:
    """Let an entry about one payment be so of it."""
    match entry:
        case CodeRefused():
            account.reason = Fate.WRONG.value
        case CodeTaken():
            account.taken, account.standing, account.reason = entry, Standing.WAITING_FOR_CUSTOMER, ""
        case Charged():
            account.standing, account.reason = Standing.PAID, ""
            account.charges += 1
        case Failed():
            account.standing, account.reason = Standing.FAILED, entry.reason
        case Cancelled():
            account.standing, account.reason = Standing.CANCELLED, "cancelled"
        case Refunded():
            account.standing = Standing.REFUNDED
        case Notified():
            account.told.add(entry.state)
        case Made() | Answered():
            raise AssertionError("these make payments and answers, and change no payment")
        case _:
            assert_never(entry)


def charged_twice(entries: Iterable[AnyEntry]) -> list[str]:
    """Return what a journal shows to be charged more than once: a payment, or a purpose without a refund.

    This is the proof: it reads what was written, not what anybody believes.
    """
    charges: dict[str, int] = {}
    purposes: dict[str, int] = {}
    made: dict[str, Made] = {}
    for entry in entries:
        match entry:
            case Made():
                made[entry.payment] = entry
            case Charged():
                charges[entry.payment] = charges.get(entry.payment, 0) + 1
                purpose = made[entry.payment].purpose
                purposes[purpose] = purposes.get(purpose, 0) + 1
            case Refunded():
                purposes[made[entry.payment].purpose] -= 1
            case _:
                continue
    twice = [f"payment {payment}" for payment, times in charges.items() if times > 1]
    return twice + [f"purpose {purpose}" for purpose, times in purposes.items() if purpose and times > 1]
