"""Who is heard: each so often a second and no oftener, before anything of his is read.

A stranger is a socket that nobody has proved himself from yet; who has proved himself has a larger share.
What is over it is dropped without a word: an answer would cost more than it tells, and a delay would have to
be remembered. Pure: time is an argument, in seconds, whatever its zero.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from softswitch.sip.hop import site
from softswitch.sip.networks import Network

OWN: Final = frozenset({"127.0.0.1", "::1"})
"""This machine by its usual addresses: whoever is on it needs no SIP to do harm, and proxies stand there."""
TRUST_SECONDS: Final = 7200.0
"""How long a socket is trusted after it proved itself: twice the longest registration, by which a phone has
proved itself again."""
MAX_TRUSTED: Final = 50_000
"""Sockets trusted at once; who proved himself longest ago is a stranger again."""
MAX_TOLD: Final = 100
"""Addresses whose drops are counted between two reports: who forges more shall not fill the log."""
MAX_IDLE: Final = 8192
"""Shares kept before those that are whole again are thrown out; those in use are few, as all strangers
together have one, and each phone's is whole a moment after it has spoken."""
_PROVED: Final = "proved"
"""Marks shares of those who have proved themselves: what strangers at their address use up is not theirs."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many datagrams a second, and so many at once after a quiet time."""

    rate: float
    burst: float

    @property
    def interval(self) -> float:
        """Seconds that one datagram takes of the share."""
        return 1.0 / self.rate

    @property
    def ahead(self) -> float:
        """Seconds by which a source may be ahead of its rate."""
        # The last of a burst is half an interval within the limit: sums of floats are never exact.
        return (self.burst - 0.5) / self.rate


@dataclass(frozen=True, slots=True)
class Shares:
    """What is heard: of strangers each socket, each address (or IPv6 /64), and all of them together.

    A phone that starts sends a handful of requests, an office of two hundred behind one address some four
    hundred. A scanner that uses one socket, as they do, leaves others at its address theirs. What all
    together may ask costs a third of a core.

    Whoever has proved himself has ``proved``, a hundred times what a busy phone needs: one password, stolen
    or in a phone gone mad, must not be enough to keep all others waiting. ``proved_address`` lets two
    thousand phones behind one address come back at once.
    """

    socket: Share = Share(20.0, 60.0)
    address: Share = Share(200.0, 600.0)
    everybody: Share = Share(2000.0, 4000.0)
    proved: Share = Share(200.0, 600.0)
    proved_address: Share = Share(1000.0, 4000.0)


@dataclass(frozen=True, slots=True)
class Silenced:
    """How many datagrams of an address (or IPv6 /64) were dropped since the last report."""

    source: str
    dropped: int


class Guard:
    """Hears everybody in measure, but for those who speak for many.

    ``allow`` are networks whose senders are always heard and never shut out: trunks, proxies. What comes
    from :data:`OWN` is heard as well, and from hosts that ``speaks_for_many`` once they have proved
    themselves: servers of trunks, wherever DNS says they are.
    """

    def __init__(
        self,
        allow: Iterable[Network] = (),
        shares: Shares | None = None,
        *,
        speaks_for_many: Callable[[str], bool] = lambda host: False,
    ) -> None:
        self._allow = tuple(allow)
        self._shares = shares or Shares()
        self._speaks_for_many = speaks_for_many
        self._trusted: dict[tuple[str, int], float] = {}
        # When each source will have its whole share again; one that is not here has it.
        self._whole_at: dict[Hashable, float] = {}
        self._dropped: dict[str, int] = {}
        self.allowed = lru_cache(MAX_IDLE)(self._is_allowed)
        """Tell whether an address (an IP literal) is in one of the networks that are allowed everything."""
        self._exempt = lru_cache(MAX_IDLE)(self._is_exempt)

    def admits(self, host: str, port: int, now: float) -> bool:
        """Tell whether what comes from a socket is to be read; counts it."""
        if self._exempt(host):
            return True
        place, shares = site(host), self._shares
        if self._trusted.get((host, port), now) > now:
            heard = self._charge(
                now, ((_PROVED, host, port), shares.proved), ((_PROVED, place), shares.proved_address)
            ) or self._speaks_for_many(host)
        else:
            heard = self._charge(
                now, ((host, port), shares.socket), (place, shares.address), ("", shares.everybody)
            )
        if not heard:
            self._note_drop(place)
        return heard

    def _charge(self, now: float, *charges: tuple[Hashable, Share]) -> bool:
        """Take one datagram from several shares; False, and nothing taken, when one of them is used up."""
        whole_at = self._whole_at
        later: list[tuple[Hashable, float]] = []
        for key, share in charges:
            at = whole_at.get(key, now)
            if at - now > share.ahead:
                return False
            later.append((key, max(at, now) + share.interval))
        # Only what is read is charged: nobody's flood uses up what others have.
        whole_at.update(later)
        if len(whole_at) > MAX_IDLE:
            self._whole_at = {key: at for key, at in whole_at.items() if at > now}
        return True

    def knows(self, host: str, port: int, now: float) -> bool:
        """Tell whether somebody has proved himself from a socket, or need not."""
        proved = self._trusted.get((host, port), now) > now
        return proved or self._exempt(host) or self._speaks_for_many(host)

    def trust(self, host: str, port: int, now: float) -> None:
        """Note that somebody has proved himself from a socket: a password, or what only he could know."""
        self._trusted.pop((host, port), None)
        self._trusted[host, port] = now + TRUST_SECONDS
        if len(self._trusted) > MAX_TRUSTED:
            del self._trusted[next(iter(self._trusted))]

    def take_report(self) -> tuple[Silenced, ...]:
        """Return whose datagrams were dropped since this was asked last, most first."""
        dropped, self._dropped = self._dropped, {}
        return tuple(Silenced(*one) for one in sorted(dropped.items(), key=lambda one: -one[1]))

    def sizes(self) -> dict[str, int]:
        """Return how much is remembered: for tests that look for leaks."""
        return {"trusted": len(self._trusted), "shares": len(self._whole_at), "dropped": len(self._dropped)}

    def _note_drop(self, place: str) -> None:
        if place in self._dropped or len(self._dropped) < MAX_TOLD:
            self._dropped[place] = self._dropped.get(place, 0) + 1

    def _is_allowed(self, host: str) -> bool:
        address = ipaddress.ip_address(host)
        return any(address in network for network in self._allow)

    def _is_exempt(self, host: str) -> bool:
        return host in OWN or self._is_allowed(host)
