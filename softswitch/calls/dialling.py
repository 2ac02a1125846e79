"""Reaching people: ring the phones of accounts and let the caller talk with who answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.calls.bridge import talk
from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.hunt import Hunt
from softswitch.registrar.bindings import Binding, by_preference

RING_SECONDS: Final = 30.0
"""How long a phone rings before the caller is told that nobody answers."""

_WEIGHT: Final = (
    Reason.DECLINED,
    Reason.BUSY,
    Reason.NO_ANSWER,
    Reason.NO_COMMON_CODEC,
    Reason.PEER_FAILED,
    Reason.UNREACHABLE,
    Reason.OFFLINE,
)
"""Of several phones' refusals the first of these counts: the one that says most (RFC 3261 §16.7 step 6)."""


@dataclass(frozen=True, slots=True)
class Dialler:
    """Rings accounts. ``bindings`` tells where an account's phones are, ``known`` whether it exists."""

    bindings: Callable[[str], tuple[Binding, ...]]
    known: Callable[[str], bool]

    async def dial(
        self, call: Call, users: Sequence[str], *, ring_for: float = RING_SECONDS, label: str = ""
    ) -> Termination:
        """Ring all phones of the accounts and let the caller talk with who answers first.

        Phones an account prefers less (their q) ring only when the others did not answer; ``ring_for`` is
        the time of all rounds together. ``label`` stands before the caller's name on the phones' displays.
        Returns how it ended: CALLEE_HUNG_UP after a talk, else why nobody was reached. The caller's own
        hanging up cancels.
        """
        known = [user for user in dict.fromkeys(users) if self.known(user)]
        if not known:
            return Termination(Reason.UNKNOWN_NUMBER)
        rounds = _rounds(self.bindings(user) for user in known)
        if not rounds:
            return Termination(Reason.OFFLINE)
        hunt = Hunt(call, label)
        for ringing in rounds:
            winner = await hunt.ring(ringing, ring_for / len(rounds))
            if winner is not None:
                return await talk(call, winner)
        if call.caller.sound is not None:
            call.caller.voice.hear_nothing()
        return min(hunt.failures, key=lambda failure: _rank(failure.reason))


def _rounds(accounts: Iterable[tuple[Binding, ...]]) -> list[list[Binding]]:
    """Return who rings together, round by round: every account's first choice, then every second …"""
    rounds: list[list[Binding]] = []
    for bindings in accounts:
        for number, group in enumerate(by_preference(bindings)):
            rounds[number : number + 1] = [[*(rounds[number] if number < len(rounds) else []), *group]]
    return rounds


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
        """Ring the account's phones."""
        return await self.dialler.dial(call, [self.user], ring_for=self.ring_for)
