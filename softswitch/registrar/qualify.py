"""Are the phones there: when each is asked by OPTIONS, and what follows from its answer. Pure: time comes in.

The questions keep NATs open, too (RFC 5626 §4.4: what a phone would do by itself, if phones did). A phone
counts as unreachable when a question has found no answer at all, after all its repeats; any answer is one,
also a refusal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from softswitch.registrar.bindings import Binding
from softswitch.sip.hop import is_public
from softswitch.sip.timers import Alarms

SPREAD: Final = 1 / 7
"""By how much of its interval a phone may be asked earlier: 28 s become 24 to 28, each phone its own. Phones
that came at once, after a power cut, drift apart (RFC 5626 §4.4 has 20 %)."""
LONGEST_PAUSE: Final = 300.0
"""Seconds between questions to a phone that does not answer; it registers anew when it comes back."""


class Reach(Enum):
    """What is known of a phone."""

    UNKNOWN = "unknown"
    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Intervals:
    """Seconds between two questions to a phone, at most."""

    behind_nat: float = 28.0
    """Over UDP: there are NATs that forget after 30 s who may send in, and a second is kept for delays."""
    otherwise: float = 60.0


class Phone(NamedTuple):
    """One phone of an account, by its Contact as it is written.

    A tuple, as it is looked up several times whenever its phone registers.
    """

    user: str
    contact: str


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of a phone; the round trip in milliseconds is None before its first answer."""

    reach: Reach = Reach.UNKNOWN
    round_trip_ms: float | None = None


@dataclass(slots=True)
class _Followed:
    earlier: float
    """The part of its interval by which it is asked earlier, at most :data:`SPREAD`."""
    interval: float
    registered: tuple[str, int, float]
    """What its last REGISTER was: another one is a sign of life."""
    health: Health = Health()
    asked_at: float | None = None
    missed: int = 0
    lost: bool = False
    """It was said to be unreachable, and not yet to be back."""


class Qualify:
    """The schedule. Times are in seconds, whatever their zero."""

    def __init__(self, intervals: Intervals) -> None:
        self._intervals = intervals
        self._phones: dict[Phone, _Followed] = {}
        self._of_user: dict[str, frozenset[Phone]] = {}
        self._alarms = Alarms()

    def __len__(self) -> int:
        return len(self._phones)

    def follow(self, now: float, user: str, bindings: Iterable[Binding], *, restored: bool = False) -> None:
        """Take over an account's phones as they are now.

        A new one is asked within its first interval, but not in its first half: its REGISTER has just opened
        the way. Of those from before a restart (``restored``) nobody knows when that was. A phone that
        was unreachable and has registered again is asked at once, and may ring at once.
        """
        present: dict[Phone, Binding] = {Phone(user, str(one.contact)): one for one in bindings}
        for phone in self._of_user.get(user, frozenset()) - present.keys():
            del self._phones[phone]
            self._alarms.clear(phone)
        for phone, binding in present.items():
            registered = (binding.call_id, binding.cseq, binding.expires_at)
            followed = self._phones.get(phone)
            if followed is None:
                earlier = SPREAD * _share(phone, "interval")
                followed = _Followed(earlier, self._interval(binding, earlier), registered)
                self._begin(now, phone, followed, restored=restored)
            elif followed.registered != registered:
                followed.registered = registered
                followed.interval = self._interval(binding, followed.earlier)
                self._back(now, phone, followed)
        if present:
            self._of_user[user] = frozenset(present)
        else:
            self._of_user.pop(user, None)

    def due(self, now: float) -> Phone | None:
        """Take one phone that is to be asked now; tell by :meth:`asked` that it was."""
        phone = self._alarms.due(now)
        assert phone is None or isinstance(phone, Phone)
        return phone

    def next_deadline(self) -> float | None:
        """Return when :meth:`due` wants to be called, None when nobody is followed."""
        return self._alarms.next()

    def asked(self, now: float, phone: Phone) -> None:
        """Note that a question has gone out: the next one waits for what becomes of it."""
        if (followed := self._phones.get(phone)) is not None:
            followed.asked_at = now

    def answered(self, now: float, phone: Phone) -> bool:
        """Take an answer, whatever it says; tell whether the phone was said to be lost and is back."""
        followed = self._phones.get(phone)
        if followed is None or followed.asked_at is None:
            return False
        asked_at, followed.asked_at = followed.asked_at, None
        followed.health = Health(Reach.REACHABLE, (now - asked_at) * 1000)
        followed.missed = 0
        was_lost, followed.lost = followed.lost, False
        self._alarms.set(phone, max(asked_at + followed.interval, now))
        return was_lost

    def unanswered(self, now: float, phone: Phone) -> bool:
        """Take that no answer came; tell whether the phone is lost by that and was not before."""
        followed = self._phones.get(phone)
        if followed is None or followed.asked_at is None:
            return False
        followed.asked_at = None
        followed.health = Health(Reach.UNREACHABLE, followed.health.round_trip_ms)
        pause = min(followed.interval * 2.0**followed.missed, LONGEST_PAUSE)
        followed.missed = min(followed.missed + 1, 10)
        self._alarms.set(phone, now + pause)
        newly, followed.lost = not followed.lost, True
        return newly

    def health(self, phone: Phone) -> Health:
        """Return what is known of a phone."""
        followed = self._phones.get(phone)
        return followed.health if followed is not None else Health()

    def worth_ringing(self, bindings: tuple[Binding, ...]) -> tuple[Binding, ...]:
        """Leave out the unreachable phones of an account, if there are others."""
        there = tuple(one for one in bindings if self._reach(one) is not Reach.UNREACHABLE)
        return there or bindings

    def _reach(self, binding: Binding) -> Reach:
        return self.health(Phone(binding.account, str(binding.contact))).reach

    def _begin(self, now: float, phone: Phone, followed: _Followed, *, restored: bool) -> None:
        self._phones[phone] = followed
        within = _share(phone, "first") * followed.interval
        self._alarms.set(phone, now + (within if restored else (followed.interval + within) / 2))

    def _back(self, now: float, phone: Phone, followed: _Followed) -> None:
        if followed.health.reach is Reach.UNREACHABLE:
            followed.health = Health(Reach.UNKNOWN, followed.health.round_trip_ms)
            followed.missed = 0
            if followed.asked_at is None:
                self._alarms.set(phone, now)

    def _interval(self, binding: Binding, earlier: float) -> float:
        longest = self._intervals.otherwise
        # On a public address a NAT may stand of which nothing tells: see registrar.service.way_to.
        if binding.hop.transport == "UDP" and (binding.behind_nat or is_public(binding.hop.host)):
            longest = min(self._intervals.behind_nat, longest)
        return longest * (1 - earlier)


def _share(phone: Phone, what: str) -> float:
    """Return a number from 0 to 1 for a phone, always the same one and evenly spread over phones."""
    text = f"{what} {phone.user} {phone.contact}".encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=4).digest()) / 0xFFFFFFFF
