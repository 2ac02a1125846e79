"""Tickets: what opens the event stream once, for browsers, which send no header field of a page's there."""

from __future__ import annotations

import secrets
from typing import Final

from softswitch.clock import Clock
from softswitch.web.errors import Busy
from softswitch.web.model import Token

TICKET_SECONDS: Final = 30
"""From asking for a ticket to using it: a page does both at once."""
MOST_TICKETS: Final = 1000
TICKET_OCTETS: Final = 24


class Tickets:
    """Gives tickets out and takes each back once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._given: dict[str, tuple[float, Token]] = {}

    def give(self, token: Token) -> str:
        """Return a new ticket for whoever has this token. Raises Busy where too many are out."""
        now = self._clock.monotonic()
        self._given = {key: value for key, value in self._given.items() if value[0] > now}
        if len(self._given) >= MOST_TICKETS:
            raise Busy("Too many tickets are out.", retry_after=TICKET_SECONDS)
        ticket = secrets.token_urlsafe(TICKET_OCTETS)
        self._given[ticket] = (now + TICKET_SECONDS, token)
        return ticket

    def take(self, ticket: str) -> Token | None:
        """Return the token a ticket stands for, None for none that holds; it is used up by that."""
        ends, token = self._given.pop(ticket, (0.0, None))
        if token is None or ends <= self._clock.monotonic() or not token.holds(self._clock.wall()):
            return None
        return token
