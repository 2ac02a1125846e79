"""Paying and identity checks in simulated calls: what comes of them is as the script says."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from softswitch.ivr.desks.gate import Person, Shown, Shows
from softswitch.ivr.desks.till import Bill, Charge, Standing

CONFIRM_AFTER_S = 8.0
"""How long a customer takes to confirm in the bank's app when the script does not say."""


@dataclass(frozen=True, slots=True)
class Pays:
    """What comes of the next payment, how many seconds after a good code; so many codes are wrong before.

    ``reason`` is why it is refused.
    """

    standing: Standing = Standing.PAID
    after: float = CONFIRM_AFTER_S
    wrong_codes: int = 0
    reason: str = ""

    def __str__(self) -> str:
        return f"a payment: {self.standing.value} after {self.after:g} s"


@dataclass(frozen=True, slots=True)
class Identified:
    """What comes of the next identity check."""

    shown: Shown = Shown.VERIFIED
    customer: str = "17"
    name: str = "Jan Kowalski"

    def __str__(self) -> str:
        return f"an identity check: {self.shown.value}"


def pays(
    standing: Standing = Standing.PAID,
    *,
    after: float = CONFIRM_AFTER_S,
    wrong_codes: int = 0,
    reason: str = "",
) -> Pays:
    """Say what comes of the next payment."""
    return Pays(standing, after, wrong_codes, reason)


def identified(shown: Shown = Shown.VERIFIED) -> Identified:
    """Say what comes of the next identity check."""
    return Identified(shown)


class SimulatedTill:
    """See :class:`softswitch.ivr.desks.till.Till`. A payment of which nothing was said is confirmed.

    Of :data:`~softswitch.ivr.desks.till.Standing` what a payment begins with is answered at its
    beginning, the rest after its code.
    """

    def __init__(self, script: Iterable[Pays], now: Callable[[], float]) -> None:
        self.script = deque(script)
        self._now = now
        self._pays = Pays()
        self._wrong = 0
        self._confirmed_at: float | None = None
        self._ended: Charge | None = None
        self.count = 0

    @property
    def names(self) -> Collection[str]:
        """Any name will do."""
        return ()

    async def begin(self, bill: Bill) -> Charge:
        """Begin the next payment of the script."""
        self._pays = self.script.popleft() if self.script else Pays()
        self.count += 1
        self._wrong, self._confirmed_at, self._ended = self._pays.wrong_codes, None, None
        if self._pays.standing in (Standing.ALREADY_PAID, Standing.ALREADY_OPEN, Standing.NOT_TAKEN):
            return Charge(self._pays.standing, "", self._pays.reason)
        return self._charge(Standing.WANTS_CODE)

    async def submit(self, charge: str, digits: str) -> Charge:
        """Take a code, or find it wrong as often as the script says."""
        if self._wrong:
            self._wrong -= 1
            return self._charge(Standing.WANTS_CODE, "wrong_code")
        if self._confirmed_at is None:
            self._confirmed_at = self._now() + self._pays.after
        return await self.look(charge)

    async def look(self, charge: str) -> Charge:
        """Tell how it stands by now."""
        if self._ended is not None:
            return self._ended
        if self._pays.standing is Standing.UNKNOWN:
            return self._charge(Standing.UNKNOWN)
        if self._confirmed_at is None:
            return self._charge(Standing.WANTS_CODE)
        if self._now() < self._confirmed_at:
            return self._charge(Standing.CONFIRMING)
        return self._charge(self._pays.standing, self._pays.reason)

    async def abort(self, charge: str, reason: str) -> Charge:
        """Call it off, unless nobody knows how it stands or it has ended."""
        found = await self.look(charge)
        if found.standing in (Standing.WANTS_CODE, Standing.CONFIRMING):
            self._ended = self._charge(Standing.ABORTED, reason)
            return self._ended
        return found

    async def link(self, bill: Bill) -> Charge:
        """Make a pay-link."""
        self.count += 1
        return self._charge(Standing.CONFIRMING)

    def let_go(self, charge: str) -> None:
        """Nothing goes on after a simulated call."""

    def _charge(self, standing: Standing, reason: str = "") -> Charge:
        return Charge(standing, f"payment-{self.count}", reason)


class SimulatedGate:
    """See :class:`softswitch.ivr.desks.gate.Gate`. Callers of whom nothing was said show who they are."""

    def __init__(self, script: Iterable[Identified]) -> None:
        self.script = deque(script)

    async def locked(self, caller: str) -> Person | None:
        """Nobody is locked from the beginning."""
        return None

    async def check(self, asked: Sequence[str], shows: Shows) -> Person:
        """Find what the script says."""
        told = self.script.popleft() if self.script else Identified()
        if told.shown is Shown.VERIFIED:
            return Person(told.shown, told.customer, told.name)
        return Person(told.shown, minutes=15 if told.shown is Shown.LOCKED else 0)

    def well_formed(self, factor: str, typed: str) -> bool:
        """Tell whether there are digits, and nothing else."""
        return typed.isascii() and typed.isdecimal()
