"""Who is calling, shown by what only that customer knows.

Wrong answers never tell which part was wrong, nor whether there is such a customer: everything that was asked
is compared, in the same time, and the count of wrong tries goes by what was typed and from where, too.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from weakref import WeakValueDictionary

from softswitch.clock import Clock
from softswitch.crm.identity_model import (
    LOCKED_FOR,
    TRIES,
    WITHHELD_TRIES,
    Factor,
    Factors,
    KnownFactors,
    Tries,
    TriesStore,
)
from softswitch.pins import Pins

LONGEST_ANSWER: Final = 20
"""Digits of the longest thing that is asked."""

_DIGITS: Final = re.compile(f"[0-9]{{1,{LONGEST_ANSWER}}}")
_DATE_DIGITS: Final = 8
_FROM: Final = "from:"
_PESEL_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Policy:
    """What a line asks, and how often one may err. Without the customer number the calling number says who.

    ``per_call`` are the wrong tries in one call, ``most`` those about one customer or from one number, and
    ``withheld`` those of all callers together who hide theirs: guessers must not get more by hiding it, nor
    shut out everybody else who does by three wrong keys.
    """

    factors: tuple[Factor, ...] = (Factor.CUSTOMER_NUMBER, Factor.PIN)
    per_call: int = TRIES
    most: int = TRIES
    withheld: int = WITHHELD_TRIES
    lock: timedelta = LOCKED_FOR


class Verdict(StrEnum):
    """What came of a check."""

    VERIFIED = "verified"
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a caller typed, by factor. It shows in no text."""

    typed: Mapping[Factor, str] = field(repr=False)
    calling_number: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check; who it is only where it is verified, for how long locked only where it is."""

    verdict: Verdict
    customer: str = ""
    name: str = ""
    locked_for: timedelta = timedelta()


class Identity:
    """Checks callers. ``pepper`` keys the hashes by which typed numbers are counted: they may be secret."""

    def __init__(
        self, factors: Factors, tries: TriesStore, pins: Pins, clock: Clock, *, pepper: bytes
    ) -> None:
        self._factors = factors
        self._tries = tries
        self._pins = pins
        self._clock = clock
        self._pepper = pepper
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def locked_for(self, answers: Answers, policy: Policy) -> timedelta:
        """Return for how long nobody is checked from this number, or for what was typed so far."""
        now = self._clock.wall()
        return _longest(await self._tries.load((*self._subjects(answers, policy, None),)), now)

    async def check(self, answers: Answers, policy: Policy) -> Checked:
        """Compare what was typed with what is known, and count a wrong try.

        While it is locked nothing is compared: a right answer then looks like a wrong one. Who shows to be a
        customer gets new tries as that one, and none at others from the same number.
        """
        known = await self._known(answers, policy)
        subjects = self._subjects(answers, policy, known)
        async with self._in_turn((*subjects,)):
            return await self._checked(known, subjects, answers, policy)

    async def _checked(
        self, known: KnownFactors | None, subjects: Mapping[str, int], answers: Answers, policy: Policy
    ) -> Checked:
        now = self._clock.wall()
        locked = _longest(await self._tries.load((*subjects,)), now)
        if locked:
            return Checked(Verdict.LOCKED, locked_for=locked)
        if await self._right(known, answers, policy) and known is not None:
            # Another switch on the same database may have counted the last wrong try meanwhile.
            locked = _longest(await self._tries.load((*subjects,)), now)
            if locked:
                return Checked(Verdict.LOCKED, locked_for=locked)
            await self._tries.clear(tuple(one for one in subjects if not one.startswith(_FROM)))
            return Checked(Verdict.VERIFIED, known.customer, known.name)
        locked = _longest(await self._tries.failed(subjects, now, policy.lock), now)
        return Checked(Verdict.LOCKED if locked else Verdict.WRONG, locked_for=locked)

    @asynccontextmanager
    async def _in_turn(self, subjects: tuple[str, ...]) -> AsyncIterator[None]:
        """Let one at a time be checked about a subject: a hundred calls at once have three tries together."""
        async with AsyncExitStack() as turns:
            # Sorted, so that no two ever wait for each other.
            for subject in sorted(subjects):
                await turns.enter_async_context(self._turns.setdefault(subject, asyncio.Lock()))
            yield

    async def _known(self, answers: Answers, policy: Policy) -> KnownFactors | None:
        if Factor.CUSTOMER_NUMBER in policy.factors:
            return await self._factors.by_customer_number(answers.typed.get(Factor.CUSTOMER_NUMBER, ""))
        if not answers.calling_number:
            return None
        return await self._factors.by_calling_number(answers.calling_number)

    async def _right(self, known: KnownFactors | None, answers: Answers, policy: Policy) -> bool:
        """Compare everything, whatever the first comparison says, and with nobody as with somebody."""
        right = known is not None and any(one is not Factor.CUSTOMER_NUMBER for one in policy.factors)
        against = known or KnownFactors("")
        for factor in policy.factors:
            typed = answers.typed.get(factor, "")
            match factor:
                case Factor.CUSTOMER_NUMBER:
                    same = known is not None
                case Factor.PIN:
                    same = await self._pins.matches(against.pin_hash, typed)
                case Factor.PESEL_LAST4:
                    same = _same(against.pesel[-_PESEL_DIGITS:], typed, _PESEL_DIGITS)
                case Factor.BIRTH_DATE:
                    same = _same(_as_typed(against.birth_date), typed, _DATE_DIGITS)
            right = right & same
        return right

    def _subjects(self, answers: Answers, policy: Policy, known: KnownFactors | None) -> dict[str, int]:
        """Return under which names wrong tries count, and how many there may be.

        What was typed counts like a customer there is.
        """
        number = answers.calling_number
        subjects = {f"{_FROM}{number}": policy.most if number else policy.withheld}
        typed = answers.typed.get(Factor.CUSTOMER_NUMBER, "")
        if Factor.CUSTOMER_NUMBER in policy.factors and typed:
            digest = hashlib.blake2b(typed.encode(), key=self._pepper, digest_size=16).hexdigest()
            subjects[f"number:{digest}"] = policy.most
        if known is not None:
            subjects[f"customer:{known.customer}"] = policy.most
        return subjects


def _longest(tries: tuple[Tries, ...], now: datetime) -> timedelta:
    return max((one.locked_for(now) for one in tries), default=timedelta())


def well_formed(factor: Factor, typed: str) -> bool:
    """Tell whether an answer can be one at all, before anything is looked up: that tells nobody anything."""
    if _DIGITS.fullmatch(typed) is None:
        return False
    match factor:
        case Factor.CUSTOMER_NUMBER:
            return True
        case Factor.PIN:
            return 4 <= len(typed) <= 12
        case Factor.PESEL_LAST4:
            return len(typed) == _PESEL_DIGITS
        case Factor.BIRTH_DATE:
            return _date(typed) is not None


def _date(typed: str) -> date | None:
    """Return the date of eight digits, day first: 14051944."""
    if len(typed) != _DATE_DIGITS:
        return None
    try:
        return date(int(typed[4:]), int(typed[2:4]), int(typed[:2]))
    except ValueError:
        return None


def _as_typed(day: date | None) -> str:
    return "" if day is None else f"{day:%d%m}{day.year:04}"


def _same(known: str, typed: str, digits: int) -> bool:
    """Compare in constant time; what is not known, or not whole, is never the same."""
    same = hmac.compare_digest(known.encode().ljust(digits), typed.encode().ljust(digits))
    return same and len(known) == digits
