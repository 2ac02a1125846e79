"""Wrong passwords, counted by where they come from: who guesses must wait. Pure: time is an argument."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from softswitch.sip.hop import site

MOST_WRONG: Final = 20
"""Wrong passwords within :data:`WINDOW` from one address. Whoever types one makes three or four mistakes, and
a phone that was set up wrongly tries twice a minute."""
WINDOW: Final = 60.0
"""Seconds for which a wrong password counts."""
SHORTEST: Final = 60.0
"""Seconds that the first wait lasts; each further one lasts twice as long."""
LONGEST: Final = 3600.0
"""Seconds that no wait exceeds: 20 guesses an hour are next to none, and an address may have a new owner. Who
was quiet for as long begins anew."""
MAX_SOURCES: Final = 10_000
"""Addresses remembered; the one that was quiet longest is forgotten."""


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


class Guesses:
    """Counts wrong passwords by address. Times are in seconds, whatever their zero."""

    def __init__(self) -> None:
        self._sources: OrderedDict[str, _Source] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sources)

    def wait(self, host: str, now: float) -> float:
        """Return for how many seconds more nobody is let in from ``host``, 0 when anybody is."""
        source = self._sources.get(site(host))
        return max(source.shut_until - now, 0.0) if source is not None else 0.0

    def wrong(self, host: str, user: str, attempt: str, now: float) -> bool:
        """Count a wrong password; tell whether it is news.

        It is none while the address is shut out, and when ``attempt``, which was sent as proof, came before:
        the answer to that was lost. From here on :meth:`wait` may say that it was one too many.
        """
        source = self._source(site(host), now)
        if source.shut_until > now or source.last_attempt == attempt:
            return False
        source.last, source.last_attempt = now, attempt
        source.wrong = [one for one in source.wrong if now - one[0] < WINDOW] + [(now, user)]
        if len(source.wrong) >= MOST_WRONG:
            source.shut_until = now + min(SHORTEST * 2**source.times_shut, LONGEST)
            source.times_shut += 1
            source.wrong = []
        return True

    def right(self, host: str, user: str) -> None:
        """Forget the mistakes that were made with the password of ``user``, who knows it now.

        Only those: else who has an account could try those of others without end.
        """
        source = self._sources.get(site(host))
        if source is not None:
            source.wrong = [one for one in source.wrong if one[1] != user]

    def _source(self, name: str, now: float) -> _Source:
        source = self._sources.get(name)
        if source is None or now - max(source.last, source.shut_until) > LONGEST:
            source = self._sources[name] = _Source(now)
        self._sources.move_to_end(name)
        if len(self._sources) > MAX_SOURCES:
            self._sources.popitem(last=False)
        return source
