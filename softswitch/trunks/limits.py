"""What is counted against stolen passwords: calls at once and minutes a day, by account and by trunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from softswitch.events import Entry, LegAnswered, LegEnded, TrunkTaken


@dataclass(frozen=True, slots=True)
class Cap:
    """What somebody may at most: calls at once, and seconds of talk in a day."""

    calls: int
    seconds: float


class Usage:
    """Calls that go on, and seconds talked today. Days are those of UTC."""

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()
        self._seconds: Counter[str] = Counter()
        self._talking: dict[object, tuple[tuple[str, ...], datetime]] = {}
        self._day = ""

    def calls(self, who: str) -> int:
        """Return how many calls somebody has now."""
        return self._calls[who]

    def seconds(self, who: str, now: datetime) -> float:
        """Return how many seconds somebody has talked today, with those of calls that go on."""
        self._turn(now)
        begun = (since for names, since in self._talking.values() if who in names)
        return self._seconds[who] + sum(max((now - since).total_seconds(), 0.0) for since in begun)

    def left(self, who: str, cap: Cap, now: datetime) -> float:
        """Return how many seconds somebody may still talk today."""
        return max(cap.seconds - self.seconds(who, now), 0.0)

    def is_over(self, who: str, cap: Cap, now: datetime) -> bool:
        """Tell whether somebody has all the calls, or all the seconds, he may have."""
        return self._calls[who] >= cap.calls or self.left(who, cap, now) <= 0

    def share(self, who: str, cap: Cap, now: datetime) -> float:
        """Return how many seconds each of somebody's talks has when all of them go on."""
        talks = sum(who in names for names, _ in self._talking.values())
        return self.left(who, cap, now) / max(talks, 1)

    def began(self, names: tuple[str, ...]) -> None:
        """Note that a call begins."""
        self._calls.update(names)

    def answered(self, call: object, names: tuple[str, ...], now: datetime) -> None:
        """Note that its talk begins."""
        self._turn(now)
        self._talking[call] = (names, now)

    def ended(self, call: object, names: tuple[str, ...], now: datetime) -> None:
        """Note that a call is over."""
        self._turn(now)
        self._calls.subtract(names)
        self._calls = +self._calls
        talk = self._talking.pop(call, None)
        if talk is not None:
            seconds = max((now - talk[1]).total_seconds(), 0.0)
            for name in talk[0]:
                self._seconds[name] += round(seconds)

    def restore(self, who: str, seconds: float, day: datetime) -> None:
        """Add what was talked earlier on a day, before a restart."""
        self._turn(day)
        self._seconds[who] += round(seconds)

    def replay(self, entries: Iterable[Entry], now: datetime) -> None:
        """Count what the event log of today tells of calls that are over: a restart gives no minutes back."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        taken: dict[tuple[str, str], tuple[str, ...]] = {}
        since: dict[tuple[str, str], datetime] = {}
        for entry in entries:
            match entry.event:
                case TrunkTaken(leg, trunk, account):
                    taken[entry.call, leg] = counted_under(account, trunk)
                case LegAnswered(leg=leg) if (entry.call, leg) in taken:
                    since[entry.call, leg] = max(entry.at, midnight)
                case LegEnded(leg=leg) if (entry.call, leg) in since and entry.at >= midnight:
                    seconds = (entry.at - since.pop((entry.call, leg))).total_seconds()
                    for who in taken[entry.call, leg]:
                        self.restore(who, max(seconds, 0.0), now)
                case _:
                    continue

    def _turn(self, now: datetime) -> None:
        """Begin anew at midnight; who talks through it has talked since then."""
        day = now.date().isoformat()
        if day == self._day:
            return
        self._day = day
        self._seconds.clear()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        for call, (names, since) in self._talking.items():
            self._talking[call] = (names, max(since, midnight))


def account_key(account: str) -> str:
    """Return the name under which an account's calls are counted."""
    return f"account {account}"


def trunk_key(trunk: str) -> str:
    """Return the name under which a trunk's calls are counted."""
    return f"trunk {trunk}"


def help_key(account: str) -> str:
    """Return the name under which an account's emergency calls are counted."""
    return f"help {account}"


def counted_under(account: str, trunk: str) -> tuple[str, ...]:
    """Return the names under which a call is counted; ``account`` is "" for who came from outside."""
    return (account_key(account), trunk_key(trunk)) if account else (trunk_key(trunk),)
