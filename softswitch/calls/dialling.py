"""Reaching people: ring the phones of accounts and let the caller talk with who answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from softswitch.calls.bridge import talk
from softswitch.calls.call import Call
from softswitch.calls.forwarding import forward
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.hunt import Hunt
from softswitch.calls.lines import Exits, NoExits
from softswitch.calls.outbound import RING_SECONDS as OUTSIDE_RING_SECONDS
from softswitch.calls.outbound import OutsideParty, parties_outside
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.registrar.bindings import Binding, by_preference

RING_SECONDS: Final = 30.0
"""How long a phone rings before the caller is told that nobody answers."""

_WEIGHT: Final = (
    Reason.DECLINED,
    Reason.BUSY,
    Reason.NO_ANSWER,
    Reason.MOVED,
    Reason.NO_SUCH_NUMBER,
    Reason.NO_COMMON_CODEC,
    Reason.SRTP_REQUIRED,
    Reason.TRUNK_REFUSED,
    Reason.PEER_FAILED,
    Reason.UNREACHABLE,
    Reason.TRUNK_DOWN,
    Reason.OFFLINE,
)
"""Of several phones' refusals the first of these counts: the one that says most (RFC 3261 §16.7 step 6)."""


@dataclass(frozen=True, slots=True)
class Dialler:
    """Rings accounts and numbers outside.

    ``bindings`` tells where an account's phones are, ``name_of`` its name, or None for one that does not
    exist; ``exits`` is what leads out.
    """

    bindings: Callable[[str], tuple[Binding, ...]]
    name_of: Callable[[str], str | None]
    exits: Exits = field(default_factory=NoExits)
    by: str | None = None
    """Whose rights numbers outside are called with, None for those of who called."""

    def acting_for(self, user: str) -> Dialler:
        """Return one that calls outside with the rights of an account."""
        return replace(self, by=user)

    def is_busy(self, call: Call, user: str) -> bool:
        """Tell whether an account is known to be in another call; nobody is where nobody counts them."""
        return False

    async def dial(
        self, call: Call, users: Sequence[str], *, ring_for: float = RING_SECONDS, label: str = ""
    ) -> Termination:
        """Ring all phones of the accounts and let the caller talk with who answers first.

        Returns how it ended: CALLEE_HUNG_UP after a talk, else why nobody was reached. The caller's own
        hanging up cancels. Parameters and what else is raised as with :meth:`reach` and
        :func:`~softswitch.calls.bridge.talk`.
        """
        reached = await self.reach(call, users, ring_for=ring_for, label=label)
        return reached if isinstance(reached, Termination) else await talk(call, reached)

    async def reach(
        self,
        call: Call,
        users: Sequence[str],
        *,
        ring_for: float = RING_SECONDS,
        label: str = "",
        by: str | None = None,
    ) -> PhoneLeg | Termination:
        """Ring all phones of the accounts; return the one that answers first, or why none did.

        Phones an account prefers less (their q) ring only when the others did not answer; ``ring_for`` is
        the time of all rounds together. ``label`` stands before the caller's name on the phones' displays.
        A phone may send the call on (RFC 3261 §21.3): raises SentOn when that leads to a menu or a queue.
        Numbers outside are called with the rights of the account ``by``, else with those of who called.
        """
        known = [user for user in dict.fromkeys(users) if self.name_of(user) is not None]
        others = [user for user in dict.fromkeys(users) if user not in known]
        outside, refusals = parties_outside(call, others, self.exits, by or self.by)
        if not known and not outside:
            return refusals[0] if refusals else Termination(Reason.UNKNOWN_NUMBER)
        rounds = _rounds((self.bindings(user) for user in known), outside)
        if not rounds:
            return Termination(Reason.OFFLINE)
        return await self._hunt(call, ((ringing, ring_for / len(rounds)) for ringing in rounds), label)

    async def reach_in_turn(
        self, call: Call, turns: Iterable[Sequence[str]], *, ring_for: float, label: str = ""
    ) -> PhoneLeg | Termination:
        """Ring the phones of one set of accounts after another, each for so many seconds.

        A turn is asked for when it is due, so that who is busy by then can be left out. All phones of an
        account ring at once. Otherwise as :meth:`reach`.
        """
        ringing = ([binding for user in turn for binding in self.bindings(user)] for turn in turns)
        return await self._hunt(call, ((bindings, ring_for) for bindings in ringing if bindings), label)

    async def _hunt(
        self, call: Call, turns: Iterable[tuple[Sequence[Binding | OutsideParty], float]], label: str
    ) -> PhoneLeg | Termination:
        hunt = Hunt(call, label, lambda user: self.name_of(user) or "")
        for ringing, seconds in turns:
            winner = await hunt.ring(ringing, seconds)
            if winner is not None:
                return winner
        if hunt.moved:
            return await forward(call, *hunt.moved[0], why=Reason.MOVED)
        call.caller.hush()
        return telling(hunt.failures)


def _rounds(
    accounts: Iterable[tuple[Binding, ...]], outside: Sequence[OutsideParty]
) -> list[list[Binding | OutsideParty]]:
    """Return who rings together, round by round: every account's first choice, then every second …"""
    rounds: list[list[Binding | OutsideParty]] = [[*outside]] if outside else []
    for bindings in accounts:
        for number, group in enumerate(by_preference(bindings)):
            rounds[number : number + 1] = [[*(rounds[number] if number < len(rounds) else []), *group]]
    return rounds


def telling(failures: Sequence[Termination]) -> Termination:
    """Return of several phones' refusals the one that says most; OFFLINE of none."""
    return min(failures, key=lambda failure: _rank(failure.reason), default=Termination(Reason.OFFLINE))


def _rank(reason: Reason) -> int:
    return _WEIGHT.index(reason) if reason in _WEIGHT else len(_WEIGHT)


@dataclass(frozen=True, slots=True)
class AccountDestination:
    """A dialled number that is somebody's own."""

    dialler: Dialler
    user: str
    ring_for: float = RING_SECONDS
    kind: str = "account"

    @property
    def name(self) -> str:
        """The account."""
        return self.user

    async def __call__(self, call: Call) -> Termination:
        """Ring the account's phones and let the caller talk."""
        return await self.dialler.dial(call, [self.user], ring_for=self.ring_for)

    async def reach(self, call: Call) -> PhoneLeg | Termination:
        """Ring the account's phones for the caller."""
        return await self.dialler.reach(call, [self.user], ring_for=self.ring_for)


@dataclass(frozen=True, slots=True)
class OutsideDestination:
    """A number outside, called with the rights of the account ``by``."""

    dialler: Dialler
    name: str
    by: str
    kind: str = "outside"

    async def __call__(self, call: Call) -> Termination:
        """Ring it and let the caller talk."""
        reached = await self.reach(call)
        return reached if isinstance(reached, Termination) else await talk(call, reached)

    async def reach(self, call: Call) -> PhoneLeg | Termination:
        """Ring it for the caller."""
        return await self.dialler.reach(call, [self.name], ring_for=OUTSIDE_RING_SECONDS, by=self.by)
