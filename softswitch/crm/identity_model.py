"""How callers show who they are: what is asked, what is known, and how many wrong tries there were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

TRIES: Final = 3
"""Wrong answers in one call, and for one customer or from one number, before nobody is checked any more."""

WITHHELD_TRIES: Final = 10
"""Wrong answers of all callers together who hide their number: nobody can tell them apart."""

LOCKED_FOR: Final = timedelta(minutes=15)
"""With three tries in a quarter of an hour, half of all PINs of four digits take 17 days and nights of calls,
each of them in the log."""

FORGOTTEN_AFTER: Final = timedelta(hours=1)
"""Wrong tries this far apart are people who err, not people who guess."""


class Factor(StrEnum):
    """Something only the customer knows. The customer number says who is meant, the others prove it."""

    CUSTOMER_NUMBER = "customer_number"
    PIN = "pin"
    PESEL_LAST4 = "pesel_last4"
    BIRTH_DATE = "birth_date"


@dataclass(frozen=True, slots=True)
class KnownFactors:
    """What is known of one customer; what is "" or None is not known, and proves nothing.

    ``pin_hash`` is Argon2's. None of it shows in ``repr``.
    """

    customer: str
    name: str = ""
    pin_hash: str = field(default="", repr=False)
    pesel: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)


class Factors(Protocol):
    """Where customers' factors are kept."""

    async def by_customer_number(self, number: str) -> KnownFactors | None:
        """Return those of the customer with this number, None for nobody."""
        ...

    async def by_calling_number(self, number: str) -> KnownFactors | None:
        """Return those of the one customer who calls from this number; None for nobody, or for several."""
        ...


@dataclass(frozen=True, slots=True)
class Tries:
    """The wrong tries about one subject: a customer, a customer number that was typed, a calling number."""

    subject: str
    failures: int = 0
    last: datetime | None = None
    locked_until: datetime | None = None

    def locked_for(self, now: datetime) -> timedelta:
        """Return for how long nobody is checked any more; zero for not at all."""
        if self.locked_until is None or self.locked_until <= now:
            return timedelta()
        return self.locked_until - now

    def failed(self, now: datetime, most: int = TRIES, lock: timedelta = LOCKED_FOR) -> Tries:
        """Return it after another wrong try: the last one allowed locks."""
        fresh = self.last is None or now - self.last >= FORGOTTEN_AFTER
        over = self.locked_until is not None and self.locked_until <= now
        failures = 1 if fresh or over else self.failures + 1
        locked = now + lock if failures >= most else (None if over else self.locked_until)
        return replace(self, failures=failures, last=now, locked_until=locked)


class TriesStore(Protocol):
    """Where wrong tries are counted, over calls and restarts."""

    async def load(self, subjects: tuple[str, ...]) -> tuple[Tries, ...]:
        """Return what is known of each subject, in their order."""
        ...

    async def failed(self, subjects: Mapping[str, int], now: datetime, lock: timedelta) -> tuple[Tries, ...]:
        """Count a wrong try for each in one step, and return how they stand then.

        ``subjects`` gives how many there may be of each.
        """
        ...

    async def clear(self, subjects: tuple[str, ...]) -> None:
        """Forget the wrong tries of subjects: they have shown who they are."""
        ...
