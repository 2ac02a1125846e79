"""Wrong passwords, counted by where they come from and by whom they are for: who guesses must wait.

Pure: time is an argument.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from softswitch.sip.hop import site

MOST_WRONG: Final = 20
"""Wrong passwords within :data:`WINDOW` from one address. Whoever types one makes three or four mistakes, and
a phone that was set up wrongly tries twice a minute."""
MOST_FOR_ACCOUNT: Final = 100
"""Wrong passwords within :data:`WINDOW` for one name, from wherever: five addresses that guess as one may."""
WINDOW: Final = 60.0
"""Seconds for which a wrong password counts."""
SHORTEST: Final = 60.0
"""Seconds that the first wait lasts; each further one lasts twice as long."""
LONGEST: Final = 3600.0
"""Seconds that no wait exceeds: 20 guesses an hour are next to none, and an address may have a new owner. Who
was quiet for as long begins anew."""
MAX_SOURCES: Final = 10_000
"""Addresses, and names, remembered; the one that was quiet longest is forgotten."""
MAX_KNOWN: Final = 50_000
"""Places remembered from which an account has proved itself; the one not used for longest is forgotten."""


@dataclass(slots=True)
class _Source:
    """What is known of one address."""

    last: float
    """When it was last wrong."""
    wrong: list[tuple[float, str]] = field(default_factory=list)
    """When a wrong password came, and for which user: as many as count, and no more than are allowed."""
    shut_until: float = 0.0
    times_shut: int = 0
    last_attempt: str = ""
    shut_for: tuple[int, str] = (0, "")
    """How many wrong passwords shut it out, and for which user; "" for several."""

    def count(self, user: str, now: float, most: int) -> None:
        """Count a wrong password, which may be the one too many."""
        self.last = now
        self.wrong = [one for one in self.wrong if now - one[0] < WINDOW] + [(now, user)]
        if len(self.wrong) >= most:
            self.shut_until = now + min(SHORTEST * 2**self.times_shut, LONGEST)
            self.times_shut += 1
            users = {one[1] for one in self.wrong}
            self.shut_for = len(self.wrong), user if len(users) == 1 else ""
            self.wrong = []


@dataclass(frozen=True, slots=True)
class Ban:
    """Who is shut out: an address (or IPv6 /64) or a name; for how many seconds more, how often so far.

    ``wrong`` passwords for ``user`` did it, "" where they were for several.
    """

    source: str
    seconds: float
    times: int
    wrong: int
    user: str


class Guesses:
    """Counts wrong passwords. Times are in seconds, whatever their zero.

    A name is shut out but where it has proved itself before: else anybody could keep its phones out.
    """

    def __init__(self) -> None:
        self._sources: OrderedDict[str, _Source] = OrderedDict()
        self._accounts: OrderedDict[str, _Source] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sources)

    def wait(self, host: str, now: float) -> float:
        """Return for how many seconds more nobody is let in from ``host``, 0 when anybody is."""
        source = self._sources.get(site(host))
        return max(source.shut_until - now, 0.0) if source is not None else 0.0

    def account_wait(self, host: str, user: str, now: float) -> float:
        """Return for how many seconds more ``user`` is not let in from ``host``, 0 when he is."""
        account = self._accounts.get(user)
        if account is None or account.shut_until <= now or (site(host), user) in self._known:
            return 0.0
        return account.shut_until - now

    def bans(self, now: float) -> list[Ban]:
        """Return who is shut out now, longest first."""
        shut = [
            Ban(name, one.shut_until - now, one.times_shut, *one.shut_for)
            for sources in (self._sources, self._accounts)
            for name, one in sources.items()
            if one.shut_until > now
        ]
        return sorted(shut, key=lambda ban: -ban.seconds)

    def lift(self, name: str, now: float) -> bool:
        """Let an address (any of its IPv6 /64, or that) or a name in again; tell whether it was shut out."""
        lifted = False
        for sources in (self._sources, self._accounts):
            for key in {name, _site_of(name)}:
                if key in sources and sources[key].shut_until > now:
                    del sources[key]
                    lifted = True
        return lifted

    def wrong(self, host: str, user: str, attempt: str, now: float) -> bool:
        """Count a wrong password; tell whether it is news.

        It is none while the address is shut out, and when ``attempt``, which was sent as proof, came before:
        the answer to that was lost. From here on :meth:`wait` may say that it was one too many.
        """
        source = _noted(self._sources, site(host), now)
        if source.shut_until > now or source.last_attempt == attempt:
            return False
        source.last_attempt = attempt
        source.count(user, now, MOST_WRONG)
        account = _noted(self._accounts, user, now)
        if account.shut_until <= now:
            account.count(user, now, MOST_FOR_ACCOUNT)
        return True

    def right(self, host: str, user: str) -> None:
        """Forget the mistakes that were made with the password of ``user``, who knows it now.

        Only those: else who has an account could try those of others without end.
        """
        place = site(host)
        source = self._sources.get(place)
        if source is not None:
            source.wrong = [one for one in source.wrong if one[1] != user]
        self._known[place, user] = None
        self._known.move_to_end((place, user))
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)


def _noted(sources: OrderedDict[str, _Source], name: str, now: float) -> _Source:
    """Return what is known of a source, which is the one heard of last from now on."""
    source = sources.get(name)
    if source is None or now - max(source.last, source.shut_until) > LONGEST:
        source = sources[name] = _Source(now)
    sources.move_to_end(name)
    if len(sources) > MAX_SOURCES:
        sources.popitem(last=False)
    return source


def _site_of(name: str) -> str:
    try:
        return site(name)
    except ValueError:
        return name  # Of an account, or an IPv6 /64 as bans are listed.
